"""What loaded documents cost Python's collector, with the interpreter that runs this.

    python -m benches.collector

Up to Python 3.13 the collector leaves out dicts of plain values, from 3.14 on it goes through every
dict; so these figures depend on the version. ``make bench-pythons`` has them of each version that
is found. The yardstick are the dicts of ``bson.decode_all``.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from time import process_time
from typing import Any

import bson

from aiomotorengine import codec
from benches.codecs import STANDARD, batch_of, decoding
from benches.tables import Figure, Ratio, printed, put
from tests.zoo.shapes import SHAPES, Shape

__all__ = ["bytes_each", "keeping", "tracked_each"]

AT_ONCE = 1_000
TIMES = {"S1": 20, "S1n": 20}
FEWER_TIMES = 5
ROUNDS = 9

TRACKED = "objects that the collector goes through, for each loaded document"
MEMORY = "memory of a loaded document, vs the dict"
DECODE = "decode: documents kept, collector on, vs `bson.decode_all`"
COLLECTION = "a full collection while they are kept, vs one while dicts are"

Load = Callable[[], list[Any]]


def main(arguments: Sequence[str]) -> int:
    """Measure all shapes, and print tables, or a line of JSON for ``benches.interpreters``."""
    parser = argparse.ArgumentParser(prog="python -m benches.collector", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures for a program")
    options = parser.parse_args(arguments)
    figures = [figure for shape in SHAPES for figure in measured(shape)]
    if options.json:
        print(json.dumps(figures))
        return 0
    for figure in figures:
        put(*figure)
    print(printed())
    return 0


def measured(shape: Shape) -> Iterator[tuple[str, str, str, Figure]]:
    """Figures of one shape: the table, the row and the column of each, and what goes there."""
    batch = batch_of(shape, AT_ONCE)
    loads: dict[str, Load] = {
        "dict": lambda: bson.decode_all(batch, STANDARD),
        codec.implementation: decoding(codec.implementation, shape.document_class, batch),
    }
    version = platform.python_version()
    for name, load in loads.items():
        yield TRACKED, f"{version}, {name}", shape.name, tracked_each(load)
    theirs, ours = map(bytes_each, loads.values())
    yield MEMORY, version, shape.name, ours / theirs
    times = TIMES.get(shape.name, FEWER_TIMES)
    decoded: dict[str, list[float]] = {name: [] for name in loads}
    collected: dict[str, list[float]] = {name: [] for name in loads}
    for _ in range(ROUNDS):
        for name, load in loads.items():
            gc.collect()
            seconds, documents = timed(keeping(load, times))
            decoded[name].append(seconds)
            seconds, _ = timed(gc.collect)
            collected[name].append(seconds)
            del documents
    yield DECODE, version, shape.name, ratio(decoded)
    yield COLLECTION, version, shape.name, ratio(collected)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = process_time()
    result = work()
    return process_time() - start, result


def ratio(seconds: dict[str, list[float]]) -> Ratio:
    theirs, ours = seconds.values()
    return Ratio(min(ours) / min(theirs), median(ours) / median(theirs))


def keeping(load: Load, times: int) -> Load:
    """Load again and again, and keep all."""
    return lambda: [load() for _ in range(times)]


def bytes_each(load: Load) -> float:
    """The memory of each document that is loaded."""
    load()  # so that what is made once is there
    gc.collect()
    tracemalloc.start()
    try:
        loaded = load()
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return size / len(loaded)


def tracked_each(load: Load) -> float:
    """How many objects the collector goes through for each document that is loaded."""
    load()
    gc.collect()
    before = len(gc.get_objects())
    loaded = load()
    gc.collect()  # which leaves out what turns out to be plain
    return round((len(gc.get_objects()) - before) / len(loaded), 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The two codecs against each other, on documents and bytes that nobody chose.

    python -m tests.fuzz --documents 50000 --mutations 1000000 --seed 7

Random documents of the zoo are written and read by both codecs, whole and in shapes (in part, as
rows of values, as they are stored), and rows of such documents are written; then the bytes are
damaged and read by both again. Whatever differs is kept as a file, and the seed that led to it is
printed. With ``--sides native`` nothing is compared: that is for who watches what the codec does.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from bson.objectid import ObjectId

from aiomotorengine import VersionField, storage
from aiomotorengine import codec as codec_api
from aiomotorengine.codec import DocumentError, codec_for, pure
from aiomotorengine.codec.encoded_document import id_of
from aiomotorengine.codec.shape import Shape
from aiomotorengine.fields import datetime_field
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.rows.plan import row_plan
from tests.codec.laws import STANDARD
from tests.zoo import generate
from tests.zoo.compare import description, outcome, reading, snapshot
from tests.zoo.generate import chance
from tests.zoo.queries import as_sent, shapes_of
from tests.zoo.rows import row_of, rules_for, shaken

SIDES = ("python", "native")
Sides = tuple[str, ...]
FINDINGS = Path("fuzz-findings")


def main(arguments: list[str]) -> int:
    """Run for as many documents and damaged bytes as asked for; 1 if anything differed."""
    options = parsed(arguments)
    sides = tuple(options.sides)
    names = ", ".join(sides)
    print(f"seed {options.seed}; sides {names}; storage {storage.implementation}", flush=True)
    started = time.monotonic()
    findings = written = damaged = 0
    random = Random(options.seed)
    while written < options.documents or damaged < options.mutations:
        seed = random.getrandbits(48)
        document = generate.document(Random(seed), wild=seed % 4 == 0)
        results = write(document, sides)
        written += 1
        findings += kept(f"write-{seed}", results, b"")
        findings += kept(f"rows-{seed}", write_rows(type(document), seed, sides), b"")
        _, (kind, raws) = results[0]
        if kind != "returned":
            continue
        for _, raw in raws[1]:  # a list, as ``snapshot`` puts it
            model = type(document)
            findings += kept(f"read-{seed}", read(model, raw, sides), raw)
            findings += kept(f"shapes-{seed}", read_shapes(model, raw, seed, sides), raw)
            findings += kept(f"changes-{seed}", tell_changes(model, raw, seed, sides), raw)
            share = options.mutations / max(options.documents, 1)
            for number, bad in enumerate(mutations(raw, Random(seed), round(share))):
                damaged += 1
                findings += kept(f"damaged-{seed}-{number}", read(model, bad, sides), bad)
                results = read(model, bad, sides, a_shape_of(model, seed + number))
                findings += kept(f"damaged-shape-{seed}-{number}", results, bad)
        if written % 1000 == 0:
            progress(written, damaged, findings, started)
    progress(written, damaged, findings, started)
    return 1 if findings else 0


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--documents", type=int, default=50_000, help="how many to write and read")
    parser.add_argument("--mutations", type=int, default=1_000_000, help="how many damaged bytes")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=SIDES, help="whose codecs run")
    return parser.parse_args(arguments)


def on_each(sides: Sides, work: Callable[[], Any]) -> list[Any]:
    results = []
    for side in sides:
        with codec_api.use(side):
            results.append(work())
    return results


def write(document: Any, sides: Sides) -> list[Any]:
    """What validating and writing a document comes to, on each side."""
    outcome(document.to_son)  # the first reading fixes what a date that stamps itself is

    def work() -> Any:
        codec = codec_for(type(document), STANDARD)
        valid = outcome(codec.validate_many, [document])
        return valid, outcome(codec.encode_many, [document], [ObjectId(b"twelve bytes")])

    return on_each(sides, work)


def write_rows(document_class: Any, seed: int, sides: Sides) -> list[Any]:
    """What writing rows of a class comes to, on each side."""
    random = Random(seed)
    rows = rules_for(document_class, random)
    made = []
    for _ in range(4):
        document = generate.document_of(document_class, random, wild=chance(random, 0.2))
        row = row_of(document, random, names=rows.rules.names)
        add_id(row, document, random)
        made.append(shaken(row, random) if chance(random, 0.5) else row)
    try:
        plan = row_plan(rows.reader(document_class))
    except ValueError:
        return []  # names that are no fields

    def work() -> Any:
        codec = codec_for(document_class, STANDARD).compile_rows(plan)
        results: list[tuple[Any, ...]] = []
        for row in made:  # each also where one before it is refused
            try:
                results.append(("returned", snapshot(without_new_ids(codec.encode_many([row])))))
            except DocumentError as error:
                results.append(("raised", refusal(error), error.encoded))
        try:
            together: Any = without_new_ids(codec.encode_many(made))
        except DocumentError as error:
            together = refusal(error), without_new_ids(error.encoded)
        return results, snapshot(together)

    with stopped_clock():
        return on_each(sides, work)


def add_id(row: dict[Any, Any], document: Any, random: Random) -> None:
    """Give a row an id of its own; mostly, where its class declares its primary key."""
    key = declared_key(type(document))
    if key is None:
        row["_id"] = generate.integer(random)
    elif chance(random, 0.9):
        value = generate.integer(random) if chance(random, 0.1) else getattr(document, key.name)
        row[key.name if chance(random, 0.8) else "_id"] = value


def tell_changes(document_class: Any, raw: bytes, seed: int, sides: Sides) -> list[Any]:
    """What has changed in a document after it was read, on each side, and what it was before."""
    model = tracked(document_class)
    names = sorted(document_class._fields)
    name = names[seed % len(names)] if names else "more"

    def work() -> Any:
        codec = codec_for(model, STANDARD)
        read = outcome(codec.decode_many, raw)
        if read[0] != "returned":
            return read
        [document] = codec.decode_many(raw)
        before = outcome(document.changes)
        other = generate.document_of(document_class, Random(seed), wild=False)
        with suppress(Exception):  # a reference that is not loaded, a value that is refused
            setattr(document, name, getattr(other, name, seed))
        changes = outcome(document.changes)
        return before, changes, outcome(lambda: document.rollback().changes())

    with stopped_clock():
        return on_each(sides, work)


@cache
def tracked(document_class: Any) -> Any:
    """A class like another, which tracks changes and has a version."""
    body = {"the_version": VersionField(), "__track_changes__": True}
    return type(document_class)("Tracked", (document_class,), body)


@contextmanager
def stopped_clock() -> Iterator[None]:
    """Dates that set themselves are set to one moment on both sides."""

    def moment(zone: tzinfo | None = None) -> datetime:
        return datetime(2020, 1, 2, 3, 4, 5, 678_000, tzinfo=zone)

    with patch.object(pure, "now", moment), patch.object(datetime_field, "now", moment):
        yield


def refusal(error: DocumentError) -> Any:
    """What is told of a row. What is nested too deep has other words at each depth of the stack."""
    if isinstance(error.__cause__, RecursionError):
        return error.index, RecursionError
    return description(error)


def without_new_ids(encoded: list[bytes]) -> list[bytes]:
    """The documents of rows, without the ids that were made for them."""
    ids = [id_of(raw, STANDARD) for raw in encoded]
    return [
        raw.replace(id.binary, b"") if type(id) is ObjectId else raw
        for raw, id in zip(encoded, ids, strict=True)
    ]


def read(document_class: Any, raw: bytes, sides: Sides, shape: Shape | None = None) -> list[Any]:
    """What reading some bytes comes to, on each side; whole documents by default."""
    return on_each(
        sides, lambda: reading(codec_for(document_class, STANDARD, shape).decode_many, raw)
    )


def read_shapes(document_class: Any, raw: bytes, seed: int, sides: Sides) -> list[Any]:
    """What reading a document in several shapes comes to, on each side, of all its keys and of some
    of them.
    """
    random = Random(seed)
    results: list[list[Any]] = [[] for _ in sides]
    for _ in range(4):
        shape = a_shape_of(document_class, random.getrandbits(16))
        for stored in (raw, as_sent(raw, random)):
            found = read(document_class, stored, sides, shape)
            for result, what in zip(results, found, strict=True):
                result.append((shape, what))
    return results


def a_shape_of(document_class: Any, number: int) -> Shape:
    shapes = some_shapes_of(document_class)
    return shapes[number % len(shapes)]


@cache
def some_shapes_of(document_class: Any) -> list[Shape]:
    """Shapes of a class: for both sides together, fewer than it keeps codecs for."""
    return shapes_of(document_class, Random(document_class.__name__), 24)


def mutations(raw: bytes, random: Random, count: int) -> Iterator[bytes]:
    """Bytes with a few places changed, cut out, doubled, or with another length."""
    for _ in range(count):
        bad = bytearray(raw)
        for _ in range(random.randint(1, 3)):
            place = random.randrange(len(bad))
            match random.randrange(5):
                case 0 | 1:
                    bad[place] = random.randrange(256)
                case 2:
                    bad[place] = random.choice(b"\x00\x01\x02\x03\x04\x05\x07\x08\x09\x10\x12\xff")
                case 3:
                    del bad[place : place + random.randint(1, 4)]
                case 4:
                    bad[place:place] = bad[place : place + random.randint(1, 8)]
            if len(bad) < 5:
                break
        if random.random() < 0.7:  # otherwise nearly all would end at the first length
            bad[:4] = len(bad).to_bytes(4, "little")
        yield bytes(bad)


def kept(name: str, results: list[Any], raw: bytes) -> int:
    """Keep what differs; how many differences there were."""
    if all(result == results[0] for result in results):
        return 0
    FINDINGS.mkdir(exist_ok=True)
    (FINDINGS / f"{name}.bson").write_bytes(raw)
    (FINDINGS / f"{name}.txt").write_text("\n\n".join(map(repr, results)), encoding="utf-8")
    print(f"DIFFERENT: {name}, kept in {FINDINGS}/", flush=True)
    return 1


def progress(written: int, damaged: int, findings: int, started: float) -> None:
    seconds = time.monotonic() - started
    print(
        f"{written} documents, {damaged} damaged bytes, {findings} differences, {seconds:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

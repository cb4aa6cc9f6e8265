"""The command ``bench``: what documents of a class cost beside dicts through PyMongo's codec."""

from __future__ import annotations

import gc
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time
from typing import Any

import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.objectid import ObjectId

from aiomotorengine import codec
from aiomotorengine.codec import codec_for, new_object_ids
from aiomotorengine.codec.single import by_itself
from aiomotorengine.commands.models import CommandError, document_class
from aiomotorengine.testing.factories import Maker
from aiomotorengine.testing.values import NoValueError, Wanted, is_made_later, value_for

__all__ = ["SUMMARY", "BenchReport", "Cost", "add_arguments", "bench", "run"]

SUMMARY = "measure what documents of a class cost beside dicts through PyMongo's own codec"

DOCUMENTS = 1000

ROUNDS = 15
"""How often each is done; the shortest time counts."""

STANDARD: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one document costs.

    Attributes:
        what: what is done with it.
        document: the processor's time for a document, in seconds.
        mapping: the same for a dict of the same values.
    """

    what: str
    document: float
    mapping: float

    @property
    def ratio(self) -> float:
        """How many times the time of a dict that is."""
        return self.document / self.mapping


@dataclass(frozen=True)
class BenchReport:
    """What documents of a class cost; as a text, a table.

    Attributes:
        document_class: the class.
        count: how many documents were made.
        size: how many bytes one has, on average.
        implementation: the codec in use, ``"native"`` or ``"python"``.
        costs: the costs: of validating and encoding, and of decoding.
        left_out: the fields that have no value in these documents, since nobody can guess one.
    """

    document_class: type[Any]
    count: int
    size: float
    implementation: str
    costs: tuple[Cost, ...]
    left_out: tuple[str, ...]

    def __str__(self) -> str:
        drivers = "PyMongo's C codec" if bson.has_c() else "PyMongo, without its C extension"
        name = self.document_class.__name__
        lines = [
            f"{self.count} documents of {name}, {self.size:.0f} bytes each; {self.implementation} "
            f"codec beside {drivers}",
            f"{'':20}{'document':>12}{'dict':>12}{'ratio':>8}",
        ]
        lines += [
            f"{one.what:20}{in_microseconds(one.document)}{in_microseconds(one.mapping)}"
            f"{one.ratio:8.2f}"
            for one in self.costs
        ]
        if self.left_out:
            lines.append(f"Without a value, whose rules only you know: {', '.join(self.left_out)}")
        return "\n".join(lines)


def in_microseconds(seconds: float) -> str:
    return f"{seconds * 1e6:9.2f} µs"


def bench(document_class: Any, count: int = DOCUMENTS) -> BenchReport:
    """Measure what documents of a class cost, without a server.

    They are made of valid values for each of its fields. The processor's time is taken, several
    times over, and the shortest counts. So other work of the machine matters little, and a machine
    that has none gives the best figures.

    Parameters:
        document_class: the class.
        count: how many documents.

    Raises:
        ValueError: nobody can guess a value for a field, and it is required, or its default is not
            valid.

    Example:
        >>> from aiomotorengine import Document, IntField, StringField
        >>> from aiomotorengine.commands.bench import bench
        >>> class Item(Document):
        ...     name = StringField(required=True)
        ...     size = IntField(min_value=1)
        >>> report = bench(Item, 10)
        >>> [cost.what for cost in report.costs], report.left_out
        (['validate, encode', 'decode'], ())
    """
    options = document_class.__codec_options__ or STANDARD
    documents, left_out = sample(document_class, count)
    new_ids = new_object_ids(count)
    ids = [one._id or new for one, new in zip(documents, new_ids, strict=True)]
    side = codec_for(document_class, options)
    batch = b"".join(map(bytes, by_itself(side.encode_many, documents, ids, validate=True)))
    mappings = bson.decode_all(batch, options)
    costs = (
        cost(
            "validate, encode",
            lambda: side.encode_many(documents, ids, validate=True),
            lambda: [bson.encode(one, codec_options=options) for one in mappings],
            count,
        ),
        cost(
            "decode",
            lambda: side.decode_many(batch),
            lambda: bson.decode_all(batch, options),
            count,
        ),
    )
    return BenchReport(
        document_class, count, len(batch) / count, codec.implementation, costs, left_out
    )


def cost(what: str, work: Callable[[], Any], yardstick: Callable[[], Any], count: int) -> Cost:
    """What a document costs, in rounds that take turns with those of the dicts."""
    times = [(time_of(work), time_of(yardstick)) for _ in range(ROUNDS)]
    of_documents, of_mappings = (min(column) / count for column in zip(*times, strict=True))
    return Cost(what, of_documents, of_mappings)


def time_of(work: Callable[[], Any]) -> float:
    gc.collect()
    start = process_time()
    made = work()
    took = process_time() - start
    del made  # which is not timed
    return took


class MakerOfReferences(Maker):
    """Makes documents that refer to others, of which there is no more than their id."""

    def target(self, document_class: Any) -> Any:
        return document_class.from_son({"_id": ObjectId()})


def sample(document_class: Any, count: int) -> tuple[list[Any], tuple[str, ...]]:
    """Documents with a value in each field, and the names of the fields that have none."""
    maker = MakerOfReferences()
    left_out: dict[str, None] = {}
    documents = []
    for number in range(1, count + 1):
        values: dict[str, Any] = {}
        for name, field in document_class._fields.items():
            if is_made_later(field) or name in left_out:
                continue
            try:
                values[name] = value_for(field, Wanted(number, False, maker))
            except NoValueError:
                left_out[name] = None
        documents.append(maker.document(document_class, values))
    return documents, tuple(left_out)


# -- on the command line ---------------------------------------------------------------------------


def add_arguments(parser: ArgumentParser) -> None:
    """What the command line takes for it."""
    parser.add_argument("document_class", metavar="MODULE:CLASS", help="as shop.models:User")
    parser.add_argument(
        "-n",
        dest="count",
        type=number_of,
        default=DOCUMENTS,
        metavar="COUNT",
        help="how many documents are made (default: %(default)s)",
    )


def number_of(given: str) -> int:
    if not given.isdecimal() or int(given) < 1:
        raise ArgumentTypeError("give a whole number, 1 or more.")
    return int(given)


def run(arguments: Namespace) -> int:
    """Print the report."""
    chosen = document_class(arguments.document_class)
    try:
        report = bench(chosen, arguments.count)
    except (ImportError, NameError, ValueError) as error:
        raise CommandError(f"No documents can be made: {error}") from error
    print(report)
    return 0

"""What the codecs keep of the memory they touch: bytes and references for each document.

    python -m tests.leaks --codec native --documents 2000

Each subject is worked on again and again: the values of every kind of field, taken and refused; the
classes of the zoo, with values they do not take and with damaged bytes, read whole and in part and
as rows; methods of the user's that raise; classes that come and go. What is still held afterwards
is counted in three ways, since none sees everything: Python's own memory (``tracemalloc``), what
the C library has given out (Rust's memory is part of it), and the references to objects that
existed before.
"""

from __future__ import annotations

import argparse
import copy
import ctypes
import gc
import pickle
import resource
import sys
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID

import bson
from bson.int64 import Int64
from bson.objectid import ObjectId

from aiomotorengine import Document, IntField, Rows, StringField, VersionField, storage
from aiomotorengine import codec as codec_api
from aiomotorengine.codec import Codec, codec_for
from aiomotorengine.codec.plan import FIELD_METHODS
from aiomotorengine.metaclasses import DocumentMetaClass
from aiomotorengine.rows.plan import row_plan
from aiomotorengine.storage.loaded import forget_nothing
from aiomotorengine.storage.values import value_of
from tests.codec.case import Case, Refused, tables
from tests.codec.laws import STANDARD, encodable, ids_for
from tests.fuzz import mutations
from tests.zoo import animals, generate
from tests.zoo.queries import as_sent, shapes_of
from tests.zoo.shapes import SHAPES

__all__ = ["Growth", "Subject", "growth_of", "leaks_each_time", "round_trips", "subjects"]

TIMES = 4
"""How often the documents of a subject are worked on at most; the first times fill caches."""

MEASURED = 4
"""How often a leak has to show."""

PYTHON, HEAP = "bytes of Python's memory", "bytes of the C library's memory"

SLACK_BYTES = 1024
SLACK_REFERENCES = 10
"""What may be held more, however many documents there are; mostly it is exactly nothing. The bound
for each document is this by their number: 20 bytes and 0.2 references for 50, half a byte and
0.005 references for 2,000."""

Work = Callable[[], int]

clear_caches = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache


# -- counting ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Growth:
    """What is held after some documents more than before them.

    Attributes:
        documents: how many documents were worked on, for each of the figures.
        python: bytes of Python's memory.
        heap: bytes of the C library's, or 0 where it does not tell.
        references: references to what is watched, by name.
    """

    documents: int
    python: int
    heap: int
    references: Mapping[str, int]

    def leaks(self) -> list[str]:
        """What grew by more than caches do."""
        found = [
            f"{self.per_document(grown)} {name}"
            for name, grown in ((PYTHON, self.python), (HEAP, self.heap))
            if grown > slack(name)
        ]
        found += [
            f"{self.per_document(grown)} references to {name}"
            for name, grown in self.references.items()
            if grown > slack(name)
        ]
        return found

    def beyond(self, other: Growth) -> Growth:
        """This, less another growth.

        The other may have shrunk, when something of before was let go of meanwhile (a thread of a
        driver's that ended): that is no growth of this one.
        """
        return Growth(
            self.documents,
            self.python - max(0, other.python),
            self.heap - max(0, other.heap),
            {
                name: grown - max(0, other.references[name])
                for name, grown in self.references.items()
            },
        )

    def per_document(self, grown: int) -> str:
        return f"{grown / self.documents:.3f}"

    def __str__(self) -> str:
        name, most = max(self.references.items(), key=lambda item: item[1], default=("", 0))
        return (
            f"{self.documents} documents, for each {self.per_document(self.python)} bytes of "
            f"Python's, {self.per_document(self.heap)} of the heap, "
            f"{self.per_document(most)} references to {name}"
        )


@dataclass(frozen=True)
class Subject:
    """Something to do again and again.

    Attributes:
        work: does it; gives the number of documents that it touched.
        watched: what must not gain references by it, by name.
        by_others: does with libraries alone what the codec leaves to them; what they hold by it is
            not the codec's.
    """

    work: Work
    watched: Mapping[str, Any] = field(default_factory=dict)
    by_others: Work | None = None


def growth_of(subject: Subject, documents: int) -> Growth:
    """What is held after so many documents more than before them, less what others hold."""
    growth = least_growth(subject.work, subject.watched, documents)
    if subject.by_others is None or not growth.leaks():
        return growth
    return growth.beyond(least_growth(subject.by_others, subject.watched, documents))


def leaks_each_time(subject: Subject, documents: int) -> list[str]:
    """What grew however often it is measured.

    The memory of the C library is the whole process's: a driver's thread may take some meanwhile.
    """
    leaks: list[str] = []
    for _ in range(MEASURED):
        leaks = growth_of(subject, documents).leaks()
        if not leaks:
            break
    return leaks


def least_growth(work: Work, watched: Mapping[str, Any], documents: int) -> Growth:
    """The growth by work that is done several times over.

    A cache grows once, a leak every time, so the least growth counts, of each figure by itself.
    """
    # The collector need not look at what was there before. It stays out of its sight afterwards,
    # since it cannot be told from what others had taken out of it.
    gc.collect()
    gc.freeze()
    tracemalloc.start()
    try:
        done, python = repeated(work, documents, traced)
        tracemalloc.stop()  # it takes memory of the C library's as well
        _, others = repeated(work, documents, lambda: {HEAP: heap(), **references(watched)})
    finally:
        tracemalloc.stop()
    return Growth(done, python[PYTHON], others.pop(HEAP), others)


def slack(name: str) -> int:
    """By how much what has that name may grow."""
    return SLACK_BYTES if name in (PYTHON, HEAP) else SLACK_REFERENCES


def traced() -> dict[str, int]:
    return {PYTHON: tracemalloc.get_traced_memory()[0]}


def repeated(
    work: Work, documents: int, count: Callable[[], dict[str, int]]
) -> tuple[int, dict[str, int]]:
    """How many documents are worked on each time, and the least growth of what is counted.

    What grew by no more than its slack once does not leak, so more is done only where something
    grew by more each time.
    """
    least: dict[str, int] = {}
    before: dict[str, int] = {}
    done = 0
    for _ in range(TIMES):
        done = repeat(work, documents)
        # Python remembers names that were looked up in types; PyMongo makes one anew each time.
        clear_caches()
        while gc.collect():
            pass
        now = count()
        for name in before:
            grown = now[name] - before[name]
            least[name] = min(grown, least.get(name, grown))
        if least and all(grown <= slack(name) for name, grown in least.items()):
            break
        before = now
    return done, least


def repeat(work: Work, documents: int) -> int:
    done = 0
    while done < documents:
        done += work()
    return done


def references(watched: Mapping[str, Any]) -> dict[str, int]:
    return {name: sys.getrefcount(value) for name, value in watched.items()}


class MallocInfo(ctypes.Structure):
    """``struct mallinfo2`` of glibc."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


mallinfo = getattr(ctypes.CDLL(None), "mallinfo2", None)
if mallinfo is not None:
    mallinfo.restype = MallocInfo


def heap() -> int:
    """The bytes that the C library has given out, to Rust and to whoever else."""
    if mallinfo is None:
        return 0
    info = mallinfo()
    return int(info.uordblks + info.hblkhd)


# -- subjects ------------------------------------------------------------------------------------


def subjects() -> dict[str, Callable[[], Subject]]:
    """What makes each subject, for the codec in use, by name."""
    kinds: dict[str, list[Case | Refused]] = {}
    for name, row in tables():
        kinds.setdefault(f"{name.split()[0]} fields", []).append(row)
    found: dict[str, Callable[[], Subject]] = {
        name: partial(of_rows, rows) for name, rows in kinds.items()
    }
    for animal in animals.ANIMALS:
        found[animal.__name__] = partial(of_class, animal, round_trips)
        found[f"{animal.__name__}, damaged"] = partial(of_class, animal, damaged_reading)
        found[f"{animal.__name__}, in shapes"] = partial(of_class, animal, shaped_reading)
    for method in FIELD_METHODS:
        found[f"{method} raises"] = partial(of_raising, method)
    found["classes that come and go"] = partial(Subject, one_class)
    found["ids and wrapped documents"] = partial(Subject, for_the_driver)
    found["shapes that come and go"] = shapes
    found["replies"] = replies
    found["rows"] = rows
    found["construction"] = partial(Subject, constructed)
    found["copies"] = partial(Subject, copied)
    found["changes"] = changes
    return found


def of_rows(rows: Sequence[Case | Refused]) -> Subject:
    """The values of a kind of field, each in a document of a class of its own."""
    documents = []
    for row in rows:
        model: Any = DocumentMetaClass("Model", (Document,), {"value": row.field})
        documents.append([model(value=row.python)])
    return round_trips(*documents)


def of_class(animal: Any, work: Callable[[Sequence[Any]], Subject]) -> Subject:
    """Documents of a class, half of them with values that it does not take."""
    return work([*generate.documents(animal, 8), *generate.documents(animal, 8, wild=True)])


def of_raising(method: str) -> Subject:
    return round_trips([raising(method)(number=1, text="a")])


def rows() -> Subject:
    """Rows that become bytes, and rows that are refused at their last key."""
    prepared = []
    for shape in SHAPES:
        reader = Rows([]).reader(shape.document_class)
        codec = codec_for(shape.document_class, STANDARD).compile_rows(row_plan(reader))
        prepared.append((codec, shape.values(8)))

    def work() -> int:
        for codec, values in prepared:
            codec.encode_many(values)
            for row in values:
                tried(codec.encode_many, [{**row, "no_field": row}])
        return sum(2 * len(values) for _, values in prepared)

    return Subject(work)


def changes() -> Subject:
    """Documents that tell what has changed in them, and take it back; in a class with a version."""
    prepared = []
    for animal in animals.ANIMALS:
        if animal in animals.FAMILIES:
            continue  # whose documents are none of a class below
        fields = {"the_version": VersionField(), "__track_changes__": True}
        model: Any = DocumentMetaClass("Tracked", (animal,), fields)
        documents = generate.documents(model, 4)
        raws = encodable(documents, ids_for(documents), STANDARD)
        prepared.append((codec_for(model, STANDARD), b"".join(raws)))

    def work() -> int:
        done = 0
        for codec, raw in prepared:
            for document in reversed(codec.decode_many(raw)):
                tried(document.is_changed)
                document.more = 1
                tried(document.changes)
                tried(document.rollback)
                done += 1
        return done

    return Subject(work)


def constructed() -> int:
    """Documents made of values, changed, and left to the collector in a cycle."""
    done = 0
    for shape in SHAPES:
        for values in shape.values(8):
            document = shape.document_class(**values)
            name = next(iter(values))
            setattr(document, name, [document])
            delattr(document, name)
            document.no_field = document
            tried(shape.document_class, document)  # values have names
            done += 1
    return done


def copied() -> int:
    """Documents copied and pickled, as they were made and with their values in a ``__dict__``."""
    done = 0
    for shape in SHAPES:
        for values in shape.values(4):
            document = shape.document_class(**values)
            for _ in range(2):
                copy.copy(document), copy.deepcopy(document)
                pickle.loads(pickle.dumps(document))
                vars(document)  # whoever asks for it has the values move there
            document.__dict__ = {"no_field": document}
            done += 2
    return done


def round_trips(*lists: Sequence[Any]) -> Subject:
    """Documents validated, written and read, one by one and together.

    Parameters:
        lists: documents of one class each; some may be refused.
    """
    prepared = [(codec_of(documents), documents, ids_for(documents)) for documents in lists]
    raws = [b"".join(encodable(documents, ids, STANDARD)) for _, documents, ids in prepared]

    def work() -> int:
        for (codec, documents, ids), raw in zip(prepared, raws, strict=True):
            for document, key in zip(documents, ids, strict=True):
                tried(codec.validate_many, [document])
                tried(codec.encode_many, [document], [key])
                tried(codec.encode_many, [document], [key], validate=True)
            tried(codec.validate_many, documents)
            tried(codec.encode_many, documents, ids)
            tried(codec.decode_many, raw)
        return sum(map(len, lists))

    return Subject(work, watched_of(prepared[0][1][0]))


def damaged_reading(documents: Sequence[Any]) -> Subject:
    """Bytes that are no good, or good by chance.

    PyMongo's decoder, to which bad bytes go in the end, keeps the items that it has read of an
    array when a later one is bad.
    """
    codec = codec_of(documents)
    raws = encodable(documents, ids_for(documents), STANDARD)
    bad = [damaged for raw in raws for damaged in mutations(raw, Random(len(raw)), 8)]

    def work() -> int:
        for raw in bad:
            tried(codec.decode_many, raw)
        return len(bad)

    def pymongo() -> int:
        for raw in bad:
            tried(bson.decode_all, raw, STANDARD)
        return len(bad)

    return Subject(work, watched_of(documents[0]), by_others=pymongo)


def shaped_reading(documents: Sequence[Any]) -> Subject:
    """Documents read in part, as rows and as they are stored: of all keys, of some of them, and of
    bytes that are no good. Each shape reads a third of them, since there are many shapes.
    """
    model, random = type(documents[0]), Random(len(documents))
    shapes = shapes_of(model, random, 12)
    good = encodable(documents, ids_for(documents), STANDARD)
    good += [as_sent(raw, random) for raw in good]
    bad = [damaged for raw in good for damaged in mutations(raw, random, 2)]
    turns = [
        (codec_for(model, STANDARD, shape), good[number % 3 :: 3], bad[number % 3 :: 3])
        for number, shape in enumerate(shapes)
    ]
    count = sum(2 * len(good) + len(bad) for _, good, bad in turns)

    def work() -> int:
        for codec, good, bad in turns:
            for raw in (*good, *bad, b"".join(good)):
                for document in tried(codec.decode_many, raw) or ():
                    use(document)
        return count

    def pymongo() -> int:
        for _, _, bad in turns:
            for raw in bad:
                tried(bson.decode_all, raw, STANDARD)
        return count

    return Subject(work, watched_of(documents[0]), by_others=pymongo)


def use(found: Any) -> None:
    """Do with a document what has it note something of its own."""
    if isinstance(found, Document):
        name = next(iter(found._fields))
        tried(getattr, found, name)
        tried(setattr, found, name, None)
        tried(found.loaded_fields)
        tried(forget_nothing, found)


def shapes() -> Subject:
    """Codecs of more shapes than a class keeps."""
    model: Any = DocumentMetaClass(
        "Shaped", (Document,), {f"field_{number}": StringField() for number in range(8)}
    )
    stored = [bson.encode({"_id": 1, "field_0": "a"}), bson.encode({"field_7": None})]

    def work() -> int:
        for names in combinations(model._fields, 4):
            codec = codec_for(model, STANDARD, model.objects.only(*names)._reads()[1])
            for raw in stored:
                codec.decode_many(raw)
        return 70 * len(stored)

    return Subject(work)


def raising(method: str) -> Any:
    """A class one of whose fields raises in one of its methods."""

    def raises(self: Any, value: Any) -> Any:
        raise ValueError(method, value)

    field_class: Any = type("Raising", (IntField,), {method: raises})
    fields = {"text": StringField(), "number": field_class()}
    return DocumentMetaClass("Raiser", (Document,), fields)


def one_class() -> int:
    """Make a class, use it, and forget it."""
    model: Any = DocumentMetaClass("Passing", (Document,), {"number": IntField(default=1)})
    codec = codec_for(model, STANDARD)
    codec.decode_many(codec.encode_many([model()], [1])[0])
    return 1


def for_the_driver() -> int:
    """What the driver is given, and what it does with that."""
    ids = codec_api.new_object_ids(10)
    raws = [bson.encode({"_id": key, "a": 1}) for key in ids]
    for wrapped in codec_api.wrap_many(raws):
        wrapped["_id"], wrapped["a"], "_id" in wrapped, "b" in wrapped, list(wrapped)
        bson.encode(wrapped)
        tried(wrapped.__getitem__, "b")
        tried(wrapped.__setitem__, "b", 1)
        repr(wrapped)
    return len(ids)


def replies() -> Subject:
    """A server's replies, with a batch, without one, and damaged."""
    cursor = {"firstBatch": [{"_id": number} for number in range(9)], "id": 5, "ns": "a.b"}
    found = {"value": {"_id": 1}, "ok": 1.0}
    whole = [bson.encode({"cursor": cursor, **found}), bson.encode({"ok": 0.0})]
    raws = [*whole, *mutations(whole[0], Random(1), 200)]

    def work() -> int:
        for raw in raws:
            tried(codec_api.cut_reply, raw)
            tried(codec_api.cut_found, raw)
            tried(codec_api.raw_values, raw)
            tried(codec_api.differing_values, raw, whole[0], whole[1])
        return len(raws)

    return Subject(work)


def codec_of(documents: Sequence[Any]) -> Codec:
    return codec_for(type(documents[0]), STANDARD)


def tried(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What a call gives; ``None`` if it raises."""
    with suppress(Exception):
        return function(*arguments, **named)
    return None


def watched_of(document: Any) -> dict[str, Any]:
    """What every conversion of a document has in its hands."""
    model = type(document)
    found: dict[str, Any] = {"None": None, "True": True, "False": False, "''": "", "b''": b""}
    classes: tuple[type, ...] = (dict, list, datetime, UUID, ObjectId, Int64)
    found |= {cls.__name__: cls for cls in classes}
    found |= {"the class": model, "its codec": codec_of([document]), "a document": document}
    for name, field_ in model._fields.items():
        found |= {f"the field {name}": field_, f"the name {name!r}": sys.intern(name)}
        found[f"the value of {name}"] = value_of(document, name)
    return found


# -- the long version ----------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    """Work on every subject; 1 if anything grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.leaks", description=__doc__)
    parser.add_argument("--codec", choices=codec_api.available(), default=codec_api.available()[-1])
    parser.add_argument("--documents", type=int, default=2_000, help="of each subject")
    options = parser.parse_args(arguments)
    leaking = 0
    print(f"codec {options.codec}, storage {storage.implementation}")
    with codec_api.use(options.codec):
        for name, make in subjects().items():
            growth = growth_of(make(), options.documents)
            leaking += len(growth.leaks())
            print(f"{name}: {growth}; {resident()} MiB resident", flush=True)
            for leak in growth.leaks():
                print(f"LEAK: {leak} for each document", flush=True)
    print(f"{leaking} leaks")
    return 1 if leaking else 0


def resident() -> int:
    """The most memory that this process has had so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

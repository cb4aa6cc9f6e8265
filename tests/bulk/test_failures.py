"""What a caller is told, and what is true, after anything went wrong (spec: bulk inserts, 2 and 3).

Answers are forged in place of the driver's here; ``tests/faults`` forges them on the wire.
"""

from __future__ import annotations

import asyncio
import pickle
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import bson
import pytest
from bson import Int64, ObjectId
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DocumentTooLarge,
    DuplicateKeyError,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    ProtocolError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)
from pymongo.results import BulkWriteResult

from aiomotorengine import (
    BaseField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    StringField,
    connect,
    disconnect,
)
from aiomotorengine.bulk import BulkReport, inserting
from aiomotorengine.bulk.account import Account
from aiomotorengine.bulk.batch import Batch
from aiomotorengine.bulk.outcome import RefusalReader
from aiomotorengine.bulk.preparing import FalsyValidationError
from aiomotorengine.errors import OversizeDocumentError, UniqueKeyViolationError
from tests.bulk.gate import Gate, gated, sent
from tests.bulk.hurry import Hurried
from tests.bulk.models import Key, Row, account, keys, numbers_of, rows, stored
from tests.harness import Mongo

pytestmark = pytest.mark.usefixtures("mongo", "codec")


@pytest.fixture
def gate(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> Any:
    with gated(Row, monkeypatch) as gate:
        yield gate


def raising(error: Exception, *, after_sending: bool) -> Callable[[Any], Any]:
    """A driver that fails, before or after it has made a message."""

    def answer(documents: Any) -> Any:
        if after_sending:
            sent(documents)
        raise error

    return answer


def saying(details: Any) -> Callable[[Any], Any]:
    """A server that answers this."""

    def answer(documents: Any) -> Any:
        sent(documents)
        if details.get("writeErrors") or details.get("writeConcernErrors"):
            raise BulkWriteError(details)
        return BulkWriteResult(details, True)

    return answer


def refusing(*places: int, inserted: int, code: Any = 121) -> dict[str, Any]:
    entries = [{"index": place, "code": code, "errmsg": "no", "op": None} for place in places]
    return {"nInserted": inserted, "writeErrors": entries, "writeConcernErrors": []}


# -- the connection ------------------------------------------------------------------------------

LOST = [
    AutoReconnect("gone"),
    NetworkTimeout("too late"),
    NotPrimaryError("not any more", {"code": 10107, "errorLabels": ["RetryableWriteError"]}),
    ServerSelectionTimeoutError("nobody there"),
    WaitQueueTimeoutError("pool exhausted"),
    OperationFailure("interrupted", 11601, {"ok": 0, "errorLabels": ["TransientTransactionError"]}),
]


@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("after_sending", [False, True])
@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("on_error", ["raise", "collect"])
async def test_a_lost_connection_is_the_drivers_own_error(
    gate: Gate, error: Exception, after_sending: bool, ordered: bool, on_error: Any
) -> None:
    documents = rows(range(30))
    gate.answer(None, raising(error, after_sending=after_sending))
    with pytest.raises(type(error)) as failure:
        await Row.objects.insert_stream(
            documents, batch_size=10, in_flight=1, ordered=ordered, on_error=on_error
        )
    assert type(failure.value) is type(error)
    assert failure.value.__cause__ is error
    assert str(failure.value) == str(error)
    for label in ("RetryableWriteError", "TransientTransactionError"):
        assert failure.value.has_error_label(label) == error.has_error_label(label)
    report = failure.value.report
    assert report.inserted.ranges == (range(10),)
    fate = report.unknown if after_sending else report.not_sent
    assert fate.ranges == (range(10, 20),)
    assert report.batches == (2 if after_sending else 1)
    await account(report, documents)
    assert [row._id is not None for row in documents] == [True] * 10 + [after_sending] * 10 + [
        False
    ] * 10


async def test_bulk_insert_reports_the_same_way(gate: Gate) -> None:
    documents = rows(range(10))
    report = BulkReport()
    gate.answer(raising(AutoReconnect("gone"), after_sending=True))
    with pytest.raises(AutoReconnect) as failure:
        await Row.objects.bulk_insert(documents, report=report)
    assert failure.value.report is report  # type: ignore[attr-defined]
    assert await account(report, documents) == {"unknown": list(range(10))}


# -- again, after a failure ----------------------------------------------------------------------


@pytest.mark.parametrize("arrived", [False, True])
@pytest.mark.parametrize("again", ["bulk_insert", "insert_stream"])
async def test_passing_the_same_documents_again_stores_each_once(
    gate: Gate, arrived: bool, again: str
) -> None:
    documents = rows(range(30))
    stores: list[Any] = []

    def lose(taken: Any) -> Any:
        sent(taken)
        stores.extend(taken if arrived else [])
        raise AutoReconnect("gone")

    gate.answer(None, lose)
    with pytest.raises(AutoReconnect):
        await Row.objects.insert_stream(documents, batch_size=10)
    if stores:
        await gate.insert_many([dict(document) for document in stores])
    if again == "bulk_insert":
        report = BulkReport()
        with pytest.raises(UniqueKeyViolationError):
            await Row.objects.bulk_insert(documents, ordered=False, report=report)
    else:
        report = await Row.objects.insert_stream(documents, ordered=False, on_error="collect")
    were_in = list(range(20 if arrived else 10))
    assert sorted(entry.number for entry in report.rejected) == were_in
    assert all(entry.code == 11000 for entry in report.rejected)
    assert sorted(await stored()) == list(range(30))
    assert {row["_id"] for row in await gate.find({}).to_list(None)} == {
        row._id for row in documents
    }


async def test_only_what_a_call_has_inserted_without_a_failure_is_copied_by_the_next() -> None:
    documents = rows(range(3))
    assert (await Row.objects.insert_stream(documents)).ok
    assert (await Row.objects.insert_stream(documents)).ok
    assert await stored() == [0, 1, 2, 0, 1, 2]


async def test_what_was_inserted_before_a_failure_counts_as_saved(gate: Gate) -> None:
    documents = rows(range(20))
    gate.answer(None, raising(AutoReconnect("gone"), after_sending=True))
    with pytest.raises(AutoReconnect):
        await Row.objects.insert_stream(documents, batch_size=10)
    await gate.delete_many({})
    await documents[0].save()  # was saved, and someone has removed it
    await documents[10].save()  # may have been saved
    assert await stored() == [10]


# -- before anything is sent ---------------------------------------------------------------------


async def test_an_answer_about_an_index_that_makes_no_sense(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def create_indexes(*arguments: Any, **options: Any) -> None:
        raise KeyError("ok")

    documents, report = keys(range(3)), BulkReport()
    with gated(Key, monkeypatch) as gate:
        gate.create_indexes = create_indexes  # type: ignore[attr-defined]
        with pytest.raises(ProtocolError):
            await Key.objects.insert_stream(documents, report=report)
        with pytest.raises(ProtocolError):
            await documents[0].save()
    assert numbers_of(report) == {"not_sent": list(range(report.taken))}


async def test_a_server_that_is_not_there_when_indexes_are_asked_for(mongo: Mongo) -> None:
    name = mongo.database.name
    disconnect()
    connect(name, host="localhost:1", serverSelectionTimeoutMS=20)
    documents = keys(range(5))
    with pytest.raises(ServerSelectionTimeoutError) as failure:
        await Key.objects.insert_stream(documents)
    assert isinstance(failure.value.__cause__, ServerSelectionTimeoutError)
    report = failure.value.report  # type: ignore[attr-defined]
    assert numbers_of(report) == {"not_sent": list(range(report.taken))}
    with pytest.raises(ServerSelectionTimeoutError) as failure:
        await Key.objects.bulk_insert(documents)
    report = failure.value.report  # type: ignore[attr-defined]
    assert numbers_of(report) == {"not_sent": [0, 1, 2, 3, 4]}
    assert [key._id for key in documents] == [None] * 5


@pytest.mark.parametrize("name", ["bulk_insert", "insert_stream"])
async def test_an_index_that_cannot_be_made(name: str) -> None:
    await Key.objects.coll().insert_many([{"n": 1}, {"n": 1}])
    with pytest.raises(UniqueKeyViolationError) as violation:
        await getattr(Key.objects, name)(keys([2]))
    assert numbers_of(violation.value.report) == {"not_sent": [0]}  # type: ignore[attr-defined]
    assert await stored(Key) == [1, 1]


@pytest.mark.parametrize("name", ["bulk_insert", "insert_stream"])
async def test_a_document_that_was_never_made_properly(name: str) -> None:
    class Careless(Document):
        n = IntField()

        def __init__(self, n: int) -> None:
            if n != 7:
                super().__init__(n=n)

    documents = [Careless(n) for n in range(10)]
    with pytest.raises(AttributeError) as failure:
        await getattr(Careless.objects, name)(documents)
    report = failure.value.report  # type: ignore[attr-defined]
    assert numbers_of(report) == {"not_sent": list(range(report.taken))}
    assert [document._id for document in documents[:7]] == [None] * 7


async def test_an_exception_may_be_raised_by_several_calls() -> None:
    error = LookupError("the same again")

    def source() -> Iterator[Row]:
        yield Row(n=1)
        raise error

    reports = [BulkReport(), BulkReport()]
    for report in reports:
        with pytest.raises(LookupError):
            await Row.objects.insert_stream(source(), report=report)
        assert error.report is report  # type: ignore[attr-defined]


async def test_a_report_of_an_exceptions_own_is_left_alone() -> None:
    class TheirError(Exception):
        report = "weather"

    def source() -> Iterator[Row]:
        raise TheirError
        yield Row(n=1)

    with pytest.raises(TheirError) as failure:
        await Row.objects.insert_stream(source())
    assert failure.value.report == "weather"


# -- answers that make no sense ------------------------------------------------------------------

NONSENSE = {
    "no number": saying({"nInserted": None}),
    "a text": saying({"nInserted": "10"}),
    "true": saying({"nInserted": True}),
    "too few": saying({"nInserted": 9}),
    "too many": saying({"nInserted": 11}),
    "less than nothing": saying({"nInserted": -1}),
    "nothing at all": saying({}),
    "a place that is none": saying(refusing(10, inserted=9)),
    "a place before the first": saying(refusing(-1, inserted=9)),
    "a place twice": saying(refusing(3, 3, inserted=3)),
    "a code that is none": saying(refusing(3, inserted=3, code="x")),
    "more than were before it": saying(refusing(3, inserted=4)),
    "fewer than were before it": saying(refusing(3, inserted=2)),
    "entries that are none": saying({"nInserted": 3, "writeErrors": [5], "writeConcernErrors": []}),
    "KeyError": raising(KeyError("n"), after_sending=True),
    "IndexError": raising(IndexError("list index out of range"), after_sending=True),
    "TypeError": raising(TypeError("'int' object is not iterable"), after_sending=True),
    "AttributeError": raising(AttributeError("get"), after_sending=True),
    "InvalidBSON": raising(InvalidBSON("bad"), after_sending=True),
    "UnicodeDecodeError": raising(
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), after_sending=True
    ),
    "no ok": raising(OperationFailure("None", None, {"n": 10}), after_sending=True),
    "nothing": raising(OperationFailure("None", None, {}), after_sending=True),
    "ValueError": raising(ValueError("Unknown compressorId 0"), after_sending=True),
    "ProtocolError": raising(ProtocolError("bad length"), after_sending=True),
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
@pytest.mark.parametrize("ordered", [True, False])
async def test_an_answer_that_makes_no_sense_is_a_protocol_error(
    gate: Gate, answer: Any, ordered: bool
) -> None:
    documents = rows(range(10))
    gate.answer(answer)
    with pytest.raises(ProtocolError) as failure:
        await Row.objects.insert_stream(documents, ordered=ordered)
    assert failure.value.__cause__ is not None
    report = failure.value.report  # type: ignore[attr-defined]
    assert await account(report, documents) == {"unknown": list(range(10))}
    assert (await Row.objects.insert_stream(documents)).ok


async def test_an_answer_may_count_with_64_bits(gate: Gate) -> None:
    answer = refusing(1, inserted=1, code=Int64(11000))
    answer["writeErrors"][0]["index"] = Int64(1)
    gate.answer(saying(answer))
    with pytest.raises(UniqueKeyViolationError) as failure:
        await Row.objects.insert_stream(rows(range(3)))
    assert numbers_of(failure.value.report) == {  # type: ignore[attr-defined]
        "inserted": [0],
        "rejected": [1],
        "not_sent": [2],
    }


async def test_a_program_that_is_at_fault_is_told_so(gate: Gate) -> None:
    documents = rows(range(3))
    gate.answer(raising(RuntimeError("Event loop is closed"), after_sending=False))
    with pytest.raises(RuntimeError, match="Event loop is closed") as failure:
        await Row.objects.insert_stream(documents)
    assert numbers_of(failure.value.report) == {"not_sent": [0, 1, 2]}  # type: ignore[attr-defined]


async def test_a_server_that_takes_less_than_others(gate: Gate) -> None:
    documents = rows(range(3))
    gate.answer(raising(DocumentTooLarge("more than 1000 bytes"), after_sending=True))
    with pytest.raises(DocumentTooLarge) as failure:
        await Row.objects.insert_stream(documents)
    report = failure.value.report  # type: ignore[attr-defined]
    assert await account(report, documents) == {"not_sent": [0, 1, 2]}


# -- what the server refuses ---------------------------------------------------------------------


async def test_an_unordered_stream_that_raises_tells_of_all_duplicates() -> None:
    await Key.objects.bulk_insert(keys([3, 14]))
    documents = keys([*range(20), 7])
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Key.objects.insert_stream(documents, ordered=False, batch_size=5, in_flight=1)
    error = violation.value
    assert isinstance(error, RuntimeError)
    assert isinstance(error, DuplicateKeyError)
    assert isinstance(error.__cause__, BulkWriteError)
    assert error.details is not None
    assert [entry["index"] for entry in error.details["writeErrors"]] == [3, 14, 20]
    assert error.details["nInserted"] == 18
    assert (error.number, error.key_value) == (3, {"n": 3})
    assert error.__notes__ == ["Document 3 of those that were passed: {'n': 3}"]
    report = error.report  # type: ignore[attr-defined]
    assert (await account(report, documents))["rejected"] == [3, 14, 20]
    (entry,) = [entry for entry in report.rejected if entry.number == 3]
    assert (entry.code, entry.key_pattern, entry.key_value) == (11000, {"n": 1}, {"n": 3})
    assert "E11000" in entry.message


@pytest.mark.usefixtures("mongo")
def test_an_error_names_the_index_of_the_first_document() -> None:
    account = Account(Row, report := BulkReport())
    for first, name in ((10, "b"), (0, "a"), (20, "c")):
        batch = Batch(numbers=list(range(first, first + 10)))
        text = (
            f"E11000 duplicate key error collection: d.c index: {name}_1 dup key: {{ {name}: 1 }}"
        )
        entries = [{"index": place, "code": 11000, "errmsg": text} for place in (3, 5)]
        error = BulkWriteError({"nInserted": 8, "writeErrors": entries, "writeConcernErrors": []})
        answer = RefusalReader(error, batch.numbers, ordered=False, pack=report.rejected.pack)
        account.record(batch, answer.outcome())
    violation = account.error()
    assert isinstance(violation, UniqueKeyViolationError)
    assert violation.index_name == "d.c.$a_1"
    assert violation.details is not None
    numbers = [entry["index"] for entry in violation.details["writeErrors"]]
    assert numbers == [3, 5, 13, 15, 23, 25]


async def test_duplicates_and_worse_are_the_drivers_bulk_write_error(gate: Gate) -> None:
    documents = rows(range(20))
    gate.answer(
        saying(refusing(2, inserted=9, code=11000)), saying(refusing(3, inserted=9, code=121))
    )
    with pytest.raises(BulkWriteError) as failure:
        await Row.objects.insert_stream(documents, ordered=False, batch_size=10, in_flight=1)
    assert not isinstance(failure.value, UniqueKeyViolationError)
    errors = failure.value.details["writeErrors"]
    assert [(entry["index"], entry["code"]) for entry in errors] == [(2, 11000), (13, 121)]
    assert failure.value.details["nInserted"] == 18


async def test_what_comes_after_a_refused_document_of_its_batch_was_not_inserted(
    gate: Gate,
) -> None:
    documents = rows(range(10))
    documents[7]._id = key = ObjectId()
    gate.answer(saying(refusing(4, inserted=4)))
    with pytest.raises(BulkWriteError) as failure:
        await Row.objects.insert_stream(documents)
    assert numbers_of(failure.value.report) == {  # type: ignore[attr-defined]
        "inserted": [0, 1, 2, 3],
        "rejected": [4],
        "not_sent": [5, 6, 7, 8, 9],
    }
    assert [row._id is not None for row in documents[4:]] == [False, False, False, True] + [
        False
    ] * 2
    assert documents[7]._id is key


async def test_a_document_that_is_refused_ends_an_insert_also_where_the_server_counts_all(
    gate: Gate,
) -> None:
    documents = rows(range(10))
    gate.answer(saying(refusing(4, inserted=10)))
    with pytest.raises(BulkWriteError) as failure:
        await Row.objects.insert_stream(documents)
    assert numbers_of(failure.value.report) == {  # type: ignore[attr-defined]
        "inserted": [0, 1, 2, 3],
        "rejected": [4],
        "not_sent": [5, 6, 7, 8, 9],
    }
    assert failure.value.details["nInserted"] == 4
    assert [row._id is not None for row in documents] == [True] * 4 + [False] * 6


@pytest.mark.parametrize("ordered", [True, False])
async def test_a_connection_that_dies_later_does_not_hide_what_was_refused(
    gate: Gate, ordered: bool
) -> None:
    documents = rows(range(30))
    gate.answer(saying(refusing(2, inserted=2 if ordered else 9)))
    gate.answer(raising(AutoReconnect("gone"), after_sending=True))
    with pytest.raises(BulkWriteError if ordered else AutoReconnect) as failure:
        await Row.objects.insert_stream(documents, ordered=ordered, batch_size=10, in_flight=1)
    sets = numbers_of(failure.value.report)
    assert sets["rejected"] == [2]
    assert sets.get("unknown", []) == ([] if ordered else list(range(10, 20)))


# -- write concern -------------------------------------------------------------------------------

UNCONFIRMED = {"code": 64, "errmsg": "waiting for replication timed out"}


@pytest.mark.parametrize("on_error", ["raise", "collect"])
@pytest.mark.parametrize("ordered", [True, False])
async def test_a_write_concern_that_fails(gate: Gate, ordered: bool, on_error: Any) -> None:
    documents = rows(range(30))
    details = {"nInserted": 10, "writeErrors": [], "writeConcernErrors": [UNCONFIRMED]}
    gate.answer(None, saying(details))
    report = BulkReport()

    async def insert() -> None:
        await Row.objects.insert_stream(
            documents, ordered=ordered, on_error=on_error, batch_size=10, in_flight=1, report=report
        )

    if on_error == "raise":
        with pytest.raises(BulkWriteError) as failure:
            await insert()
        assert failure.value.details["writeConcernErrors"] == [UNCONFIRMED]
        assert failure.value.details["nInserted"] == (20 if ordered else 30)
    else:
        await insert()
    assert report.unconfirmed.ranges == (range(10, 20),)
    assert report.inserted.ranges == ((range(10),) if ordered else (range(10), range(20, 30)))
    assert report.settled == report.inserted  # a checkpoint must not pass what may be lost yet
    assert not report.ok
    assert all(row._is_persisted for row in documents[:20])


async def test_a_refused_document_is_worse_than_a_write_concern(gate: Gate) -> None:
    details = refusing(1, inserted=1, code=11000) | {"writeConcernErrors": [UNCONFIRMED]}
    gate.answer(saying(details))
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Row.objects.insert_stream(rows(range(3)))
    assert violation.value.details is not None
    assert violation.value.details["writeConcernErrors"] == [UNCONFIRMED]
    report = violation.value.report  # type: ignore[attr-defined]
    assert numbers_of(report) == {"unconfirmed": [0], "rejected": [1], "not_sent": [2]}
    assert list(report.settled) == [1]


# -- what is refused before it is sent -----------------------------------------------------------


class Anything(Document):
    value = BaseField()
    word = StringField(required=True)


def nested(levels: int, kind: Any = dict) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = kind(a=value)
    return value


REFUSED = {
    "not valid": lambda: Anything(),
    "no value of BSON": lambda: Anything(word="x", value=object()),
    "too large": lambda: Anything(word="x" * (16 * 1024 * 1024)),
    "too deep": lambda: Anything(word="x", value=nested(180)),
    "too deep, of dicts that only PyMongo knows": lambda: Anything(
        word="x", value=nested(180, OrderedDict)
    ),
    "too deep, of bytes": lambda: Anything(
        word="x", value=RawBSONDocument(bson.encode(nested(180)))
    ),
    "far too deep": lambda: Anything(word="x", value=nested(5000)),
    "no document of the class": lambda: Row(n=1),
    "no document at all": lambda: {"word": "x"},
}


@pytest.mark.parametrize("made", REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_stored_is_left_out_before_sending(made: Any) -> None:
    documents = [Anything(word="a"), made(), Anything(word="b"), made(), Anything(word="c")]
    report = await Anything.objects.insert_stream(documents, ordered=False, on_error="collect")
    assert numbers_of(report) == {"inserted": [0, 2, 4], "rejected": [1, 3]}
    assert all(entry.code is None and entry.message for entry in report.rejected)
    assert await Anything.objects.count() == 3


@pytest.mark.parametrize("made", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("name", ["bulk_insert", "insert_stream"])
async def test_what_cannot_be_stored_is_a_value_error(name: str, made: Any) -> None:
    documents = [Anything(word="a"), Anything(word="b"), made(), Anything(word="c")]
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the text depends on why
        await getattr(Anything.objects, name)(documents)
    sets = numbers_of(refusal.value.report)  # type: ignore[attr-defined]
    assert sets["rejected"] == [2]
    # How many a stream has taken by then depends on how fast the machine is.
    after = list(range(3, refusal.value.report.taken))  # type: ignore[attr-defined]
    assert sets.get("not_sent", []) == ([0, 1, 3] if name == "bulk_insert" else after)
    assert await Anything.objects.count() == (0 if name == "bulk_insert" else 2)
    assert documents[3]._id is None


class Address(Document):
    street = StringField(required=True)


class Person(Document):
    name = StringField(required=True)
    age = IntField(min_value=0)
    homes = ListField(EmbeddedDocumentField(Address))


@pytest.mark.parametrize("name", ["bulk_insert", "insert_stream"])
async def test_an_entry_has_all_that_is_wrong_with_a_document(name: str) -> None:
    wrong = Person(age=-1, homes=[Address(street="a"), Address()])
    report = BulkReport()
    with pytest.raises(ValueError, match="Validation for document 1 ") as refusal:
        await getattr(Person.objects, name)([Person(name="a"), wrong], report=report)
    (entry,) = report.rejected
    assert entry.errors == tuple(wrong.validation_errors())
    assert [error.path for error in entry.errors] == ["name", "age", "homes.1.street"]
    assert entry.message == str(refusal.value)
    assert entry.to_dict()["errors"][0] == {
        "path": "name",
        "code": "required",
        "message": "Field 'name' is required.",
    }


async def test_an_entry_names_the_value_that_cannot_be_stored() -> None:
    documents = [Anything(word="a"), Anything(word="b", value=[1, object()])]
    report = await Anything.objects.insert_stream(documents, ordered=False, on_error="collect")
    (entry,) = report.rejected
    assert [error.path for error in entry.errors] == ["value.1"]
    assert "Field 'value' must be valid" in entry.message


async def test_a_document_as_deep_as_can_be_goes_in() -> None:
    assert (await Anything.objects.insert_stream([Anything(word="x", value=nested(179))])).ok
    wide = Anything(word="x", value=[{"a": n, "b": [n]} for n in range(500)])
    assert (await Anything.objects.insert_stream([wide])).ok


async def test_a_validate_that_says_no_refuses_that_document() -> None:
    class Shy(Document):
        n = IntField()

        def validate(self) -> bool:
            return self.n % 3 != 0

    documents = [Shy(n=n) for n in range(1, 10)]
    report = await Shy.objects.insert_stream(documents, ordered=False, on_error="collect")
    assert numbers_of(report) == {"inserted": [0, 1, 3, 4, 6, 7], "rejected": [2, 5, 8]}
    account_of_list = BulkReport()
    assert await Shy.objects.bulk_insert([Shy(n=n) for n in (1, 3, 5)], report=account_of_list) is (
        None
    )
    assert numbers_of(account_of_list) == {"rejected": [1], "not_sent": [0, 2]}
    with pytest.raises(ValueError, match="Validation for document 0 in the documents"):
        await Shy.objects.insert_stream([Shy(n=3)])


@pytest.mark.parametrize("way", ["told to stop", "closed"])
async def test_a_source_that_complains_of_a_lost_connection_does_not_hide_it(
    gate: Gate, way: str
) -> None:
    async def source() -> AsyncIterator[Row]:
        try:
            for row in rows(range(10)):
                yield row
            if way == "closed":
                for row in rows(range(1000)):
                    yield row
            await asyncio.Event().wait()
        finally:
            raise LookupError("nobody takes anything")

    gate.answer(raising(AutoReconnect("gone"), after_sending=True))
    with pytest.raises(AutoReconnect) as failure:
        await Row.objects.insert_stream(source(), batch_size=10)
    assert type(failure.value.__cause__) is AutoReconnect


async def test_no_exception_of_progress_is_swallowed() -> None:
    class Enough(BaseException):
        pass

    def progress(report: BulkReport) -> None:
        raise Enough

    documents, report = rows(range(30)), BulkReport()
    with pytest.raises(Enough):
        await Row.objects.insert_stream(documents, batch_size=10, report=report, progress=progress)
    assert (await account(report, documents))["inserted"] == list(range(10))


async def test_each_document_is_validated_once() -> None:
    class Choosy(Document):
        n = IntField()

        def validate(self) -> bool:
            seen.append(self.n)
            return self.n % 4 > 0

    seen: list[int] = []
    source = (Choosy(n=n) for n in range(20))
    await Choosy.objects.insert_stream(source, ordered=False, on_error="collect")
    assert seen == list(range(20))
    seen.clear()
    assert await Choosy.objects.bulk_insert([Choosy(n=n) for n in range(1, 9)]) is None
    assert seen == [1, 2, 3, 4]


async def test_an_on_save_that_raises_refuses_that_document() -> None:
    def double(document: Any, creating: bool) -> int:
        if document.n == 2:
            raise LookupError("not two")
        return 2 * int(document.n)

    class Hooked(Document):
        n = IntField()
        twice = IntField(on_save=double)

    documents = [Hooked(n=n) for n in range(4)]
    report = await Hooked.objects.insert_stream(documents, ordered=False, on_error="collect")
    assert numbers_of(report) == {"inserted": [0, 1, 3], "rejected": [2]}
    assert report.rejected[0].message == "not two"
    with pytest.raises(LookupError, match="not two") as failure:
        await Hooked.objects.insert_stream([Hooked(n=n) for n in range(4)])
    sets = numbers_of(failure.value.report)  # type: ignore[attr-defined]
    assert sets.pop("not_sent", [3]) == [3]  # it may not have been taken from the source yet
    assert sets == {"inserted": [0, 1], "rejected": [2]}


async def test_a_duplicate_is_worse_than_a_document_that_is_not_valid() -> None:
    documents = [Key(n=1), Key(n="x"), Key(n=1)]
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Key.objects.insert_stream(documents, ordered=False)
    assert numbers_of(violation.value.report) == {  # type: ignore[attr-defined]
        "inserted": [0],
        "rejected": [1, 2],
    }


# -- documents and lists that change -------------------------------------------------------------


async def test_one_object_at_several_places_is_one_document() -> None:
    row, other = Row(n=1), Row(n=2)
    for size in (10, 1, 2):
        given = [row, other, row, row]
        report = await Row.objects.insert_stream(
            given, batch_size=size, ordered=False, on_error="collect"
        )
        assert len(report.rejected) in (2, 4)
        await account(report, given)
        assert row._is_persisted
    assert sorted(await stored()) == [1, 2]


async def test_an_object_that_may_be_in_at_one_place_keeps_its_id_at_the_others(
    gate: Gate,
) -> None:
    row = Row(n=1)
    gate.answer(raising(AutoReconnect("gone"), after_sending=True))
    gate.answer(saying(refusing(0, inserted=0, code=11000)))
    gate.shut()
    task = asyncio.ensure_future(Row.objects.insert_stream([row, row], batch_size=1, ordered=False))
    await gate.arrival(2)
    gate.open()
    with pytest.raises(AutoReconnect) as failure:
        await task
    sets = numbers_of(failure.value.report)  # type: ignore[attr-defined]
    assert sets == {"unknown": [0], "rejected": [1]}
    assert row._id is not None
    assert not row._is_persisted


@pytest.mark.parametrize("end", ["raises", "cancelled", "progress"])
async def test_what_a_call_that_failed_after_all_has_inserted_is_not_copied(end: str) -> None:
    documents, report = rows(range(4)), BulkReport()

    async def source() -> AsyncIterator[Row]:
        for row in documents:
            yield row
        if end == "raises":
            raise LookupError("no more")
        waits.set()
        await asyncio.Event().wait()

    def progress(report: BulkReport) -> None:
        if end == "progress":
            raise LookupError("cannot draw")
        inserted.set()

    waits, inserted = asyncio.Event(), asyncio.Event()
    task = asyncio.ensure_future(
        Row.objects.insert_stream(source(), batch_size=4, report=report, progress=progress)
    )
    if end == "cancelled":
        await waits.wait()
        await inserted.wait()
        task.cancel()
    with pytest.raises((LookupError, asyncio.CancelledError)):
        await task
    assert report.ok
    again = await Row.objects.insert_stream(documents, ordered=False, on_error="collect")
    assert numbers_of(again) == {"rejected": [0, 1, 2, 3]}
    assert await stored() == [0, 1, 2, 3]


async def test_a_list_that_others_change_meanwhile() -> None:
    given = rows(range(100))
    before = list(given)

    def progress(report: BulkReport) -> None:
        given.clear()

    class Clearing(Document):
        n = IntField(on_save=lambda document, creating: (given.clear(), document.n)[1])

    assert await Row.objects.bulk_insert(given, progress=progress) is given
    assert await stored() == [row.n for row in before]
    given[:] = [Clearing(n=n) for n in range(10)]  # type: ignore[misc]
    await Clearing.objects.bulk_insert(given)  # type: ignore[arg-type]
    assert await stored(Clearing) == list(range(10))


async def test_progress_is_given_the_report_of_the_call_which_goes_on(mongo: Mongo) -> None:
    seen: list[tuple[BulkReport, dict[str, Any], int]] = []

    def progress(report: BulkReport) -> None:
        done = sum(map(len, numbers_of(report).values()))
        seen.append((report, report.to_dict(), report.taken - done))

    report = await Row.objects.insert_stream(rows(range(30)), batch_size=10, progress=progress)
    assert all(given is report for given, _, _ in seen)
    assert [account["inserted"] for _, account, _ in seen] == [[[0, 9]], [[0, 19]], [[0, 29]]]
    assert [under_way % 10 for _, _, under_way in seen] == [0, 0, 0]
    assert seen[-1][2] == 0


async def test_a_progress_that_raises_ends_the_stream() -> None:
    def progress(report: BulkReport) -> None:
        raise LookupError("cannot draw")

    with pytest.raises(LookupError, match="cannot draw") as failure:
        await Row.objects.insert_stream(rows(range(100)), batch_size=10, progress=progress)
    sets = numbers_of(failure.value.report)  # type: ignore[attr-defined]
    assert sets["inserted"] == list(range(10))
    assert await stored() == list(range(10))


async def test_documents_in_hand_at_the_end_are_what_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Text(Document):
        text = StringField()

    def progress(report: BulkReport) -> None:
        raise LookupError("cannot draw")

    # All are taken and get their ids at once, and only so many bytes are sent.
    monkeypatch.setattr(inserting, "Pace", Hurried)
    saved = await Text.objects.create(text="s")
    new = [Text(text="n" * 300_000) for _ in range(20)]
    before = saved._id
    with pytest.raises(LookupError, match="cannot draw") as failure:
        await Text.objects.insert_stream([*new, saved], in_flight=1, progress=progress)
    report = failure.value.report  # type: ignore[attr-defined]
    assert 0 < len(report.inserted) < 10
    assert [it._id is not None for it in new] == [n in report.inserted for n in range(20)]
    assert (saved._id, saved._is_persisted) == (before, True)


@pytest.mark.parametrize("kinds", ["one class", "a class with another below it"])
async def test_a_validate_of_one_instance_refuses_that_one(kinds: str) -> None:
    class Item(Document):
        n = IntField()

    if kinds != "one class":
        type("Below", (Item,), {})
    items = [Item(n=n) for n in range(40)]
    vars(items[27])["validate"] = lambda: False
    report = await Item.objects.insert_stream(items, ordered=False, on_error="collect")
    assert [entry.number for entry in report.rejected] == [27]
    assert len(report.inserted) == 39


@pytest.mark.parametrize(
    "error", [OversizeDocumentError("it is large"), FalsyValidationError(3, Row)]
)
def test_errors_can_be_sent_to_another_process(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.args) == (type(error), str(error), error.args)

"""save, create, update and delete, when the server's answer makes no sense."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from bson.errors import InvalidBSON
from pymongo.errors import AutoReconnect, OperationFailure, ProtocolError
from pymongo.results import DeleteResult, UpdateResult

from aiomotorengine import BaseField, Document
from tests.harness import Mongo
from tests.integration.collections import replace_collection

pytestmark = [pytest.mark.usefixtures("mongo"), pytest.mark.forged]


class Note(Document):
    n = BaseField()


class Forger:
    """A collection of the driver whose next call does not go to the server.

    Attributes:
        answer: what it returns, or raises.
    """

    def __init__(self, collection: Any) -> None:
        self.answer: Any = None
        self._collection = collection

    def with_options(self, **options: Any) -> Forger:
        return self

    def __getattr__(self, name: str) -> Any:
        if self.answer is None or name not in (
            "insert_one",
            "replace_one",
            "update_many",
            "delete_one",
            "delete_many",
        ):
            return getattr(self._collection, name)
        return self.forge

    async def forge(self, *args: Any, **options: Any) -> Any:
        answer, self.answer = self.answer, None
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def forger(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forger]:
    forger = Forger(Note.objects.coll())
    replace_collection(monkeypatch, forger)
    return forger


async def saved_note() -> Note:
    note = await Note.objects.create(n=1)
    assert note is not None
    return note


WRITES = {
    "save": lambda note: note.save(),
    "create": lambda note: Note.objects.create(n=2),
    "update": lambda note: Note.objects.update({Note.n: 2}),
    "delete": lambda note: note.delete(),
    "delete all": lambda note: Note.objects.delete(),
}

TRIPS = [
    KeyError("n"),
    IndexError("list index out of range"),
    TypeError("'int' object is not iterable"),
    AttributeError("'int' object has no attribute 'get'"),
    InvalidBSON("objsize too large"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    OperationFailure("None", None, {"n": 1}),
    OperationFailure("None", None, {}),
    ValueError("Unknown compressorId 0"),
]


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("error", TRIPS, ids=lambda error: type(error).__name__)
async def test_what_the_driver_trips_over_is_a_protocol_error(
    forger: Forger, write: Any, error: Exception
) -> None:
    note = await saved_note()
    forger.answer = error
    with pytest.raises(ProtocolError) as failure:
        await write(note)
    assert failure.value.__cause__ is error
    assert type(error).__name__ in str(failure.value)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
async def test_a_protocol_error_keeps_the_labels_of_the_drivers(forger: Forger, write: Any) -> None:
    note = await saved_note()
    forger.answer = OperationFailure("None", None, {"errorLabels": ["TransientTransactionError"]})
    with pytest.raises(ProtocolError) as failure:
        await write(note)
    assert failure.value.has_error_label("TransientTransactionError")


@pytest.mark.parametrize("number", [None, "1", True, -1, 1.5])
async def test_a_number_that_is_none_is_a_protocol_error(forger: Forger, number: Any) -> None:
    note = await saved_note()
    for write, answer in (
        (Note.objects.update({Note.n: 2}), UpdateResult({"n": number, "nModified": 0}, True)),
        (Note.objects.delete(), DeleteResult({"n": number}, True)),
        (note.delete(), DeleteResult({"n": number}, True)),
    ):
        forger.answer = answer
        with pytest.raises(ProtocolError):
            await write


async def test_a_document_whose_insert_has_no_usable_answer_keeps_its_id(forger: Forger) -> None:
    note = Note(n=1)
    forger.answer = KeyError("n")
    with pytest.raises(ProtocolError):
        await note.save()
    id = note._id
    assert id is not None
    await note.save()
    assert (note._id, await Note.objects.count()) == (id, 1)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("error", [AutoReconnect("gone"), RuntimeError("Event loop is closed")])
async def test_other_errors_stay_what_they_are(
    forger: Forger, write: Any, error: Exception
) -> None:
    note = await saved_note()
    forger.answer = error
    with pytest.raises(type(error)) as failure:
        await write(note)
    assert failure.value is error


@pytest.mark.parametrize(
    "value", [pytest.param(object(), id="object()"), 2**70, {1, 2}, "\ud800", {5: 1}], ids=repr
)
async def test_a_value_that_cannot_be_sent_is_no_fault_of_the_server(
    value: Any, forger: Forger
) -> None:
    for note in Note(n=value), await saved_note():
        note.n = value
        with pytest.raises(Exception) as failure:  # noqa: PT011  # which one is the driver's affair
            await note.save()
        assert not isinstance(failure.value, ProtocolError)


async def test_a_key_that_no_document_may_have_is_no_fault_of_the_server(mongo: Mongo) -> None:
    class Odd(Document):
        pass

    odd = Odd.from_son({"$n": 1})
    odd._id, odd._is_persisted = 1, False
    with pytest.raises(ValueError, match="replacement can not include"):
        await odd.save()

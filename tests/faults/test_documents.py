"""Documents that cannot be stored, and code of the user's that does what it should not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pymongo.errors import DocumentTooLarge

from aiomotorengine import BaseField, Document, IntField, StringField
from tests.faults.contract import Trial
from tests.faults.laboratory import Item, Laboratory, items
from tests.faults.wire_faults import Held, cut_after, cut_before

pytestmark = pytest.mark.usefixtures("codec")

calls = pytest.mark.parametrize("call", ["bulk", "stream, unordered"])


class CannotBeStored:
    """A value that BSON has no type for."""


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


UNSTORABLE: dict[str, Callable[[], Any]] = {
    "too large": lambda: "x" * (16 * 1024 * 1024),
    "too deep": lambda: nested(200),
    "no type": CannotBeStored,
    "too large a number": lambda: 2**64,
    "a key that is no text": lambda: {1: CannotBeStored()},
    "half a surrogate": lambda: "\ud800",
}


@pytest.mark.parametrize("kind", UNSTORABLE)
@calls
async def test_a_document_that_cannot_be_stored(lab: Laboratory, call: str, kind: str) -> None:
    documents = items(12)
    documents[6] = Item(number=6, more=UNSTORABLE[kind]())
    trial = Trial(lab, documents, refused={6})
    await trial.run(call)
    assert isinstance(trial.error, ValueError)
    assert "document 6 " in str(trial.error)
    assert isinstance(trial.error, DocumentTooLarge) == (kind == "too large")
    assert [entry.number for entry in trial.report.rejected] == [6]
    if "bulk" in call:
        assert len(trial.report.not_sent) == 11
    elif call == "stream":
        assert trial.report.inserted.ranges == (range(6),)
    else:
        assert len(trial.report.inserted) == 11
    await trial.check()


@pytest.mark.parametrize("cut", [cut_before, cut_after])
async def test_refused_here_and_then_lost(lab: Laboratory, cut: Any) -> None:
    lab.connect(retryWrites=False)
    documents = items(16)
    documents[1].number = None
    lab.proxy.plan(None, None, cut)
    trial = Trial(lab, documents, refused={1})
    await trial.run("stream, unordered", on_error="collect", in_flight=1)
    assert [entry.number for entry in trial.report.rejected] == [1]
    assert len(trial.report.unknown) == 4
    await trial.check()


# -- the user's code -----------------------------------------------------------------------------


planned: dict[tuple[str, int], Callable[[Any], None]] = {}
"""What a hook does when it is called for the document of a number, besides its duty."""


@contextmanager
def mischief(hook: str, number: int, do: Callable[[Any], None]) -> Iterator[None]:
    planned[hook, number] = do
    try:
        yield
    finally:
        planned.clear()


def called(hook: str, document: Any) -> str:
    planned.get((hook, document.number), lambda document: None)(document)
    return "called"


class MischievousField(BaseField[Any]):
    """A field whose value is the document itself."""

    def to_son(self, value: Any) -> Any:
        return None if value is None else called("to_son", value)


class MischievousItem(Document):
    number = IntField(required=True)
    itself = MischievousField()
    text = StringField(on_save=lambda document, creating: called("on_save", document))


def mischievous(count: int) -> list[Any]:
    documents = [MischievousItem(number=number) for number in range(count)]
    for document in documents:
        document.itself = document
    return documents


def raise_one(document: Any) -> None:
    raise RuntimeError("mischief")


@pytest.fixture(autouse=True)
def cleared(lab: Laboratory) -> Iterator[None]:
    yield
    lab.observer.collection(MischievousItem).delete_many({})


@pytest.mark.parametrize("hook", ["to_son", "on_save"])
@calls
async def test_a_hook_that_raises(lab: Laboratory, call: str, hook: str) -> None:
    trial = Trial(lab, mischievous(12), interrupting=(RuntimeError,))
    with mischief(hook, 5, raise_one):
        await trial.run(call)
    assert "mischief" in str(trial.error)
    assert [entry.number for entry in trial.report.rejected] == [5]
    await trial.check()


@pytest.mark.parametrize("hook", ["to_son", "on_save"])
@calls
async def test_a_hook_that_changes_the_list(lab: Laboratory, call: str, hook: str) -> None:
    given = mischievous(12)
    trial = Trial(lab, given)

    def shorten(document: Any) -> None:
        del given[8:]

    with mischief(hook, 5, shorten):
        await trial.run(call, source=given)
    assert trial.error is None
    if "bulk" in call:
        assert trial.report.inserted.ranges == (range(12),)
    await trial.check()


@calls
async def test_a_hook_that_changes_its_document(lab: Laboratory, call: str) -> None:
    trial = Trial(lab, mischievous(12))

    def change(document: Any) -> None:
        document.text = "changed"
        document.extra = [1, 2]
        document._id = None

    with mischief("to_son", 5, change):
        await trial.run(call)
    stored = {row["number"]: row["_id"] for row in trial.stored()}
    assert len(stored) == len(trial.stored()) == len(trial.report.inserted)
    trial.documents[5]._id = stored.get(5)
    trial.check_partition()
    trial.check_truth()


@calls
async def test_the_same_object_twice(lab: Laboratory, call: str) -> None:
    documents = items(10)
    documents[7] = documents[2]
    trial = Trial(lab, documents)
    await trial.run(call)
    (rejected,) = trial.report.rejected
    assert rejected.number in ((2, 7) if call == "stream, unordered" else (7,))
    await trial.check()


@calls
async def test_the_same_object_twice_and_the_connection_dies(lab: Laboratory, call: str) -> None:
    lab.connect(retryWrites=False)
    documents = items(10)
    documents[7] = documents[2]
    lab.proxy.plan(cut_after)
    trial = Trial(lab, documents)
    await trial.run(call)
    await trial.check()


@pytest.mark.parametrize("call", ["bulk", "bulk, unordered"])
async def test_a_list_that_another_task_changes(lab: Laboratory, call: str) -> None:
    held = Held()
    lab.proxy.plan(held)
    given = items(10)
    trial = Trial(lab, given)
    inserting = asyncio.ensure_future(
        Item.objects.bulk_insert(given, ordered=call == "bulk", report=trial.report)
    )
    await held.arrived()
    given.clear()
    held.let_go()
    assert await inserting is given
    assert trial.report.inserted.ranges == (range(10),)
    await trial.check()

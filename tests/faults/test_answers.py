"""Answers that make no sense, to inserts of every kind and to the other verbs."""

from __future__ import annotations

import pytest
from bson import ObjectId
from pymongo.errors import ProtocolError, PyMongoError

from tests.faults.contract import Trial
from tests.faults.laboratory import Item, Laboratory, items
from tests.faults.wire_faults import FORGERIES, changed, write_error

pytestmark = pytest.mark.forged


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_answer(lab: Laboratory, forgery: str) -> None:
    lab.connect(retryWrites=False, socketTimeoutMS=10_000)
    lab.proxy.plan(FORGERIES[forgery])
    trial = Trial(lab, items(6))
    await trial.run("stream")
    assert isinstance(trial.error, ProtocolError), repr(trial.error)
    assert trial.report.unknown.ranges == (range(4),)
    await trial.check()


async def test_all_are_in_and_one_is_refused(lab: Laboratory) -> None:
    """Only an ordered insert may be answered like this: into a time series."""
    lab.connect(retryWrites=False)
    lab.proxy.plan(changed(writeErrors=[write_error()]))
    trial = Trial(lab, items(4))  # one batch: of two, the later may arrive first
    await trial.run("stream, unordered")
    assert isinstance(trial.error, ProtocolError), repr(trial.error)
    assert trial.report.unknown.ranges == (range(4),)
    await trial.check()


@pytest.mark.parametrize(
    "forgery", ["n missing", "ok missing", "nothing", "no bson", "another opcode", "length huge"]
)
async def test_a_forged_answer_to_a_save(lab: Laboratory, forgery: str) -> None:
    lab.connect(retryWrites=False, socketTimeoutMS=10_000)
    lab.proxy.plan(FORGERIES[forgery])
    item = Item(number=1)
    try:
        await item.save()
    except PyMongoError:
        assert isinstance(item._id, ObjectId)
        lab.proxy.plan()
        await item.save()
    assert [row["_id"] for row in lab.observer.stored(Item)] == [item._id]


@pytest.mark.parametrize("forgery", ["no bson", "nothing", "n a text", "ok missing"])
async def test_a_forged_answer_to_an_update_and_a_delete(lab: Laboratory, forgery: str) -> None:
    lab.connect(retryWrites=False, socketTimeoutMS=10_000)
    for command in ("update", "delete"):
        lab.proxy.plan(FORGERIES[forgery], command=command)
    with pytest.raises(PyMongoError):
        await Item.objects.filter(number=1).update({Item.text: "x"})
    with pytest.raises(PyMongoError):
        await Item.objects.filter(number=1).delete()
    assert await Item.objects.count() == 0


async def test_more_than_the_server_should_say(lab: Laboratory) -> None:
    lab.proxy.plan(changed(nonsense={"a": 1}, electionId="x"))
    trial = Trial(lab, items(6))
    await trial.run("stream")
    assert trial.error is None
    await trial.check()


@pytest.mark.parametrize("call", ["stream", "stream, unordered"])
async def test_nonsense_after_batches_that_went_well(lab: Laboratory, call: str) -> None:
    lab.proxy.plan(None, None, changed(n=2))
    trial = Trial(lab, items(20))
    await trial.run(call)
    assert isinstance(trial.error, ProtocolError)
    await trial.check()

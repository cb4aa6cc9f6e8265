"""How many documents are sent at once where many are refused."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import BulkWriteError
from pymongo.results import BulkWriteResult

from aiomotorengine.bulk.batching import (
    OF_A_STREAM,
    AdaptiveBatchSize,
    Limits,
    stream_limits,
)
from tests.bulk.gate import Gate, gated, sent
from tests.bulk.models import Row, rows
from tests.harness import Mongo


def sizes_of(size: AdaptiveBatchSize, shares: list[float]) -> list[int]:
    """The sizes of batches of which such shares are refused."""
    sizes = []
    for share in shares:
        sizes.append(size.current)
        size.answered(size.current, round(size.current * share))
    return sizes


def test_it_doubles_until_a_batch_is_as_large_as_it_may_be() -> None:
    size = AdaptiveBatchSize(Limits(1100, 10**6), goes_on=True)
    assert sizes_of(size, [0] * 6) == [125, 250, 500, 1000, 1100, 1100]


def test_as_many_are_refused_as_the_driver_should_go_through_at_once() -> None:
    size = AdaptiveBatchSize(Limits(1000, 10**6), goes_on=True)
    assert sizes_of(size, [1, 1, 0, 0, 0, 0.25, 0.5, 1, 0.1, 0]) == [
        *(125, 125, 125, 250, 500, 1000, 500, 250, 125, 250)
    ]


def test_what_small_batches_tell_is_not_believed_of_larger_ones() -> None:
    size = AdaptiveBatchSize(Limits(1000, 10**6), goes_on=True)
    for _ in range(5):
        size.answered(1, 0)  # documents that are as large as a batch may be
    assert size.current == 125


def test_no_batch_is_ever_empty() -> None:
    size = AdaptiveBatchSize(Limits(10**5, 10**6), goes_on=True)
    size.answered(1, 1_000_000)  # more than there were: nobody checks here
    assert size.current == 1


@pytest.mark.parametrize(
    ("limits", "goes_on"),
    [(stream_limits([], 700, None), True), (OF_A_STREAM, False)],
    ids=["the caller's number", "the server stops at the first"],
)
def test_where_there_is_nothing_to_learn_it_stays(limits: Limits, goes_on: bool) -> None:
    assert sizes_of(AdaptiveBatchSize(limits, goes_on=goes_on), [0, 1, 1]) == [limits.documents] * 3


def test_it_is_no_larger_than_a_batch() -> None:
    assert AdaptiveBatchSize(Limits(10, 1000), goes_on=True).current == 10


# -- in a call -------------------------------------------------------------------------------------


@pytest.fixture
def gate(mongo: Mongo, codec: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    with gated(Row, monkeypatch) as gate:
        yield gate


def refuse_all(documents: list[Any]) -> Any:
    sent(documents)
    entries = [
        {"index": place, "code": 121, "errmsg": "no", "op": document}
        for place, document in enumerate(documents)
    ]
    raise BulkWriteError({"nInserted": 0, "writeErrors": entries, "writeConcernErrors": []})


def take_all(documents: list[Any]) -> Any:
    sent(documents)
    return BulkWriteResult({"nInserted": len(documents)}, True)


async def test_a_stream_whose_documents_are_taken_has_larger_batches(gate: Gate) -> None:
    gate.answer(*[take_all] * 10)
    await Row.objects.insert_stream(rows(range(2000)), ordered=False, in_flight=1)
    assert [len(batch) for batch in gate.calls] == [125, 250, 500, 1000, 125]


async def test_a_stream_whose_documents_are_refused_has_small_ones(gate: Gate) -> None:
    gate.answer(*[refuse_all] * 10)
    with pytest.raises(BulkWriteError) as failure:
        await Row.objects.insert_stream(
            rows(range(1000)), ordered=False, in_flight=1, max_wait=None
        )
    assert len(failure.value.details["writeErrors"]) == 1000
    assert [len(batch) for batch in gate.calls] == [125] * 8


async def test_an_error_has_a_list_of_a_few_and_a_sequence_of_many(gate: Gate) -> None:
    for count in (1000, 1250):
        gate.answer(*[refuse_all] * 10)
        with pytest.raises(BulkWriteError) as failure:
            await Row.objects.insert_stream(
                rows(range(count)), ordered=False, batch_size=250, max_wait=None
            )
        errors = failure.value.details["writeErrors"]
        assert [entry["index"] for entry in errors] == list(range(count))
        assert isinstance(errors, list) == (count == 1000)
        gate.forget()


async def test_so_has_a_list(gate: Gate) -> None:
    gate.answer(*[refuse_all] * 10)
    documents = rows(range(1000))
    with pytest.raises(BulkWriteError):
        await Row.objects.bulk_insert(documents, ordered=False)
    assert [len(batch) for batch in gate.calls] == [125] * 8
    assert [row._id for row in documents] == [None] * 1000


async def test_a_list_that_is_taken_has_larger_ones(gate: Gate) -> None:
    gate.answer(*[take_all] * 10)
    documents = rows(range(3000))
    await Row.objects.bulk_insert(documents, ordered=False)
    sizes = [len(batch) for batch in gate.calls]
    assert sizes[:2] == [125, 125]  # two are on their way at once, and know nothing of each other
    assert max(sizes) > 500
    assert sum(sizes) == 3000
    assert all(row._is_persisted for row in documents)


@pytest.mark.parametrize("ordered", [True, False])
async def test_a_number_of_the_callers_is_what_is_sent(gate: Gate, ordered: bool) -> None:
    gate.answer(*[take_all] * 10)
    await Row.objects.insert_stream(
        rows(range(2000)), ordered=ordered, batch_size=900, max_wait=None
    )
    assert [len(batch) for batch in gate.calls] == [900, 900, 200]


@pytest.mark.parametrize("call", ["insert_stream", "bulk_insert"])
async def test_one_refusal_ends_what_is_ordered_so_that_all_goes_at_once(
    gate: Gate, call: str
) -> None:
    gate.answer(take_all)
    await getattr(Row.objects, call)(rows(range(1000)))
    assert [len(batch) for batch in gate.calls] == [1000]

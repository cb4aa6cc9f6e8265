"""What the documents of a batch become: what they were, or what is known of them."""

from __future__ import annotations

from typing import Any

import pytest
from bson.codec_options import CodecOptions
from bson.objectid import ObjectId

from aiomotorengine.bulk.batch import Batch, InsertedByCall, InsertedInTransaction, MaybeInserted
from aiomotorengine.bulk.outcome import Outcome
from aiomotorengine.bulk.preparing import give_ids
from tests.bulk.models import Row

inserted, maybe = InsertedByCall(), MaybeInserted()

OPTIONS: CodecOptions[Any] = CodecOptions()


def batch_of(*documents: Any) -> Batch:
    """The documents with their ids, as they are sent."""
    batch = Batch(list(range(len(documents))), list(documents))
    give_ids(batch)
    return batch


def test_what_was_not_sent_is_what_it_was() -> None:
    key = ObjectId()
    new, preset, loaded = Row(n=1), Row(n=2), Row(n=3)
    preset._id, loaded._id, loaded._is_persisted = key, key, True
    batch = batch_of(new, preset, loaded)
    assert preset._id is key
    assert len({key, new._id, loaded._id}) == 3  # a loaded document is inserted as a copy
    batch.restore()
    assert (new._id, preset._id, loaded._id) == (None, key, key)
    assert (new._is_persisted, loaded._is_persisted) == (False, True)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_object_at_two_places_becomes_what_it_was(order: tuple[int, int]) -> None:
    twice = Row(n=1)
    batches = [batch_of(twice, Row(n=2)), batch_of(Row(n=3), twice, twice)]
    for place in order:
        batches[place].restore()
    assert (twice._id, twice._is_persisted) == (None, False)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("other", [Outcome(untouched=range(1)), Outcome(unknown=range(1))])
def test_an_object_that_is_in_by_one_place_counts_as_saved(
    order: tuple[int, int], other: Outcome
) -> None:
    twice = Row(n=1)
    batches = [batch_of(twice), batch_of(twice)]
    key = twice._id
    outcomes = [Outcome(written=range(1)), other]
    for place in order:
        batches[place].apply(outcomes[place], inserted, maybe, OPTIONS)
    assert (twice._id, twice._is_persisted) == (key, inserted)


def test_a_document_that_someone_else_saved_stays_saved() -> None:
    document = Row(n=1)
    batch = batch_of(document)
    key = document._id
    document._is_persisted = True
    batch.restore()
    assert (document._id, document._is_persisted) == (key, True)


def test_in_a_transaction_what_is_unknown_is_doubtful() -> None:
    document = Row(n=1)
    in_transaction = InsertedInTransaction(transaction=object())
    batch_of(document).apply(Outcome(unknown=range(1)), in_transaction, maybe, OPTIONS)
    assert document._is_persisted is maybe


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 5), (0, 4), (0, 2), (1, 3), (2, 5), (0, 0), (0, 9)]
)
def test_what_is_cut_out_goes_in_order(start: int, stop: int) -> None:
    documents = [Row(n=n) for n in range(5)]
    batch = batch_of(*documents)
    ids = list(batch.ids)
    part = batch.cut(start, stop)
    taken = list(range(5))[start:stop]
    left = [n for n in range(5) if n not in taken]
    for half, numbers in ((part, taken), (batch, left)):
        assert half.numbers == numbers
        assert half.documents == [documents[n] for n in numbers]
        assert half.ids == [ids[n] for n in numbers]
        assert half.states_before == [False] * len(numbers)
    batch.extend(part)
    assert sorted(batch.numbers) == list(range(5))
    assert part.numbers == taken

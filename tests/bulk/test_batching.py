"""Where batches end: by the number of documents and by their bytes."""

from __future__ import annotations

import pytest

from aiomotorengine.bulk.batch import Batch
from aiomotorengine.bulk.batching import Batcher, Limits


def batch_of(*sizes: int, first: int = 0) -> Batch:
    numbers = list(range(first, first + len(sizes)))
    return Batch(numbers, documents=list(numbers), encoded=list(numbers), sizes=list(sizes))


def cuts(batcher: Batcher) -> list[list[int]]:
    found = []
    while len(batcher):
        found.append(batcher.cut().numbers)
    return found


def test_a_batch_has_so_many_documents() -> None:
    batcher = Batcher(Limits(documents=3, bytes=1000))
    batcher.add(batch_of(1, 1))
    assert (batcher.is_full, batcher.room) == (False, 1)
    batcher.add(batch_of(1, 1, 1, 1, 1, first=2))
    assert (batcher.is_full, batcher.room) == (True, 0)
    assert cuts(batcher) == [[0, 1, 2], [3, 4, 5], [6]]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([40, 40, 40], [[0, 1], [2]]),
        ([50, 50, 1], [[0, 1], [2]]),
        ([100, 1], [[0], [1]]),
        ([500, 1, 500], [[0], [1], [2]]),
        ([1, 500, 1], [[0], [1], [2]]),
        ([1, 99], [[0, 1]]),
    ],
)
def test_a_batch_has_so_many_bytes_or_one_document(
    sizes: list[int], expected: list[list[int]]
) -> None:
    batcher = Batcher(Limits(documents=10, bytes=100))
    batcher.add(batch_of(*sizes))
    assert cuts(batcher) == expected


def test_the_rest_can_be_taken_out_at_once() -> None:
    batcher = Batcher(Limits(documents=2, bytes=1000))
    batcher.add(batch_of(1, 1, 1))
    assert batcher.cut_all().numbers == [0, 1, 2]
    assert (len(batcher), batcher.is_full, batcher.room) == (0, False, 2)

"""Where batches end: by the number of documents and by their bytes."""

from __future__ import annotations

import pytest

from aiomotorengine.bulk.batch import Batch
from aiomotorengine.bulk.stock import Limits, Stock


def batch_of(*sizes: int, first: int = 0) -> Batch:
    numbers = list(range(first, first + len(sizes)))
    filler = [list(numbers) for _ in range(5)]
    return Batch(numbers, *filler, list(sizes))


def cuts(stock: Stock) -> list[list[int]]:
    found = []
    while len(stock):
        found.append(stock.cut().numbers)
    return found


def test_a_batch_has_so_many_documents() -> None:
    stock = Stock(Limits(documents=3, bytes=1000))
    stock.add(batch_of(1, 1))
    assert (stock.is_full, stock.room) == (False, 1)
    stock.add(batch_of(1, 1, 1, 1, 1, first=2))
    assert (stock.is_full, stock.room) == (True, 0)
    assert cuts(stock) == [[0, 1, 2], [3, 4, 5], [6]]


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
    stock = Stock(Limits(documents=10, bytes=100))
    stock.add(batch_of(*sizes))
    assert cuts(stock) == expected


def test_the_rest_can_be_taken_out_at_once() -> None:
    stock = Stock(Limits(documents=2, bytes=1000))
    stock.add(batch_of(1, 1, 1))
    assert stock.cut_all().numbers == [0, 1, 2]
    assert (len(stock), stock.is_full, stock.room) == (0, False, 2)

"""The account: sets of numbers kept as ranges, and what a person reads of them."""

from __future__ import annotations

import json
import random
import tracemalloc
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine.bulk import BulkReport, NumberRanges, RejectedDocument
from aiomotorengine.bulk.kept_ids import KeptIds
from aiomotorengine.errors import FieldError


def test_numbers_become_the_ranges_they_consist_of() -> None:
    numbers = NumberRanges()
    numbers.add(range(10, 20))
    numbers.add([20, 21, 30])
    numbers.add([])
    numbers.add(range(5, 5))
    assert numbers.ranges == (range(10, 22), range(30, 31))
    assert len(numbers) == 13
    assert list(numbers)[-3:] == [20, 21, 30]
    assert [number in numbers for number in (9, 10, 21, 22, 30, 31, "10")] == [
        False,
        True,
        True,
        False,
        True,
        False,
        False,
    ]


def test_ranges_that_meet_become_one() -> None:
    numbers = NumberRanges()
    for part in (range(20, 30), range(0, 10), range(40, 50), range(10, 20), range(30, 40)):
        numbers.add(part)
    assert numbers.ranges == (range(50),)
    assert len(numbers) == 50


def test_gaps_are_what_is_not_there() -> None:
    numbers = NumberRanges()
    assert (numbers.first_missing, numbers.gaps(3)) == (0, [range(3)])
    assert numbers.gaps(0) == []
    numbers.add([2, 3, 7])
    assert numbers.first_missing == 0
    assert numbers.gaps(10) == [range(2), range(4, 7), range(8, 10)]
    numbers.add([0, 1])
    assert numbers.first_missing == 4
    assert numbers.gaps(8) == [range(4, 7)]


@pytest.mark.parametrize("seed", range(20))
def test_numbers_in_any_order_are_the_set_that_they_are(seed: int) -> None:
    chance = random.Random(seed)
    chosen = [number for number in range(500) if chance.random() < 0.6]
    parts = [chosen[start : start + 7] for start in range(0, len(chosen), 7)]
    chance.shuffle(parts)
    numbers = NumberRanges()
    for part in parts:
        numbers.add(part)
    assert list(numbers) == chosen
    assert len(numbers) == len(chosen)
    assert {number for number in range(-1, 501) if number in numbers} == set(chosen)
    assert all(
        before.stop < after.start
        for before, after in zip(numbers.ranges, numbers.ranges[1:], strict=False)
    )
    assert numbers == NumberRanges(chosen)


@pytest.mark.parametrize("seed", range(20))
def test_numbers_that_are_taken_out_are_not_there(seed: int) -> None:
    chance = random.Random(seed)
    left = {number for number in range(300) if chance.random() < 0.7}
    numbers = NumberRanges(sorted(left))
    copy, before = numbers.copy(), sorted(left)
    for _ in range(30):
        start = chance.randrange(300)
        out = range(start, start + chance.randrange(20))
        if chance.random() < 0.5:
            numbers.remove(out)
        else:
            out = out[::2]
            numbers.remove(list(out))
        left.difference_update(out)
        assert list(numbers) == sorted(left)
        assert len(numbers) == len(left)
    assert numbers == NumberRanges(sorted(left))
    assert list(copy) == before
    for number in range(310):
        run = next(count for count in range(400) if number + count not in left)
        gap = next((count for count in range(400) if number + count in left), float("inf"))
        assert (numbers.run_from(number), numbers.gap_from(number)) == (run, gap)


def test_a_million_numbers_are_one_range() -> None:
    numbers = NumberRanges()
    for start in range(0, 1_000_000, 10_000):
        numbers.add(range(start, start + 10_000))
    assert numbers.ranges == (range(1_000_000),)


def test_numbers_that_come_while_one_looks_at_them_do_no_harm() -> None:
    numbers = NumberRanges([0, 1, 4, 5, 8, 9, 20, 21])
    seen = []
    for number in numbers:
        seen.append(number)
        if number == 5:
            numbers.add([2, 3])
            numbers.add([30])
    assert seen == [0, 1, 4, 5, 8, 9, 20, 21]


def test_a_run_takes_two_numbers() -> None:
    tracemalloc.start()
    try:
        numbers = NumberRanges()
        for number in range(0, 20_000, 2):
            numbers.add([number])
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(numbers.ranges) == 10_000
    assert taken < 10_000 * 16 * 1.2  # arrays have room to grow


def test_what_is_in_no_set_was_not_sent() -> None:
    report = BulkReport()
    report.start()
    report.taken = 20
    report.settled.add([0, 12])
    report.inserted.add(range(2, 6))
    report.unknown.add([10])
    report.not_sent.add([15])
    report.settled.add(range(2, 6))
    report.finish()
    assert list(report.not_sent) == [1, 6, 7, 8, 9, 11, 13, 14, 15, 16, 17, 18, 19]
    assert report.settled.first_missing == 1
    assert not report.ok


def test_an_account_is_for_one_call() -> None:
    report = BulkReport()
    report.start()
    with pytest.raises(ValueError, match="for one call"):
        report.start()


def test_a_report_reads_well() -> None:
    report = BulkReport()
    report.start()
    report.taken = 1_000_010
    report.inserted.add(range(1_000_000))
    report.unknown.add(range(1_000_004, 1_000_010))
    for number in range(1_000_000, 1_000_004):
        report.rejected.append(RejectedDocument(number, 11000, "twice"))
    report.settled.add(range(1_000_004))
    report.batches, report.bytes, report.in_transaction = 3, 12_345, True
    report.finish()
    assert repr(report).startswith(
        "<BulkReport: 1,000,010 taken, 1,000,000 inserted, 4 rejected (1000000, 1000001, 1000002, "
        "…), 6 unknown (1000004-1000009); 3 batches, 12,345 bytes, "
    )
    assert repr(report).endswith("; in a transaction>")


def test_a_report_as_a_dict() -> None:
    report = BulkReport()
    report.start()
    report.taken = 5
    report.inserted.add([0, 1, 3])
    report.rejected.append(RejectedDocument(2, 11000, "twice", {"n": 1}, {"n": 7}))
    report.settled.add(range(4))
    report.finish()
    given = json.loads(json.dumps(report.to_dict()))
    assert given.pop("elapsed") == report.elapsed
    assert given == {
        "taken": 5,
        "ok": False,
        "inserted": [[0, 1], [3, 3]],
        "unconfirmed": [],
        "unknown": [],
        "rejected": [
            {
                "number": 2,
                "code": 11000,
                "message": "twice",
                "keyPattern": {"n": 1},
                "keyValue": {"n": 7},
                "errors": [],
            }
        ],
        "not_sent": [[4, 4]],
        "batches": 0,
        "bytes": 0,
        "in_transaction": False,
        "ids": [],
    }


def a_report() -> BulkReport:
    report = BulkReport()
    report.start()
    report.taken = 9
    report.inserted.add([0, 1, 3])
    report.rejected.append(
        RejectedDocument(
            2, None, "no", None, None, (FieldError("n", "invalid", "Field 'n' must be valid.", 7),)
        )
    )
    report.settled.add(range(4))
    report.unknown.add([4, 6])
    report.unconfirmed.add([5])
    report.ids.add([4, 5, 6], [ObjectId(), ObjectId(), "its own"])
    report.batches, report.bytes = 2, 345
    report.finish()
    return report


def test_a_report_comes_back_from_a_dict() -> None:
    report = a_report()
    again = BulkReport.from_dict(json.loads(json.dumps(report.to_dict())))
    assert again.to_dict() == report.to_dict()
    assert again.settled == report.settled
    assert [again.ids.get(number) for number in range(8)] == [
        report.ids.get(number) for number in range(8)
    ]
    with pytest.raises(ValueError, match="for one call"):
        again.start()


@pytest.mark.parametrize(
    "change",
    [
        {"taken": "9"},
        {"inserted": [[0]]},
        {"inserted": [[0, 4]]},
        {"unknown": 5},
        {"rejected": [{"number": 2}]},
        {"ids": [[4, "65a0"]]},
        {"ids": [[4, "no digits"]]},
        {"ids": [[4, "65" * 24], [5, "65" * 12]]},
    ],
    ids=str,
)
def test_what_is_no_account_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^This is no account of a bulk insert: "):
        BulkReport.from_dict({**a_report().to_dict(), **change})
    with pytest.raises(ValueError, match="KeyError"):
        BulkReport.from_dict({})


@pytest.mark.parametrize("seed", range(10))
def test_ids_are_kept_by_number(seed: int) -> None:
    chance = random.Random(seed)
    ids: dict[int, Any] = {
        number: chance.choice([ObjectId(), ObjectId(), ObjectId(), number])
        for number in range(200)
        if chance.random() < 0.8
    }
    parts = [list(ids)[start : start + 9] for start in range(0, len(ids), 9)]
    chance.shuffle(parts)
    kept = KeptIds()
    for part in parts:
        kept.add(part, [ids[number] for number in part])
    for again in (kept, KeptIds.of(kept.pieces())):
        for number in range(-1, 202):
            id = ids.get(number)
            assert again.get(number) == (id if isinstance(id, ObjectId) else None)


def test_an_id_that_is_kept_takes_twelve_bytes() -> None:
    ids = [ObjectId() for _ in range(100_000)]
    tracemalloc.start()
    try:
        kept = KeptIds()
        for start in range(0, len(ids), 1_000):
            kept.add(range(start, start + 1_000), ids[start : start + 1_000])
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept.get(54_321) == ids[54_321]
    assert taken < len(ids) * 12 * 1.2  # bytearrays have room to grow


def test_kept_ids_are_a_mapping_in_the_order_of_the_numbers() -> None:
    kept = KeptIds()
    assert (len(kept), dict(kept), repr(kept)) == (0, {}, "<KeptIds, empty>")
    ids = {number: ObjectId() for number in (7, 8, 9, 2, 3, 20)}
    for numbers in ([7, 8, 9], [2, 3], [20]):
        kept.add(numbers, [ids[number] for number in numbers])
    kept.add([30], ["its own"])
    assert (len(kept), list(kept)) == (6, [2, 3, 7, 8, 9, 20])
    assert list(kept.items()) == sorted(ids.items())
    assert kept == ids == KeptIds.of(kept.pieces())
    assert [number in kept for number in (3, 4, 30, "3")] == [True, False, False, False]
    assert repr(kept) == "<KeptIds of 2-3, 7-9, 20>"
    with pytest.raises(KeyError, match="30"):
        kept[30]
    for number in kept:  # which may go on meanwhile
        kept.add([number + 100], [ObjectId()])
    assert len(kept) == 12

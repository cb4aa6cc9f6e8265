"""Documents and rows of a class that declares its primary key, in bulk."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from aiomotorengine import (
    Document,
    IntField,
    Rows,
    StringField,
)
from aiomotorengine.errors import UniqueKeyViolationError
from tests.bulk.models import numbers_of

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class Article(Document):
    code = StringField(primary_key=True, max_length=4)
    price = IntField(min_value=0)


class Parcel(Document):
    """Parcels without a number get one; a counter that is not the database's."""

    number = IntField(primary_key=True, default=lambda: Parcel.next_number())
    weight = IntField(required=True)

    numbers: Any = iter(())

    @classmethod
    def next_number(cls) -> int:
        return int(next(cls.numbers))


async def found(document_class: Any) -> list[dict[str, Any]]:
    cursor = document_class.objects.coll().find({}).sort("_id")
    result: list[dict[str, Any]] = await cursor.to_list(None)
    return result


def told(report: Any) -> list[Any]:
    return [
        (it.number, it.message, [(e.path, e.message) for e in it.errors])
        for it in sorted(report.rejected, key=lambda it: it.number)
        if it.code is None
    ]


GIVEN: list[dict[str, Any]] = [
    {"code": "a1", "price": 3},
    {"code": "longer", "price": 3},
    {"price": 3},
    {"_id": "b2"},
    {"code": "a1", "price": 4},
    {"code": "c3", "price": -1},
    {"code": "", "price": 1},
    {"code": 5, "price": 1},
    {"code": None, "price": 1},
    {"code": "dé", "price": None},
]


SOURCES: dict[str, Callable[[], Any]] = {
    "documents": lambda: [Article(**row) for row in GIVEN],
    "rows": lambda: Rows(GIVEN),
    "documents of rows": lambda: Rows(GIVEN).documents(Article),
    "rows of texts": lambda: Rows(GIVEN, parse=True),
    "rows with a column": lambda: Rows(
        [[row.get("code", row.get("_id")), row.get("price")] for row in GIVEN],
        columns=["sku", "price"],
        rename={"sku": "code"},
    ),
}


@pytest.mark.parametrize("source", SOURCES)
async def test_what_is_refused_is_told_alike_whatever_the_source(source: str) -> None:
    report = await Article.objects.insert_stream(
        SOURCES[source](), ordered=False, on_error="collect"
    )

    assert list(report.inserted) == [0, 3, 9]
    assert [(it["_id"], it.get("price")) for it in await found(Article)] == [
        ("a1", 3),
        ("b2", None),
        ("dé", None),
    ]
    assert [(number, errors) for number, _, errors in told(report)] == [
        (1, [("code", "Field 'code' must be valid.")]),
        (2, [("code", "Field 'code' is required.")]),
        (5, [("price", "Field 'price' must be valid.")]),
        (6, [("code", "Field 'code' is required.")]),
        (7, [("code", "Field 'code' must be valid.")]),
        (8, [("code", "Field 'code' is required.")]),
    ]
    (taken,) = [it for it in report.rejected if it.code is not None]
    assert (taken.number, taken.code) == (4, 11000)


async def test_bulk_insert_says_which_key_is_taken() -> None:
    await Article(code="a1").save()
    articles = [Article(code=code) for code in ("z9", "a1", "b2")]
    with pytest.raises(UniqueKeyViolationError) as raised:
        await Article.objects.bulk_insert(articles)
    assert numbers_of(raised.value.report) == {
        "inserted": [0],
        "rejected": [1],
        "not_sent": [2],
    }


@pytest.mark.parametrize("as_rows", [False, True], ids=["documents", "rows"])
async def test_a_key_that_is_missing_is_the_default(as_rows: bool) -> None:
    Parcel.numbers = iter(range(100, 200))
    given = [{"weight": 1}, {"number": 7, "weight": 2}, {"weight": 3}]
    source = Rows(given) if as_rows else [Parcel(**row) for row in given]
    report = await Parcel.objects.insert_stream(source)
    assert report.ok
    assert await found(Parcel) == [
        {"_id": 7, "weight": 2},
        {"_id": 100, "weight": 1},
        {"_id": 101, "weight": 3},
    ]


def any_row(random: Random, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {"price": random.choice((1, 2, 3, 4, 5, 6, 7, -1, "8", None))}
    key: Any = f"{number:x}"
    fault = random.random()
    if fault < 0.02:
        key = random.choice(("too long", "", 5, None))
    if fault < 0.97:
        row["code" if random.random() < 0.9 else "_id"] = key
    return row


async def test_20_000_rows_with_faults_are_what_their_documents_are() -> None:
    random = Random(7)
    given = [any_row(random, number) for number in range(20_000)]
    outcomes = []
    for source in (Rows(given), Rows(given).documents(Article)):
        report = await Article.objects.insert_stream(source, ordered=False, on_error="collect")
        outcomes.append((list(report.inserted), told(report), await found(Article)))
        await Article.objects.coll().delete_many({})
    assert outcomes[0] == outcomes[1]
    assert 15_000 < len(outcomes[0][0]) < 19_900


async def test_a_save_or_create_of_one_looks_at_its_key() -> None:
    await Article(code="a1", price=1).save()
    await Article.objects.create(code="b2", price=2)
    assert [it["_id"] for it in await found(Article)] == ["a1", "b2"]
    for code, text in (("longer", "must be valid"), ("", "is required"), (None, "is required")):
        with pytest.raises(ValueError, match=f"Field 'code' {text}"):
            await Article.objects.create(code=code, price=2)

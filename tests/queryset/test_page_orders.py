"""Pages in any order are the full sort: with nulls, missing keys, NaN and values of many types."""

from __future__ import annotations

from math import nan
from random import Random
from typing import Any

import pytest
from bson import Decimal128, Int64, MaxKey, MinKey, ObjectId, Timestamp

from aiomotorengine import AnyField, Document, EmbeddedDocumentField, Page
from aiomotorengine.ids import id_key
from aiomotorengine.queryset import QuerySet
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.mongod_only("SecantusDB sorts and compares some types otherwise")

ORDERS_PER_SEED = 10
DOCUMENTS = 40
MISSING = object()

VALUES = [
    MISSING,
    MISSING,
    None,
    None,
    nan,
    Decimal128("NaN"),
    float("-inf"),
    -1,
    1,
    Int64(1),
    1.0,
    Decimal128("2.5"),
    "",
    "a",
    "B",
    "$a",
    {},
    {"$gt": 1},
    {"x": None},
    b"a",
    ObjectId("0123456789abcdef01234567"),
    True,
    False,
    Timestamp(1, 1),
    MaxKey(),
    MinKey(),
]

KEYS = {"one": "one", "two": "tw", "inner.three": "inner.th"}
"""The names of what documents are sorted by, with the keys in MongoDB."""


class Inner(Document):
    three = AnyField(db_field="th")


class Row(Document):
    one = AnyField()
    two = AnyField(db_field="tw")
    inner = EmbeddedDocumentField(Inner)


def document(chance: Random, number: int) -> dict[str, Any]:
    id = chance.choice([number, number + 0.5, f"{number}", {"n": number}, ObjectId()])
    stored: dict[str, Any] = {"_id": id}
    for key in ("one", "tw"):
        value = chance.choice(VALUES)
        if value is not MISSING:
            stored[key] = value
    inner = chance.choice(VALUES)
    if chance.random() < 0.8:
        stored["inner"] = {} if inner is MISSING else {"th": inner}
    return stored


def keys_of(documents: list[Any]) -> list[Any]:
    return [id_key(document._id) for document in documents]


async def forwards(query_set: QuerySet[Any], size: int) -> tuple[list[Any], Page[Any]]:
    """What is on all pages, one after the other; and the last page."""
    pages = [await query_set.page(size)]
    while pages[-1].next is not None:
        pages.append(await query_set.page(size, after=pages[-1].next))
    assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)
    assert 0 < len(pages[-1]) <= size
    return [document for page in pages for document in page], pages[-1]


async def backwards(query_set: QuerySet[Any], size: int, last: Page[Any]) -> list[Any]:
    """The same, read from the last page back."""
    pages = [last]
    while pages[-1].previous is not None:
        pages.append(await query_set.page(size, before=pages[-1].previous))
        assert pages[-1].next is not None
    return [document for page in reversed(pages) for document in page]


@pytest.mark.parametrize("seed", range(5))
async def test_all_pages_are_the_full_sort(mongo: Mongo, codec: str, seed: int) -> None:
    chance = Random(seed)
    collection = Row.objects.coll()
    await collection.insert_many([document(chance, number) for number in range(DOCUMENTS)])
    for _ in range(ORDERS_PER_SEED):
        names = chance.sample(sorted(KEYS), chance.choice([0, 1, 1, 2, 2, 3]))
        order = [(name, chance.choice([1, -1])) for name in names]
        total = [*order, ("_id", order[-1][1] if order else 1)]
        keys = [(KEYS.get(name, name), direction) for name, direction in total]
        has_index = bool(order) and chance.random() < 0.5
        if has_index:
            await collection.create_index(keys)
        size = chance.randint(1, DOCUMENTS + 1)
        paged = Row.objects.order_by(*order)
        about = order, has_index, size
        expected = keys_of(await Row.objects.order_by(*total).to_list())
        found, last = await forwards(paged, size)
        assert keys_of(found) == expected, about
        assert keys_of(await backwards(paged, size, last)) == expected, about
        if has_index:
            await collection.drop_index(keys)


@pytest.mark.parametrize("names", [["one"], ["-one"], ["one", "-two"], ["-one", "-two"], []])
async def test_going_on_looks_at_no_more_than_the_page(
    mongo: Mongo, codec: str, names: list[str]
) -> None:
    collection = Row.objects.coll()
    values = {0: None, 1: MinKey()}
    await collection.insert_many(
        [{"one": n % 3 or None, "tw": values.get(n // 3 % 3, n // 100)} for n in range(600)]
    )
    commands = watch(mongo)
    query_set = Row.objects.order_by(*names)
    collection = query_set.coll()
    last = -1 if names[-1:] and names[-1].startswith("-") else 1
    await collection.create_index([*query_set._order, ("_id", last)])
    size = 20
    page = await query_set.page(size)
    while page.next is not None:
        commands.forget()
        page = await query_set.page(size, after=page.next)
        examined = 0
        for sent in commands.of("find"):
            asked = {key: sent[key] for key in ("find", "filter", "sort", "limit")}
            explained = await collection.database.command(
                {"explain": asked, "verbosity": "executionStats"}
            )
            examined += explained["executionStats"]["totalKeysExamined"]
        assert examined <= size + 5

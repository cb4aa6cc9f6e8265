"""Pages of what a query finds, and how to go on from one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from bson.codec_options import CodecOptions
from bson.datetime_ms import DatetimeMS
from bson.son import SON

from aiomotorengine import (
    AnyField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    Page,
    PasswordField,
    PointField,
    ReferenceField,
    StringField,
    TupleField,
)
from aiomotorengine.errors import InvalidPageTokenError, StoredValueError
from aiomotorengine.queryset import QuerySet
from tests.harness import Mongo
from tests.integration.commands import watch


class Line(Document):
    amount = IntField()


class Row(Document):
    n = IntField(db_field="m")
    word = StringField()
    lines = ListField(EmbeddedDocumentField(Line), db_field="l")
    secret = PasswordField()
    place = PointField()
    pair = TupleField(IntField(), IntField())


class Thing(Document):
    value = AnyField(db_field="v")


class Friend(Document):
    name = StringField()


class Eager(Document):
    __lazy__ = False
    friend = ReferenceField(Friend)


@pytest.fixture
async def rows(mongo: Mongo, codec: str) -> list[Any]:
    """Ten rows, of which three have each number, and one has none."""
    return await Row.objects.bulk_insert([Row(n=n // 3 or None, word=f"{n}") for n in range(10)])


def words(page: Page[Any]) -> str:
    return "".join(row.word for row in page)


async def test_page_after_page(rows: list[Any]) -> None:
    query_set = Row.objects.order_by("-n")
    first = await query_set.page(4)
    assert (words(first), len(first), first.previous) == ("9876", 4, None)
    assert first.next is not None
    second = await query_set.page(4, after=first.next)
    third = await query_set.page(4, after=second.next)
    assert (words(second), words(third), third.next) == ("5432", "10", None)
    back = await query_set.page(4, before=third.previous)
    assert (words(back), back.next, back.previous) == ("5432", second.next, second.previous)
    start = await query_set.page(4, before=back.previous)
    assert (words(start), start.next, start.previous) == ("9876", first.next, None)


async def test_the_order_and_the_filters_stay_as_they_are(rows: list[Any]) -> None:
    query_set = Row.objects.filter(n__gte=1).order_by("n")
    before = repr(query_set)
    page = await query_set.page(3)
    await query_set.page(3, after=page.next)
    assert repr(query_set) == before


@pytest.mark.parametrize("filters", [{}, {"n": 2}, {"n__in": [1, 2]}, {"word__ne": "4"}], ids=str)
async def test_pages_have_what_the_filters_leave(rows: list[Any], filters: Any) -> None:
    query_set = Row.objects.filter(**filters).order_by("n")
    expected = [row._id for row in await query_set.clone().order_by("id").to_list()]
    page = await query_set.page(2)
    found = [row._id for row in page]
    while page.next is not None:
        page = await query_set.page(2, after=page.next)
        found += [row._id for row in page]
    assert found == expected


async def test_a_page_of_all_and_an_empty_one(rows: list[Any]) -> None:
    page = await Row.objects.page(10)
    assert (words(page), page.next, page.previous) == ("0123456789", None, None)
    assert len(await Row.objects.page()) == 10
    none = await Row.objects.filter(n=77).page()
    assert (none.items, len(none), none.next, none.previous) == ([], 0, None, None)
    assert repr(none) == "<Page of 0, next=None, previous=None>"


async def test_nothing_is_shifted_by_what_comes_and_goes(rows: list[Any]) -> None:
    query_set = Row.objects.order_by("n")
    page = await query_set.page(5)
    await Row(n=0, word="x").save()
    await Row.objects.filter(word__in=["0", "4", "5"]).delete()
    assert words(await query_set.page(5, after=page.next)) == "6789"
    await Row.objects.coll().insert_one({"word": "y"})
    assert words(await query_set.page(9, after=page.next)) == "6789"


async def test_going_on_where_all_that_followed_is_gone(rows: list[Any]) -> None:
    query_set = Row.objects.order_by("word")
    page = await query_set.page(6)
    await Row.objects.filter(word__gte="6").delete()
    rest = await query_set.page(6, after=page.next)
    assert (rest.items, rest.next) == ([], None)
    assert words(await query_set.page(2, before=rest.previous)) == "45"
    await Row(word="7").save()
    assert words(await query_set.page(6, after=page.next)) == "7"


async def test_going_back_where_all_before_is_gone(rows: list[Any]) -> None:
    query_set = Row.objects.order_by("word")
    page = await query_set.page(3)
    page = await query_set.page(3, after=page.next)
    await Row.objects.filter(word__lt="3").delete()
    start = await query_set.page(3, before=page.previous)
    assert (start.items, start.previous) == ([], None)
    assert words(await query_set.page(3, after=start.next)) == "345"


async def test_one_find_is_sent_for_a_page(rows: list[Any], mongo: Mongo) -> None:
    commands = watch(mongo)
    query_set = Row.objects.order_by("-n")
    page = await query_set.page(4)
    await query_set.page(4, after=page.next)
    assert commands.names == ["find", "find"]
    assert [sent["limit"] for sent in commands.of("find")] == [5, 5]
    assert [dict(sent["sort"]) for sent in commands.of("find")] == [{"m": -1, "_id": -1}] * 2


async def test_more_than_comes_with_one_answer(mongo: Mongo, codec: str) -> None:
    await Row.objects.bulk_insert([Row(n=n) for n in range(450)])
    query_set = Row.objects.order_by("n").batch_size(50)
    page = await query_set.page(200)
    assert [row.n for row in page] == [*range(200)]
    page = await query_set.page(200, after=page.next)
    assert [row.n for row in page] == [*range(200, 400)]
    page = await query_set.page(200, before=page.previous)
    assert [row.n for row in page] == [*range(200)]


@pytest.mark.mongod_only("SecantusDB has no collations")
async def test_a_collation_orders_pages_too(mongo: Mongo, codec: str) -> None:
    await Row.objects.bulk_insert([Row(word=word) for word in "aAbBcC"])
    query_set = Row.objects.order_by("word").collation("en", strength=2)
    found = ""
    page = await query_set.page(1)
    while page.next is not None:
        found += words(page)
        page = await query_set.page(1, after=page.next)
    assert found + words(page) == "aAbBcC"
    with pytest.raises(InvalidPageTokenError):
        await Row.objects.order_by("word").page(after=page.previous)


# -- tokens --------------------------------------------------------------------------------------


async def test_a_token_of_another_query(rows: list[Any]) -> None:
    token = (await Row.objects.order_by("-n").page(4)).next
    other_queries: list[QuerySet[Any]] = [
        Row.objects,
        Row.objects.order_by("n"),
        Row.objects.order_by("-word"),
        Friend.objects.order_by("-id"),
    ]
    for query_set in other_queries:
        with pytest.raises(InvalidPageTokenError, match="^This is no page token of this query.$"):
            await query_set.page(after=token)
    assert len(await Row.objects.order_by("-n").filter(n=1).page(after=token)) == 3


@pytest.mark.parametrize("token", ["", "abc", 5, ["x"], {"$gt": ""}], ids=repr)
async def test_what_is_no_token_is_not_sent(rows: list[Any], mongo: Mongo, token: Any) -> None:
    commands = watch(mongo)
    for arguments in ({"after": token}, {"before": token}):
        with pytest.raises(InvalidPageTokenError):
            await Row.objects.page(**arguments)
        with pytest.raises(InvalidPageTokenError):
            await Row.objects.none().page(**arguments)
    assert commands.names == []


@pytest.mark.parametrize("value", ["$v", {"$gt": ""}, {"$ref": "a", "$id": 1}], ids=repr)
async def test_stored_values_are_compared_and_mean_nothing(
    mongo: Mongo, codec: str, value: Any
) -> None:
    await Thing.objects.coll().insert_many([{"_id": n, "v": value} for n in range(3)])
    query_set = Thing.objects.order_by("value")
    page = await query_set.page(2)
    assert [it._id for it in page] == [0, 1]
    assert [it._id for it in await query_set.page(2, after=page.next)] == [2]


@pytest.mark.mongod_only("SecantusDB takes no dates that Python does not have")
async def test_dates_that_python_does_not_have(mongo: Mongo, codec: str) -> None:
    far = DatetimeMS(10**15)
    await Row.objects.coll().insert_many([{"_id": far}, {"_id": datetime(2020, 1, 1, tzinfo=UTC)}])
    page = await Row.objects.page(1)
    with pytest.raises(StoredValueError):
        await Row.objects.page(1, after=page.next)


async def test_documents_that_do_not_come_as_bytes(
    rows: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = CodecOptions(document_class=SON)
    target = QuerySet._source

    def source(self: QuerySet[Any], alias: str | None = None) -> Any:
        made = target(self, alias)
        made.collection = made.collection.with_options(codec_options=options)
        return made

    monkeypatch.setattr(QuerySet, "_source", source)
    query_set = Row.objects.order_by("n")
    page = await query_set.page(4)
    again = await query_set.page(4, after=page.next)
    assert (words(page), words(again)) == ("0123", "4567")
    assert words(await query_set.page(4, before=again.previous)) == "0123"


# -- what is refused -----------------------------------------------------------------------------


async def test_there_are_orders_without_places(mongo: Mongo, codec: str) -> None:
    for name in ("lines.amount", "lines__amount", "pair"):
        with pytest.raises(ValueError, match=r"^page\(\) can't be in an order by a list, as '"):
            await Row.objects.order_by(name).page()
    with pytest.raises(ValueError, match="'secret': its tokens would show it"):
        await Row.objects.order_by("secret").page()
    with pytest.raises(ValueError, match=r"in the order of '\$text_score'"):
        await Row.objects.search_text("a").order_by("$text_score").page()
    with pytest.raises(ValueError, match="in the order of 'near'"):
        await Row.objects.filter(place__near=[3, 50]).page()


async def test_a_list_that_is_not_declared(mongo: Mongo, codec: str) -> None:
    await Thing.objects.coll().insert_many([{"_id": n, "v": [n]} for n in range(2)])
    query_set = Thing.objects.order_by("value")
    assert len(await query_set.page(2)) == 2
    with pytest.raises(ValueError, match="the document with _id 0 has one in 'v'"):
        await query_set.page(1)


async def test_arguments_that_do_not_fit(mongo: Mongo, codec: str) -> None:
    for query_set in (Row.objects.skip(1), Row.objects.limit(5), Row.objects[:5]):
        with pytest.raises(ValueError, match=r"^page\(\) can't be used with skip or limit.$"):
            await query_set.page()
    with pytest.raises(ValueError, match="not both"):
        await Row.objects.page(after="a", before="a")
    for size in (0, -1, 2**63):
        with pytest.raises(ValueError, match="must be 1 or more|has more than 64 bits"):
            await Row.objects.page(size)
    for wrong in ("5", 1.0, True, None):
        with pytest.raises(TypeError):
            await Row.objects.page(wrong)  # type: ignore[arg-type]


# -- what else a query set says ------------------------------------------------------------------


async def test_none_asks_nobody(rows: list[Any], mongo: Mongo) -> None:
    token = (await Row.objects.page(1)).next
    commands = watch(mongo)
    page = await Row.objects.none().page(after=token)
    assert (page.items, page.next, page.previous, commands.names) == ([], None, None, [])


async def test_references_are_loaded_once_for_a_page(mongo: Mongo, codec: str) -> None:
    friends = await Friend.objects.bulk_insert([Friend(name=name) for name in "xyz"])
    await Eager.objects.bulk_insert([Eager(friend=friend) for friend in friends])
    commands = watch(mongo)
    page = await Eager.objects.page(2)
    assert [it.friend.name for it in page] == ["x", "y"]
    assert commands.names == ["find", "find"]
    (unloaded,) = await Eager.objects.no_dereference().page(1)
    assert unloaded._values["friend"] == friends[0]._id


async def test_what_cannot_be_read_is_raised_with_its_own_page(rows: list[Any]) -> None:
    await Row.objects.coll().update_one({"word": "4"}, {"$set": {"m": "x"}})
    query_set = Row.objects.order_by("word").on_unreadable("skip")
    page = await query_set.page(4)
    assert words(page) == "0123"
    with pytest.raises(StoredValueError):
        await query_set.page(4, after=page.next)
    with pytest.raises(StoredValueError):
        await query_set.page(5)

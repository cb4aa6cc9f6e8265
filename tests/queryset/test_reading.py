"""find_all, get, count, first and ``async for``."""

from __future__ import annotations

import re
import uuid
import warnings
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from bson import Decimal128, ObjectId
from pymongo import ReadPreference
from pymongo.read_concern import ReadConcern

from aiomotorengine import (
    DESCENDING,
    Document,
    EmbeddedDocumentField,
    IntField,
    PointField,
    Q,
    StringField,
    UUIDField,
)
from aiomotorengine.errors import ResultsTruncatedWarning
from aiomotorengine.queryset import DEFAULT_LIMIT
from tests.harness import Mongo
from tests.integration.collections import replace_collection
from tests.integration.commands import watch


class Home(Document):
    road = StringField(db_field="r")


class Row(Document):
    n = IntField()
    word = StringField(db_field="w")
    home = EmbeddedDocumentField(Home, db_field="h")


@pytest.fixture
async def twenty(mongo: Mongo, codec: str) -> None:
    """Rows 0 to 19 with the words a and b in turn, stored in no order."""
    order = [n * 7 % 20 for n in range(20)]
    homes = [Home(road=f"{19 - n:02}") for n in order]
    await Row.objects.bulk_insert(
        [Row(n=n, word="ab"[n % 2], home=home) for n, home in zip(order, homes, strict=True)]
    )


def numbers(rows: list[Row]) -> list[int | None]:
    return [row.n for row in rows]


# -- find_all ------------------------------------------------------------------------------------


async def test_find_all_gives_a_list_of_documents(twenty: None) -> None:
    found = await Row.objects.find_all()
    assert type(found) is list
    assert {type(row) for row in found} == {Row}
    assert sorted(row.n for row in found) == list(range(20))
    assert len({row._id for row in found}) == 20
    assert all(isinstance(row._id, ObjectId) for row in found)


async def test_find_all_in_an_empty_collection(mongo: Mongo, codec: str) -> None:
    assert await Row.objects.find_all() == []


async def test_order_skip_limit_and_filter_together(twenty: None) -> None:
    found = Row.objects.limit(3).skip(2).order_by("word").order_by(Row.n, DESCENDING)
    found.filter(n__lt=10)
    page = await found.find_all()
    assert [(row.word, row.n) for row in page] == [("a", 4), ("a", 2), ("a", 0)]


async def test_k35_order_by_id_path_and_sign(twenty: None) -> None:
    by_id = await Row.objects.order_by("-id").find_all()
    assert [row._id for row in by_id] == sorted((row._id for row in by_id), reverse=True)
    assert numbers(await Row.objects.order_by("home.road").limit(3).find_all()) == [19, 18, 17]
    assert numbers(await Row.objects.order_by("-n").limit(3).find_all()) == [19, 18, 17]
    assert numbers(await Row.objects.order_by("+n").limit(3).find_all()) == [0, 1, 2]


async def test_limit_none_goes_back_to_the_default(twenty: None) -> None:
    found = Row.objects.limit(3)
    assert len(await found.find_all()) == 3
    found.limit(None)
    assert len(await found.find_all()) == 20


async def test_limit_zero_gives_no_documents(twenty: None, mongo: Mongo) -> None:
    commands = watch(mongo)
    assert await Row.objects.limit(0).find_all() == []
    assert [row async for row in Row.objects.limit(0)] == []
    assert await Row.objects.limit(0).first() is None
    assert commands.names == []


async def test_a_negative_limit_is_refused_when_fetched(twenty: None) -> None:
    found = Row.objects.limit(-1)
    with pytest.raises(ValueError, match="negative"):
        await found.find_all()
    with pytest.raises(ValueError, match="negative"):
        [row async for row in found]
    with pytest.raises(ValueError, match="negative"):
        await found.first()


async def test_a_negative_skip_is_refused(twenty: None) -> None:
    with pytest.raises(ValueError, match="negative"):
        await Row.objects.skip(-1).find_all()


@pytest.mark.parametrize("option", ["skip", "limit"])
async def test_a_number_that_no_message_holds_is_refused(twenty: None, option: str) -> None:
    found = getattr(Row.objects, option)(2**63)
    with pytest.raises(ValueError, match="more than 64 bits"):
        await found.find_all()
    with pytest.raises(ValueError, match="more than 64 bits"):
        await found.first()


async def test_skip_beyond_the_end(twenty: None) -> None:
    assert await Row.objects.skip(20).find_all() == []


async def test_limit_skip_and_order_stay_after_a_query(twenty: None) -> None:
    found = Row.objects.order_by("n").skip(2).limit(3)
    assert numbers(await found.find_all()) == [2, 3, 4]
    assert numbers(await found.find_all()) == [2, 3, 4]


# -- more than the default limit -----------------------------------------------------------------


@pytest.fixture
async def many(mongo: Mongo, codec: str) -> None:
    """One document more than the default limit."""
    await Row.objects.bulk_insert([Row(n=n) for n in range(DEFAULT_LIMIT + 1)])


async def test_k34_the_default_limit_cuts_and_says_so(many: None) -> None:
    with pytest.warns(ResultsTruncatedWarning) as caught:
        found = await Row.objects.order_by("n").find_all()
    assert numbers(found) == list(range(DEFAULT_LIMIT))
    (warning,) = caught
    assert "Row" in str(warning.message)
    assert "limit()" in str(warning.message)
    assert warning.filename == __file__
    assert issubclass(ResultsTruncatedWarning, RuntimeWarning)


async def test_k34_exactly_the_default_limit_gives_no_warning(many: None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(await Row.objects.filter(n__gt=0).find_all()) == DEFAULT_LIMIT
        assert len(await Row.objects.limit(DEFAULT_LIMIT).find_all()) == DEFAULT_LIMIT


async def test_k34_a_limit_above_the_default_works(many: None) -> None:
    assert len(await Row.objects.limit(2 * DEFAULT_LIMIT).find_all()) == DEFAULT_LIMIT + 1


async def test_k34_async_for_has_no_default_limit(many: None) -> None:
    assert [row.n async for row in Row.objects.order_by("n")] == list(range(DEFAULT_LIMIT + 1))


# -- async for and first -------------------------------------------------------------------------


async def test_async_for_honours_order_skip_and_limit(twenty: None) -> None:
    found = Row.objects.filter(n__gt=5).order_by("n").skip(1).limit(2)
    assert [row.n async for row in found] == [7, 8]


async def test_async_for_sees_what_was_set_when_it_starts(twenty: None) -> None:
    found = Row.objects.filter(n__gte=18)
    found.order_by("-n")
    assert [row.n async for row in found] == [19, 18]
    found.limit(1)
    assert [row.n async for row in found] == [19]


async def test_two_iterations_of_one_query_set_do_not_disturb_each_other(twenty: None) -> None:
    found = Row.objects.order_by("n").limit(3)
    pairs = [(outer.n, inner.n) async for outer in found async for inner in found]
    assert pairs == [(a, b) for a in range(3) for b in range(3)]


async def test_first(twenty: None) -> None:
    first = await Row.objects.order_by("-n").first()
    assert isinstance(first, Row)
    assert first.n == 19
    assert await Row.objects.filter(n=99).first() is None
    third = await Row.objects.order_by("n").skip(2).limit(5).first()
    assert third is not None
    assert third.n == 2


async def test_first_asks_for_one_document(twenty: None, mongo: Mongo) -> None:
    commands = watch(mongo)
    await Row.objects.first()
    (command,) = commands.of("find")
    assert command["limit"] == 1


# -- get -----------------------------------------------------------------------------------------


async def test_get_by_id_in_its_three_forms(twenty: None) -> None:
    wanted = await Row.objects.get(n=3)
    assert wanted is not None
    key = wanted._id
    for form in (key, str(key), key.binary):
        for found in (await Row.objects.get(form), await Row.objects.get(id=form)):
            assert found is not None
            assert found is not wanted
            assert (found._id, found.n) == (key, 3)


async def test_get_by_id_ignores_everything_else(twenty: None) -> None:
    wanted = await Row.objects.get(n=3)
    assert wanted is not None
    found = await Row.objects.filter(n=5).get(wanted._id, n=7)
    assert found is not None
    assert found._id == wanted._id


async def test_get_of_nothing_is_none(twenty: None) -> None:
    assert await Row.objects.get(ObjectId()) is None
    assert await Row.objects.get(n=99) is None


IDS: list[Any] = [
    "nord-7",
    "x" * 24,
    4711,
    1.5,
    True,
    b"short",
    uuid.UUID(int=5),
    datetime(2020, 1, 1),
    Decimal128("1.5"),
    {"row": 1, "column": "A"},
]


@pytest.mark.parametrize("id", IDS, ids=repr)
async def test_get_by_an_id_of_any_type(mongo: Mongo, id: Any) -> None:
    await Row.objects.create(_id=id, n=1)
    await Row.objects.create(_id=ObjectId(), n=2)
    for found in (
        await Row.objects.get(id),
        await Row.objects.get(_id=id),
        await Row.objects.filter(id=id).first(),
        await Row.objects.filter(_id__in=["another", id]).first(),
        await Row.objects.filter({"_id": id}).first(),
    ):
        assert found is not None
        assert (found._id, found.n) == (id, 1)
        assert await found.save() is found
    assert await Row.objects.filter(_id__ne=id).count() == 1
    assert await Row.objects.count() == 2
    assert await found.delete() == 1


async def test_get_by_an_id_that_is_not_there(mongo: Mongo) -> None:
    for id in ("", "abc", "0" * 23, 5, {}):
        assert await Row.objects.get(id) is None


@pytest.mark.parametrize(
    "value", [[], (ObjectId(),), {"$ne": None}, re.compile("a"), object(), 2**63, "\ud800"]
)
async def test_get_by_what_can_be_no_id(value: Any) -> None:
    with pytest.raises(TypeError, match="a list or a condition"):
        await Row.objects.get(value)


async def test_get_without_anything() -> None:
    with pytest.raises(RuntimeError) as refusal:
        await Row.objects.get()
    assert str(refusal.value) == "Either an id or a filter must be provided to get"
    with pytest.raises(RuntimeError, match="Either an id or a filter"):
        await Row.objects.filter(n=1).get()


async def test_k37_get_by_keywords_honours_the_filters_before(twenty: None) -> None:
    assert await Row.objects.filter(n=5).get(word="a") is None
    found = await Row.objects.filter(n=5).get(word="b")
    assert found is not None
    assert found.n == 5
    assert await Row.objects.filter_not(n=5).get(n=5) is None


async def test_k37_get_does_not_change_the_filters(twenty: None) -> None:
    some = Row.objects.filter(n__lt=4)
    await some.get(n=1)
    assert await some.count() == 4


async def test_k25_an_unknown_operator_in_get_is_refused() -> None:
    with pytest.raises(ValueError, match="Invalid filter 'n__foo': Invalid operator"):
        await Row.objects.get(n__foo=1)


async def test_k26_get_and_filter_by_the_id_as_a_condition(twenty: None) -> None:
    wanted = await Row.objects.get(n=3)
    assert wanted is not None
    assert await Row.objects.filter(_id=wanted._id).count() == 1
    assert await Row.objects.filter(id=str(wanted._id)).count() == 1
    assert await Row.objects.filter(_id__in=[wanted._id, ObjectId()]).count() == 1
    found = await Row.objects.get(_id=wanted._id)
    assert found is not None
    assert found.n == 3


# -- count ---------------------------------------------------------------------------------------


async def test_k36_count_ignores_limit_and_skip(twenty: None) -> None:
    assert await Row.objects.count() == 20
    assert await Row.objects.filter(word="b").limit(2).skip(3).count() == 10
    assert await Row.objects.limit(0).count() == 20


class Place(Document):
    name = StringField()
    at = PointField()
    token = UUIDField()


@pytest.fixture
async def places(mongo: Mongo) -> None:
    await Place.objects.bulk_insert(
        [Place(name=str(n), at=[n / 10, 50.0], token=UUID(int=n)) for n in range(10)]
    )
    await Place.objects.coll().create_index([("at", "2dsphere")])


@pytest.mark.parametrize("operator", ["$near", "$nearSphere"])
async def test_what_is_near_is_counted(places: None, operator: str) -> None:
    origin = {"type": "Point", "coordinates": [0.0, 50.0]}
    near = {operator: {"$geometry": origin, "$maxDistance": 25_000}}
    found = Place.objects.filter(at=near)
    assert await found.count() == 4
    assert await Place.objects.filter(at=near).filter(name__ne="1").count() == 3
    assert await Place.objects.filter(at=near, token=UUID(int=2)).count() == 1
    assert len(await Place.objects.filter(at=near).find_all()) == 4


@pytest.mark.mongod_only("SecantusDB runs no JavaScript")
async def test_what_a_script_finds_is_counted(places: None) -> None:
    scripted = Q({"$where": "this.name < '3'"})
    assert await Place.objects.filter(scripted).count() == 3
    assert await Place.objects.filter(scripted & Q(name__ne="1")).count() == 2
    assert await Place.objects.filter(scripted | Q(name="9")).count() == 4


@pytest.mark.mongod_only("SecantusDB runs no JavaScript")
async def test_how_the_collection_is_read_holds_for_that_too(
    places: None, mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = watch(mongo)
    collection = Place.objects.coll().with_options(
        read_preference=ReadPreference.SECONDARY_PREFERRED, read_concern=ReadConcern("majority")
    )
    replace_collection(monkeypatch, collection)
    assert await Place.objects.filter(Q({"$where": "true"})).count() == 10
    (command,) = commands.of("count")
    assert command["readConcern"] == {"level": "majority"}
    assert command["$readPreference"]["mode"] == "secondaryPreferred"


# -- filters after a query -----------------------------------------------------------------------


@pytest.mark.parametrize("ask", ["count", "find_all"])
async def test_k7_filters_are_used_again_without_a_new_one(twenty: None, ask: str) -> None:
    some = Row.objects.filter(n__lt=3)
    await getattr(some, ask)()
    assert await some.count() == 3
    assert sorted(row.n for row in await some.find_all()) == [0, 1, 2]
    assert sorted([row.n async for row in some]) == [0, 1, 2]
    assert (await some.update({Row.word: "x"})).count == 3
    assert await some.delete() == 3
    assert await Row.objects.count() == 17


@pytest.mark.parametrize("ask", ["count", "find_all"])
@pytest.mark.parametrize(("narrow", "left"), [("filter", 1), ("filter_not", 2)])
async def test_k7_a_filter_after_a_query_narrows_further(
    twenty: None, ask: str, narrow: str, left: int
) -> None:
    some = Row.objects.filter(n__lt=3)
    await getattr(some, ask)()
    getattr(some, narrow)(n=1)
    assert await some.count() == left
    assert await some.filter(n=7).delete() == 0
    assert await Row.objects.count() == 20


@pytest.mark.parametrize(
    "narrow",
    [
        lambda found: found.filter(),
        lambda found: found.filter(Q()),
        lambda found: found.filter({}),
        lambda found: found.filter_not(),
        lambda found: found.filter_not(~Q()),
    ],
    ids=["filter()", "filter(Q())", "filter({})", "filter_not()", "filter_not(~Q())"],
)
async def test_k7_an_empty_filter_is_no_new_one(twenty: None, narrow: Any) -> None:
    some = Row.objects.filter(n__lt=3)
    await some.count()
    narrow(some)
    assert await some.delete() == 3
    assert await Row.objects.count() == 17


async def test_k7_no_call_makes_a_query_set_forget_its_filters(twenty: None) -> None:
    some = Row.objects.filter(n__lt=3)
    await some.update({Row.word: "x"})
    [row async for row in some]
    await some.first()
    await some.get(n=1)
    await some.get(id=ObjectId())
    await some.aggregate.fetch()
    await some.filter(n=0).delete()
    assert await some.filter(n__gt=0).count() == 0
    assert some.to_query() == {"$and": [{"n": {"$lt": 3}}, {"n": 0}, {"n": {"$gt": 0}}]}


async def test_k7_a_copy_without_filters(twenty: None) -> None:
    some = Row.objects.filter(n__lt=3).order_by("-n").skip(1).limit(2)
    await some.count()
    rest = some.all_filters_cleared()
    assert [row.n for row in await rest.find_all()] == [18, 17]
    assert [row.n for row in await some.find_all()] == [1, 0]


async def test_k7_a_find_that_is_refused_keeps_its_filters(twenty: None) -> None:
    some = Row.objects.filter(n="no number")
    with pytest.raises(ValueError, match="'n'"):
        await some.find_all()
    with pytest.raises(ValueError, match="'n'"):
        await some.count()
    with pytest.raises(ValueError, match="'n'"):
        await some.delete()
    assert await Row.objects.count() == 20


async def test_queries_of_several_tasks_can_share_a_query_object(twenty: None) -> None:
    small = Q(n__lt=3)
    assert await Row.objects.filter(small).count() == 3
    assert await Row.objects.filter(small, word="a").count() == 2
    assert await Row.objects.filter(~small).count() == 17


async def test_k37_get_narrows_what_was_found_before(twenty: None) -> None:
    rows = Row.objects
    await rows.filter(n=3).find_all()
    assert await rows.get(n=4) is None
    found = await rows.get(word__exists=True)
    assert found is not None and found.n == 3


async def test_reading_goes_on_as_it_began(twenty: None) -> None:
    rows = Row.objects.order_by("n").limit(3)
    reading = aiter(rows)
    rows.skip(5).order_by("-n").limit(1).filter(n=19)
    assert [row.n async for row in reading] == [0, 1, 2]


@pytest.mark.parametrize(
    "id", [{1: 2}, {"a": {1: 2}}, {"a": object()}], ids=["key", "deep", "value"]
)
async def test_get_by_an_id_that_cannot_be_encoded(mongo: Mongo, id: Any) -> None:
    with pytest.raises(ValueError, match="_id"):
        await Row.objects.get(id)

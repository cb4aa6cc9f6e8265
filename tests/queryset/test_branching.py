"""Query sets that come of others: copies, windows, orders, and those that find nothing."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from aiomotorengine import (
    ASCENDING,
    DESCENDING,
    Document,
    EmbeddedDocumentField,
    F,
    IntField,
    Q,
    ReferenceField,
    StringField,
    U,
)
from aiomotorengine.errors import StoredValueError
from aiomotorengine.queryset import QuerySet
from aiomotorengine.queryset.base import Query
from tests.harness import Mongo
from tests.integration.commands import watch
from tests.queryset.said import said_about
from tests.sessions.test_every_call import CALLS, NOT_IN_TRANSACTIONS, Book


class Home(Document):
    road = StringField(db_field="r")


class Row(Document):
    n = IntField()
    word = StringField(db_field="w")
    home = EmbeddedDocumentField(Home, db_field="h")


class Friend(Document):
    name = StringField()


class Eager(Document):
    __lazy__ = False
    friend = ReferenceField(Friend)


@pytest.fixture
async def rows(mongo: Mongo, codec: str) -> None:
    await Row.objects.bulk_insert([Row(n=n, word="ab"[n % 2]) for n in range(20)])


def shape(query_set: QuerySet[Any]) -> tuple[Any, ...]:
    return query_set.to_query(), query_set._order, query_set._skip, query_set._limit


# -- copies --------------------------------------------------------------------------------------

COPIES = [
    QuerySet.clone,
    QuerySet.all,
    copy.copy,
    copy.deepcopy,
    lambda query_set: pickle.loads(pickle.dumps(query_set)),
]


@pytest.mark.parametrize("make", COPIES, ids=range(len(COPIES)))
def test_a_copy_is_independent(make: Any) -> None:
    first = Row.objects.filter(n__lt=10).order_by("-n").skip(2).limit(5)
    before = copy.deepcopy(shape(first))
    made = make(first)
    assert type(made) is QuerySet
    assert made is not first
    assert made.__klass__ is Row
    assert shape(made) == before
    made.filter(word="a").order_by("word").skip(9).limit(9)
    assert shape(first) == before
    assert shape(made) == ({"n": {"$lt": 10}, "w": "a"}, [("n", -1), ("w", 1)], 9, 9)
    first.order_by()
    assert made._order == [("n", -1), ("w", 1)]


class Kept(QuerySet[Any]):
    """A query set of a program, which adds attributes."""

    __slots__ = ("of_slot",)

    def __init__(self, document_class: Any, added: str) -> None:
        super().__init__(document_class)
        self.added = self.of_slot = added


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_has_what_was_said_and_no_more(protocol: int) -> None:
    first = Kept(Row, "a").limit(3)
    made = pickle.loads(pickle.dumps(first, protocol))
    assert (made.added, made.of_slot) == ("a", "a")
    assert made._limit == 3
    fresh: QuerySet[Row] = QuerySet(Row)
    for name in Query.__slots__:
        if name != "_limit":  # the rest is known by what it is, not by what it equals
            assert getattr(made, name) is getattr(fresh, name), name


def test_a_pickle_without_all_that_can_be_said_is_read() -> None:
    """As one that another version has made."""
    made = QuerySet.__new__(QuerySet)
    made.__setstate__({"__klass__": Row, "_limit": 3, "mine": 1})
    assert shape(made) == ({}, [], 0, 3)
    assert vars(made) == {"mine": 1}


def test_a_condition_with_f_is_copied_as_well() -> None:
    found = Row.objects.filter((F("n") > 3) & Q(word="a"))
    assert pickle.loads(pickle.dumps(found)).to_query() == found.to_query()


@pytest.mark.parametrize("how", ["raise", "skip", []], ids=repr)
async def test_what_becomes_of_the_unreadable_is_pickled(rows: None, how: Any) -> None:
    await Row.objects.coll().insert_one({"n": "none"})
    found = pickle.loads(pickle.dumps(Row.objects.on_unreadable(how)))
    if how == "raise":
        with pytest.raises(StoredValueError):
            await found.find_all()
    else:
        assert len(await found.find_all()) == 20


async def test_what_a_copy_finds(rows: None) -> None:
    base = Row.objects.filter(n__lt=10)
    odd = base.clone().filter(word="b")
    assert (await base.count(), await odd.count()) == (10, 5)
    assert await base.clone().filter(word="a").count() == 5
    assert await base.filter(word="a").count() == 5 == await base.count()


NARROWING = {
    "search_text": ("word",),
    "order_by": ("n",),
    "reverse": (),
    "none": (),
    "no_dereference": (),
    "hint": ("x",),
    "collation": ("en",),
    "comment": ("why",),
    "max_time_ms": (5,),
    "batch_size": (5,),
    "allow_disk_use": (),
    "no_cursor_timeout": (),
    "read_preference": ("nearest",),
    "read_concern": ("local",),
}


@pytest.mark.parametrize("name", NARROWING)
def test_a_class_says_whether_query_sets_are_changed_or_copied(name: str) -> None:
    class Copied(Document):
        __querysets__ = "copy"
        n = IntField()

    first = Copied.objects.filter(n=1)
    before = said_about(first)
    narrowed = getattr(first, name)(*NARROWING[name])
    assert narrowed is not first
    assert type(narrowed) is type(first)
    assert said_about(first) == before
    assert said_about(narrowed) != before
    in_place = Row.objects.filter(n=1)
    assert getattr(in_place, name)(*NARROWING[name]) is in_place


# -- windows -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skip", "limit", "part", "expected"),
    [
        (0, None, slice(None), (0, None)),
        (0, None, slice(3, None), (3, None)),
        (0, None, slice(None, 4), (0, 4)),
        (0, None, slice(3, 4), (3, 1)),
        (5, 20, slice(10, 30), (15, 10)),
        (5, 20, slice(10, None), (15, 10)),
        (5, 20, slice(None, 30), (5, 20)),
        (5, 20, slice(30, 40), (35, 0)),
        (0, None, slice(4, 4), (4, 0)),
        (0, None, slice(4, 2), (4, 0)),
        (0, 0, slice(0, 9), (0, 0)),
    ],
)
def test_a_window_inside_of_a_window(
    skip: int, limit: int | None, part: slice, expected: tuple[int, int | None]
) -> None:
    found = Row.objects.skip(skip).limit(limit)
    window = found[part]
    assert (window._skip, window._limit) == expected
    assert (found._skip, found._limit) == (skip, limit)


@pytest.mark.parametrize("part", [3, -1, "n", None, slice(1, 5, 2), (1, 2)])
def test_query_sets_take_no_index(part: Any) -> None:
    with pytest.raises(TypeError, match="^Query sets take slices without a step; for one document"):
        Row.objects[part]


@pytest.mark.parametrize("part", [slice(-1, None), slice(None, -1), slice(-3, -1)])
def test_a_window_is_not_counted_from_the_end(part: slice) -> None:
    with pytest.raises(ValueError, match="^Query sets take no negative indexes.$"):
        Row.objects[part]


@pytest.mark.parametrize("part", [slice("a", None), slice(None, 1.5)])
def test_a_window_has_whole_numbers(part: slice) -> None:
    with pytest.raises(TypeError):
        Row.objects[part]


def test_a_query_set_is_no_collection_in_memory() -> None:
    with pytest.raises(TypeError, match="not iterable"):
        iter(Row.objects)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        Row() in Row.objects  # type: ignore[operator]  # noqa: B015


async def test_what_a_window_has(rows: None) -> None:
    window = Row.objects.order_by("-word", "n").skip(2).limit(6)[1:3]
    assert [row.n for row in await window.to_list()] == [7, 9]
    assert [row.n for row in await Row.objects.order_by("n").reverse()[:2].find_all()] == [19, 18]
    assert await Row.objects[4:4].to_list() == []
    assert [row.n async for row in Row.objects.order_by("n")[18:]] == [18, 19]


SEE_SLICES = ("__aiter__", "batches", "count", "exists", "explain", "find_all", "first", "to_list")
"""Calls that are about the part."""

INSERTING = ("bulk_insert", "create", "insert_stream", "save")
"""Calls that look for nothing."""

LOOKING: dict[str, Any] = {
    name.partition(".")[2]: call
    for name, call in (CALLS | NOT_IN_TRANSACTIONS).items()
    if name.startswith("QuerySet.") and name.partition(".")[2] not in INSERTING
} | {
    "aggregate": lambda books, book: books.aggregate.group_by(Book.pages).fetch(),
    "drop_collection": lambda books, book: books.drop_collection(),
    "remove": lambda books, book: books.remove(),
}
"""Calls that look for something."""


@pytest.mark.parametrize("name", [name for name in LOOKING if name not in SEE_SLICES])
async def test_what_is_not_asked_of_a_part_is_refused(mongo: Mongo, codec: str, name: str) -> None:
    book = await Book(title="a").save()
    await Book(title="b").save()
    commands = watch(mongo)
    for part in (Book.objects[:1], Book.objects[1:], Book.objects[0:0].filter(title="b")):
        with pytest.raises(ValueError, match="knows no slices|skip or limit"):
            await LOOKING[name](part, book)
    assert commands.sent == []


async def test_a_slice_is_counted_for_itself(rows: None) -> None:
    assert await Row.objects[:3].count() == 3
    assert await Row.objects[18:].count() == 2
    assert await Row.objects[0:0].count() == 0
    assert await Row.objects.limit(3).count() == 20
    found = Row.objects.order_by("n")[2:4]
    assert await found.remove(await found.first()) == 1
    assert await Row.objects.count() == 19


# -- order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("n",), [("n", 1)]),
        (("-word", "n"), [("w", -1), ("n", 1)]),
        ((Row.word, "-home.road"), [("w", 1), ("h.r", -1)]),
        (("-home__road",), [("h.r", -1)]),
        (("n", DESCENDING), [("n", -1)]),
        (("-n", DESCENDING), [("n", 1)]),
        ((("n", DESCENDING),), [("n", -1)]),
        ((("n", DESCENDING), (Row.word, ASCENDING), "id"), [("n", -1), ("w", 1), ("_id", 1)]),
        (("n", "word", "-n"), [("n", -1), ("w", 1)]),
    ],
)
def test_several_keys_at_once(keys: Any, expected: Any) -> None:
    assert Row.objects.order_by(*keys)._order == expected


def test_calls_add_up_and_a_key_keeps_its_place() -> None:
    found = Row.objects.order_by("n").order_by("word")
    assert found.order_by("-n")._order == [("n", -1), ("w", 1)]
    assert found.order_by()._order == []
    assert Row.objects.order_by(field="n", direction=-1)._order == [("n", -1)]
    assert Row.objects.order_by("n", "word", direction=DESCENDING)._order == [("n", -1), ("w", -1)]


@pytest.mark.parametrize(
    "keys", [(("n", 5),), (("n", "up"),), ("n", 2), ("nope", "n"), ("n", "up")]
)
def test_keys_that_are_none_change_nothing(keys: Any) -> None:
    found = Row.objects.order_by("word")
    with pytest.raises(ValueError, match="order by"):
        found.order_by(*keys)
    assert found._order == [("w", 1)]


def test_reverse_turns_every_key_round() -> None:
    assert Row.objects.order_by("-n", "word").reverse()._order == [("n", 1), ("w", -1)]
    assert Row.objects.reverse()._order == [("_id", -1)]
    for found in (Row.objects.skip(1), Row.objects.limit(5), Row.objects.limit(0)):
        with pytest.raises(ValueError, match=r"^reverse\(\) can't be used with skip or limit.$"):
            found.reverse()


async def test_the_last_of_an_order(rows: None) -> None:
    found = Row.objects.order_by("n")
    last = await found.last()
    assert last is not None
    assert last.n == 19
    assert found._order == [("n", 1)]
    assert await Row.objects.filter(n=99).last() is None


# -- nothing -------------------------------------------------------------------------------------


async def test_none_finds_nothing_and_asks_nobody(mongo: Mongo, codec: str) -> None:
    await Row(n=1, word="a").save()
    nothing = Row.objects.none().filter(word="a").order_by("n")
    assert nothing.to_query() == {"_id": {"$in": []}, "w": "a"}
    commands = watch(mongo)
    assert await nothing.find_all() == []
    assert await nothing.to_list() == []
    assert [row async for row in nothing] == []
    assert await nothing.first() is None
    assert await nothing.last() is None
    assert await nothing.get(n=1) is None
    assert await nothing.get_or_none(n=1) is None
    with pytest.raises(Row.DoesNotExist):
        await nothing.get_one(n=1)
    assert await nothing.exists() is False
    assert await nothing.count() == 0
    assert await nothing.distinct("n") == []
    assert await nothing.in_bulk([1]) == {}
    assert await nothing.sum("n") == 0
    assert await nothing.max("n") is None
    assert await nothing.sample(3) == []
    assert await nothing.item_frequencies("n") == {}
    assert await nothing.aggregate.group_by("word").fetch() == []
    assert (await nothing.update({"n": 2})).count == 0
    assert (await nothing.update(U.set(n=2), upsert=True)).count == 0
    assert (await nothing.update_one(U.set(n=2), upsert=True)).count == 0
    assert await nothing.find_one_and_update(U.set(n=2), upsert=True) is None
    assert await nothing.find_one_and_replace(Row(n=3), upsert=True) is None
    assert await nothing.find_one_and_delete() is None
    assert await nothing.delete() == 0
    assert await nothing.delete_one() == 0
    assert await nothing.remove() == 0
    assert commands.sent == []
    assert await nothing.all_filters_cleared().count() == 1
    assert await Row.objects.count() == 1


@pytest.mark.parametrize("name", [it for it in LOOKING if it != "get_or_create"])
async def test_whatever_is_called_on_none(mongo: Mongo, codec: str, name: str) -> None:
    book = await Book(title="a").save()
    commands = watch(mongo)
    nothing = Book.objects.none()
    if name == "drop_collection":
        with pytest.raises(ValueError, match="drops all of Book"):
            await nothing.drop_collection()
    elif name == "get_one":
        for arguments in ((), (book._id,)):
            with pytest.raises(Book.DoesNotExist):
                await nothing.get_one(*arguments)
    else:
        assert not await LOOKING[name](nothing, book) or name.startswith("update")
    assert commands.sent == []
    assert await Book.objects.count() == 1


async def test_none_inserts_as_ever(mongo: Mongo, codec: str) -> None:
    nothing = Row.objects.none()
    await nothing.create(n=1)
    await nothing.bulk_insert([Row(n=2)])
    assert await Row.objects.count() == 2


# -- references ----------------------------------------------------------------------------------


async def test_references_stay_unloaded(mongo: Mongo, codec: str) -> None:
    friend = await Friend(name="ann").save()
    stored = await Eager(friend=friend).save()
    assert stored is not None
    commands = watch(mongo)
    found = Eager.objects.no_dereference()
    assert found.is_lazy is True
    assert len(await found.find_all()) == 1
    assert len(await found.to_list()) == 1
    assert len([eager async for eager in found]) == 1
    assert await found.first() is not None
    assert await found.get(stored._id) is not None
    assert {command["find"] for command in commands.of("find")} == {Eager.__collection__}
    loaded = await Eager.objects.first()
    assert loaded is not None
    assert loaded.friend.name == "ann"

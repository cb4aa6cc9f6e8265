"""update, update_one and find_one_and_update with changes, on a server."""

from __future__ import annotations

import asyncio
import traceback
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bson import ObjectId
from pymongo.errors import OperationFailure

from aiomotorengine import (
    BaseField,
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    F,
    FloatField,
    IntField,
    ListField,
    PasswordField,
    Q,
    ReferenceField,
    StringField,
    U,
)
from aiomotorengine.errors import (
    InvalidDocumentError,
    StoredValueError,
    UniqueKeyViolationError,
)
from aiomotorengine.sessions.target import Target
from tests.harness import Mongo


class Page(Document):
    url = StringField(required=True, unique=True)
    kind = StringField(default="html")
    visits = IntField(default=0)
    made = DateTimeField(auto_now_on_insert=True)


class Game(Document):
    scores = ListField(IntField(), db_field="sc")
    notes = ListField(BaseField())
    total = IntField(default=0, db_field="t")
    height = FloatField()


async def stored(document_class: Any = Game) -> dict[str, Any]:
    (row,) = [row async for row in document_class.objects.coll().find({}, {"_id": 0})]
    return row


# -- lists and operators -------------------------------------------------------------------------


async def test_w03_lists_and_values_that_never_become_operators(mongo: Mongo) -> None:
    await Game(scores=[5, -1, 7, -3], notes=[1]).save()
    await Game.objects.update(U.set("scores.$[low]", 0), array_filters=[{"low": {"$lt": 0}}])
    await Game.objects.update(
        U.push(Game.scores, 9, 8, sort=-1, slice=4), U.pull(Game.notes, {"$exists": True})
    )
    row = await stored()
    assert (row["sc"], row["notes"]) == ([9, 8, 7, 5], [1])


async def test_array_filters_by_conditions(mongo: Mongo) -> None:
    await Game(scores=[5, -1, 7, -3]).save()
    result = await Game.objects.update(
        U.set("scores.$[low]", 0), U.inc(total=1), array_filters={"low": Q(lt=0)}
    )
    assert (result.count, result.modified, result.upserted_id) == (1, 1, None)
    assert (await stored())["sc"] == [5, 0, 7, 0]


async def test_the_item_that_the_filter_has_found(mongo: Mongo) -> None:
    await Game(scores=[5, -1, 7]).save()
    await Game.objects.filter(scores=7).update(U.inc("scores.$", 10))
    await Game.objects.update(U.inc("scores.$[]", 1))
    assert (await stored())["sc"] == [6, 0, 18]


async def test_pull_removes_equal_items_and_those_that_meet_conditions(mongo: Mongo) -> None:
    class Vote(Document):
        by = StringField(db_field="b")
        count = IntField(db_field="c")

    class Poll(Document):
        votes = ListField(EmbeddedDocumentField(Vote), db_field="v")
        notes = ListField(BaseField())

    votes = [Vote(by=by, count=count) for by, count in (("x", 1), ("y", 5), ("z", 9))]
    await Poll(votes=votes, notes=[1, {"$exists": True}, None]).save()
    await Poll.objects.update(U.pull(Poll.votes, count__gt=6), U.pull("notes", {"$exists": True}))
    await Poll.objects.update(U.pull(Poll.votes, Vote(by="x", count=1)))
    assert await stored(Poll) == {"v": [{"b": "y", "c": 5}], "notes": [1, None]}


@pytest.mark.mongod_only("SecantusDB lacks some of the operators")
async def test_each_operator_does_what_it_says(mongo: Mongo) -> None:
    class All(Document):
        number = IntField(default=6, db_field="n")
        low = IntField(default=5)
        high = IntField(default=5)
        items = ListField(IntField(), default=[1, 2, 3], db_field="i")
        uniques = ListField(IntField(), default=[1])
        gone = IntField(default=1)
        when = DateTimeField()
        new = StringField()
        scale = FloatField(default=1.5)

    await All.objects.coll().insert_one({**All().to_son(), "old": "x"})
    await All.objects.update(
        U.bit("number", and_=3),
        U.min(low=3),
        U.max(high=3),
        U.pop(All.items, False),
        U.add_to_set(All.uniques, 1, 2),
        U.unset(All.gone),
        U.current_date(All.when),
        U.rename("old", "new"),
        U.mul(All.scale, 2),
    )
    row = await stored(All)
    assert abs(row.pop("when") - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)
    assert row == {
        **{"n": 2, "low": 3, "high": 5, "i": [2, 3], "uniques": [1, 2], "new": "x", "scale": 3.0}
    }


async def test_the_server_computes(mongo: Mongo) -> None:
    class Item(Document):
        price = IntField(db_field="p")
        count = IntField()
        total = IntField()
        text = StringField()

    await Item.objects.bulk_insert([Item(price=n, count=n + 1) for n in (1, 2)])
    result = await Item.objects.update(
        U.set(total=F("price") * F(Item.count) + 1, text="$price"), U.inc(count=10)
    )
    assert (result.count, result.modified) == (2, 2)
    rows = [(item.total, item.text, item.count) async for item in Item.objects.order_by("price")]
    assert rows == [(3, "$price", 12), (7, "$price", 13)]


async def test_what_the_server_computes_for_a_whole_number_is_one(mongo: Mongo) -> None:
    class Ware(Document):
        price = IntField(db_field="p")
        half = IntField()
        added = IntField(default=10)
        scaled = IntField(default=3)
        least = IntField(default=9)
        from_rate = IntField()
        from_cost = IntField()
        empty = IntField()
        any = IntField()
        rate = FloatField(default=1.5)
        cost = DecimalField(default=Decimal("2.7"))
        anything = BaseField(default=7.9)

    await Ware(price=1999, half=-7).save()
    await Ware.objects.update(
        U.set(price=F("price") * 1.1, half=F("half") / 2, empty=F("empty") / 2),
        U.set(from_rate=F(Ware.rate), from_cost=F("cost"), any=F("anything")),
        U.inc(added=F("rate")),
        U.mul(scaled=F("rate")),
        U.min(least=F("rate") * 2.3),
    )
    row = await stored(Ware)
    expected = {"p": 2198, "half": -3, "added": 11, "scaled": 4, "least": 3, "empty": None}
    expected |= {"from_rate": 1, "from_cost": 2, "any": 7}
    assert {key: row[key] for key in expected} == expected
    assert not any(isinstance(row[key], float) for key in expected)
    assert await Ware.objects.filter(price=2198, half=-3).count() == 1


async def test_what_the_server_computes_for_a_float_is_one(mongo: Mongo) -> None:
    class Ware(Document):
        cost = DecimalField(default=Decimal("2.75"))
        count = IntField(default=3)
        copied = FloatField()
        half = FloatField()
        added = FloatField(default=0.5)
        scaled = FloatField(default=2.0)
        least = FloatField(default=9.0)
        most = FloatField(default=1.0)
        counted = FloatField()
        empty = FloatField()
        none = FloatField()

    ware = await Ware().save()
    await Ware.objects.update(
        U.set(copied=F("cost"), half=F("cost") / 2, counted=F(Ware.count)),
        U.set(empty=F("none"), none=F("none") * Decimal(2)),
        U.inc(added=F("cost")),
        U.mul(scaled=F(Ware.cost)),
        U.min(least=F("cost")),
        U.max(most=F("cost") + Decimal(1)),
    )
    row = await stored(Ware)
    expected = {"copied": 2.75, "half": 1.375, "added": 3.25, "scaled": 5.5, "least": 2.75}
    expected |= {"most": 3.75, "counted": 3}
    assert {key: row[key] for key in expected} == expected
    assert all(type(row[key]) is float for key in expected if key != "counted")
    assert (row["empty"], row["none"]) == (None, None)
    assert await Ware.objects.filter(copied__gte=2.7, half__lt=1.4).count() == 1
    await ware.update(U.set(copied=F("cost") * 2))
    assert ware.copied == 5.5


# -- update_one and find_one_and_update ------------------------------------------------------------


async def scored(*totals: int) -> None:
    await Game.objects.bulk_insert([Game(total=total) for total in totals])


async def totals() -> list[int]:
    return [game.total async for game in Game.objects.order_by("total")]


async def test_update_one_changes_one(mongo: Mongo) -> None:
    await scored(1, 2, 3)
    result = await Game.objects.filter(total__gte=2).update_one(U.inc(total=10))
    assert (result, result.modified) == ({"count": 1, "updated_existing": True}, 1)
    assert sum(await totals()) == 16
    nothing = await Game.objects.filter(total=99).update_one(U.inc(total=1))
    assert (nothing, nothing.modified) == ({"count": 0, "updated_existing": False}, 0)


async def test_update_one_honours_the_order(mongo: Mongo) -> None:
    await scored(1, 3, 2)
    query = Game.objects.filter(total__gt=0).order_by("-total").limit(1).skip(2)
    result = await query.update_one(U.inc(total=10))
    assert (result, result.modified) == ({"count": 1, "updated_existing": True}, None)
    assert await totals() == [1, 2, 13]
    nothing = await Game.objects.filter(total=99).order_by("total").update_one(U.inc(total=1))
    assert (nothing, nothing.modified) == ({"count": 0, "updated_existing": False}, 0)


async def test_find_one_and_update(mongo: Mongo) -> None:
    await scored(1, 3, 2)
    best = Game.objects.order_by("-total")
    after = await best.find_one_and_update(U.inc(total=10))
    assert after is not None
    assert (type(after), after.total, after._is_persisted) == (Game, 13, True)
    before = await best.find_one_and_update(U.set(total=0), returns="before")
    assert (before._id, before.total) == (after._id, 13)
    assert await Game.objects.filter(total=99).find_one_and_update(U.inc(total=1)) is None
    assert await totals() == [0, 1, 2]
    with pytest.raises(ValueError, match="returns must be 'after' or 'before', not 'new'"):
        await best.find_one_and_update(U.inc(total=1), returns="new")  # type: ignore[arg-type]


async def test_what_was_found_and_changed_is_saved_again(mongo: Mongo) -> None:
    await scored(1)
    game = await Game.objects.find_one_and_update(U.inc(total=1), U.push("scores", 5))
    game.total += 1
    await game.save()
    assert (await stored())["t"] == 3
    assert await Game.objects.count() == 1


async def test_references_of_what_was_found_are_loaded_as_by_get(mongo: Mongo) -> None:
    class Author(Document):
        name = StringField()

    class Book(Document):
        __lazy__ = False
        author = ReferenceField(Author)
        sold = IntField(default=0)

    ann = await Author(name="ann").save()
    await Book(author=ann).save()
    book = await Book.objects.find_one_and_update(U.inc(sold=1))
    assert (book.author.name, book.sold) == ("ann", 1)


async def test_what_cannot_be_read_was_changed(mongo: Mongo) -> None:
    await Game.objects.coll().insert_one({"t": 1, "height": "no number"})
    with pytest.raises(StoredValueError, match="Can't read 'height'"):
        await Game.objects.find_one_and_update(U.inc(total=1))
    assert (await stored())["t"] == 2


# -- upserts ---------------------------------------------------------------------------------------


async def test_w02_upsert_stores_whole_documents(mongo: Mongo) -> None:
    page = Page.objects.filter(url="/a")
    first = await page.update_one(U.inc(visits=1), upsert=True)
    again = await page.update_one(U.inc(visits=1), upsert=True)
    assert first == {"count": 0, "updated_existing": False}
    assert (again.count, again.modified, again.upserted_id) == (1, 1, None)
    found = await Page.objects.get(url="/a")
    assert (found._id, found.kind, found.visits) == (first.upserted_id, "html", 2)
    assert found.made
    with pytest.raises(InvalidDocumentError, match=r"Field 'url' is required\."):
        await Page.objects.filter(kind="x").update(U.inc(visits=1), upsert=True)
    await Page(url="/b", visits=9).save()
    top = Page.objects.order_by("-visits")
    assert (await top.find_one_and_update(U.set(kind="top"))).kind == "top"
    assert (await top.find_one_and_update(U.set(visits=0), returns="before")).visits == 9


class Home(Document):
    road = StringField(required=True, db_field="r")
    city = StringField(default="Oslo", db_field="c")


class Person(Document):
    name = StringField(db_field="n")
    home = EmbeddedDocumentField(Home, db_field="h")
    tags = ListField(StringField(), db_field="ts")
    score = IntField(default=5)
    seen = DateTimeField(auto_now_on_update=True)
    made = DateTimeField(auto_now_on_insert=True, db_field="m")


WHOLE = {"n": "ann", "h": None, "ts": [], "score": 5}


async def person() -> dict[str, Any]:
    row = await stored(Person)
    return {key: value for key, value in row.items() if key not in ("seen", "m")}


@pytest.mark.parametrize(
    ("filters", "changes", "expected"),
    [
        ({"name": "ann"}, [U.set(score=1)], {"score": 1}),
        ({"name": "ann", "score": 3}, [U.inc(score=1)], {"score": 4}),
        ({"name": "ann"}, [U.inc("score")], {"score": 1}),
        ({"name": "ann"}, [U.push("tags", "a")], {"ts": ["a"]}),
        ({"name": "ann", "tags": "a"}, [U.set(score=1)], {"score": 1, "ts": ["a"]}),
        ({"name__in": ["ann"]}, [U.set(score=1)], {"score": 1}),
        ({"name": "ann", "score__gt": 7}, [U.set("tags", ["x"])], {"ts": ["x"]}),
        (
            {"name": "ann"},
            [U.set("home.road", "x"), U.set_on_insert(score=2)],
            {"h": {"r": "x", "c": "Oslo"}, "score": 2},
        ),
        (
            {"name": "ann", "home__road": "x"},
            [U.set("home.city", "Rome")],
            {"h": {"r": "x", "c": "Rome"}},
        ),
        ({"name": "ann"}, [{"score": 8}], {"score": 8}),
    ],
)
@pytest.mark.mongod_only("SecantusDB takes fewer equalities out of a filter")
async def test_an_upsert_inserts_what_a_save_would(
    mongo: Mongo, filters: Any, changes: Any, expected: Any
) -> None:
    result = await Person.objects.filter(**filters).update(*changes, upsert=True)
    assert result == {"count": 0, "updated_existing": False}
    assert await person() == {**WHOLE, **expected}
    (found,) = await Person.objects.find_all()
    assert (found._id, bool(found.made), bool(found.seen)) == (result.upserted_id, True, True)
    assert isinstance(found._id, ObjectId)


async def test_the_id_of_an_upsert_is_that_of_the_filter(mongo: Mongo) -> None:
    result = await Person.objects.filter(_id="p1").update_one(U.set(name="ann"), upsert=True)
    assert (result.upserted_id, await Person.objects.get("p1") is not None) == ("p1", True)
    ordered = Person.objects.filter(_id="p2").order_by("name")
    assert (await ordered.update_one(U.set(name="bob"), upsert=True)).upserted_id == "p2"
    found = Person.objects.filter(name="cid").order_by("name")
    result = await found.update_one(U.set(score=1), upsert=True)
    assert (await Person.objects.get(name="cid"))._id == result.upserted_id


async def test_find_one_and_update_inserts(mongo: Mongo) -> None:
    ann = Person.objects.filter(name="ann")
    assert await ann.find_one_and_update(U.inc(score=1), upsert=True, returns="before") is None
    assert (await ann.find_one_and_update(U.inc(score=1), upsert=True)).score == 2
    bob = await Person.objects.filter(name="bob").find_one_and_update(U.inc(score=1), upsert=True)
    assert (bob.name, bob.score, bob.tags) == ("bob", 1, [])


async def test_without_validation_an_upsert_inserts_what_is_named(mongo: Mongo) -> None:
    pages = Page.objects.filter(kind="x")
    await pages.update(U.inc(visits=1), upsert=True, validate=False, stamps=False)
    assert await stored(Page) == {"kind": "x", "visits": 1}


@pytest.mark.parametrize(
    ("filters", "changes", "text"),
    [
        ({}, [U.inc(visits=1)], "Field 'url' is required."),
        ({"url": None}, [U.inc(visits=1)], "Field 'url' is required."),
        ({"url__gt": "a"}, [U.inc(visits=1)], "Field 'url' is required."),
        ({"kind": "x"}, [U.raw({"$unset": {"url": 1}})], "Field 'url' is required."),
    ],
)
async def test_an_upsert_needs_what_is_required(
    mongo: Mongo, filters: Any, changes: Any, text: str
) -> None:
    for update in (Page.objects.filter(**filters).update, Page.objects.update_one):
        with pytest.raises(InvalidDocumentError) as refusal:
            await update(*changes, upsert=True)
        assert (str(refusal.value), refusal.value.path) == (text, "url")
    assert await Page.objects.count() == 0


@pytest.mark.parametrize(
    ("query", "change", "text"),
    [
        (Person.objects, U.set(score=F("score") + 1), "with an F expression"),
        (Person.objects, U.set("tags.0", "x"), "inside of a list that is not there yet"),
        (Person.objects.filter(tags__0="x"), U.inc(score=1), "inside of a list"),
    ],
)
async def test_what_can_not_be_inserted(mongo: Mongo, query: Any, change: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        await query.update(change, upsert=True)


async def test_set_on_insert_needs_an_upsert() -> None:
    for update in (Page.objects.update, Page.objects.update_one, Page.objects.find_one_and_update):
        with pytest.raises(ValueError, match=r"^U\.set_on_insert needs upsert=True\.$"):
            await update(U.set_on_insert(kind="x"), U.inc(visits=1))


async def test_upserts_that_run_at_once_make_one_document(mongo: Mongo) -> None:
    await Page.ensure_index()
    page = Page.objects.filter(url="/a")
    await asyncio.gather(*(page.update_one(U.inc(visits=1), upsert=True) for _ in range(40)))
    assert [page.visits async for page in Page.objects] == [40]


@pytest.mark.parametrize("kind", ["x", "y"])
@pytest.mark.parametrize(
    "upsert",
    [
        lambda pages: pages.update_one(U.inc(visits=1), upsert=True),
        lambda pages: pages.find_one_and_update(U.inc(visits=1), upsert=True),
        lambda pages: pages.find_one_and_replace(Page(url="/a", kind="x", visits=1), upsert=True),
        lambda _: Page.objects.get_or_create(url="/a", kind="x"),
    ],
    ids=["update_one", "find_one_and_update", "find_one_and_replace", "get_or_create"],
)
async def test_a_unique_field_of_several_in_the_filter_may_lose_a_race(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch, upsert: Any, kind: str
) -> None:
    await Page.ensure_index()
    asking, calls = Target.asking, 0

    def counted(target: Target, method: Any) -> Any:
        async def called(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 1:
                # Somebody else inserts it when nothing was found.
                for _ in range(2):
                    await Page.objects.coll().insert_one({"url": "/a", "kind": kind, "visits": 0})
            return await asking(target, method)(*arguments, **options)

        return called

    monkeypatch.setattr(Target, "asking", counted)
    if kind == "x":
        assert await upsert(Page.objects.filter(url="/a", kind="x")) is not None
    else:  # another document has that url
        with pytest.raises(UniqueKeyViolationError, match="url"):
            await upsert(Page.objects.filter(url="/a", kind="x"))
    assert calls == 2
    assert [(page.url, page.kind) async for page in Page.objects] == [("/a", kind)]


async def test_a_duplicate_that_is_no_lost_race_is_raised(mongo: Mongo) -> None:
    await Page(url="/a").save()
    with pytest.raises(UniqueKeyViolationError, match="url"):
        await Page.objects.filter(kind="x").update_one(U.set(url="/a"), upsert=True)
    with pytest.raises(UniqueKeyViolationError):
        await Page.objects.filter(url="/a", kind="x").find_one_and_update(
            U.inc(visits=1), upsert=True
        )
    await Page(url="/b").save()
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Page.objects.filter(url="/b").update(U.set(url="/a"))
    assert violation.value.instance_type is Page


async def test_an_upsert_ensures_the_unique_indexes(mongo: Mongo) -> None:
    await Page.objects.filter(url="/a").update(U.inc(visits=1), upsert=True)
    indexes = await Page.objects.coll().index_information()
    assert "url_1" in indexes


# -- stamps ----------------------------------------------------------------------------------------


async def test_changes_set_automatic_dates(mongo: Mongo) -> None:
    await Person(name="ann").save()
    old = datetime(2000, 1, 1)
    await Person.objects.coll().update_many({}, {"$set": {"seen": old, "m": old}})
    some = Person.objects.filter(name="ann")
    await some.update({"score": 1})
    assert (await some.first()).seen == old  # as in 2017
    await some.update(U.inc(score=1), stamps=False)
    await some.update(U.set(seen=old))
    assert (await some.first()).seen == old
    for update in (some.update, some.update_one, some.find_one_and_update):
        await update(U.set(seen=old))
        await update(U.inc(score=1))
        row = await stored(Person)
        assert (row["seen"] > old, row["m"]) == (True, old)
    await some.update(U.set(seen=old))
    await some.update(U.set(score=F("score") + 1))
    row = await stored(Person)
    assert (row["seen"] > old, row["m"]) == (True, old)


async def test_an_upsert_without_stamps(mongo: Mongo) -> None:
    await Person.objects.filter(name="ann").update(U.inc(score=1), upsert=True, stamps=False)
    row = await stored(Person)
    assert (row["seen"], row["m"]) == (None, None)


# -- the update of 2017 ----------------------------------------------------------------------------


async def test_the_definition_of_2017_stays(mongo: Mongo) -> None:
    await scored(1)
    assert (await Game.objects.update({Game.total: 2}, None)).count == 1
    assert (await Game.objects.update({"total": 3}, "default")).count == 1
    assert (await Game.objects.update({"total": 3}, alias="default")).count == 1
    assert (await Game.objects.update(definition={"total": 4})).count == 1
    assert (await Game.objects.update({"$inc": {"t": 1}})).modified == 1
    assert (await Game.objects.update({"nick": "x"})).count == 1
    row = await stored()
    assert (row["t"], row["_nick"]) == (5, "x")


async def test_the_definition_of_2017_can_upsert(mongo: Mongo) -> None:
    await Person.objects.filter(name="ann").update({"score": 1, "nick": "x"}, upsert=True)
    assert await person() == {**WHOLE, "score": 1, "_nick": "x"}
    await Person.objects.delete()
    await Person.objects.filter(name="ann").update({"$inc": {"score": 1}}, upsert=True)
    assert await person() == {**WHOLE, "score": 1}


async def test_a_mapping_among_changes_is_a_set(mongo: Mongo) -> None:
    await scored(1)
    await Game.objects.update({Game.total: "5"}, U.push("scores", 1))
    row = await stored()
    assert (row["t"], row["sc"]) == (5, [1])
    with pytest.raises(ValueError, match="Field not found"):
        await Game.objects.update({"$inc": {"t": 1}}, U.push("scores", 1))
    with pytest.raises(ValueError, match="Field not found"):
        await Game.objects.update_one({"nick": "x"})


async def test_other_keywords_are_no_changes() -> None:
    text = r"^update\(\) takes changes such as U\.inc\(visits=1\), not the keyword 'inc__visits'\.$"
    with pytest.raises(TypeError, match=text):
        await Page.objects.update(inc__visits=1)
    for verb in ("update_one", "find_one_and_update"):
        with pytest.raises(
            TypeError, match=rf"^{verb}\(\) takes .*, not the keyword 'set__visits'"
        ):
            await getattr(Page.objects, verb)(set__visits=3)
    with pytest.raises(TypeError, match=r"^update\(\) takes .*, not the keyword 'inc__visits'"):
        await Page(url="/a").update(inc__visits=1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="An update needs a change"):
        await Page.objects.update()


# -- errors ----------------------------------------------------------------------------------------


async def test_validation_can_be_left_out(mongo: Mongo) -> None:
    class Member(Document):
        name = StringField(required=True, max_length=3)
        age = IntField(min_value=0)

    await Member(name="ann", age=1).save()
    await Member.objects.update(U.set(age="-1", name=None), validate=False)
    assert await stored(Member) == {"name": None, "age": -1}
    with pytest.raises(InvalidDocumentError, match="Field 'age' must be valid"):
        await Member.objects.update(U.set(age="x"), validate=False)


@pytest.mark.mongod_only("SecantusDB has other words for it, or changes nulls")
@pytest.mark.parametrize("change", [U.inc(height=1), U.set("anything.x", 1), U.push("anything", 1)])
async def test_a_null_in_the_way_is_named(mongo: Mongo, change: Any) -> None:
    class Note(Document):
        height = FloatField()
        anything = BaseField()

    await Note().save()
    for update in (Note.objects.update, Note.objects.update_one, Note.objects.find_one_and_update):
        with pytest.raises(OperationFailure) as refusal:
            await update(change)
        assert refusal.value.__notes__[0].endswith(
            "is null there: give the field a default, or set the whole of it."
        )


@pytest.mark.mongod_only("SecantusDB has other words for it, or changes nulls")
@pytest.mark.parametrize("change", [U.inc(height=1), U.set("home.road", 1), U.push("anything", 1)])
async def test_a_null_in_the_way_is_named_where_there_are_passwords(
    mongo: Mongo, change: Any
) -> None:
    class Secretive(Document):
        height = FloatField()
        home = BaseField()
        anything = BaseField()
        secret = PasswordField()

    member = await Secretive(secret="topsecret").save()
    [row] = [row async for row in Secretive.objects.coll().find()]
    objects = Secretive.objects
    for update in (
        objects.update,
        objects.update_one,
        objects.find_one_and_update,
        objects.order_by("height").update_one,
        member.update,
    ):
        with pytest.raises(OperationFailure) as refusal:
            await update(change)
        [note] = refusal.value.__notes__
        assert note.endswith("is null there: give the field a default, or set the whole of it.")
        shown = "".join(traceback.format_exception(refusal.value))
        assert row["secret"] not in shown and "topsecret" not in shown


@pytest.mark.parametrize(
    "change",
    [
        U.set(notes=[1, Decimal(1)]),
        U.push("notes", Decimal(1)),
        U.add_to_set("notes", Decimal(1)),
        U.pull("notes", Decimal(1)),
        U.set("notes.0", Decimal(1)),
    ],
    ids=str,
)
async def test_a_value_that_can_not_be_encoded_is_named(mongo: Mongo, change: Any) -> None:
    for update in (Game.objects.update, Game.objects.update_one, Game.objects.find_one_and_update):
        with pytest.raises(InvalidDocumentError, match=r"Field 'notes(\.0)?' must be valid: Mon"):
            await update(change)
    with pytest.raises(InvalidDocumentError, match=r"Field 'notes' must be valid: MongoDB has"):
        await Game.objects.update(U.set(total=F("total") + 1, notes=[Decimal(1)]))


async def test_a_value_of_a_filter_that_can_not_be_encoded_is_named(mongo: Mongo) -> None:
    some = Game.objects.filter(notes=Decimal(1))
    for update in (some.update, some.update_one, some.find_one_and_update):
        with pytest.raises(ValueError, match="Invalid value for field 'notes' in filter 'notes'"):
            await update(U.inc(total=1))


async def test_counts_that_run_at_once_lose_nothing(mongo: Mongo) -> None:
    await scored(0)

    async def count() -> None:
        for number in range(50):
            await Game.objects.update(U.inc(total=1), U.push("scores", number))

    await asyncio.gather(*(count() for _ in range(4)))
    row = await stored()
    assert (row["t"], sorted(row["sc"])) == (200, sorted([*range(50)] * 4))

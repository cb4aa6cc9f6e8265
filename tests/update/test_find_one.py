"""find_one_and_replace, find_one_and_delete and get_or_create."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, ClassVar

import pytest

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    ReferenceField,
    StringField,
    before_save,
    before_validate,
)
from aiomotorengine.documents.marks import after_insert, after_save, before_insert
from aiomotorengine.errors import (
    DeleteDeniedError,
    InvalidDocumentError,
    StoredValueError,
    UniqueKeyViolationError,
)
from tests.harness import Mongo


class Page(Document):
    url = StringField(required=True, unique=True, db_field="u")
    kind = StringField(default="html")
    visits = IntField(default=0)
    tags = ListField(StringField())
    made = DateTimeField(auto_now_on_insert=True)


async def rows(document_class: Any = Page) -> list[dict[str, Any]]:
    return [row async for row in document_class.objects.coll().find().sort("_id")]


# -- find_one_and_replace --------------------------------------------------------------------------


async def test_a_document_takes_the_place_of_another(mongo: Mongo) -> None:
    for url, visits in (("/a", 1), ("/b", 9)):
        await Page(url=url, visits=visits).save()
    top = Page.objects.order_by("-visits")
    replacement = Page(url="/c", visits=5)
    after = await top.find_one_and_replace(replacement)
    assert (after.url, after.visits, after._is_persisted) == ("/c", 5, True)
    assert after is not replacement
    assert (replacement._id, bool(replacement.made)) == (None, True)
    before = await top.find_one_and_replace(Page(url="/d"), returns="before")
    assert (before._id, before.url) == (after._id, "/c")
    assert {row["u"] for row in await rows()} == {"/a", "/d"}
    assert await Page.objects.filter(url="/x").find_one_and_replace(Page(url="/y")) is None


async def test_a_loaded_document_takes_the_place_of_another_without_its_id(mongo: Mongo) -> None:
    one, two = await Page(url="/a").save(), await Page(url="/b").save()
    await two.delete()
    after = await Page.objects.filter(url="/a").find_one_and_replace(two)
    assert (after._id, after.url, two._id == one._id) == (one._id, "/b", False)


async def test_a_replacement_can_be_inserted(mongo: Mongo) -> None:
    page = Page.objects.filter(url="/a")
    first = await page.find_one_and_replace(Page(url="/a", visits=1), upsert=True)
    second = await page.find_one_and_replace(Page(url="/a", visits=2), upsert=True)
    assert (first._id, second.visits) == (second._id, 2)
    some = Page.objects.filter(url="/n")
    assert await some.find_one_and_replace(Page(url="/n"), returns="before", upsert=True) is None
    await asyncio.gather(
        *(
            Page.objects.filter(url="/z").find_one_and_replace(Page(url="/z"), upsert=True)
            for _ in range(20)
        )
    )
    assert await Page.objects.count() == 3


@pytest.mark.parametrize("returns", ["after", "before"])
async def test_a_replacement_is_inserted_under_its_own_id(mongo: Mongo, returns: Any) -> None:
    there = Page.objects.filter(url="/a")
    page = Page(_id="own", url="/a", title="$visits", visits=1)
    found = await there.find_one_and_replace(page, upsert=True, returns=returns)
    assert (found is None) == (returns == "before")
    other = Page(_id={"$x": 1}, url="/a", title="b", visits=2)
    found = await there.find_one_and_replace(other, upsert=True, returns=returns)
    assert (found._id, found.visits) == ("own", 2 if returns == "after" else 1)
    [stored] = await rows()
    assert (stored["_id"], stored["_title"], next(iter(stored))) == ("own", "b", "_id")


async def test_a_replacement_is_prepared_like_what_is_inserted(mongo: Mongo) -> None:
    told: list[str] = []

    class Note(Document):
        title = StringField(required=True)
        slug = StringField(on_save=lambda note, creating: f"{note.title}-{creating}")

        @before_save
        def save_soon(self) -> None:
            told.append("before_save")

        @before_insert
        def insert_soon(self) -> None:
            told.append("before_insert")

        @before_validate
        def clean(self) -> None:
            told.append("before_validate")
            self.title = self.title and self.title.strip()

        @after_insert
        def inserted(self) -> None:
            told.append("after_insert")

        @after_save
        async def saved(self) -> None:
            told.append("after_save")

    await Note.objects.coll().insert_one({"title": "x"})
    after = await Note.objects.find_one_and_replace(Note(title=" a "))
    assert (after.title, after.slug) == ("a", "a-True")
    assert told == ["before_save", "before_validate", "after_save"]
    told.clear()
    assert await Note.objects.filter(title="no").find_one_and_replace(Note(title="b")) is None
    assert told == ["before_save", "before_validate"]
    told.clear()
    await Note.objects.find_one_and_replace(Note(title=" c "), hooks=False)
    assert (told, (await rows(Note))[0]["title"]) == ([], " c ")
    with pytest.raises(InvalidDocumentError, match="Field 'title' is required"):
        await Note.objects.find_one_and_replace(Note())


async def test_replacements_that_are_refused(mongo: Mongo) -> None:
    class Other(Document):
        url = StringField()

    await Page(url="/a").save()
    await Page(url="/b").save()
    with pytest.raises(UniqueKeyViolationError):
        await Page.objects.filter(url="/a").find_one_and_replace(Page(url="/b"))
    with pytest.raises(ValueError, match="Other"):
        await Page.objects.find_one_and_replace(Other(url="/a"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="returns must be"):
        await Page.objects.find_one_and_replace(Page(url="/c"), returns="x")  # type: ignore[arg-type]
    with pytest.raises(InvalidDocumentError, match="Field 'size' must be valid"):
        await Page.objects.find_one_and_replace(Page(url="/c", size=object()))
    with pytest.raises(ValueError, match="Invalid value for field 'size' in filter 'size'"):
        await Page.objects.filter(size=object()).find_one_and_replace(Page(url="/c"))


# -- find_one_and_delete ---------------------------------------------------------------------------


async def test_one_is_deleted_and_returned(mongo: Mongo) -> None:
    for visits in (1, 3, 2):
        await Page(url=str(visits), visits=visits).save()
    top = Page.objects.order_by("-visits").skip(1).limit(1)
    assert [(await top.find_one_and_delete()).visits for _ in range(3)] == [3, 2, 1]
    assert await top.find_one_and_delete() is None


async def test_w02_the_one_that_the_filter_finds(mongo: Mongo) -> None:
    await Page(url="/a").save()
    await Page(url="/b").save()
    assert (await Page.objects.filter(url="/b").find_one_and_delete()).url == "/b"
    assert [row["u"] for row in await rows()] == ["/a"]


async def test_what_cannot_be_read_was_deleted(mongo: Mongo) -> None:
    await Page.objects.coll().insert_one({"visits": "x"})
    with pytest.raises(StoredValueError, match="Can't read 'visits'"):
        await Page.objects.find_one_and_delete()
    assert await rows() == []


async def test_each_is_deleted_once(mongo: Mongo) -> None:
    await Page.objects.bulk_insert([Page(url=str(number)) for number in range(20)])
    found = await asyncio.gather(*(Page.objects.find_one_and_delete() for _ in range(30)))
    assert len({page._id for page in found if page is not None}) == 20


class Author(Document):
    name = StringField()


class Book(Document):
    author = ReferenceField(Author, on_delete="cascade")


class Contract(Document):
    author = ReferenceField(Author, on_delete="deny")


async def test_delete_rules_hold(mongo: Mongo) -> None:
    ann = await Author.objects.create(name="ann")
    bob = await Author.objects.create(name="bob")
    for author in (ann, bob):
        await Book.objects.create(author=author)
    await Contract.objects.create(author=bob)
    with pytest.raises(DeleteDeniedError):
        await Author.objects.order_by("-name").find_one_and_delete()
    assert (await Author.objects.order_by("name").find_one_and_delete()).name == "ann"
    assert await Author.objects.filter(name="ann").find_one_and_delete() is None
    assert (await Book.objects.count(), await Author.objects.count()) == (1, 1)


# -- get_or_create ---------------------------------------------------------------------------------


async def test_what_is_there_is_got(mongo: Mongo) -> None:
    page, created = await Page.objects.get_or_create(url="/a", defaults={"visits": 3})
    assert (created, page.url, page.kind, page.visits) == (True, "/a", "html", 3)
    assert (page._is_persisted, isinstance(page.made, datetime)) == (True, True)
    again, created = await Page.objects.get_or_create(url="/a", defaults={"visits": 9})
    assert (created, again._id, again.visits) == (False, page._id, 3)
    (row,) = await rows()
    assert row == {**row, "_id": page._id, "u": "/a", "kind": "html", "visits": 3, "tags": []}


async def test_the_filters_before_it_count(mongo: Mongo) -> None:
    class Setting(Document):
        tenant = IntField(required=True)
        name = StringField(required=True)
        value = StringField()

    of_one = Setting.objects.filter(tenant=1, value__ne="old")
    first, created = await of_one.get_or_create(name="a", defaults={"value": "x"})
    assert (created, first.tenant, first.value) == (True, 1, "x")
    second, created = await of_one.get_or_create(name="a")
    assert (created, second._id) == (False, first._id)
    _, created = await Setting.objects.filter(tenant=2).get_or_create(name="a")
    assert (created, await Setting.objects.count()) == (True, 2)


@pytest.mark.mongod_only("SecantusDB may return nothing where another upsert was faster")
async def test_one_is_created_by_many(mongo: Mongo) -> None:
    await Page.ensure_index()
    got = await asyncio.gather(*(Page.objects.get_or_create(url="/a") for _ in range(40)))
    assert [created for _, created in got].count(True) == 1
    assert len({page._id for page, _ in got}) == 1


async def test_an_id_of_the_programs_own(mongo: Mongo) -> None:
    page, created = await Page.objects.get_or_create(_id="p", url="/a")
    assert (created, page._id, page.url) == (True, "p", "/a")
    page, created = await Page.objects.get_or_create(_id="p", url="/a")
    assert (created, page._id) == (False, "p")
    page, created = await Page.objects.get_or_create(url="/b", defaults={"_id": "q"})
    assert (created, page._id, page.url) == (True, "q", "/b")
    page, created = await Page.objects.get_or_create(url="/b", defaults={"_id": "r"})
    assert (created, page._id) == (False, "q")


async def test_values_of_all_kinds(mongo: Mongo) -> None:
    class Home(Document):
        road = StringField()

    class Person(Document):
        name = StringField()
        home = EmbeddedDocumentField(Home)
        friend = ReferenceField(Page)

    friend = await Page(url="/a").save()
    wanted = {"name": "ann", "home": Home(road="x"), "friend": friend}
    person, created = await Person.objects.get_or_create(**wanted, defaults={"nick": "a"})
    assert (created, person.home.road, person.nick) == (True, "x", "a")
    again, created = await Person.objects.get_or_create(**wanted)
    assert (created, again._id) == (False, person._id)


async def test_what_get_or_create_refuses(mongo: Mongo) -> None:
    for filters in ({"visits__gte": 1}, {"tags__0": "x"}, {"id": 5}):
        with pytest.raises(ValueError, match=r"^get_or_create\(\) takes fields with their values"):
            await Page.objects.get_or_create(**filters)  # type: ignore[arg-type]
    with pytest.raises(InvalidDocumentError, match="Field 'url' is required"):
        await Page.objects.get_or_create(kind="x")
    with pytest.raises(ValueError, match="Invalid value for field 'kind'"):
        await Page.objects.get_or_create(url="/a", kind={"$ne": "x"})
    await Page(url="/a").save()
    with pytest.raises(UniqueKeyViolationError):
        await Page.objects.get_or_create(url="/a", kind="other")
    assert await Page.objects.count() == 1


class Ware(Document):
    """Its hook changes what it is looked for by, and fills what is required."""

    told: ClassVar[list[str]] = []

    sku = StringField(required=True, unique=True)
    slug = StringField(required=True)
    made_by = StringField(on_save=lambda ware, creating: f"{ware.sku}-{creating}")
    visits = IntField(default=0)

    @before_save
    async def clean(self) -> None:
        self.told.append("before_save")
        self.sku = self.sku and self.sku.upper()
        self.slug = self.sku and self.sku.lower()

    @before_insert
    def insert_soon(self) -> None:
        self.told.append("before_insert")

    @after_save
    def saved(self) -> None:
        self.told.append("after_save")


@pytest.fixture
def nothing_told() -> None:
    Ware.told.clear()


@pytest.mark.usefixtures("nothing_told")
async def test_what_is_made_is_saved_with_its_hooks(mongo: Mongo) -> None:
    ware, created = await Ware.objects.get_or_create(sku="tea", defaults={"visits": 3})
    assert (created, ware.sku, ware.slug, ware._is_persisted) == (True, "TEA", "tea", True)
    assert Ware.told == ["before_save", "before_insert", "after_save"]
    (row,) = await rows(Ware)
    expected = {"sku": "TEA", "slug": "tea", "made_by": "TEA-True", "visits": 3}
    assert row == {"_id": ware._id, **expected}
    Ware.told.clear()
    again, created = await Ware.objects.get_or_create(sku="TEA", defaults={"visits": 9})
    assert (created, again._id, again.visits, Ware.told) == (False, ware._id, 3, [])


@pytest.mark.usefixtures("nothing_told")
async def test_what_hooks_make_of_the_values_is_got(mongo: Mongo) -> None:
    got = await asyncio.gather(*(Ware.objects.get_or_create(sku="tea") for _ in range(20)))
    assert [created for _, created in got].count(True) == 1
    assert {(ware.sku, ware._id) for ware, _ in got} == {("TEA", (await rows(Ware))[0]["_id"])}
    with pytest.raises(UniqueKeyViolationError):
        await Ware.objects.get_or_create(sku="tea", visits=5)
    with pytest.raises(InvalidDocumentError, match="Field 'sku' is required"):
        await Ware.objects.get_or_create(visits=5)
    assert len(await rows(Ware)) == 1


async def test_a_duplicate_that_a_hook_meets_comes_through(mongo: Mongo) -> None:
    class Visit(Document):
        url = StringField(unique=True)

        @after_save
        async def note(self) -> None:
            await Page.objects.create(url=self.url)

    await Page(url="/a").save()
    with pytest.raises(UniqueKeyViolationError):
        await Visit.objects.get_or_create(url="/a")
    assert await Visit.objects.count() == 1

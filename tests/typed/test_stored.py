"""Typed documents in a database."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest

from aiomotorengine import (
    Document,
    Field,
    IntField,
    Reference,
    StringField,
    TypedDocument,
    VersionField,
)
from aiomotorengine.errors import (
    InvalidDocumentError,
    StaleDocumentError,
    UniqueKeyViolationError,
    UnknownFieldError,
)
from tests.harness import Mongo


class Address(TypedDocument):
    street: str


class User(TypedDocument):
    name: Annotated[str, StringField(max_length=5)]
    age: int | None = None
    tags: list[str] = []
    home: Address | None = None
    mail: str = Field(default="", index=True)


async def test_scenario_m07(mongo: Mongo) -> None:
    ada = await User(name="Ada", home=Address(street="Loop")).save()
    assert ada.to_son() == {"name": "Ada", "tags": [], "home": {"street": "Loop"}, "mail": ""}
    named = User.objects.filter(name="Ada")
    assert await named.filter(age=5).count() == 0
    assert await named.count() == 1
    found = await User.objects.get(home__street="Loop")
    assert found is not None
    assert found.tags == []
    assert dataclasses.replace(ada, name="Eva").name == "Eva"
    with pytest.raises(UnknownFieldError, match=r"^User has no field 'nmae'\. Did you mean 'name'"):
        User(nmae="x")


async def test_what_replace_makes_is_stored_beside(mongo: Mongo) -> None:
    ada = await User(name="Ada").save()
    eva = await dataclasses.replace(ada, name="Eva").save()
    assert eva.id != ada.id
    assert await User.objects.count() == 2


async def test_dates_come_back_aware(mongo: Mongo) -> None:
    class Event(TypedDocument):
        at: datetime
        made: datetime = Field(default=None, auto_now_on_insert=True)

    at = datetime(2020, 2, 29, 12, tzinfo=UTC)
    event = await Event(at=at).save()
    assert event.made.tzinfo is UTC
    loaded = await Event.objects.get(event.id)
    assert loaded is not None
    assert (loaded.at, loaded.at.tzinfo, loaded.made.tzinfo) == (at, UTC, UTC)
    assert await Event.objects.filter(at=datetime(2020, 2, 29, 12)).count() == 1


async def test_references(mongo: Mongo) -> None:
    class Book(TypedDocument):
        title: str
        author: Reference[User]
        readers: list[Reference[User]] = []

    ada, eva = await User(name="Ada").save(), await User(name="Eva").save()
    await Book(title="x", author=ada, readers=[eva.id]).save()
    book = await Book.objects.get(author=ada)
    assert book is not None
    await book.load_references()
    assert (book.author.name, book.readers[0].name) == ("Ada", "Eva")


async def test_delete_rules_of_references_to_classes_that_are_defined_later(mongo: Mongo) -> None:
    class Book(TypedDocument):
        author: Reference[Writer] = Field(on_delete="cascade")

    class Poster(TypedDocument):
        printer: Reference[Printr] | None = Field(default=None, on_delete="deny")

    class Writer(TypedDocument):
        name: str

    writer = await Writer(name="Ada").save()
    await Book(author=writer).save()
    assert await writer.delete() == 1
    assert await Book.objects.count() == 0


async def test_primary_keys(mongo: Mongo) -> None:
    class Ware(TypedDocument):
        id: str
        price: int

    await Ware(id="A1", price=3).save()
    with pytest.raises(UniqueKeyViolationError):
        await Ware(id="A1", price=4).save()
    found = await Ware.objects.get("A1")
    assert found is not None
    assert (found.id, found.price) == ("A1", 3)


async def test_versions(mongo: Mongo) -> None:
    class Page(TypedDocument):
        text: str
        version: Annotated[int, VersionField()] = Field(default=None)

    page = await Page(text="a").save()
    other = await Page.objects.get(page.id)
    assert other is not None
    await page.save()
    with pytest.raises(StaleDocumentError):
        await other.save()
    assert page.version == 2


class Careful(TypedDocument):
    name: str
    age: int = 0

    def validate(self) -> bool:
        super().validate()
        return self.name != "no"


class Lenient(Document):
    name = StringField()
    age = IntField(default=0)

    def validate(self) -> bool:
        return self.name != "no"


CALLS: dict[str, Any] = {
    "save": lambda kind: kind(name="no").save(),
    "objects.save": lambda kind: kind.objects.save(kind(name="no")),
    "create": lambda kind: kind.objects.create(name="no"),
    "bulk_insert": lambda kind: kind.objects.bulk_insert([kind(name="a"), kind(name="no")]),
    "find_one_and_replace": lambda kind: kind.objects.find_one_and_replace(kind(name="no")),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_validate_that_says_no_is_an_error(mongo: Mongo, call: Any) -> None:
    told = re.escape("Careful.validate() returned something falsy: it is to return True, or")
    with pytest.raises(InvalidDocumentError, match=told):
        await call(Careful)
    assert await Careful.objects.count() == 0
    assert await call(Lenient) is None
    assert await Lenient.objects.count() == 0


class CarefulPart(TypedDocument, Lenient):
    size: int = 0


@pytest.mark.parametrize("of", [CarefulPart, Lenient])
@pytest.mark.parametrize("call", ["save", "bulk_insert", "find_one_and_replace"])
async def test_it_is_the_class_of_the_document_that_tells_what_no_means(
    mongo: Mongo, of: Any, call: str
) -> None:
    document = CarefulPart(name="no")
    given = [document] if call == "bulk_insert" else document
    with pytest.raises(InvalidDocumentError, match="CarefulPart.validate"):
        await getattr(of.objects, call)(given)
    assert await Lenient.objects.count() == 0


async def test_a_validate_that_says_no_where_one_is_got_or_created(mongo: Mongo) -> None:
    with pytest.raises(InvalidDocumentError, match="returned something falsy"):
        await Careful.objects.get_or_create(name="no")
    assert await Lenient.objects.get_or_create(name="no") == (None, False)
    found, created = await Careful.objects.get_or_create(name="yes", defaults={"age": 5})
    assert (found.age, created) == (5, True)

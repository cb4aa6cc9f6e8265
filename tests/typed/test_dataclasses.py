"""What the module ``dataclasses`` makes of typed documents."""

from __future__ import annotations

import copy
import dataclasses
import sys
from typing import Annotated, Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    Document,
    EmbeddedDocument,
    Field,
    PasswordField,
    Reference,
    StringField,
    TypedDocument,
)
from aiomotorengine.errors import LoadReferencesRequiredError


class Address(TypedDocument, EmbeddedDocument):
    street: str


class User(TypedDocument):
    name: str
    age: int = 18
    home: Address | None = None
    tags: list[str] = Field(default_factory=list, metadata={"unit": "word"})
    password: Annotated[str, PasswordField()] = Field(default=None)
    secret: str = Field(default="", exclude=True)
    code = StringField()


ID = ObjectId("0123456789abcdef01234567")


def test_typed_documents_are_dataclasses() -> None:
    assert dataclasses.is_dataclass(User)
    assert dataclasses.is_dataclass(User(name="a"))
    assert not dataclasses.is_dataclass(Document)


def test_fields() -> None:
    names = ["id", "name", "age", "home", "tags", "code"]
    assert list(User.__dataclass_fields__) == names
    fields = {field.name: field for field in dataclasses.fields(User)}
    assert list(fields) == names
    assert fields["name"].default is dataclasses.MISSING
    assert (fields["age"].default, fields["home"].default) == (18, None)
    assert fields["tags"].default_factory() == []  # type: ignore[misc]
    assert fields["tags"].metadata["unit"] == "word"
    assert [field.name for field in fields.values() if not field.init] == ["id"]
    assert all(field.kw_only for field in fields.values() if field.init)
    assert (fields["age"].type, fields["code"].type) == ("int", Any)


def test_each_class_has_its_own() -> None:
    assert "level" not in User.__dataclass_fields__

    class Admin(User):
        level: int

    assert list(Admin.__dataclass_fields__)[-1] == "level"
    assert [field.name for field in dataclasses.fields(Address)] == ["street"]


def test_asdict() -> None:
    user = User(id=ID, name="Ada", home=Address(street="Loop"), password="x", secret="y")
    assert dataclasses.asdict(user) == {
        "id": ID,
        "name": "Ada",
        "age": 18,
        "home": {"street": "Loop"},
        "tags": [],
        "code": None,
    }


def test_replace_makes_a_new_document() -> None:
    user = User(id=ID, name="Ada", tags=["a"])
    eva = dataclasses.replace(user, name="Eva")
    assert (type(eva), eva.name, eva.tags, eva.id, user.name) == (User, "Eva", ["a"], None, "Ada")
    assert not eva._is_persisted


@pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace is new in Python 3.13")
def test_copy_replace() -> None:
    replace: Any = copy.replace  # type: ignore[attr-defined]
    assert replace(User(name="Ada"), name="Eva").name == "Eva"


class Author(TypedDocument):
    name: str


class Book(TypedDocument):
    __dynamic__ = True
    title: str
    author: Reference[Author] | None = None
    authors: list[Reference[Author]] = []
    secret: str = Field(default="", exclude=True)
    password: Annotated[str, PasswordField()] = Field(default=None)


def test_replace_takes_over_what_is_left_out_for_others_and_dynamic_values() -> None:
    book: Any = Book(title="a", secret="y", password="p", price=3, **{"class": "c"})
    for other in (dataclasses.replace(book, title="b"), book.__replace__(title="b")):
        assert (other.title, other.secret, other.password, other.price) == ("b", "y", "p", 3)
        assert getattr(other, "class") == "c"
    assert dataclasses.replace(book, secret="z").secret == "z"
    names = ["id", "title", "author", "authors"]
    assert [field.name for field in dataclasses.fields(book)] == names
    assert list(dataclasses.asdict(book)) == names


def test_replace_takes_over_references_that_are_not_loaded() -> None:
    book: Any = Book.from_son({"title": "a", "author": ID, "authors": [ID]})
    other = book.__replace__(title="b")
    assert other.to_son() == {"title": "b", "author": ID, "authors": [ID], "secret": ""}
    assert other.id is None
    with pytest.raises(LoadReferencesRequiredError):
        dataclasses.replace(book, title="b")


def test_replace_takes_over_a_key_that_is_a_field() -> None:
    class Ware(TypedDocument):
        sku: str = Field(primary_key=True)
        price: int = 0

    assert [field.name for field in dataclasses.fields(Ware)] == ["sku", "price"]
    lamp = Ware(sku="A1", price=3)
    other = dataclasses.replace(lamp, price=4)
    assert (other.sku, other.price) == ("A1", 4)
    assert dataclasses.asdict(dataclasses.replace(lamp, sku="A2")) == {"sku": "A2", "price": 3}


def test_defaults_that_are_not_hashable() -> None:
    class Odd(list[int]):
        __hash__ = None  # type: ignore[assignment]

    class Ware(TypedDocument):
        some: Any = bytearray(b"a")
        sizes: list[int] = Odd([1])

    made = {field.name: field.default_factory for field in dataclasses.fields(Ware)}
    assert made["some"]() == b"a"  # type: ignore[misc]
    assert made["sizes"]() == [1]  # type: ignore[misc]

"""How a document shows itself: its id, eight values, no password; and it never fails to."""

from __future__ import annotations

from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    BaseField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    ReferenceField,
    StringField,
)
from aiomotorengine.document import BaseDocument
from aiomotorengine.fields.password_field import PasswordType

ID = ObjectId("1" * 24)


class Author(Document):
    name = StringField()
    password = PasswordField()


class Book(Document):
    title = StringField(db_field="t")
    author = ReferenceField(Author)
    by = EmbeddedDocumentField(Author)
    others = ListField(EmbeddedDocumentField(Author))
    old = ListField(PasswordField())
    made = DateTimeField(auto_now_on_insert=True)


def test_a_document_shows_its_id_and_its_values() -> None:
    assert repr(Author(_id=ID, name="Jane", password="x")) == (
        "Author(id=ObjectId('111111111111111111111111'), name='Jane', password='***')"
    )


def test_what_is_not_set_is_left_out() -> None:
    assert repr(Author()) == "Author()"
    assert repr(Author(name="")) == "Author(name='')"


def test_nothing_is_loaded_or_set_by_it() -> None:
    book = Book(author=ID)
    assert repr(book) == "Book(author=ObjectId('111111111111111111111111'), others=[], old=[])"
    assert book._values["made"] is None


@pytest.mark.parametrize(
    "values",
    [
        {"by": Author(password="hunter2")},
        {"by": {"password": "hunter2"}},
        {"others": [Author(password="hunter2")]},
        {"old": ["hunter2"]},
        {"old": "hunter2"},
        {"others": [None, {"password": "hunter2"}]},
    ],
)
def test_a_password_is_never_shown(values: dict[str, Any]) -> None:
    shown = repr(Book(**values))
    assert "hunter2" not in shown
    assert "***" in shown


def test_of_what_it_refers_to_the_id_is_shown() -> None:
    author = Author(_id=ID, name="Jane", password="hunter2")
    shown = "Author(id=ObjectId('111111111111111111111111'))"
    assert repr(Book(author=author)) == f"Book(author={shown}, others=[], old=[])"

    class Shelf(Document):
        books = ListField(ReferenceField(Book))

    shelf = Shelf(_id=1, books=[Book(_id=2, title="a"), Book(title="b", others=None, old=None)])
    assert repr(shelf) == "Shelf(id=1, books=[Book(id=2), Book(title='b')])"


def test_an_embedded_document_with_an_id_is_shown() -> None:
    book = Book.from_son({"_id": ID, "by": {"_id": 7, "name": "Jane"}, "others": [{"_id": 8}]})
    assert "by=Author(id=7, name='Jane'), others=[Author(id=8)]" in repr(book)


def test_values_that_no_field_declares_come_last() -> None:
    author = Author(name="Jane")
    author.born = 1775
    assert repr(author) == "Author(name='Jane', born=1775)"


def test_eight_values_are_shown() -> None:
    wide = type(Document)("Wide", (Document,), {f"f{n}": IntField(default=n) for n in range(10)})
    assert repr(wide()) == ("Wide(f0=0, f1=1, f2=2, f3=3, f4=4, f5=5, f6=6, f7=7, …)")
    assert repr(wide(_id=1)).endswith("f7=7, …)")


def test_what_contains_itself_comes_to_an_end() -> None:
    class Node(Document):
        below = BaseField()

    node = Node()
    node.below = [node, node]
    assert repr(node).count("Node(") < 20


def test_long_values_are_shortened() -> None:
    assert len(repr(Author(name="a" * 10_000))) < 150


def test_it_never_raises() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    assert "Odd" in repr(Author(name=Odd()))
    empty = Author.__new__(Author)
    assert repr(empty) == "Author()"
    assert repr(BaseDocument()).startswith("BaseDocument(")


def test_rich_gets_the_same_parts() -> None:
    author = Author(_id=ID, name="Jane", password="x")
    assert list(author.__rich_repr__()) == [("id", ID), ("name", "Jane"), ("password", "***")]


def test_a_repr_of_the_programs_own_is_called_inside_others() -> None:
    class Shy(Document):
        def __repr__(self) -> str:
            return "<shy>"

    class Holder(Document):
        shy = EmbeddedDocumentField(Shy)

    assert repr(Holder(shy=Shy())) == "Holder(shy=<shy>)"


# -- what others take apart ------------------------------------------------------------------------


def as_json(value: Any) -> Any:
    """As frameworks make JSON of an object that they know nothing about."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list):
        return [as_json(item) for item in value]
    try:
        parts = dict(value)
    except Exception:
        parts = vars(value)
    return {key: as_json(part) for key, part in parts.items()}


class Member(Document):
    name = StringField()
    password = PasswordField(default="changeme")
    later = PasswordField(default=lambda: "made")


@pytest.mark.parametrize(
    "member",
    [
        Member(name="Ada", password="hunter2"),
        Member(name="Ada"),
        Member.from_son({"name": "Ada", "password": "hunter2"}),
    ],
)
def test_a_document_that_is_taken_apart_shows_no_password(member: Member) -> None:
    assert as_json(member) == {"name": "Ada", "password": {}, "later": {}}


def test_a_password_is_hashed_as_soon_as_it_is_assigned() -> None:
    member = Member(name="Ada")
    member.password = "hunter2"
    assert type(member._values["password"]) is PasswordType
    assert member.password == "hunter2"
    assert member.later == "made"
    member.password = None
    assert member._values["password"] is None
    assert as_json(member)["password"] is None


def test_a_get_value_of_the_programs_own_is_asked_when_it_is_read() -> None:
    class Own(PasswordField):
        def get_value(self, value: Any) -> Any:
            return value

    class Account(Document):
        password = Own()

    account = Account(password="plain")
    assert account.password == account._values["password"] == "plain"

"""The methods of documents that need no server."""

from __future__ import annotations

from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    BaseField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    PointField,
    ReferenceField,
    StringField,
)


class Author(Document):
    name = StringField()


class Comment(Document):
    text = StringField(db_field="t")
    author = ReferenceField(Author)


class Post(Document):
    title = StringField(db_field="ti")
    author = ReferenceField(Author)
    top = EmbeddedDocumentField(Comment)
    comments = ListField(EmbeddedDocumentField(Comment), db_field="c")
    rows = ListField(ListField(EmbeddedDocumentField(Comment)))
    password = PasswordField()


# -- get_field_value -----------------------------------------------------------------------------


def test_get_field_value_reads_through_the_field() -> None:
    post = Post(title="a", password="secret")
    assert post.get_field_value("title") == "a"
    assert post.get_field_value("password") == "secret"

    class Town(Document):
        place = PointField()

    town = Town(place=[1, 2])
    assert town.get_field_value("place") == {"type": "Point", "coordinates": [1, 2]}
    assert town._values["place"] == [1, 2]


def test_get_field_value_does_not_complain_about_unloaded_references() -> None:
    key = ObjectId()
    assert Post(author=key).get_field_value("author") == key


def test_get_field_value_finds_dynamic_values() -> None:
    assert Post(colour="red").get_field_value("colour") == "red"


def test_get_field_value_of_an_unknown_name() -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011
        Post().get_field_value("nope")
    assert str(refusal.value) == "Field nope not found in instance of Post."


# -- fields of the class -------------------------------------------------------------------------


def test_get_field_by_db_name() -> None:
    assert Post.get_field_by_db_name("ti") is Post.title
    assert Post.get_field_by_db_name("title") is None
    assert Post.get_field_by_db_name("_id") is None
    assert Post.get_field_by_db_name("nope") is None


def test_get_fields_follows_a_path() -> None:
    assert Post.get_fields("title") == [Post.title]
    assert Post.get_fields("top.text") == [Post.top, Comment.text]
    assert Post.get_fields("comments.text") == [Post.comments, Comment.text]
    assert Post.get_fields("rows.author") == [Post.rows, Comment.author]


@pytest.mark.parametrize("path", ["nope", "top.nope", "title.text", "", "top."])
def test_get_fields_of_a_path_that_leads_nowhere(path: str) -> None:
    with pytest.raises(ValueError, match="not found in Post"):
        Post.get_fields(path)


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("is_list_field", ListField),
        ("is_reference_field", ReferenceField),
        ("is_embedded_field", EmbeddedDocumentField),
    ],
)
def test_kinds_of_fields_and_field_classes(method: str, kind: type[BaseField[Any]]) -> None:
    is_kind = getattr(Post(), method)
    derived = type("Derived", (kind,), {})
    assert is_kind(kind)
    assert is_kind(derived)
    assert not is_kind(IntField)
    assert not is_kind(Post.title)
    assert not is_kind(5)
    matching = [name for name, field in Post._fields.items() if is_kind(field)]
    assert matching == [name for name in Post._fields if isinstance(Post._fields[name], kind)]
    assert matching

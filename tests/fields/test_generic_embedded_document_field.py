"""GenericEmbeddedDocumentField: documents of one of several classes."""

from __future__ import annotations

from typing import Any

import bson
import pytest

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    GenericEmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    StringField,
    U,
)
from aiomotorengine.codec import codec_for
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.query_builder.masking import masked
from aiomotorengine.query_builder.transform import transform_query
from tests.codec.laws import STANDARD


class Text(Document):
    text = StringField(required=True, db_field="t")
    secret = PasswordField()


class Image(Document):
    __discriminator_value__ = "img"
    width = IntField(min_value=0)


class Smaller(Image):
    pass


class Page(Document):
    head = GenericEmbeddedDocumentField([Text, Image], db_field="h")
    parts = ListField(GenericEmbeddedDocumentField([Text, Image, "self"]))


@pytest.mark.parametrize("choices", [None, Text, "Text", b"Text", {"Text": Text}, [], 5])
def test_there_must_be_classes(choices: Any) -> None:
    with pytest.raises(ValueError, match="The 'choices' must be several document classes"):
        GenericEmbeddedDocumentField(choices)


def test_classes_must_differ_and_leave_the_key() -> None:
    class Named(Document):
        kind = StringField()

    class Same(Document):
        __discriminator_value__ = "Named"

    with pytest.raises(ValueError, match="has two classes that are stored as 'Named'"):
        GenericEmbeddedDocumentField([Named, Same]).validate(Named())
    with pytest.raises(ValueError, match="Named has a field that is stored under 'kind'"):
        GenericEmbeddedDocumentField([Named], discriminator="kind").validate(Named())
    with pytest.raises(ValueError, match="must be a subclass of Document"):
        GenericEmbeddedDocumentField([int]).validate(5 and Named())


def test_only_instances_of_these_very_classes_are_taken() -> None:
    page = Page(head=Smaller(width=1), parts=[Image(width=-1), Text(), 5, {"_cls": "Text"}])
    assert [(error.path, str(error.message)) for error in page.validation_errors()] == [
        ("head", "Field 'head' must be valid."),
        ("parts.0.width", "Field 'width' must be valid."),
        ("parts.1.text", "Field 'text' is required."),
        ("parts.2", "Field 'parts' must be valid."),
        ("parts.3", "Field 'parts' must be valid."),
    ]
    with pytest.raises(InvalidDocumentError) as raised:
        page.validate()
    assert "an instance of one of Text, Image is wanted" in raised.value.__notes__[0]


@pytest.mark.parametrize(
    "stored", [{"_cls": "Gone", "a": 1}, {"a": 1}, {"_cls": 5}, {"_cls": ["Text"]}, "text", 5]
)
def test_what_is_of_no_known_class_stays_and_is_refused(stored: Any) -> None:
    page = Page.from_son({"h": stored})
    assert page.head == stored
    assert page.to_son()["h"] == stored
    with pytest.raises(InvalidDocumentError):
        page.validate()


def test_the_class_is_found_wherever_its_key_stands() -> None:
    page = Page.from_son({"h": {"t": "a", "_cls": "Text"}})
    assert (type(page.head), page.head.text) == (Text, "a")


def test_a_value_under_the_key_of_the_class_is_not_stored(codec: Any) -> None:
    documents = [Page(head=Text(text="a", cls="x", colour="red"))]
    [raw] = codec_for(Page, STANDARD).encode_many(documents, [1])
    assert bson.decode(raw)["h"] == {"_cls": "Text", "t": "a", "secret": None, "_colour": "red"}


@pytest.mark.parametrize(
    ("given", "query"),
    [
        ({"head__text": "a"}, {"h.t": "a"}),
        ({"head__width__gt": "1"}, {"h.width": {"$gt": 1}}),
        ({"head___cls": "img"}, {"h._cls": "img"}),
        ({"parts__text": "a"}, {"parts.t": "a"}),
        ({"parts__1__width": "1"}, {"parts.1.width": 1}),
        ({"head": Image(width=1)}, {"h": {"_cls": "img", "width": 1}}),
        ({"head": {"_cls": "img", "width": "1"}}, {"h": {"_cls": "img", "width": 1}}),
    ],
    ids=str,
)
def test_filters(given: dict[str, Any], query: dict[str, Any]) -> None:
    assert transform_query(Page, **given) == query


@pytest.mark.parametrize(
    "value",
    [
        {"$ne": None},
        {"width": 1},
        5,
        {"_cls": "Gone"},
        {"_cls": "img", "width": {"$gt": 1}},
        {"_cls": {"$ne": 1}},
    ],
    ids=str,
)
def test_filters_never_bring_operators_in(value: Any) -> None:
    with pytest.raises(ValueError, match="Invalid value"):
        transform_query(Page, head=value)


def test_passwords_inside_are_masked() -> None:
    assert masked(Page, {"h.secret": "x", "parts.0.secret": "y"}) == {
        "h.secret": "***",
        "parts.0.secret": "***",
    }


async def test_documents_are_stored_found_and_changed(mongo: Any) -> None:
    await Page(head=Image(width=2), parts=[Text(text="a"), Page(head=Text(text="b"))]).save()
    page = await Page.objects.get(head__width=2)
    assert page is not None
    assert [type(part) for part in page.parts] == [Text, Page]
    assert page.parts[1].head.text == "b"
    await Page.objects.update(U.set("head.width", "5"), U.push("parts", Image(width=1)))
    await page.reload()
    assert (page.head.width, page.parts[2].width) == (5, 1)
    await Page.objects.update({Page.head: {"_cls": "Text", "text": "c"}})
    await page.reload()
    assert page.head.text == "c"


def test_self_in_embedded_documents() -> None:
    class Tree(Document):
        name = StringField()
        branches = ListField(EmbeddedDocumentField("self"))

    class Oak(Tree):
        pass

    oak = Oak(branches=[Tree(name="a", branches=[Tree(name="b")])])
    assert oak.validate()
    assert Oak.from_son(oak.to_son()).branches[0].branches[0].name == "b"


def test_self_in_a_mixin_of_two_classes_means_none() -> None:
    class Mixin:
        child = EmbeddedDocumentField("self")

    class One(Mixin, Document):
        pass

    class Two(Mixin, Document):
        pass

    with pytest.raises(
        ImportError, match="'self' means one class, and the field is in One and Two."
    ):
        Two().validate()

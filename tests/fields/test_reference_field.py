"""ReferenceField, as far as it needs no database."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime
from typing import Any

import pytest
from bson import SON, Binary, Decimal128, Int64, ObjectId, Regex, Timestamp

from aiomotorengine import Document, ReferenceField, StringField
from aiomotorengine.errors import InvalidDocumentError, LoadReferencesRequiredError
from aiomotorengine.storage.dangling import DanglingReference
from tests.fields.support import holder, reloaded

ID = ObjectId("0123456789abcdef01234567")
PATH = "tests.fields.test_reference_field.Author"


class Author(Document):
    name = StringField()


class Poet(Author):
    pass


class Other(Document):
    pass


def test_the_class_is_the_first_positional_argument() -> None:
    field = ReferenceField(Author, "a", required=True)
    assert (field.reference_type, field.db_field, field.required) == (Author, "a", True)
    assert ReferenceField(reference_document_type=Author).reference_type is Author


def test_a_dotted_path_is_looked_up_on_first_use() -> None:
    field = ReferenceField(PATH)
    assert field.reference_type is Author
    assert field.validate(Author(_id=ID))
    assert ReferenceField("no.such.Thing").required is False


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("NoSuchAuthor", r"^Can't find class NoSuchAuthor\.$"),
        ("tests.fields.test_reference_field.Nothing", "Nothing"),
        ("no_such_package.Author", "no_such_package"),
    ],
)
def test_a_path_that_leads_nowhere_is_an_import_error(path: str, message: str) -> None:
    with pytest.raises(ImportError, match=message):
        ReferenceField(path).validate(None)


@pytest.mark.parametrize("given", [None, 5, str, StringField(), "decimal.Decimal"])
@pytest.mark.parametrize("value", [None, ID, Author(_id=ID)])
def test_any_other_type_is_refused_by_validate(given: Any, value: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^The field 'reference_document_type' argument must be a subclass of Doc"
    ):
        ReferenceField(given).validate(value)


def test_the_refusal_of_a_type_names_it() -> None:
    with pytest.raises(ValueError, match=r"must be a subclass of Document, not '5'\.$"):
        holder(ReferenceField(5))().validate()  # type: ignore[call-overload]


def test_ids_and_saved_instances_are_valid() -> None:
    field = ReferenceField(Author)
    assert all(map(field.validate, (None, ID, Author(_id=ID), Poet(_id=ID), Author(_id=0))))
    assert not any(map(field.validate, (Author(), Other(_id=ID), Author, object(), 2**63)))


IDS: list[Any] = [
    "nord-7",
    "",
    0,
    -(2**63),
    2**63 - 1,
    Int64(5),
    1.5,
    True,
    b"twelve bytes",
    Binary(b"x", 5),
    uuid.UUID(int=5),
    datetime(2020, 1, 1),
    Decimal128("1.5"),
    Timestamp(1, 2),
    {"row": 1, "column": "A"},
    SON([("row", 1)]),
    {},
]


@pytest.mark.parametrize("id", IDS, ids=repr)
def test_an_id_may_be_anything_that_mongodb_takes(id: Any) -> None:
    field = ReferenceField(Author)
    assert field.validate(id)
    assert field.to_son(id) == field.to_son(Author(_id=id)) == id
    assert field.to_query(id) == field.to_query_item(Author(_id=id)) == id
    assert field.to_update(id) == id
    document = reloaded(holder(field)(value=id))
    assert document.get_field_value("value") == id
    with pytest.raises(LoadReferencesRequiredError):
        document.value  # noqa: B018  # reading it is what raises


@pytest.mark.parametrize(
    "value", [[ID], (), re.compile("a"), Regex("a"), {"$ne": None}, "\ud800", date(2020, 1, 1)]
)
def test_what_mongodb_does_not_take_as_an_id_is_not_valid(value: Any) -> None:
    assert not ReferenceField(Author).validate(value)


@pytest.mark.parametrize("text", [str(ID), str(ID).upper()])
def test_the_text_of_an_object_id_is_refused_with_a_hint(text: str) -> None:
    document = holder(ReferenceField(Author))(value=text)
    with pytest.raises(InvalidDocumentError, match=r"^Field 'value' must be valid\.") as refusal:
        document.validate()
    assert "; an ObjectId instead of its text is wanted." in refusal.value.__notes__[0]
    assert ReferenceField(Author).validate(Author(_id=text))


def test_the_id_is_stored() -> None:
    field = ReferenceField(Author)
    assert field.to_son(Author(_id=ID)) == field.to_son(ID) == ID
    assert field.to_son(None) is None
    assert field.to_son(Author()) is None
    assert field.to_son(5) == 5


def test_k38_a_reference_without_target_keeps_its_id() -> None:
    field, dangling = ReferenceField(Author), DanglingReference(ID)
    assert field.get_value(dangling) is ID
    assert field.to_son(dangling) is ID
    document = holder(field)(value=dangling)
    assert document.value is None
    assert document.validate()
    assert document.to_son() == {"value": ID}


def test_a_loaded_id_cannot_be_read_before_it_is_resolved() -> None:
    document = reloaded(holder(ReferenceField(Author))(value=ID))
    with pytest.raises(LoadReferencesRequiredError):
        document.value  # noqa: B018  # reading it is what raises
    document.value = author = Author(_id=ID)
    assert document.value is author


class TestQueries:
    @pytest.mark.parametrize("value", [ID, str(ID), str(ID).upper(), Author(_id=ID), Poet(_id=ID)])
    def test_k32_ids_their_text_and_saved_instances_ask_for_the_id(self, value: Any) -> None:
        field = ReferenceField(Author)
        assert field.to_query(value) == field.to_query_item(value) == ID

    def test_none_asks_for_null(self) -> None:
        assert ReferenceField(Author).to_query(None) is None

    def test_the_id_of_an_instance_is_taken_as_it_is(self) -> None:
        assert ReferenceField(Author).to_query(Author(_id=str(ID))) == str(ID)

    @pytest.mark.parametrize(
        "value",
        [
            pytest.param(Author(name="unsaved"), id="unsaved"),
            pytest.param(Other(_id=ID), id="other class"),
            pytest.param(Author(_id={"$ne": None}), id="an id that is a condition"),
            pytest.param(Author(_id=[ID]), id="an id that is a list"),
            [ID],
            {"$ne": None},
            re.compile("a"),
            2**63,
            pytest.param(object(), id="object"),
        ],
        ids=repr,
    )
    def test_k32_anything_else_is_refused_and_the_field_named(self, value: Any) -> None:
        field = holder(ReferenceField(Author)).value
        for convert in field.to_query, field.to_query_item:
            with pytest.raises(ValueError, match=r"^Field 'value' is compared with a saved Author"):
                convert(value)


class TestUpdates:
    @pytest.mark.parametrize("value", [ID, str(ID), Author(_id=ID)])
    def test_k17_ids_their_text_and_saved_instances_are_taken(self, value: Any) -> None:
        assert holder(ReferenceField(Author)).value.to_update(value) == ID

    @pytest.mark.parametrize("value", [Author(), Other(_id=ID), object(), {"$inc": 1}])
    def test_k17_anything_else_is_refused(self, value: Any) -> None:
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
            holder(ReferenceField(Author)).value.to_update(value)

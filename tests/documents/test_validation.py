"""validate: which field is refused, with which words, and who may have a say in it."""

from __future__ import annotations

from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    BaseField,
    Document,
    EmbeddedDocumentField,
    IntField,
    PasswordField,
    ReferenceField,
    StringField,
)
from aiomotorengine.errors import InvalidDocumentError


class Note(Document):
    text = StringField(required=True, max_length=3)
    size = IntField(db_field="s", min_value=0)


def test_a_valid_document_gives_true() -> None:
    assert Note(text="abc").validate() is True
    assert Note(text="abc").validate_fields() is True


@pytest.mark.parametrize("empty", [None, ""])
def test_a_required_field_that_is_empty_is_named(empty: Any) -> None:
    with pytest.raises(InvalidDocumentError) as refusal:
        Note(text=empty).validate()
    assert str(refusal.value) == "Field 'text' is required."


def test_a_value_that_is_not_valid_is_named_by_attribute() -> None:
    with pytest.raises(InvalidDocumentError) as refusal:
        Note(text="a", size=-1).validate()
    assert str(refusal.value) == "Field 'size' must be valid."


def test_the_error_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="is required"):
        Note().validate()


def test_fields_are_looked_at_in_their_order() -> None:
    class Pair(Document):
        first = StringField(required=True)
        second = StringField(required=True)

    with pytest.raises(InvalidDocumentError, match="'first'"):
        Pair().validate()
    with pytest.raises(InvalidDocumentError, match="'second'"):
        Pair(first="a").validate()


def test_validate_calls_validate_fields() -> None:
    class Lenient(Note):
        def validate_fields(self) -> bool:
            return True

    assert Lenient().validate() is True


def test_an_override_may_add_to_it() -> None:
    class Strict(Note):
        def validate(self) -> bool:
            return super().validate() and self.text != "bad"

    assert Strict(text="abc").validate() is True
    assert Strict(text="bad").validate() is False


def test_only_the_truth_of_what_a_field_answers_counts() -> None:
    class Answer(BaseField[Any]):
        def validate(self, value: Any) -> Any:
            return value

    class Thing(Document):
        value = Answer()

    assert Thing(value="yes").validate() is True
    with pytest.raises(InvalidDocumentError, match=r"Field 'value' must be valid\."):
        Thing(value=[]).validate()


def test_validation_sees_what_the_attribute_reads() -> None:
    class Account(Document):
        password = PasswordField(required=True)

    assert Account(password="plain text").validate() is True


def test_a_problem_inside_an_embedded_document_names_the_inner_field() -> None:
    class Outer(Document):
        inner = EmbeddedDocumentField(Note)

    assert Outer(inner=Note(text="a")).validate() is True
    with pytest.raises(InvalidDocumentError, match=r"Field 'text' is required\."):
        Outer(inner=Note()).validate()


def test_an_unloaded_reference_is_valid_and_does_not_complain() -> None:
    class Link(Document):
        note = ReferenceField(Note, required=True)

    assert Link(note=ObjectId()).validate() is True
    with pytest.raises(InvalidDocumentError, match=r"Field 'note' must be valid\."):
        Link(note=Note(text="unsaved")).validate()


def test_a_field_declared_by_a_patch_of_its_class_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    note = Note(text="abc")
    assert note.validate() is True
    monkeypatch.setattr(StringField, "validate", lambda self, value: False)
    with pytest.raises(InvalidDocumentError, match=r"Field 'text' must be valid\."):
        note.validate()


def test_a_field_made_required_later_is_required() -> None:
    class Thing(Document):
        name = StringField()

    assert Thing().validate() is True
    Thing.name.required = True
    with pytest.raises(InvalidDocumentError, match=r"Field 'name' is required\."):
        Thing().validate()


@pytest.mark.parametrize("method", ["validate", "validate_fields", "to_son"])
def test_a_method_that_a_save_calls_is_not_async(method: str) -> None:
    async def later(self: Any) -> bool:
        return False

    with pytest.raises(TypeError, match=rf"^Late\.{method} must not be async"):
        type(Document)("Late", (Document,), {method: later})

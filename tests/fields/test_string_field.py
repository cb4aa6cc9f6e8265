"""StringField."""

from __future__ import annotations

from aiomotorengine import StringField
from tests.fields.support import is_valid


def test_text_and_none_are_valid_and_nothing_else() -> None:
    field = StringField()
    assert all(field.validate(value) is True for value in (None, "", "a", "a" * 1000))
    assert not any(field.validate(value) for value in (5, b"a", ["a"], {}, object()))


def test_empty_text_counts_as_no_value() -> None:
    assert StringField().is_empty(None)
    assert StringField().is_empty("")
    assert not StringField().is_empty(" ")
    assert not is_valid(StringField(required=True), "")
    assert is_valid(StringField(), "")


def test_max_length_is_the_first_positional_argument_and_inclusive() -> None:
    field = StringField(3, "nm")
    assert (field.max_length, field.db_field) == (3, "nm")
    assert field.validate("123")
    assert not field.validate("1234")


def test_max_length_counts_characters() -> None:
    assert StringField(max_length=2).validate("😀é")


def test_max_length_may_be_changed_later() -> None:
    field = StringField()
    assert is_valid(field, "1234")
    field.max_length = 3
    assert not is_valid(field, "1234")


def test_text_is_not_converted() -> None:
    text, field = "ab" * 50, StringField()
    assert field.to_son(text) is field.from_son(text) is field.to_query(text) is text

"""BinaryField."""

from __future__ import annotations

from array import array
from typing import Any

import pytest

from aiomotorengine import BinaryField
from tests.fields.support import holder, is_valid, reloaded


def test_bytes_are_valid_and_text_is_not() -> None:
    field = BinaryField()
    assert all(map(field.validate, (b"", b"\x00\xff", None)))
    assert not any(map(field.validate, ("", "abc", 5, [1])))


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_what_holds_bytes_is_stored_as_bytes(kind: Any) -> None:
    field = BinaryField(max_bytes=3)
    for convert in field.to_son, field.to_query, field.to_query_item:
        assert convert(kind(b"a\xff")) == b"a\xff"
        assert type(convert(kind(b"a\xff"))) is bytes
    assert [is_valid(field, kind(value)) for value in (b"123", b"1234")] == [True, False]
    assert reloaded(holder(BinaryField())(value=kind(b"x"))).value == b"x"


def test_a_view_counts_its_bytes_and_not_its_items() -> None:
    view = memoryview(array("i", [1, 2]))
    assert is_valid(BinaryField(max_bytes=view.nbytes), view)
    assert not is_valid(BinaryField(max_bytes=view.nbytes - 1), view)
    assert BinaryField().to_son(view) == view.tobytes()


def test_a_view_that_was_released_is_not_valid() -> None:
    view = memoryview(b"x")
    view.release()
    assert not is_valid(BinaryField(), view)


def test_max_bytes_is_the_first_positional_argument_and_inclusive() -> None:
    field = BinaryField(3, "nm")
    assert (field.max_bytes, field.db_field) == (3, "nm")
    assert [is_valid(field, value) for value in (b"123", b"1234")] == [True, False]


def test_text_is_encoded_as_latin_1() -> None:
    field = BinaryField()
    for convert in field.to_son, field.from_son, field.to_query, field.to_query_item:
        assert convert("a\xff") == b"a\xff"
        assert convert(b"a\xff") == b"a\xff"


def test_other_text_is_a_value_error_and_other_types_a_type_error() -> None:
    with pytest.raises(ValueError, match="latin-1"):
        BinaryField().to_son("日本")
    with pytest.raises(TypeError, match="takes bytes or text, not int"):
        BinaryField().to_son(5)


def test_no_bytes_are_a_value() -> None:
    field = BinaryField()
    assert field.is_empty(None)
    assert field.is_empty("")
    assert not field.is_empty(b"")
    assert is_valid(BinaryField(required=True), b"")


def test_k12_none_is_no_value_everywhere() -> None:
    field = BinaryField(max_bytes=1)
    assert field.validate(None)
    assert field.to_son(None) is field.from_son(None) is field.to_query(None) is None
    assert reloaded(holder(BinaryField())()).value is None
    assert not is_valid(BinaryField(required=True), None)

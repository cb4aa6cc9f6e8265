"""UUIDField."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import bson
import pytest
from bson import Binary
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from aiomotorengine import UUIDField
from tests.fields.support import holder, is_valid, reloaded

KEY = UUID("12345678-1234-5678-1234-567812345678")


def test_uuids_and_their_text_are_valid_and_nothing_else() -> None:
    field = UUIDField()
    assert all(map(field.validate, (None, KEY, str(KEY), KEY.hex)))
    assert not any(map(field.validate, ("", "no", KEY.bytes, KEY.int, [])))


def test_text_becomes_a_uuid_on_the_way_in_and_in_queries() -> None:
    field = UUIDField()
    for convert in field.to_son, field.to_query, field.to_query_item:
        assert convert(str(KEY)) == KEY
        assert convert(KEY) is KEY
        assert convert(None) is None


def test_other_text_is_a_value_error() -> None:
    for text in "", "no":
        with pytest.raises(ValueError, match="UUID"):
            UUIDField().to_son(text)


def test_empty_text_counts_as_no_value() -> None:
    assert UUIDField().is_empty(None)
    assert UUIDField().is_empty("")
    assert not UUIDField().is_empty(KEY)
    with pytest.raises(ValueError, match=r"(?m)^Field 'value' is required\.$"):
        holder(UUIDField(required=True))(value="").validate()
    assert not is_valid(UUIDField(), "")


def test_its_binary_form_is_the_uuid_on_the_way_in_and_in_queries() -> None:
    field, binary = UUIDField(required=True), Binary(KEY.bytes, 4)
    assert field.validate(binary)
    assert not field.is_empty(binary)
    for convert in field.to_son, field.to_query, field.to_query_item, field.to_update:
        assert convert(binary) == KEY
    for other in Binary(KEY.bytes, 0), Binary(KEY.bytes, 3), Binary(b"short", 4):
        assert not field.validate(other)
        assert field.to_son(other) is other


@pytest.mark.parametrize("subtype", [3, 4])
def test_k51_both_subtypes_are_read(subtype: int) -> None:
    assert UUIDField().from_son(Binary(KEY.bytes, subtype)) == KEY


@pytest.mark.parametrize("value", [Binary(KEY.bytes, 0), Binary(b"short", 3), b"x" * 16, "text"])
def test_k51_other_values_are_left_alone(value: Any) -> None:
    assert UUIDField().from_son(value) is value


def test_k51_what_a_driver_of_2017_wrote_is_valid_when_it_is_loaded() -> None:
    raw = bson.encode({"value": Binary(KEY.bytes, 3)})
    options: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
    document = holder(UUIDField()).from_son(bson.decode(raw, codec_options=options))
    assert document.value == KEY
    assert document.validate()


def test_k51_the_field_works_under_the_legacy_representation() -> None:
    options: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.PYTHON_LEGACY)
    document = holder(UUIDField())(value=str(KEY))
    raw = bson.encode(document.to_son(), codec_options=options)
    assert type(document).from_son(bson.decode(raw, codec_options=options)).value == KEY


def test_a_uuid_comes_back_as_it_was() -> None:
    key = uuid4()
    assert reloaded(holder(UUIDField())(value=key)).value == key


def test_k17_text_can_be_given_to_update() -> None:
    assert holder(UUIDField()).value.to_update(str(KEY)) == KEY

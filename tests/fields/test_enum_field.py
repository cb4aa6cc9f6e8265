"""EnumField."""

from __future__ import annotations

import gc
import weakref
from enum import Enum, IntEnum, IntFlag, StrEnum
from typing import Any

import bson
import pytest

from aiomotorengine import Document, EnumField
from aiomotorengine.codec import codec_for
from aiomotorengine.errors import InvalidDocumentError
from tests.codec.laws import STANDARD
from tests.fields.support import holder, reloaded


class Level(Enum):
    LOW = 1
    HIGH = 2
    TOP = HIGH


class Color(StrEnum):
    RED = "red"


class Weight(IntEnum):
    LIGHT = 1


class Access(IntFlag):
    READ = 1
    WRITE = 2


def test_a_member_is_stored_as_its_value_and_read_as_itself() -> None:
    document = holder(EnumField(Level))(value=Level.HIGH)
    assert document.to_son() == {"value": 2}
    assert reloaded(document).value is Level.HIGH


def test_a_member_is_stored_as_its_name_where_that_is_asked_for() -> None:
    document = holder(EnumField(Level, by_name=True))(value=Level.TOP)
    assert document.to_son() == {"value": "HIGH"}
    assert reloaded(document).value is Level.HIGH


@pytest.mark.parametrize("value", [Level.LOW, 1])
def test_a_value_stands_for_its_member_everywhere(value: Any) -> None:
    field = EnumField(Level)
    for convert in field.to_son, field.to_query, field.to_query_item, field.to_update:
        stored = convert(value)
        assert (stored, type(stored)) == (1, int)


def test_members_of_another_enum_are_not_valid_be_they_equal() -> None:
    assert Weight.LIGHT.value == Level.LOW.value
    assert not EnumField(Level).validate(Weight.LIGHT)
    assert not EnumField(Level, by_name=True).validate(Color.RED)


def test_what_is_stored_is_a_plain_value() -> None:
    for enum in Color, Weight:
        [member] = enum
        assert type(EnumField(enum).to_son(member)) is type(member.value)


def test_a_combination_of_flags_has_a_value_and_no_name() -> None:
    both = Access.READ | Access.WRITE
    assert reloaded(holder(EnumField(Access))(value=both)).value is both
    assert not EnumField(Access, by_name=True).validate(both)
    assert not EnumField(Access).is_empty(Access(0))


@pytest.mark.parametrize("enum", [None, 5, "Level", Level.LOW, int])
def test_it_takes_an_enum_class(enum: Any) -> None:
    with pytest.raises(ValueError, match="'enum' argument must be an Enum class"):
        EnumField(enum)


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("stored", [3, "LOW", 1.5, None, [1]])
def test_an_unknown_value_is_read_as_it_is_stored_and_is_not_valid(stored: Any) -> None:
    model = holder(EnumField(Level))
    raw = bson.encode({"_id": 1, "value": stored})
    [document] = codec_for(model, STANDARD).decode_many(raw)
    assert document.value == stored
    assert codec_for(model, STANDARD).encode_many([document], [1]) == [raw]
    if stored is not None:
        with pytest.raises(InvalidDocumentError, match="Field 'value' must be valid"):
            document.validate()


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize(
    ("by_name", "stored", "member", "is_kept"),
    [
        (False, 2.0, Level.HIGH, False),
        (False, True, Level.LOW, True),
        (True, "TOP", Level.HIGH, True),
    ],
)
def test_another_form_is_read_and_kept_unless_it_is_equal(
    by_name: bool, stored: Any, member: Level, is_kept: bool
) -> None:
    model = holder(EnumField(Level, by_name))
    raw = bson.encode({"_id": 1, "value": stored})
    [document] = codec_for(model, STANDARD).decode_many(raw)
    assert document.value is member
    assert (document._hidden is not None) is is_kept
    [written] = codec_for(model, STANDARD).encode_many([document], [1], validate=True)
    assert (written == raw) is is_kept


@pytest.mark.parametrize("value", [3, "LOW", [1]])
def test_a_filter_takes_nothing_else(value: Any) -> None:
    with pytest.raises(ValueError, match="a member of Level, or one of 1, 2, is wanted, not"):
        holder(EnumField(Level)).objects.filter(value__ne=value).to_query()


def test_a_message_lists_ten_members_at_most() -> None:
    many = Enum("Many", [f"M{number}" for number in range(12)])  # type: ignore[misc]
    assert EnumField(many)._wanted(None).endswith("8, 9, 10, …,")


def test_texts_of_files_are_what_is_stored() -> None:
    assert EnumField(Level).parse("2") is Level.HIGH
    assert EnumField(Level, by_name=True).parse("LOW") is Level.LOW
    assert EnumField(Color).parse("red") is Color.RED
    with pytest.raises(ValueError, match="is wanted, not 'LOW'"):
        EnumField(Level).parse("LOW")


@pytest.mark.usefixtures("codec")
def test_a_codec_lets_go_of_an_enum_with_its_class() -> None:
    class Local(Enum):
        ONE = 1

    class Model(Document):
        value = EnumField(Local)

    Local.model = Model  # type: ignore[attr-defined]
    codec_for(Model, STANDARD).encode_many([Model(value=Local.ONE)], [1])
    gone = weakref.ref(Model)
    del Model, Local
    gc.collect()
    assert gone() is None

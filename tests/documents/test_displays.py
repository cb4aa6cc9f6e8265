"""``get_<name>_display()`` of fields with labelled choices."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from aiomotorengine import Document, EnumField, IntField, StringField


class Level(Enum):
    LOW, HIGH = 1, 2


class Shirt(Document):
    size = StringField(choices=[("S", "small"), ("L", "large")])
    level = EnumField(Level, choices=[(1, "low"), (2, "high")])
    code = IntField(choices=[(1, "one")])
    asked = StringField(choices=lambda: [("a", "A")])
    plain = StringField(choices=["a", "b"])
    kind = StringField(choices=Level)


def test_a_value_has_its_label() -> None:
    shirt: Any = Shirt(size="S", level=Level.HIGH, code="1", asked="a")
    assert shirt.get_size_display() == "small"
    assert shirt.get_level_display() == "high"
    assert shirt.get_code_display() == "one"
    assert shirt.get_asked_display() == "A"


@pytest.mark.parametrize("value", [None, "XXL", 5, ["S"], object], ids=str)
def test_a_value_that_is_no_choice_is_given_as_it_is(value: Any) -> None:
    shirt: Any = Shirt(size=value)
    assert shirt.get_size_display() is value


def test_choices_without_labels_have_no_such_method() -> None:
    assert not hasattr(Shirt, "get_plain_display")
    assert not hasattr(Shirt, "get_kind_display")


def test_what_a_program_has_under_the_name_stays() -> None:
    class Own(Document):
        size = StringField(choices=[("S", "small")])
        get_other_display = StringField()
        other = StringField(choices=[("S", "small")])

        def get_size_display(self) -> str:
            return "mine"

    own: Any = Own(size="S", other="S", get_other_display="stored")
    assert (own.get_size_display(), own.get_other_display) == ("mine", "stored")
    assert own.to_son() == {"size": "S", "get_other_display": "stored", "other": "S"}


def test_a_class_below_may_have_other_choices_or_none() -> None:
    class Other(Shirt):
        size = StringField(db_field="other_size", choices=[("S", "short")])
        asked = StringField(db_field="other_asked")

    other: Any = Other(size="S", asked="a")
    assert (other.get_size_display(), other.get_asked_display()) == ("short", "a")


def test_it_is_a_method_of_the_class_that_declares_the_field() -> None:
    method = vars(Shirt)["get_size_display"]
    assert method.__qualname__ == "Shirt.get_size_display"
    assert method.__module__ == __name__
    assert "size" in method.__doc__

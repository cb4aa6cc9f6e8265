"""What both kinds of schema say of classes and fields."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any, NamedTuple

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.list_field import ListField

__all__ = ["Needs", "described", "is_described", "refuse_empty", "stored_choices"]

EMPTY_VALUES = {
    "string": ("", "minLength"),
    "array": ([], "minItems"),
    "object": ({}, "minProperties"),
}
"""What is empty of a type, and what says that a value is not."""


class Needs(NamedTuple):
    """What has to be there at a place.

    Attributes:
        takes_none: whether null may be.
        takes_empty: whether what is empty may be.
    """

    takes_none: bool
    takes_empty: bool

    @classmethod
    def of(cls, field: BaseField[Any]) -> Needs:
        """What a field asks of a document's own value."""
        is_required = field.required or field._settings.primary_key
        takes_none = not is_required and field._settings.takes_none
        return cls(takes_none, not is_required or field._settings.allow_empty)

    @classmethod
    def of_item(cls, field: BaseField[Any]) -> Needs:
        """What it asks of items, for which ``required`` does not count, but in lists of lists."""
        refuses_none = isinstance(field, ListField) and field.required
        return cls(field._settings.takes_none and not refuses_none, takes_empty=True)


def described(document_class: Any) -> dict[str, str]:
    """The title and description of a class: what it sets, or else its name and its docstring."""
    title = document_class.__title__ or document_class.__name__
    description = document_class.__description__
    if description is None and (text := vars(document_class).get("__doc__")):
        description = cleandoc(text)
    return {"title": title, **({"description": description} if description else {})}


def is_described(field: BaseField[Any], method: str) -> bool:
    """Whether what a field's class says of its stored values holds for this one.

    It does not where a class below, or the field itself, stores something else.

    Parameters:
        field: the field.
        method: the method that describes the values.
    """
    if "to_son" in vars(field):
        return False
    for base in type(field).__mro__:
        if method in vars(base):
            return True
        if "to_son" in vars(base):
            return False
    return False


def stored_choices(field: BaseField[Any]) -> list[Any] | None:
    """What is stored for each choice; ``None`` where any value is valid, or only a function knows
    which.
    """
    choices = field._settings.choices
    if choices is None or choices.make is not None:
        return None
    return [field.to_son(value) for value in choices.values]


def refuse_empty(schema: dict[str, Any], kind: str, field: BaseField[Any]) -> None:
    """Let what is empty be invalid.

    Parameters:
        schema: what is said of the values of a field.
        kind: the key under which that has their type.
        field: the field.
    """
    value, bound = EMPTY_VALUES.get(str(schema.get(kind)), (None, ""))
    if bound and field.is_empty(value):
        schema[bound] = max(field._least_size, schema.get(bound, 0))

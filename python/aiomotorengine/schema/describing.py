"""What both kinds of schema say of classes and fields."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

from aiomotorengine.fields.base_field import BaseField

__all__ = ["described", "is_described", "stored_choices"]


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

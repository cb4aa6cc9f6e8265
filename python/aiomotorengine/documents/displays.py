"""``get_<name>_display()``: the label of what a field with labelled choices holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiomotorengine.documents.naming import class_attribute
from aiomotorengine.fields.base_field import BaseField

__all__ = ["add_displays"]


def add_displays(document_class: Any, fields: Mapping[str, BaseField[Any]]) -> None:
    """Give a new class the methods for its fields, but where it has something of the name itself.

    Parameters:
        document_class: the class.
        fields: its fields by name.
    """
    for name, field in fields.items():
        choices = field._settings.choices
        if choices is None or not choices.has_labels:
            continue
        method = f"get_{name}_display"
        if method not in fields and class_attribute(document_class, method) is None:
            type.__setattr__(document_class, method, display_of(document_class, name, method))


def display_of(document_class: Any, name: str, method: str) -> Callable[[Any], Any]:
    def display(self: Any) -> Any:
        value = getattr(self, name)
        field = type(self)._fields[name]
        choices = field._settings.choices  # of a class below, it may have none
        return value if choices is None else choices.label_of(value, field.to_son)

    display.__name__ = method
    display.__qualname__ = f"{document_class.__qualname__}.{method}"
    display.__module__ = document_class.__module__
    display.__doc__ = f"The label of ``{name}``; its value where that is no choice."
    return display

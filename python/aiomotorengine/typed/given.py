"""The field that an annotation gives: ``Annotated[str, StringField(max_length=20)]``."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, TypeVar

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_class import Owners
from aiomotorengine.typed.hints import Hint

__all__ = ["copied", "given_field"]

F = TypeVar("F", bound=BaseField[Any])


def given_field(
    given: BaseField[Any], hint: Hint, usual: Mapping[str, Any] | None = None
) -> BaseField[Any]:
    """The field for one attribute, where an annotation gives one.

    Parameters:
        given: that field, which stays as it is: an annotation may have a name, and be used again.
        hint: the annotation.
        usual: the options that hold where the field says nothing.

    Raises:
        TypeError: an option is said besides the field, which takes it itself.
    """
    field = copied(given)
    elsewhere = sorted(hint.options.keys() - {"default"})
    if elsewhere:
        names = " and ".join(map(repr, elsewhere))
        raise TypeError(f"{hint.context.place}: give {names} to the {type(field).__name__} itself.")
    if "default" in hint.options:
        default = hint.options["default"]
        if default or not field._holds_items:  # which has an empty one of the right type already
            field.default = default
    options = dict(usual or {})
    if options.pop("required", False):
        if field.required:  # by itself, so it says as well whether it may be empty
            return field
        field.required = True
    field._settings = field._settings.but(**options)
    return field


def copied(field: F) -> F:
    """The same field for another place, with inner fields of its own."""
    made = copy(field)
    values = vars(made)  # the field itself would take these for changes of a field in use
    if values.pop("name", None) == values["db_field"]:
        values["db_field"] = None  # which was its name in that other place
    for key, value in values.items():
        if isinstance(value, BaseField):
            values[key] = copied(value)
        elif isinstance(value, tuple) and any(isinstance(it, BaseField) for it in value):
            values[key] = tuple(copied(it) if isinstance(it, BaseField) else it for it in value)
        elif isinstance(value, Owners):
            values[key] = Owners()
    return made

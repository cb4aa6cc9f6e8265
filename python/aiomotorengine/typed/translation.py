"""The field that a type means."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.typed.families import containers, documents, literals, scalars
from aiomotorengine.typed.given import given_field
from aiomotorengine.typed.hints import Hint

__all__ = ["field_of"]

FAMILIES = (scalars.field_for, literals.field_for, containers.field_for, documents.field_for)


def field_of(hint: Hint) -> BaseField[Any]:
    """The field of a type, or the one that its annotation gives.

    Raises:
        TypeError: none is known, or it does not take an option.
    """
    if hint.given is not None:
        return given_field(hint.given, hint)
    for field_for in FAMILIES:
        field = field_for(hint)
        if field is not None:
            return field
    shown = text_of(hint)
    raise TypeError(
        f"{hint.context.place}: no field is known for {shown}; write Annotated[{shown}, <a field>]."
    )


def text_of(hint: Hint) -> str:
    """A type as one writes it."""
    return " | ".join(map(written, hint.alternatives))


def written(annotation: Any) -> str:
    is_plain = isinstance(annotation, type) and not hasattr(annotation, "__origin__")
    return annotation.__name__ if is_plain else repr(annotation)

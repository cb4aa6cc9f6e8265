"""The six methods a field may override, and how the library learns that one of them changed.

What a Document class compiles from its fields (``conversion.py``, ``codec/plan.py``) is valid for
one ``generation`` of them. Assigning anything to a field or to a field class starts a new
generation, so a method that is patched later is called like one that was written in the class.
"""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import Any, TypeVar

from aiomotorengine.storage.classes import forget_constructions

__all__ = [
    "NONE_ONLY",
    "NO_TYPES",
    "OVERRIDABLE",
    "accepts",
    "converter",
    "generation",
    "new_generation",
    "unchanged",
    "validator",
]

OVERRIDABLE = ("is_empty", "get_value", "validate", "to_son", "from_son", "to_query")
NO_TYPES: frozenset[type] = frozenset()
NONE_ONLY: frozenset[type] = frozenset({NoneType})

Method = TypeVar("Method", bound=Callable[..., Any])


class Generation:
    """A number that grows; an object of its own so that reading it is one attribute."""

    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = 0


generation = Generation()


def new_generation() -> None:
    """Say that a method somewhere may be another one from now on."""
    generation.number += 1
    forget_constructions()


def unchanged(*types: type) -> Callable[[Method], Method]:
    """Declare that a conversion method returns values of exactly these types as they are.

    The mark sits on the function, so a method that overrides it does not inherit the promise.
    It lets whole-document conversion skip the call.
    """

    def mark(method: Method) -> Method:
        method.unchanged_types = frozenset(types)  # type: ignore[attr-defined]
        return method

    return mark


def accepts(types: Callable[[Any], frozenset[type]]) -> Callable[[Method], Method]:
    """Declare for which exact types ``validate`` says yes without looking at the value.

    ``types`` is asked with the field, since arguments such as ``max_length`` decide it.
    """

    def mark(method: Method) -> Method:
        method.accepted_types = types  # type: ignore[attr-defined]
        return method

    return mark


def converter(field: Any, method: str) -> tuple[Callable[[Any], Any] | None, frozenset[type]]:
    """A field's ``to_son`` or ``from_son`` for loops over many values.

    Returns:
        The method, or ``None`` where it does nothing; and the types it leaves alone.
    """
    if not field.overrides(method):
        return None, NO_TYPES
    function = getattr(field, method)
    return function, getattr(function, "unchanged_types", NO_TYPES)


def validator(field: Any) -> tuple[Callable[[Any], Any] | None, frozenset[type]]:
    """A field's ``validate`` for loops over many values.

    Returns:
        The method, or ``None`` where all is valid; and the types it takes without a look.
    """
    if not field.overrides("validate"):
        return None, NO_TYPES
    accepted = getattr(field.validate, "accepted_types", None)
    return field.validate, accepted(field) if accepted else NO_TYPES

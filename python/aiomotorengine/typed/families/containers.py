"""Several values: ``list[T]``, ``set[T]``, ``tuple[T, ...]``, ``dict[str, T]``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from aiomotorengine.fields.any_field import AnyField
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.dict_field import DictField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.map_field import MapField
from aiomotorengine.fields.set_field import SetField
from aiomotorengine.fields.tuple_field import TupleField
from aiomotorengine.typed.hints import Hint

__all__ = ["field_for"]


def field_for(hint: Hint) -> BaseField[Any] | None:
    """The field of a type that holds others; ``None`` if the type means something else."""
    make = MAKERS.get(hint.origin) if isinstance(hint.origin, type) else None
    return None if make is None else make(hint)


def list_field(hint: Hint) -> BaseField[Any]:
    return hint.make(ListField, field_of_items(hint))


def set_field(hint: Hint) -> BaseField[Any]:
    return hint.make(SetField, field_of_items(hint))


def frozen_set_field(hint: Hint) -> BaseField[Any]:
    return hint.make(SetField, field_of_items(hint), frozen=True)


def tuple_field(hint: Hint) -> BaseField[Any]:
    arguments = hint.arguments or (Any, ...)
    return hint.make(TupleField, *(it if it is ... else hint.inner_field(it) for it in arguments))


def dict_field(hint: Hint) -> BaseField[Any]:
    keys, values = hint.arguments or (str, Any)
    if hint.part(keys).annotation is not str:
        return hint.make(MapField, hint.inner_field(values), keys=hint.inner_field(keys))
    inner = hint.inner_field(values)
    # Of anything nothing is to be converted.
    return hint.make(DictField) if type(inner) is AnyField else hint.make(MapField, inner)


def field_of_items(hint: Hint) -> BaseField[Any]:
    (items,) = hint.arguments or (Any,)
    return hint.inner_field(items)


MAKERS: Mapping[type, Callable[[Hint], BaseField[Any]]] = {
    list: list_field,
    Sequence: list_field,
    MutableSequence: list_field,
    set: set_field,
    AbstractSet: set_field,
    frozenset: frozen_set_field,
    tuple: tuple_field,
    dict: dict_field,
    Mapping: dict_field,
    MutableMapping: dict_field,
}
"""What makes the field, by the type without its parameters."""

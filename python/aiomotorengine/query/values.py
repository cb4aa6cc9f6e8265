"""How the value of a filter becomes what MongoDB compares with, with no operators smuggled in.

A program that hands on what a stranger sent (``filter(name=request["name"])``) must not find that
the stranger sent ``{"$ne": None}``. So a mapping is a value here or it is refused; operators are
written as filter keys (``name__ne``) or in a raw query, by the program.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.dynamic_field import DynamicField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.utils import has_operators, is_collection

__all__ = ["item_values", "query_value"]


def query_value(field: BaseField[Any], raw: Any) -> Any:
    """What a field's ``to_query`` makes of a filter's value.

    Raises:
        ValueError: a mapping would be taken for operators.
    """
    return guarded(field, field.to_query, raw)


def item_values(field: BaseField[Any], raw: Any) -> list[Any]:
    """The values of a filter that takes several, each as the field compares it.

    Parameters:
        field: the field; for a list, its items are what is compared.
        raw: any iterable but text and mappings.

    Raises:
        ValueError: ``raw`` is nothing of the kind, or a mapping would be taken for operators.
    """
    if isinstance(raw, str | bytes | bytearray | Mapping) or not isinstance(raw, Iterable):
        raise ValueError(f"it takes a list (or another iterable) of values, not {raw!r}.")
    return [guarded(field, field.to_query_item, item) for item in raw]


def guarded(field: BaseField[Any], convert: Callable[[Any], Any], raw: Any) -> Any:
    if next(mappings_in(raw), None) is None:
        return convert(raw)
    while isinstance(field, ListField) and not is_converted_by_program(field):
        field = field._base_field
    if field.is_scalar and not is_converted_by_program(field):
        raise refusal("a mapping")
    value = convert(raw)
    if field.overrides("to_query") and not isinstance(field, DynamicField):
        return value  # the field decides about mappings, as those of embedded documents do
    if is_collection(raw) and isinstance(value, Mapping) and value.keys() == {"$all"}:
        made = value["$all"]  # what a list becomes; that operator is the field's own
    else:
        made = value
    if any(map(has_operators, mappings_in(made))):
        raise refusal("a mapping with operators")
    return value


def refusal(what: str) -> ValueError:
    return ValueError(
        f"{what} can't be its value; to use operators, write a raw query, filter({{...}})."
    )


def is_converted_by_program(field: BaseField[Any]) -> bool:
    """Whether a program has replaced how values of a built-in field are written."""
    kind = field.__native_kind__
    return kind is not None and any(
        hook in field.__dict__ or getattr(type(field), hook) is not kind.attributes.get(hook)
        for hook in ("to_query", "to_query_item", "to_son")
    )


def mappings_in(value: Any) -> Iterator[Mapping[Any, Any]]:
    """A value that is a mapping, or the mappings among the items of a list."""
    if isinstance(value, Mapping):
        yield value
    elif isinstance(value, Collection) and is_collection(value):
        for item in value:
            yield from mappings_in(item)

"""What a stage computes: expressions, and where names in them lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.aggregation.names import COMPUTED, Naming
from aiomotorengine.expressions.expression import Expression, number_operand
from aiomotorengine.expressions.f import F
from aiomotorengine.expressions.operand import operand
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.decimal_field import DecimalField
from aiomotorengine.query.values import Computed
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.query_builder.value_path import value_path
from aiomotorengine.utils import is_operator

__all__ = [
    "computed",
    "field_behind",
    "field_named",
    "key_or_expression",
    "key_to_set",
    "keys_to_set",
    "path_or_expression",
]


def computed(aggregation: Naming, value: Any) -> Any:
    """A value of a stage, as MongoDB takes it: what is neither expression nor field is a literal.

    Parameters:
        aggregation: the pipeline, as it is before the stage.
        value: an expression, a field, a condition with ``F``, or a value.

    Raises:
        ValueError: a name leads nowhere.
    """
    return operand(aggregation.names, value)


def path_or_expression(aggregation: Naming, value: Any, *, as_number: bool = False) -> Any:
    """The same where a text is an attribute's name, a path of such, or a key in MongoDB: what is
    accumulated, and what ranges are made of.

    Parameters:
        aggregation: the pipeline, as it is before the stage.
        value: an expression, a field, a condition with ``F``, or a text.
        as_number: whether decimals that are stored as text are wanted as numbers.

    Raises:
        TypeError: it is neither expression nor field nor text.
        ValueError: a name leads nowhere, or it is a field of another class.
    """
    if isinstance(value, Computed | QNode):
        return in_expression(aggregation, value, as_number=as_number)
    return values_at(aggregation, value, aggregation.get_path(value), as_number=as_number)


def key_or_expression(aggregation: Naming, value: Any, *, as_number: bool = False) -> Any:
    """The same where a text is a key in MongoDB, as it was in 2017 for sums and averages."""
    if isinstance(value, Computed | QNode):
        return in_expression(aggregation, value, as_number=as_number)
    return values_at(aggregation, value, aggregation.get_field_name(value), as_number=as_number)


def in_expression(aggregation: Naming, value: Any, *, as_number: bool) -> Any:
    return (number_operand if as_number else operand)(aggregation.names, value)


def values_at(
    aggregation: Naming, value: BaseField[Any] | str, key: str, *, as_number: bool
) -> Any:
    """The values that are stored under a key, of the field or text that has led to it."""
    if as_number:
        field = field_named(aggregation, value, key)
        item = field._innermost
        if isinstance(item, DecimalField):
            return {"$toDecimal": f"${key}"}
    return f"${key}"


def field_named(aggregation: Naming, value: BaseField[Any] | str, key: str) -> BaseField[Any]:
    """The field of the values under a key, as far as it is known."""
    try:
        return field_behind(aggregation, F(value) if isinstance(value, str) else value)
    except ValueError:  # a text that is no name
        names = aggregation.names
        found: BaseField[Any] | None = names._fields.get(names._reverse_db_field_map.get(key))
        return COMPUTED if found is None else found


def field_behind(aggregation: Naming, value: Any) -> BaseField[Any]:
    """The field whose values an expression gives as they are, or that of computed ones."""
    if isinstance(value, BaseField):
        return value_path(aggregation.names, value, "Invalid field '{}'").field
    field = value.field_of(aggregation.names) if isinstance(value, Expression) else None
    return COMPUTED if field is None else field


def key_to_set(aggregation: Naming, name: str) -> str:
    """The key in MongoDB under which a stage puts what it computes: that of the attribute of this
    name, if there is one, or else the name.

    Raises:
        TypeError: it is no text.
        ValueError: MongoDB takes no such key.
    """
    if not isinstance(name, str):
        raise TypeError(f"A name is a text, not {type(name).__name__}.")
    path, fields = name, aggregation.names._fields
    if name not in fields and "." not in name:
        dotted = name.replace("__", ".")
        path = dotted if dotted.partition(".")[0] in fields else name
    if any(not part or is_operator(part) for part in path.split(".")):
        raise ValueError(f"{name!r} can't be the name of what an aggregation computes.")
    return aggregation.get_path(path, is_new=True)


def keys_to_set(
    aggregation: Naming, named: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, BaseField[Any]]]:
    """What is computed, by the keys in MongoDB, and the fields that its values are of.

    Raises:
        ValueError: a name leads nowhere, or MongoDB takes no such key.
    """
    keys = {name: key_to_set(aggregation, name) for name in named}
    expressions = {keys[name]: computed(aggregation, named[name]) for name in named}
    return expressions, {keys[name]: field_behind(aggregation, named[name]) for name in named}

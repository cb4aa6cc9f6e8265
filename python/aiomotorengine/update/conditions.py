"""Conditions on the items of a list: which are pulled, which a path with ``$[name]`` means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.expressions import NOT_OF_ITEMS, of_items
from aiomotorengine.query.item_names import ItemNames
from aiomotorengine.query_builder.node import (
    Q,
    QCombination,
    QExpression,
    QNode,
    QNodeVisitor,
    QNot,
    conditions,
)
from aiomotorengine.update.update_operator import Operation

__all__ = ["array_filters_of", "condition_on_items"]


class BelowVisitor(QNodeVisitor[QNode]):
    """The same query, with a name in front of all of its keys.

    Parameters:
        name: the name.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def visit_query(self, query: Q) -> QNode:
        if query.raw:
            raise ValueError(
                "Conditions on items are keywords, as in Q(lt=3) or Q(votes__lt=3); a raw query "
                "stands in U.raw({'$pull': ...}), or in a list of array filters."
            )
        return Q(**{f"{self.name}__{key}": value for key, value in query.query.items()})

    def visit_expression(self, condition: QExpression) -> QNode:
        raise ValueError(NOT_OF_ITEMS)

    def visit_not(self, negation: QNot) -> QNode:
        return QNot(negation.query.accept(self))

    def visit_combination(self, combination: QCombination) -> QNode:
        children = [child.accept(self) for child in combination.children]
        return QCombination(combination.operation, children)


def condition_on_items(
    name: str, field: BaseField[Any], queries: Sequence[QNode], keywords: Mapping[str, Any]
) -> Any:
    """What ``$pull`` is given for conditions on the items of a list.

    Parameters:
        name: what messages call the items.
        field: the field of the items. Conditions have the names of an embedded document's fields;
            of other items they have operators alone.
        queries: conditions.
        keywords: more of them.

    Raises:
        ValueError: they ask for nothing, a name leads nowhere, or a field refuses a value.
    """
    embedded: Any = getattr(field, "embedded_type", None)
    if embedded is not None:
        node = conditions(embedded, queries, dict(keywords))
        return of_items(refuse_nothing(node).to_query(embedded))
    node = Q(**keywords)
    for other in queries:
        node &= other
    names = ItemNames(name, field)
    query = refuse_nothing(node).accept(BelowVisitor(name)).to_query(names)
    if names.are_all_in(query):
        return names.without_name(query)
    raise ValueError(f"MongoDB can't pull items of '{name}' by '|'; pull them one after the other.")


def refuse_nothing(condition: QNode) -> QNode:
    """Raise ``ValueError`` for a condition that all items meet."""
    if condition.empty:
        raise ValueError("The condition on items asks for nothing, and all would meet it.")
    return condition


def array_filters_of(operations: Sequence[Operation], filters: Any) -> list[Any] | None:
    """The array filters of an update, as MongoDB takes them.

    Parameters:
        operations: what the update does.
        filters: the name that a path has in ``$[name]`` -> a condition on these items; or a list
            of MongoDB's own.

    Raises:
        TypeError: they are neither, or a condition is none.
        ValueError: a name has no path, or a path no condition.
    """
    chosen: tuple[tuple[str, Any], ...] = ()
    for _, path, _ in operations:
        chosen += path.items
    if filters is None and not chosen:
        return None
    named = dict(chosen)
    if filters is not None and not isinstance(filters, Mapping):
        if isinstance(filters, str | bytes) or not isinstance(filters, Sequence):
            raise TypeError(
                "array_filters takes conditions by name, as in {'c': Q(votes__lt=0)}, or a list of "
                f"MongoDB's own, not {type(filters).__name__}."
            )
        return list(filters)
    given = filters or {}
    for name in named.keys() - given.keys():
        raise ValueError(f"$[{name}] needs a condition: array_filters={{'{name}': Q(...)}}.")
    for name in given:
        if name not in named:
            raise ValueError(f"array_filters has '{name}', but no path of a change has $[{name}].")
    return [filter_of(name, named[name], given[name]) for name in given] or None


def filter_of(name: str, field: BaseField[Any], condition: Any) -> dict[str, Any]:
    if not isinstance(condition, QNode):
        raise TypeError(
            f"The array filter '{name}' takes a condition, as in Q(votes__lt=0), "
            f"not {type(condition).__name__}."
        )
    query = refuse_nothing(condition).accept(BelowVisitor(name))
    return query.to_query(ItemNames(name, field))

"""Items of lists, as they are stored and as they are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiomotorengine.errors import InvalidDocumentError, PartialDocumentError
from aiomotorengine.expressions.expression import Expression
from aiomotorengine.fields.any_field import ANYTHING
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.field_methods import updater
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.refusals import located
from aiomotorengine.fields.rules import is_strict
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.update_operator import unfit

__all__ = ["field_of_items", "items_to_find", "stored_items"]


def field_of_items(path: UpdatePath, operator: str) -> BaseField[Any]:
    """The field of the items of a list; one for values of any kind where none is declared.

    Raises:
        ValueError: it is no list.
    """
    if isinstance(path.field, ListField):
        return path.field._base_field
    if path.field is None or path.field._holds_anything:
        return ANYTHING
    raise unfit(path, operator, "a list")


def stored_items(
    path: UpdatePath, operator: str, items: Sequence[Any], *, validate: bool
) -> list[Any]:
    """What is stored for items: as the field of the items converts them.

    Raises:
        ValueError: it is no list.
        InvalidDocumentError: an item is refused.
    """
    field = field_of_items(path, operator)
    strict = path.field is not None and is_strict(path.field, path.is_strict)
    convert, stored = updater(field, strict=strict), []
    for item in items:
        if isinstance(item, Expression):
            raise ValueError(
                f"{operator} takes values, and no F expression: MongoDB computes no items. Send a "
                "pipeline of its own with the driver's collection, "
                "coll().update_many(query, [{'$set': ...}])."
            )
        try:
            stored.append(convert(item) if validate else field.to_son(field._presented(item)))
        except Exception as error:
            raise located(error, field, "to_update", item, *path.parts)  # noqa: B904
    return stored


def items_to_find(path: UpdatePath, operator: str, items: Sequence[Any]) -> list[Any]:
    """What is stored for items that are looked for, be they valid or not.

    Raises:
        ValueError: it is no list.
        InvalidDocumentError: an item is none that the list could have.
    """
    field = field_of_items(path, operator)
    if field is ANYTHING:
        return list(items)
    found = []
    for item in items:
        try:
            found.append(field.to_query_item(item))
        except PartialDocumentError as error:
            raise located(error, field, "to_update", item, *path.parts)  # noqa: B904
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            refusal = InvalidDocumentError.invalid(field.name)
            refusal.__cause__ = error
            raise located(refusal, field, "to_update", item, *path.parts)  # noqa: B904
    return found

"""Which classes declare what becomes of their documents, noted as each class is made."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.reference_field import ReferenceField

__all__ = ["declaring", "found_rules", "register", "unwrapped"]

declaring: WeakSet[type[Any]] = WeakSet()
"""The classes that have a rule in a field of their own."""

found_rules: WeakKeyDictionary[type[Any], tuple[Any, ...]] = WeakKeyDictionary()
"""What was found out for classes whose documents were deleted, until the next class is made."""


def register(document_class: Any) -> None:
    """Take note of the rules of a new class.

    Raises:
        InvalidDocumentError: a rule does not fit its field.
    """
    found_rules.clear()
    for name, field in document_class._fields.items():
        reference, lists = unwrapped(field)
        if reference._inner_fields:
            refuse_rules_in(name, reference)
        if not isinstance(reference, ReferenceField) or reference.on_delete is None:
            continue
        fits = {"pull": lists > 0, "nullify": lists == 0 and not field.required}
        if not fits.get(reference.on_delete, True):
            raise InvalidDocumentError.unfitting_delete_rule(reference.on_delete, name)
        declaring.add(document_class)


def refuse_rules_in(name: str, field: BaseField[Any]) -> None:
    """Raise ``InvalidDocumentError`` for a rule in a mapping or tuple: no query finds a reference
    under a key that is not known beforehand, and a tuple has its length.
    """
    for leaf in field._leaves:
        if isinstance(leaf, ReferenceField) and leaf.on_delete is not None:
            raise InvalidDocumentError.unfitting_delete_rule(leaf.on_delete, name)


def unwrapped(field: BaseField[Any]) -> tuple[BaseField[Any], int]:
    """The field of the innermost items, and in how many lists they are."""
    lists = 0
    while isinstance(field, ListField):
        field, lists = field._base_field, lists + 1
    return field, lists

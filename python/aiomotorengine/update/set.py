"""``$set`` and ``$setOnInsert``: new values."""

from __future__ import annotations

from typing import Any

from aiomotorengine.documents.conversion import Conversion
from aiomotorengine.expressions.expression import Expression
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.decimal_field import DecimalField
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.fields.field_methods import updater
from aiomotorengine.fields.password_field import PasswordField
from aiomotorengine.fields.refusals import as_refusal, located, required
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.unset import Unset
from aiomotorengine.update.update_operator import Operation, UpdateOperator

__all__ = ["Set", "SetOnInsert", "set_value", "without_none"]


class Set(UpdateOperator):
    """New values."""

    operator = "$set"

    def convert(self, path: UpdatePath, raw: Any, validate: bool) -> Any:
        if isinstance(raw, Expression):
            refuse_computed(path)
            return raw
        return set_value(path, raw, validate)

    def of_none(self, conversion: Conversion, path: UpdatePath) -> Operation:
        return without_none(conversion.document_class, super().of_none(conversion, path))

    @staticmethod
    def expression(path: str, value: Any) -> Any:
        return value


class SetOnInsert(UpdateOperator):
    """The values of a document that an upsert inserts."""

    operator = "$setOnInsert"

    def at_once(self, conversion: Conversion, validate: bool) -> None:
        return None  # without more said, an update inserts nothing

    def path(self, document_class: Any, key: BaseField[Any] | str) -> UpdatePath:
        # What is inserted has no primary key yet that could not be changed.
        declared = declared_key(document_class)
        if declared is not None and (key if isinstance(key, str) else key.name) == declared.name:
            return UpdatePath("_id", declared, declared.name)
        return super().path(document_class, key)

    def convert(self, path: UpdatePath, raw: Any, validate: bool) -> Any:
        return set_value(path, raw, validate)


def set_value(path: UpdatePath, value: Any, validate: bool = True) -> Any:
    """The value that ``$set`` stores: as the field converts it, or as it is.

    Parameters:
        path: what is changed.
        value: what the program gave.
        validate: whether the field is asked if it may have it.

    Raises:
        InvalidDocumentError: the field refuses the value.
    """
    field, known = path.field, path.as_given
    if field is None or (known is not None and known.holds(value, validate)):
        return value
    if not validate:
        return converted(path, value)
    try:
        if field.required and not path.is_item and field._is_missing(value):
            raise required(field.name, value)
        return updater(field, strict=path.is_strict)(value)
    except Exception as error:
        raise located(error, field, "to_update", value, *path.parts)  # noqa: B904


def converted(path: UpdatePath, value: Any) -> Any:
    """What a field stores for a value, be it valid or not."""
    field = path.field
    try:
        return field.to_son(field._presented(value))
    except Exception as error:
        raise as_refusal(located(error, field, "to_son", value, *path.parts))  # noqa: B904


def without_none(document_class: Any, operation: Operation) -> Operation:
    """The same; where ``None`` is not stored at all, the key is removed."""
    _, path, value = operation
    if value is None and path.field is not None and not path.is_item:
        # What is inside of another field belongs to the class that declares it.
        is_inside = "." in path.db_name
        holders = path.field._document_classes if is_inside else [document_class]
        if any(map(path.field._omits_none, holders)):
            return Unset.operator, path, ""
    return operation


def refuse_computed(path: UpdatePath) -> None:
    """Raise ``ValueError`` where the server can't compute what the field stores."""
    if isinstance(path.field, DecimalField | PasswordField):
        how = "text" if isinstance(path.field, DecimalField) else "a hash"
        raise ValueError(
            f"Field '{path.field.name}' is stored as {how} and can't be computed by the server."
        )

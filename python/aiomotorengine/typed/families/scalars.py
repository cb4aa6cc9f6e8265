"""Single values: ``str``, ``int``, ``datetime`` and the like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from bson.objectid import ObjectId

from aiomotorengine.fields.any_field import AnyField
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.binary_field import BinaryField
from aiomotorengine.fields.boolean_field import BooleanField
from aiomotorengine.fields.date_field import DateField
from aiomotorengine.fields.datetime_field import DateTimeField
from aiomotorengine.fields.decimal128_field import Decimal128Field
from aiomotorengine.fields.enum_field import EnumField
from aiomotorengine.fields.float_field import FloatField
from aiomotorengine.fields.int_field import IntField
from aiomotorengine.fields.ip_address_field import IPAddressField
from aiomotorengine.fields.object_id_field import ObjectIdField
from aiomotorengine.fields.password_field import PasswordField, PasswordType
from aiomotorengine.fields.string_field import StringField
from aiomotorengine.fields.time_field import TimeField
from aiomotorengine.fields.timedelta_field import TimedeltaField
from aiomotorengine.fields.uuid_field import UUIDField
from aiomotorengine.typed.hints import Hint

__all__ = ["field_for"]

FIELDS: Mapping[Any, tuple[type[BaseField[Any]], Mapping[str, Any]]] = {
    str: (StringField, {}),
    int: (IntField, {}),
    float: (FloatField, {}),
    bytes: (BinaryField, {}),
    datetime: (DateTimeField, {"tz": UTC}),
    date: (DateField, {}),
    time: (TimeField, {}),
    timedelta: (TimedeltaField, {}),
    Decimal: (Decimal128Field, {}),
    UUID: (UUIDField, {}),
    ObjectId: (ObjectIdField, {}),
    IPv4Address: (IPAddressField, {"version": 4}),
    IPv6Address: (IPAddressField, {"version": 6}),
    PasswordType: (PasswordField, {}),
    Any: (AnyField, {}),
}
"""The field of each type, with the options that it has by default."""


def field_for(hint: Hint) -> BaseField[Any] | None:
    """The field of a single value; ``None`` if the type means something else."""
    if hint.annotation is bool:
        return hint.make(BooleanField, null=hint.is_optional)
    if isinstance(hint.annotation, type) and issubclass(hint.annotation, Enum):
        return hint.make(EnumField, hint.annotation)
    found = FIELDS.get(hint.annotation) if is_hashable(hint.annotation) else None
    if found is None:
        return None
    field_class, usual = found
    return hint.make(field_class, **usual)


def is_hashable(annotation: Any) -> bool:
    """Whether an annotation can be looked up; a list, as one may write by mistake, can't."""
    try:
        hash(annotation)
    except TypeError:
        return False
    return True

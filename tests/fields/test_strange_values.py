"""What no field knows is refused by ``validate``, which never raises for it."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import (
    BaseField,
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    EmailField,
    FloatField,
    IntField,
    IPAddressField,
    JsonField,
    LineStringField,
    ObjectIdField,
    PasswordField,
    PointField,
    PolygonField,
    StringField,
    TimedeltaField,
    TimeField,
    URLField,
    UUIDField,
)
from aiomotorengine.errors import InvalidDocumentError
from tests.fields.strange import MISSING, STRANGE
from tests.fields.support import holder

SCALARS: tuple[type[BaseField[Any]], ...] = (
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    EmailField,
    FloatField,
    IntField,
    IPAddressField,
    JsonField,
    LineStringField,
    ObjectIdField,
    PasswordField,
    PointField,
    PolygonField,
    StringField,
    TimedeltaField,
    TimeField,
    URLField,
    UUIDField,
)

any_scalar = pytest.mark.parametrize("kind", SCALARS)


@any_scalar
@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize("value", MISSING, ids=repr)
def test_what_stands_for_a_missing_value_is_refused(
    kind: type[BaseField[Any]], required: bool, value: Any
) -> None:
    with pytest.raises(InvalidDocumentError, match="Field 'value' must be valid."):
        holder(kind(required=required))(value=value).validate()


@any_scalar
@pytest.mark.parametrize("value", STRANGE, ids=lambda value: type(value).__name__)
def test_validate_says_yes_or_no(kind: type[BaseField[Any]], value: Any) -> None:
    field = kind()
    assert field.validate(value) in (True, False)
    assert field.is_empty(value) is False

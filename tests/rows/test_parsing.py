"""What each field makes of a text, with ``parse=True``."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address
from typing import Any
from uuid import UUID

import pytest
from bson import ObjectId

from aiomotorengine import (
    BaseField,
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    Document,
    EmailField,
    EmbeddedDocumentField,
    EnumField,
    FloatField,
    IntField,
    IPAddressField,
    JsonField,
    ListField,
    ObjectIdField,
    PasswordField,
    PointField,
    ReferenceField,
    Rows,
    StringField,
    TimedeltaField,
    TimeField,
    URLField,
    UUIDField,
)
from aiomotorengine.rows import RefusedRow


class Level(Enum):
    LOW, HIGH = 1, 2


class Other(Document):
    n = IntField()
    at = DateTimeField()


HEX = "0123456789abcdef01234567"
UUID_TEXT = "12345678-1234-5678-1234-567812345678"


def value_of(field: BaseField[Any], text: Any, **rules: Any) -> Any:
    class Holder(Document):
        value = field

    [document] = Rows([{"value": text}], parse=True, **rules).documents(Holder)  # type: ignore[misc]
    return document if isinstance(document, RefusedRow) else document.value


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (StringField(), " a ", " a "),
        (StringField(), "", ""),
        (EmailField(), "a@b.example", "a@b.example"),
        (URLField(), "http://a.example/", "http://a.example/"),
        (IntField(), " -7 ", -7),
        (IntField(), "", None),
        (IntField(), 7.5, 7.5),
        (FloatField(), "1e3", 1000.0),
        (FloatField(), "inf", float("inf")),
        (DecimalField(), "1.50", Decimal("1.50")),
        *[(BooleanField(), text, True) for text in ("true", "T", "yes", "y", "On", "1")],
        *[(BooleanField(), text, False) for text in ("false", "F", "no", "N", "OFF", "0")],
        (BooleanField(), "", None),
        (DateTimeField(), "2020-01-02T03:04:05Z", datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (DateTimeField(), "2020-01-02 03:04:05", datetime(2020, 1, 2, 3, 4, 5)),
        (DateTimeField(), "2020-01-02", datetime(2020, 1, 2)),
        (UUIDField(), UUID_TEXT, UUID(UUID_TEXT)),
        (Decimal128Field(), "1.50", Decimal("1.50")),
        (DateField(), " 2020-02-29", date(2020, 2, 29)),
        (TimeField(), "12:30", time(12, 30)),
        (TimedeltaField(), "1500", timedelta(seconds=1.5)),
        (TimedeltaField(), "1 day, 0:00:01", timedelta(1, 1)),
        (EnumField(Level), "2", Level.HIGH),
        (EnumField(Level, by_name=True), "LOW", Level.LOW),
        (ObjectIdField(), HEX, ObjectId(HEX)),
        (IPAddressField(), "192.0.2.1", IPv4Address("192.0.2.1")),
        (BinaryField(), "AP8=", b"\x00\xff"),
        (ListField(IntField()), '[1, "2", ""]', [1, 2, None]),
        (ListField(IntField()), ["1", 2], [1, 2]),
        (ListField(StringField()), '["a"]', ["a"]),
        (JsonField(), '{"a": [1, null]}', {"a": [1, None]}),
        (BaseField(), "[1]", [1]),
        (BaseField(), '{"$oid": "' + HEX + '"}', ObjectId(HEX)),
        (PointField(), '{"type": "Point"}', {"type": "Point"}),
    ],
)
def test_a_text_becomes_a_value(field: BaseField[Any], text: Any, value: Any) -> None:
    found = value_of(field, text)
    assert (found, type(found)) == (value, type(value))


def test_a_password_is_its_text() -> None:
    assert value_of(PasswordField(), " secret") == " secret"


def test_a_reference_is_an_id() -> None:
    class Holder(Document):
        other = ReferenceField(Other)

    texts = [HEX, "nord-7"]
    found = Rows([{"other": text} for text in texts], parse=True).documents(Holder)
    assert [one.to_son()["other"] for one in found] == [ObjectId(HEX), "nord-7"]  # type: ignore[union-attr]


def test_what_is_in_a_text_is_a_row_too() -> None:
    found = value_of(EmbeddedDocumentField(Other), '{"n": "7", "at": "2020-01-02"}')
    assert (found.n, found.at) == (7, datetime(2020, 1, 2))
    many = value_of(ListField(EmbeddedDocumentField(Other)), '[{"n": 1}]')
    assert [one.n for one in many] == [1]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (IntField(), "1.0"),
        (IntField(), "1_000"),
        (FloatField(), "1_0.5"),
        (FloatField(), "a"),
        (DecimalField(), "1_0"),
        (DecimalField(), "x"),
        (BooleanField(), "maybe"),
        (DateTimeField(), "yesterday"),
        (UUIDField(), "7"),
        (Decimal128Field(), "1_0"),
        (DateField(), "2020-02-30"),
        (TimeField(), "25:00"),
        (TimedeltaField(), "long"),
        (EnumField(Level), "3"),
        (ObjectIdField(), "7"),
        (IPAddressField(), "somewhere"),
        (BinaryField(), "A"),
        (BinaryField(), "AP8=!"),
        (ListField(IntField()), "1, 2"),
        (JsonField(), "{"),
        (BaseField(), "a"),
        (EmbeddedDocumentField(Other), "{"),
    ],
)
def test_a_text_that_does_not_parse_is_refused(field: BaseField[Any], text: str) -> None:
    row = value_of(field, text)
    assert str(row.error) == "Field 'value' must be valid."
    assert row.error.path == "value"
    assert row.error.value == text


def test_empty_text_is_no_boolean_where_it_is_not_null() -> None:
    row = value_of(BooleanField(), "", null_values=["NA"])
    assert str(row.error) == "Field 'value' must be valid."


def test_a_field_may_parse_by_itself() -> None:
    class Level(IntField):
        def parse(self, text: str) -> int:
            return ["low", "high"].index(text)

    assert value_of(Level(), " high ") == 1
    row = value_of(Level(), "none")
    assert str(row.error) == "Field 'value' must be valid."
    assert isinstance(row.error.__cause__, ValueError)


def test_a_password_is_in_no_message() -> None:
    class Pin(PasswordField):
        def parse(self, text: str) -> str:
            raise ValueError

    row = value_of(Pin(), "1234")
    assert row.error.value == "***"
    assert "1234" not in str(row.error.__notes__)


def test_texts_stay_texts_unless_asked() -> None:
    class Holder(Document):
        on = BooleanField()
        at = DateTimeField()

    [one] = Rows([{"on": "false", "at": "2020-01-02"}]).documents(Holder)  # type: ignore[misc]
    assert (one.on, one.at) == ("false", "2020-01-02")

"""Computed fields: properties that are shown, and not stored."""

from __future__ import annotations

import datetime as datetime_module
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from aiomotorengine import (
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    IntField,
    computed_field,
)


class Line(EmbeddedDocument):
    price = IntField(default=1)

    @computed_field
    def total(self) -> int:
        """What it costs."""
        return self.price * 2


class Order(Document):
    line = EmbeddedDocumentField(Line)

    @computed_field
    @property
    def first(self) -> Any:
        return self.line


def test_it_is_a_property() -> None:
    line = Line(price=2)
    assert line.total == 4
    assert (Line.total.name, Line.total.__doc__) == ("total", "What it costs.")
    with pytest.raises(AttributeError, match="'total' of Line is computed."):
        line.total = 5  # type: ignore[misc]
    with pytest.raises(AttributeError, match="'total' of Line is computed."):
        Line(total=5)


def test_it_is_not_stored() -> None:
    assert Line(price=2).to_son() == {"price": 2}
    assert Line.from_son({"price": 2, "total": 9}).total == 4


def test_it_is_shown_in_depth_and_may_give_documents() -> None:
    order = Order(line=Line(price=2))
    assert order.to_dict(mode="json") == {
        "id": None,
        "line": {"price": 2, "total": 4},
        "first": {"price": 2, "total": 4},
    }


def test_a_class_further_down_may_compute_it_otherwise_or_store_it() -> None:
    class Dear(Line):
        @computed_field
        def total(self) -> int:
            return self.price * 10

    class Stored(Line):
        total = IntField()  # type: ignore[assignment]

    class Mixin:
        @computed_field
        def mixed(self) -> int:
            return 1

    class Mixed(Mixin, Line):
        pass

    assert Dear(price=2).to_dict() == {"price": 2, "total": 20}
    assert Stored(price=2, total=3).to_dict() == {"price": 2, "total": 3}
    assert Mixed(price=2).to_dict() == {"price": 2, "mixed": 1, "total": 4}


def test_what_it_raises_says_where() -> None:
    class Bad(Document):
        @computed_field
        def ratio(self) -> float:
            return 1 / 0

    with pytest.raises(ZeroDivisionError) as caught:
        Bad().to_dict()
    assert caught.value.__notes__ == ["At ratio."]


async def computed_later(self: Any) -> int:
    return 1


@pytest.mark.parametrize("function", [computed_later, 5, property()])
def test_what_can_be_no_computed_field(function: Any) -> None:
    with pytest.raises(TypeError, match="computed_field takes a method that is not async"):
        computed_field(function)


def test_json_schemas_have_it_in_what_comes_out() -> None:
    assert "total" not in Line.json_schema()["properties"]
    schema = Line.json_schema("serialization")
    assert schema["properties"]["total"] == {
        "type": "integer",
        "description": "What it costs.",
        "readOnly": True,
    }
    assert schema["required"][-1] == "total"


class Timer(Document):
    @computed_field
    def price(self) -> Decimal:
        return Decimal("1.50")

    @computed_field
    def key(self) -> UUID:
        return UUID(int=1)

    @computed_field
    def at(self) -> datetime:
        return datetime(2020, 1, 2, tzinfo=UTC)

    @computed_field
    def day(self) -> date:
        return date(2020, 1, 2)

    @computed_field
    def lap(self) -> datetime_module.timedelta:
        return timedelta(seconds=1)

    @computed_field
    def anything(self) -> Any:
        return None


def test_json_schemas_tell_what_stands_for_a_result() -> None:
    properties = Timer.json_schema("serialization")["properties"]
    assert {
        name: properties[name] for name in ("price", "key", "at", "day", "lap", "anything")
    } == {
        "price": {"type": "string", "readOnly": True},
        "key": {"type": "string", "format": "uuid", "readOnly": True},
        "at": {"type": "string", "format": "date-time", "readOnly": True},
        "day": {"type": "string", "format": "date", "readOnly": True},
        "lap": {"type": "string", "format": "duration", "readOnly": True},
        "anything": {"readOnly": True},
    }

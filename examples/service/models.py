"""What the shop stores."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from aiomotorengine import EmailField, Field, Reference, TypedDocument, computed_field


class Ware(TypedDocument):
    """Something to buy. What it has cost the shop is in no answer."""

    __collection__ = "wares"

    sku: str = Field(primary_key=True, pattern=r"^[A-Z0-9-]{2,20}$")
    name: str = Field(min_length=1, max_length=80)
    category: str = Field(default="other", min_length=1, index=True)
    price: Decimal = Field(min_value=0, precision=2)
    stock: int = Field(default=0, min_value=0)
    cost: Decimal | None = Field(default=None, precision=2, exclude=True)
    changed: datetime = Field(default=None, auto_now_on_update=True)


class Line(TypedDocument):
    """How many of a ware are ordered, at the price of that moment."""

    ware: Reference[Ware] = Field(on_delete="deny", index=True)
    quantity: int = Field(min_value=1, max_value=99)
    price: Decimal = Field(precision=2)


class Order(TypedDocument):
    """What a customer has ordered."""

    __collection__ = "orders"

    customer: Annotated[str, EmailField(required=True, index=True)]
    lines: list[Line] = Field(min_length=1)
    placed: datetime = Field(default=None, auto_now_on_insert=True)

    @computed_field
    def total(self) -> Decimal:
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

"""What the shop keeps, in two databases."""

from __future__ import annotations

from datetime import UTC, datetime

from aiomotorengine import (
    DateTimeField,
    Document,
    EmailField,
    IntField,
    ReferenceField,
    StringField,
)


class Customer(Document):
    name = StringField(required=True)
    mail = EmailField(unique=True)


class Order(Document):
    __alias__ = "orders"
    customer = ReferenceField(Customer, required=True)
    total = IntField(required=True, min_value=1)
    placed = DateTimeField(default=lambda: datetime.now(UTC))

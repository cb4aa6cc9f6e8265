"""What the shop does, while it is connected to servers that are nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiomotorengine import Aggregation, connect, run_transaction
from shop.models import Customer, Order

NOWHERE = {"serverSelectionTimeoutMS": 100, "tz_aware": True}


@asynccontextmanager
async def running() -> AsyncIterator[None]:
    """The time in which the service runs."""
    async with (
        connect("mongodb://customers.invalid/shop", **NOWHERE) as customers,
        connect("orders", alias="orders", host="orders.invalid", **NOWHERE),
    ):
        await customers["starts"].insert_one({})
        yield


async def place(customer: Customer, total: int) -> Order:
    async def work() -> Order:
        order: Order = await Order.objects.create(customer=customer, total=total)
        return order

    return await run_transaction(work, alias="orders")


async def revenue() -> int:
    (result,) = await Order.objects.aggregate.group_by(
        Aggregation.sum(Order.total, alias="all")
    ).fetch()
    revenue: int = result.all
    return revenue

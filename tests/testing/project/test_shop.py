"""Tests of the shop, as somebody who uses the library writes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from shop.models import Customer, Order
from shop.service import place, revenue, running

from aiomotorengine import health
from aiomotorengine.errors import InvalidDocumentError, UniqueKeyViolationError
from aiomotorengine.testing import factory


@pytest.fixture
async def service(mongo_db: Any) -> AsyncIterator[None]:
    async with running():
        yield


async def test_orders(service: None) -> None:
    ada = await factory(Customer, name="Ada").create()
    order = await place(ada, total=5)
    assert order.placed.utcoffset() == timedelta()
    loaded = await Order.objects.get(order.id)
    assert loaded.placed.utcoffset() == timedelta()
    await place(ada, total=7)
    assert await revenue() == 12


async def test_each_test_has_a_database_of_its_own(service: None) -> None:
    assert await Order.objects.count() == await Customer.objects.count() == 0
    await factory(Order).create_batch(3)
    assert await Order.objects.count() == await Customer.objects.count() == 3


async def test_rules(mongo_db: Any) -> None:
    with pytest.raises(InvalidDocumentError, match="'total'"):
        await factory(Order).create(total=0)
    await factory(Customer).create(mail="ada@example.com")
    with pytest.raises(UniqueKeyViolationError):
        await factory(Customer).create(mail="ada@example.com")


async def test_what_is_sent(mongo_db: Any, mongo_commands: list[dict[str, Any]]) -> None:
    await factory(Customer).create_batch(2)
    await Customer.objects.find_all()
    assert [next(iter(command)) for command in mongo_commands][-2:] == ["insert", "find"]
    assert [document["name"] for document in mongo_commands[-2]["documents"]] == ["name1", "name2"]


async def test_the_database_itself(service: None, mongo_db: Any) -> None:
    assert await mongo_db["starts"].count_documents({}) == 1
    assert mongo_db.name.startswith("test_")
    assert await health() and await health("orders")


def test_without_a_plugin_for_asyncio(mongo_db: Any) -> None:
    async def main() -> int:
        async with running():
            await factory(Order, total=lambda number: 10 * number).create_batch(2)
            return await revenue()

    for revenue_so_far in (30, 100):
        assert asyncio.run(main()) == revenue_so_far


def test_documents_without_a_server() -> None:
    orders = factory(Order, total=3).batch(2)
    assert [order.total for order in orders] == [3, 3]
    assert all(order.validate() and order.customer.name for order in orders)

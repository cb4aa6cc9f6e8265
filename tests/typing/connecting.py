"""What connections are, and what the aids for tests make."""

from __future__ import annotations

from typing import Any, assert_type

from aiomotorengine import Document, StringField, connect, health
from aiomotorengine.connection import get_connection
from aiomotorengine.database import Database
from aiomotorengine.health import Health
from aiomotorengine.testing import Factory, factory


class User(Document):
    name = StringField(required=True)


def connections() -> None:
    assert_type(connect("mongodb://localhost/shop"), Database)
    assert_type(connect("shop", alias="other", host="localhost", tz_aware=True), Database)
    assert_type(get_connection(), Database)


async def blocks() -> None:
    async with connect("shop") as shop:
        assert_type(shop, Database)
        assert_type(await shop.ping(), dict[str, Any])


async def healths() -> None:
    state = await health("default", timeout=1)
    assert_type(state, Health)
    assert_type(state.ok, bool)
    assert_type(state.latency_ms, float | None)
    assert_type(state.version, str | None)
    assert_type(state.primary, str | None)
    assert_type(state.error, str | None)


def numbered(number: int) -> str:
    return f"user {number}"


async def factories() -> None:
    users = factory(User, name=numbered)
    assert_type(users, Factory[User])
    assert_type(users.build(name="Ada"), User)
    assert_type(users.batch(2), list[User])
    assert_type(await users.create(), User)
    assert_type(await users.create_batch(2, name="Eva"), list[User])

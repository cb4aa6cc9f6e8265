"""This library, on PyMongo's async client."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from aiomotorengine import (
    BooleanField,
    DateTimeField,
    Document,
    EmailField,
    FloatField,
    IntField,
    ListField,
    StringField,
    connect,
)
from aiomotorengine.connection import cleanup
from benches.odms import DATABASE, Row

__all__ = ["AiomotorengineOdm"]


class Account(Document):
    name = StringField(required=True, max_length=64)
    mail = EmailField()
    city = StringField(max_length=64)
    age = IntField(min_value=0, max_value=150)
    score = FloatField()
    active = BooleanField()
    joined = DateTimeField()
    tags = ListField(StringField(max_length=32))


class AiomotorengineOdm:
    def __init__(self, uri: str) -> None:
        self.runner = asyncio.Runner()
        self.runner.run(ping(uri))

    def empty(self) -> None:
        self.runner.run(drop())

    def insert(self, rows: Sequence[Row]) -> Any:
        return self.runner.run(insert(rows))

    def find(self) -> list[Any]:
        return self.runner.run(find())

    def insert_one(self, row: Row) -> Any:
        return self.runner.run(create(row))

    def close(self) -> None:
        cleanup()
        self.runner.close()


async def ping(uri: str) -> None:
    await connect(DATABASE, host=uri, driver="pymongo").ping()


async def drop() -> None:
    await Account.objects.coll().drop()


async def insert(rows: Sequence[Row]) -> Any:
    return await Account.objects.insert_stream(Account(**row) for row in rows)


async def find() -> list[Any]:
    return [account async for account in Account.objects]


async def create(row: Row) -> Any:
    return await Account.objects.create(**row)

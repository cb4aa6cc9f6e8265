"""Beanie, on PyMongo's async client."""

# Only `make bench` installs it, so checkers of types may not find it.
# mypy: disable-error-code="import-not-found, import-untyped, misc, no-any-return"

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import beanie
from pydantic import EmailStr, Field
from pymongo import AsyncMongoClient

from benches.odms import DATABASE, Row

__all__ = ["BeanieOdm"]


class Account(beanie.Document):
    name: Annotated[str, Field(max_length=64)]
    mail: EmailStr | None = None
    city: Annotated[str, Field(max_length=64)] | None = None
    age: Annotated[int, Field(ge=0, le=150)] | None = None
    score: float | None = None
    active: bool | None = None
    joined: datetime | None = None
    tags: list[Annotated[str, Field(max_length=32)]] = Field(default_factory=list)


class BeanieOdm:
    def __init__(self, uri: str) -> None:
        self.runner = asyncio.Runner()
        self.client = self.runner.run(connected(uri))

    def empty(self) -> None:
        self.runner.run(drop())

    def insert(self, rows: Sequence[Row]) -> Any:
        return self.runner.run(insert(rows))

    def find(self) -> list[Any]:
        return self.runner.run(find())

    def insert_one(self, row: Row) -> Any:
        return self.runner.run(create(row))

    def close(self) -> None:
        self.runner.run(self.client.close())
        self.runner.close()


async def connected(uri: str) -> Any:
    client: Any = AsyncMongoClient(uri)
    await beanie.init_beanie(database=client[DATABASE], document_models=[Account])
    return client


async def drop() -> None:
    await Account.delete_all()


async def insert(rows: Sequence[Row]) -> Any:
    return await Account.insert_many([Account(**row) for row in rows])


async def find() -> list[Any]:
    return await Account.find_all().to_list()


async def create(row: Row) -> Any:
    return await Account(**row).insert()

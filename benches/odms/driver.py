"""PyMongo's async client with dicts: what the others are compared with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from pymongo import AsyncMongoClient

from benches.odms import DATABASE, Row

__all__ = ["Driver"]


class Driver:
    def __init__(self, uri: str) -> None:
        self.runner = asyncio.Runner()
        self.client = self.runner.run(connected(uri))
        self.collection = self.client[DATABASE]["driver"]

    def empty(self) -> None:
        self.runner.run(drop(self.collection))

    def insert(self, rows: Sequence[Row]) -> Any:
        # A dict of its own for each: the driver puts an _id into what it is given.
        return self.runner.run(insert_many(self.collection, [dict(row) for row in rows]))

    def find(self) -> list[Any]:
        return self.runner.run(all_of(self.collection))

    def insert_one(self, row: Row) -> Any:
        return self.runner.run(insert_one(self.collection, dict(row)))

    def close(self) -> None:
        self.runner.run(closed(self.client))
        self.runner.close()


async def connected(uri: str) -> Any:
    client: Any = AsyncMongoClient(uri)
    await client.drop_database(DATABASE)
    return client


async def closed(client: Any) -> None:
    await client.drop_database(DATABASE)
    await client.close()


async def drop(collection: Any) -> None:
    await collection.drop()


async def insert_many(collection: Any, rows: list[Row]) -> Any:
    return await collection.insert_many(rows)


async def insert_one(collection: Any, row: Row) -> Any:
    return await collection.insert_one(row)


async def all_of(collection: Any) -> list[Any]:
    found: list[Any] = await collection.find().to_list(None)
    return found

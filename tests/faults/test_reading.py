"""What a reader is told when answers make no sense or get lost, and what stays on the server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from bson import ObjectId
from bson.errors import InvalidBSON
from pymongo.errors import ProtocolError

from aiomotorengine import Document, ReferenceField
from tests.faults.laboratory import Item, Laboratory
from tests.faults.wire_faults import FORGED_NAMESPACES, FORGERIES_FOR_READERS, forged

ROWS = 250
"""More than a server puts into its first answer."""


class Order(Document):
    """Refers to a document that is stored."""

    item = ReferenceField(Item)


@pytest.fixture
def ids(lab: Laboratory) -> list[ObjectId]:
    """The ids of rows that are stored."""
    ids = [ObjectId() for _ in range(ROWS)]
    lab.observer.store(Item, *({"_id": id, "number": n} for n, id in enumerate(ids)))
    return ids


async def iterate(ids: list[ObjectId]) -> Any:
    return [item async for item in Item.objects]


async def aggregate(ids: list[ObjectId]) -> Any:
    return await Item.objects.aggregate.group_by(Item.number).fetch()


async def load_references(ids: list[ObjectId]) -> Any:
    return await Order(item=ids[0]).load_references()


Read = Callable[[list[ObjectId]], Awaitable[Any]]

READS: dict[str, tuple[str, Read]] = {
    "find_all": ("find", lambda ids: Item.objects.find_all()),
    "async for": ("find", iterate),
    "first": ("find", lambda ids: Item.objects.first()),
    "get": ("find", lambda ids: Item.objects.get(ids[0])),
    "references": ("find", load_references),
    "count": ("aggregate", lambda ids: Item.objects.count()),
    "aggregation": ("aggregate", aggregate),
    "find_all, getMore": ("getMore", lambda ids: Item.objects.find_all()),
    "async for, getMore": ("getMore", iterate),
    "aggregation, getMore": ("getMore", aggregate),
}
"""The ways of reading, each with the command whose answer is forged."""


@pytest.mark.parametrize(("command", "read"), READS.values(), ids=READS)
async def test_answers_that_make_no_sense(
    lab: Laboratory, ids: list[ObjectId], command: str, read: Read
) -> None:
    lab.connect(retryReads=False, socketTimeoutMS=10_000)
    forgeries = FORGERIES_FOR_READERS | (FORGED_NAMESPACES if command == "find" else {})
    for name, forge in forgeries.items():
        lab.proxy.plan(forged(forge, seconds=0), command=command)
        try:
            found = await read(ids)
        except (ProtocolError, InvalidBSON):
            continue
        except Exception as error:
            raise AssertionError(f"{name}: {error!r}") from error
        pytest.fail(f"{name} was taken for {found!r}")
    assert await read(ids)

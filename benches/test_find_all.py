"""``find_all`` against the driver's ``find().to_list()`` of dicts, in the client's CPU time.

The server is a process of its own; what was read is kept until the clock has stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benches.client import client_of
from tests.servers import Server
from tests.zoo.shapes import S1, S1N, S2, S3, S4, Shape

COUNTS = {"native": 10_000, "python": 2_000}
LESS = {"S2": 0.4, "S3": 0.5, "S4": 0.5}  # documents of these shapes are larger
TARGETS = {"S1": 0.30, "S1n": 0.45, "S2": 0.45, "S3": 0.28, "S4": 0.50}
ROUNDS = {"native": 5, "python": 2}


@pytest.mark.mongod_only("figures are wanted for MongoDB itself")
@pytest.mark.parametrize("shape", [S1, S1N, S2, S3, S4], ids=str)
def test_find_all(
    shape: Shape, server: Server, driver: str, codec: str, compare: Callable[..., None]
) -> None:
    count = int(COUNTS[codec] * LESS.get(shape.name, 1))
    model = shape.document_class

    with client_of(server, driver) as client:
        collection = client.filled(model, shape.rows(count))
        compare(
            lambda: client.run(model.objects.limit(count).find_all()),
            lambda: client.run(all_of(collection)),
            table="`find_all`, client CPU, vs the same driver's `find().to_list()` of dicts",
            row=f"{codec}, {driver}",
            column=shape.name,
            target=TARGETS[shape.name] if codec == "native" else None,
            rounds=ROUNDS[codec],
        )


async def all_of(collection: Any) -> list[Any]:
    found: list[Any] = await collection.find().to_list(None)
    return found

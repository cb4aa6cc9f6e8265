"""``bulk_insert`` and ``insert_stream`` against the driver's ``insert_many`` of ready dicts.

Compared is the client's CPU time. The server is a process of its own, so the time of this process
is what the client costs: the library, the driver, and the driver's threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benches.client import anew, client_of
from tests.servers import Server
from tests.zoo.shapes import S1, S1N, S2, S3, S4, Shape

COUNTS = {"native": 20_000, "python": 3_000}
LESS = {"S2": 0.4}  # documents of this shape are larger
TARGETS = {"S1": 0.35, "S1n": 0.45, "S2": 0.60, "S3": 0.40, "S4": 0.45}
ROUNDS = {"native": 15, "python": 2}

CALLS = {
    "bulk_insert": lambda model, made: model.objects.bulk_insert(made),
    "insert_stream": lambda model, made: model.objects.insert_stream(iter(made)),
}
BELOW_THE_DRIVER = 1.0


@pytest.mark.mongod_only("figures are wanted for MongoDB itself")
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("shape", [S1, S1N, S2, S3, S4], ids=str)
def test_bulk_insert(
    shape: Shape,
    call: str,
    server: Server,
    driver: str,
    codec: str,
    compare: Callable[..., None],
) -> None:
    count = int(COUNTS[codec] * LESS.get(shape.name, 1))
    model = shape.document_class
    ready = shape.rows(count)
    target = TARGETS[shape.name] if call == "bulk_insert" else BELOW_THE_DRIVER

    with client_of(server, driver) as client:

        def documents() -> tuple[Any, ...]:
            client.empty(model)
            return ([shape.document(row) for row in ready],)

        def rows() -> tuple[Any, ...]:
            return client.empty(model), list(map(anew, ready))  # they are given ids

        compare(
            lambda made: client.run(CALLS[call](model, made)),
            lambda collection, made: client.run(insert_many(collection, made)),
            table=f"`{call}`, client CPU, vs the same driver's `insert_many` of dicts",
            row=f"{codec}, {driver}",
            column=shape.name,
            target=target if codec == "native" else None,
            rounds=ROUNDS[codec],
            before_work=documents,
            before_yardstick=rows,
        )


async def insert_many(collection: Any, rows: list[Any]) -> Any:
    return await collection.insert_many(rows)

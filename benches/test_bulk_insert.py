"""Documents and rows, in lists and in streams, against the driver's ``insert_many`` of ready dicts.

Compared is the client's CPU time. The server is a process of its own, so the time of this process
is what the client costs: the library, the driver, and the driver's threads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiomotorengine import Rows
from benches.client import anew, client_of
from benches.peers import builder
from tests.servers import Server
from tests.zoo.shapes import S1, S1K, S1N, S2, S3, S4, Shape

COUNTS = {"native": 8_000, "python": 2_000}
LESS = {"S2": 0.5, "S3": 0.5, "S4": 0.5}  # documents of these shapes are larger
ROUNDS = {"native": 5, "python": 2}

CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "bulk_insert(documents)": lambda model, made: model.objects.bulk_insert(made),
    "insert_stream(documents)": lambda model, made: model.objects.insert_stream(iter(made)),
    "insert_stream(Rows(…))": lambda model, rows: model.objects.insert_stream(Rows(rows)),
}
# The dicts of S1k have their ids, which the driver makes for others.
TARGETS = {
    "bulk_insert(documents)": {
        "S1": 0.30,
        "S1k": 0.45,
        "S1n": 0.40,
        "S2": 0.50,
        "S3": 0.25,
        "S4": 0.35,
    },
    "insert_stream(documents)": dict.fromkeys(("S1", "S1k", "S1n", "S2", "S3", "S4"), 1.0),
    "insert_stream(Rows(…))": {
        "S1": 0.25,
        "S1k": 0.45,
        "S1n": 0.35,
        "S2": 0.50,
        "S3": 0.25,
        "S4": 0.30,
    },
}


@pytest.mark.mongod_only("figures are wanted for MongoDB itself")
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("shape", [S1, S1K, S1N, S2, S3, S4], ids=str)
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
    values = shape.values(count)
    build = builder(model)

    with client_of(server, driver) as client:

        def given() -> tuple[Any, ...]:
            client.empty(model)
            return (values if call == "insert_stream(Rows(…))" else list(map(build, values)),)

        def rows() -> tuple[Any, ...]:
            return client.empty(model), list(map(anew, ready))  # they are given ids

        compare(
            lambda made: client.run(CALLS[call](model, made)),
            lambda collection, made: client.run(insert_many(collection, made)),
            table=f"`{call}`, client CPU, vs the same driver's `insert_many` of dicts",
            row=f"{codec}, {driver}",
            column=shape.name,
            target=TARGETS[call][shape.name] if codec == "native" else None,
            rounds=ROUNDS[codec],
            before_work=given,
            before_yardstick=rows,
        )


async def insert_many(collection: Any, rows: list[Any]) -> Any:
    return await collection.insert_many(rows)

"""Results of an aggregation as instances, against those as mappings, in the client's CPU time.

The server is a process of its own; what was read is kept until the clock has stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benches.client import client_of
from tests.servers import Server
from tests.zoo.shapes import S1, S1N, S2, S3, S4, Shape

COUNTS = {"native": 5_000, "python": 1_000}
LESS = {"S2": 0.4, "S3": 0.5, "S4": 0.5}  # documents of these shapes are larger
ROUNDS = {"native": 5, "python": 2}


@pytest.mark.mongod_only("figures are wanted for MongoDB itself")
@pytest.mark.parametrize("shape", [S1, S1N, S2, S3, S4], ids=str)
def test_into(
    shape: Shape, server: Server, driver: str, codec: str, compare: Callable[..., float]
) -> None:
    count = int(COUNTS[codec] * LESS.get(shape.name, 1))
    model = shape.document_class

    def results() -> Any:
        return model.objects.aggregate.project(*model._fields)

    with client_of(server, driver) as client:
        client.filled(model, shape.rows(count))
        compare(
            lambda: client.run(results().into(model).fetch()),
            lambda: client.run(results().fetch()),
            table="aggregation: `into(Model).fetch()`, client CPU, vs `fetch()`",
            row=f"{codec}, {driver}",
            column=shape.name,
            rounds=ROUNDS[codec],
        )

"""Objects made of values, beside those of msgspec, of dataclasses, and plain dicts."""

from __future__ import annotations

from collections.abc import Callable
from timeit import Timer
from typing import Any

import pytest

from aiomotorengine import Document
from benches.codecs import any_shape
from benches.peers import PEERS, builder, struct_of
from benches.tables import Target, put
from tests.zoo.shapes import S1, Flat, Shape

COUNTS = {"S1": 4_000, "S1n": 4_000}
COUNT = 1_000
ROUNDS = 9
TARGETS = {"S1": 1.5, "S1n": 1.5, "S2": 1.4, "S3": 1.3, "S4": 1.5}

CALLS = 20_000
ONE_CALL = "one object, made and let go of, in ns and in multiples of a msgspec `Struct`"


class FlatWithInit(Flat):
    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


@any_shape
@pytest.mark.parametrize("peer", PEERS)
def test_many(shape: Shape, peer: str, compare: Callable[..., float]) -> None:
    values = shape.values(COUNTS.get(shape.name, COUNT))
    ours, theirs = (builder(shape.document_class, kind) for kind in (PEERS[peer], struct_of))
    compare(
        lambda: [ours(row) for row in values],
        lambda: [theirs(row) for row in values],
        table="construct: `Model(**row)`, objects kept, in multiples of msgspec's `Struct`",
        row=peer,
        column=shape.name,
        target=TARGETS[shape.name] if peer == "aiomotorengine" else None,
        rounds=ROUNDS,
    )


NAMED = f"({', '.join(f'{name}={name}' for name in Flat._fields)})"


@pytest.mark.parametrize(
    ("what", "ours", "theirs", "nanoseconds", "target"),
    [
        ("`Model(a=…, b=…)`", f"Model{NAMED}", f"Struct{NAMED}", 180, None),
        ("`Model(**row)`", "Model(**row)", "Struct(**row)", None, None),
        # 1.4 times less than the ten that it was when all of it was Python.
        ("own `__init__(self, **row)`", "WithInit(**row)", "Struct(**row)", None, Target(7)),
    ],
)
def test_one(
    what: str,
    ours: str,
    theirs: str,
    nanoseconds: float | None,
    target: Target | None,
    compare: Callable[..., float],
) -> None:
    [row] = S1.values(1)
    names: dict[str, type[Document] | Any] = {
        "Model": Flat,
        "WithInit": FlatWithInit,
        "Struct": struct_of(Flat),
        "row": row,
        **row,
    }
    seconds = compare(
        Timer(ours, globals=names).timeit,
        Timer(theirs, globals=names).timeit,
        table=ONE_CALL,
        row=what,
        target=target,
        before_work=lambda: (CALLS,),
        before_yardstick=lambda: (CALLS,),
    )
    put(ONE_CALL, what, "ns", round(seconds / CALLS * 1e9), nanoseconds)

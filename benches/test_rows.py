"""Rows are validated and written without documents, against a loop of ``bson.encode(dict)``."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import bson
import pytest

from aiomotorengine.codec import codec_for, use
from aiomotorengine.rows import Rows
from aiomotorengine.rows.plan import row_plan
from benches.client import anew
from benches.codecs import STANDARD, only_native
from tests.zoo.shapes import S1K, SHAPES, Shape

COUNT = 10_000
ROUNDS = 5
TARGETS = {"S1": 0.08, "S1k": 0.09, "S1n": 0.15, "S2": 0.40, "S3": 0.19, "S4": 0.20}
OTHER_TARGETS = {"S1": 0.11, "S1k": 0.12, "S1n": 0.20, "S2": 0.50, "S3": 0.25, "S4": 0.24}

Row = dict[str, Any]


def as_given(row: Row) -> Row:
    return row


def anew_with_values(row: Row) -> Row:
    """A row with the value that a program has where BSON has a text."""
    made: Row = anew(row)
    if "price" in made:
        made["price"] = Decimal(made["price"])
    return made


def in_another_order(row: Row) -> Row:
    names = list(row)
    Random(5).shuffle(names)
    return {name: row[name] for name in names}


def with_one_key_less(row: Row) -> Row:
    left_out = list(row)[len(row) // 2]
    return {name: value for name, value in row.items() if name != left_out}


CHANGES: dict[str, tuple[Callable[[Row], Row], dict[str, float]]] = {
    "keys as declared": (as_given, TARGETS),
    "in another order": (in_another_order, OTHER_TARGETS),
    "one key less": (with_one_key_less, OTHER_TARGETS),
}


@only_native
@pytest.mark.parametrize("shape", [*SHAPES, S1K], ids=str)
@pytest.mark.parametrize("name", CHANGES)
def test_rows(shape: Shape, name: str, compare: Callable[..., float]) -> None:
    change, targets = CHANGES[name]
    with use("native"):
        codec = codec_for(shape.document_class, STANDARD)
        row_codec = codec.compile_rows(row_plan(Rows([]).reader(shape.document_class)))
    rows = [change(row) for row in shape.rows(COUNT)]
    compare(
        row_codec.encode_many,
        lambda made: [bson.encode(row, codec_options=STANDARD) for row in made],
        table=f"rows: {COUNT:,} mappings, validated and given an `_id`, no document made, "
        "vs `bson.encode(dict)`",
        row=name,
        column=shape.name,
        target=targets[shape.name],
        rounds=ROUNDS,
        before_work=lambda: (list(map(anew_with_values, rows)),),
        before_yardstick=lambda: (list(map(anew, rows)),),
    )
    assert row_codec.stepped_back == 0

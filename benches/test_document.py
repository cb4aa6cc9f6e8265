"""What one document costs on the pure side, in multiples of ``bson.encode`` of the same as a dict.

The document has eleven values: strings, ints, a float, a boolean, a date, a list of three strings
and an embedded document of three values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bson
import pytest

from tests.zoo.shapes import EVERYDAY, Shape, everyday, person

COUNT = 500
ROUNDS = 12
TARGETS = {"construct": 2.0, "validate": 1.5, "to_son": 1.5, "from_son": 2.5}

Compare = Callable[..., None]


def operations(shape: Shape, construct: Callable[[Any], Any]) -> dict[str, Callable[[], None]]:
    """What is measured, each over many documents of a shape."""
    rows, documents = shape.rows(COUNT), shape.documents(COUNT)
    document_class = shape.document_class

    def build() -> None:
        for row in rows:
            construct(row)

    def validate() -> None:
        for document in documents:
            document.validate()

    def to_son() -> None:
        for document in documents:
            document.to_son()

    def from_son() -> None:
        for row in rows:
            document_class.from_son(row)

    def encode() -> None:
        for row in rows:
            bson.encode(row)

    return {
        "construct": build,
        "validate": validate,
        "to_son": to_son,
        "from_son": from_son,
        "bson.encode": encode,
    }


@pytest.mark.parametrize("operation", TARGETS)
def test_one_document(operation: str, compare: Compare) -> None:
    found = operations(EVERYDAY, person)
    compare(
        found[operation],
        found["bson.encode"],
        table="one document of 11 values, in multiples of `bson.encode` of the same as a dict",
        row=operation,
        target=TARGETS[operation],
        rounds=ROUNDS,
    )


@pytest.mark.parametrize("fields", [30, 60])
@pytest.mark.parametrize("operation", TARGETS)
def test_costs_grow_with_the_number_of_fields(
    operation: str, fields: int, compare: Compare
) -> None:
    small, large = everyday(15), everyday(fields)
    compare(
        operations(large, lambda row: large.document_class(**row))[operation],
        operations(small, lambda row: small.document_class(**row))[operation],
        table="cost per field, in multiples of what it is with 15 fields",
        row=operation,
        column=f"{fields} fields",
        scale=15 / fields,
        target=1.0 if fields == 60 else None,
        rounds=ROUNDS,
    )

"""Documents as dicts and JSON and back, beside models of pydantic with the same fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import create_model

from aiomotorengine import (
    BooleanField,
    DateTimeField,
    Document,
    FloatField,
    IntField,
    ListField,
    StringField,
    UUIDField,
)
from aiomotorengine.metaclasses import DocumentMetaClass
from benches.tables import Target

TABLE = "a document of 20 fields, in multiples of a model of pydantic"
CALLS = 2_000
ROUNDS = 15

# How many of each kind: the field, the type, a value.
KINDS: dict[str, tuple[int, Callable[[], Any], Any, Any]] = {
    "text": (8, StringField, str, "Jane Austen"),
    "whole": (4, IntField, int, 1_000),
    "real": (2, FloatField, float, 1.5),
    "truth": (2, BooleanField, bool, True),
    "date": (2, lambda: DateTimeField(tz=UTC), datetime, datetime(2020, 1, 2, tzinfo=UTC)),
    "texts": (1, lambda: ListField(StringField()), list[str], ["a", "b", "c"]),
    "key": (1, UUIDField, UUID, UUID(int=7)),
}


def twenty(part: int) -> dict[str, Any]:
    """The names of the fields, with one of the three parts of their kinds."""
    return {
        f"{name}{number}": kind[part] for name, kind in KINDS.items() for number in range(kind[0])
    }


Wide: Any = DocumentMetaClass(
    "Wide", (Document,), {name: make() for name, make in twenty(1).items()}
)
fields: dict[str, Any] = {name: (kind, ...) for name, kind in twenty(2).items()}
WideModel: Any = create_model("WideModel", id=(str | None, None), **fields)

DOCUMENT, MODEL = Wide(**twenty(3)), WideModel(**twenty(3))
JSON = MODEL.model_dump(mode="json")


@pytest.mark.parametrize(
    ("row", "ours", "theirs", "target"),
    [
        ("`to_dict()`, `model_dump()`", DOCUMENT.to_dict, MODEL.model_dump, Target(2)),
        (
            '`to_dict(mode="json")`',
            lambda: DOCUMENT.to_dict(mode="json"),
            lambda: MODEL.model_dump(mode="json"),
            Target(2),
        ),
        ("`to_json()`, `model_dump_json()`", DOCUMENT.to_json, MODEL.model_dump_json, None),
        (
            "`from_dict(json)`, `model_validate(json)`",
            lambda: Wide.from_dict(JSON),
            lambda: WideModel.model_validate(JSON),
            None,
        ),
    ],
)
def test_dicts(
    row: str, ours: Any, theirs: Any, target: Target | None, compare: Callable[..., float]
) -> None:
    compare(
        lambda: [ours() for _ in range(CALLS)],
        lambda: [theirs() for _ in range(CALLS)],
        table=TABLE,
        row=row,
        target=target,
        rounds=ROUNDS,
    )

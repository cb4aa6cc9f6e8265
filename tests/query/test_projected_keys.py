"""Keys that come in any case, whatever a projection asks for."""

from __future__ import annotations

from typing import Any

import pytest
from bson.decimal128 import Decimal128

from aiomotorengine.query_builder.projected_keys import with_keys

CASES: list[tuple[dict[str, Any], list[str], dict[str, Any] | None]] = [
    ({"_id": 1, "name": 1}, ["age", "_id"], {"_id": 1, "name": 1, "age": 1}),
    ({"_id": 0, "name": 1}, ["_id"], {"name": 1, "_id": 1}),
    ({"_id": 1}, ["home.road"], {"_id": 1, "home.road": 1}),
    ({"home": 1}, ["home.road"], {"home": 1}),
    ({"home.road": 1, "home.town": 1}, ["home"], {"home": 1}),
    ({"_id": 0, "score": {"$meta": "textScore"}, "n": 1}, ["_id"], {"_id": 1, "n": 1}),
    ({"body": 0, "size": 0}, ["size", "_id"], {"body": 0}),
    ({"home": 0, "body": False}, ["home.road"], {"body": False}),
    ({"home.road": 0}, ["home"], None),
    ({"_id": 0}, ["_id"], None),
    ({"_id": 1, "body": 0}, ["name"], {"_id": 1, "body": 0}),
    ({"tags": {"$slice": 1}}, ["name", "_id"], {"tags": {"$slice": 1}}),
    ({"_id": 1, "tags": {"$slice": 1}}, ["n"], {"_id": 1, "tags": {"$slice": 1}, "n": 1}),
    ({"x": "$name"}, ["name", "_id"], {"x": "$name", "name": 1, "_id": 1}),
    ({"x": {"$add": ["$n", 1]}}, ["n"], {"x": {"$add": ["$n", 1]}, "n": 1}),
    ({"x": {"y": "$n"}}, ["n"], {"x.y": "$n", "n": 1}),
    ({"tags": {"$elemMatch": {"a": 1}}}, ["n"], {"tags": {"$elemMatch": {"a": 1}}, "n": 1}),
    ({"home": {"road": 1}}, ["n"], {"home.road": 1, "n": 1}),
    ({"home": {"road": 1}}, ["home.road"], {"home.road": 1}),
    ({"home": {"road": 0}}, ["n"], {"home.road": 0}),
    ({"body": Decimal128("0")}, ["n"], {"body": Decimal128("0")}),
    ({"body": Decimal128("1")}, ["n"], {"body": Decimal128("1"), "n": 1}),
]


@pytest.mark.parametrize(("asked", "keys", "sent"), CASES, ids=[repr(it[:2]) for it in CASES])
def test_keys_come_with_what_is_asked_for(
    asked: dict[str, Any], keys: list[str], sent: dict[str, Any] | None
) -> None:
    found = with_keys(asked, keys)
    score = {key: value for key, value in asked.items() if key == "score"}
    assert found == (None if sent is None else {**sent, **score})


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"name": "$body"}, "name"),
        ({"home": {"$literal": 1}}, "home.road"),
        ({"home": {"road": "$name"}}, "home"),
        ({"_id": "$name"}, "_id"),
    ],
)
def test_nothing_else_stands_in_the_place_of_a_key(asked: dict[str, Any], key: str) -> None:
    with pytest.raises(ValueError, match=f"order of '{key}', and the projection puts something"):
        with_keys(asked, [key])

"""Places in an order as texts, and what strangers may make of these."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import bson
import pytest
from bson import Binary, Code, DBRef, Decimal128, Int64, ObjectId, Regex, Timestamp
from bson.binary import UuidRepresentation
from bson.codec_options import DEFAULT_CODEC_OPTIONS
from bson.datetime_ms import DatetimeMS
from pymongo.collation import Collation

from aiomotorengine.errors import InvalidPageTokenError
from aiomotorengine.reading.page_tokens import (
    Boundary,
    boundary_of,
    fingerprint,
    token_of,
    values_under,
)

ORDER = [("year", -1), ("_id", -1)]
QUERY = fingerprint("books", ORDER, None)


def text(content: Any) -> str:
    return urlsafe_b64encode(bson.encode(content)).rstrip(b"=").decode()


def refuse(token: Any, count: int = 2) -> None:
    with pytest.raises(InvalidPageTokenError, match="^This is no page token of this query.$"):
        boundary_of(token, QUERY, count)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        5,
        Int64(5),
        1.5,
        float("nan"),
        "Ada",
        ObjectId(),
        Binary(bytes(16), 4),
        b"abc",
        DatetimeMS(10**16),
        Decimal128("1.10"),
        Timestamp(1, 2),
        Regex("^a", "i"),
        {"$gt": {"b": [1, {"c": 2}]}, "a": 1},
        bson.MinKey(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_come_back_as_they_are_stored(value: Any) -> None:
    token = token_of(Boundary((value, 7)), QUERY, DEFAULT_CODEC_OPTIONS)
    again = boundary_of(token, QUERY, 2)
    assert not again.is_included
    assert bson.encode({"": list(again.values)}) == bson.encode({"": [value, 7]})
    assert token_of(again, QUERY, DEFAULT_CODEC_OPTIONS) == token


def test_values_of_the_programs_own_kind_are_encoded_by_its_options() -> None:
    options = DEFAULT_CODEC_OPTIONS.with_options(uuid_representation=UuidRepresentation.STANDARD)
    values = (UUID(int=7), datetime(2020, 1, 1, tzinfo=UTC))
    again = boundary_of(token_of(Boundary(values), QUERY, options), QUERY, 2)
    assert again.values == (Binary(UUID(int=7).bytes, 4), DatetimeMS(1577836800000))


def test_a_place_may_be_included() -> None:
    token = token_of(Boundary((1, 7), is_included=True), QUERY, DEFAULT_CODEC_OPTIONS)
    assert boundary_of(token, QUERY, 2) == ((1, 7), True)


def test_a_token_stands_in_a_url_as_it_is() -> None:
    for number in range(200):
        token = token_of(Boundary((b"\xff" * number, 7)), QUERY, DEFAULT_CODEC_OPTIONS)
        assert token.replace("-", "").replace("_", "").isalnum()
        assert boundary_of(token, QUERY, 2).values == (b"\xff" * number, 7)


@pytest.mark.parametrize(
    "other",
    [
        fingerprint("papers", ORDER, None),
        fingerprint("books", [("year", 1), ("_id", -1)], None),
        fingerprint("books", [("month", -1), ("_id", -1)], None),
        fingerprint("books", ORDER, Collation("en")),
    ],
)
def test_a_token_is_of_one_query(other: int) -> None:
    assert other != QUERY
    refuse(token_of(Boundary((1, 7)), other, DEFAULT_CODEC_OPTIONS))


def test_the_options_of_a_collation_count() -> None:
    one, other = Collation("en", strength=2), Collation("en", strength=3)
    assert fingerprint("books", ORDER, one) != fingerprint("books", ORDER, other)
    assert fingerprint("books", ORDER, one) == fingerprint(
        "books", ORDER, Collation("en", strength=2)
    )


GOOD = {"v": 1, "q": QUERY, "k": [1815, 7]}


def test_the_forged_ones_below_differ_from_a_good_one() -> None:
    assert boundary_of(text(GOOD), QUERY, 2).values == (1815, 7)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {**GOOD, "v": 2},
        {**GOOD, "q": QUERY + 1},
        {**GOOD, "q": str(QUERY)},
        {**GOOD, "k": [1815]},
        {**GOOD, "k": [1815, 7, 8]},
        {**GOOD, "k": {"0": 1815, "1": 7}},
        {**GOOD, "k": "ab"},
        {**GOOD, "k": [[1815], 7]},
        {"v": 1, "q": QUERY},
    ],
    ids=str,
)
def test_forged_tokens_are_refused(content: dict[str, Any]) -> None:
    refuse(text(content))


@pytest.mark.parametrize(
    "token",
    ["", "x", "====", "é", "\ud800", "a b", 5, b"abc", ["a"], {"$gt": ""}, text(GOOD)[:-2]],
    ids=repr,
)
def test_what_is_no_token_at_all(token: Any) -> None:
    refuse(token)


def test_bytes_that_do_not_add_up_are_not_sent_on() -> None:
    inside = bson.encode({"a": "text"})
    whole = bson.encode({**GOOD, "k": [{"a": "text"}, 7]})
    assert whole.count(inside) == 1
    boundary_of(urlsafe_b64encode(whole).rstrip(b"=").decode(), QUERY, 2)
    for broken in (
        inside.replace(b"text", b"t\xffxt"),
        inside.replace(b"\x05\0\0\0", b"\x55\0\0\0"),
    ):
        forged = whole.replace(inside, broken)
        refuse(urlsafe_b64encode(forged).rstrip(b"=").decode())


def test_more_levels_than_there_is_stack() -> None:
    content = b"\x05\0\0\0\0"
    for _ in range(3_000):
        content = (len(content) + 8).to_bytes(4, "little") + b"\x040\0" + content + b"\0"
    refuse(urlsafe_b64encode(content).rstrip(b"=").decode())


DEEPER: dict[str, Callable[[Any], Any]] = {
    "documents": lambda value: {"a": value},
    "lists": lambda value: {"a": [value]},
    "references": lambda value: DBRef("a", value),
    "code": lambda value: Code("a", {"a": value}),
}


@pytest.mark.parametrize("kind", DEEPER)
def test_more_levels_than_are_stored(kind: str) -> None:
    values = [1]
    for _ in range(110):
        values.append(DEEPER[kind](values[-1]))
    refuse(token_of(Boundary((values[-1], 7)), QUERY, DEFAULT_CODEC_OPTIONS))
    stored = token_of(Boundary((values[40], 7)), QUERY, DEFAULT_CODEC_OPTIONS)
    assert boundary_of(stored, QUERY, 2).values[1] == 7


def test_the_values_of_a_stored_document() -> None:
    stored = {"_id": 7, "a": {"b": {"c": 1}}, "n": None, "text": "a"}
    order = [
        ("a.b.c", 1),
        ("a.x.c", 1),
        ("text.b", 1),
        ("n", 1),
        ("gone", 1),
        ("a.b", 1),
        ("_id", 1),
    ]
    assert values_under(stored, order) == (1, None, None, None, None, {"c": 1}, 7)


@pytest.mark.parametrize("key", ["a", "a.b", "c.d"])
def test_a_list_has_no_place(key: str) -> None:
    stored = {"_id": 7, "a": [{"b": 1}], "c": {"d": [1]}}
    with pytest.raises(ValueError, match=f"the document with _id 7 has one in '{key}'"):
        values_under(stored, [(key, 1), ("_id", 1)])

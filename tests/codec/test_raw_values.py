"""The values of a document as bytes: each with its type, and the same from both codecs."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import Any

import bson
import pytest
from bson import Code, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.errors import InvalidBSON

from aiomotorengine import codec
from aiomotorengine.codec import pure
from tests.fuzz import mutations

pytestmark = pytest.mark.usefixtures("codec")

WHOLE: dict[str, Any] = {
    "_id": ObjectId("0123456789abcdef01234567"),
    "": "an empty key",
    "größe": 1.5,
    "text": "a\0b",
    "document": {"a": {"b": [1, {}]}},
    "list": [1, "2", None],
    "bytes": b"\0\1",
    "yes": True,
    "at": datetime(2026, 1, 2),
    "none": None,
    "pattern": Regex("a.b", "im"),
    "code": Code("f()"),
    "scoped": Code("f()", {"x": 1}),
    "int": 7,
    "long": Int64(7),
    "stamp": Timestamp(1, 2),
    "decimal": Decimal128("1.5"),
    "least": MinKey(),
    "most": MaxKey(),
}


def outcome(take: Any, *raws: bytes) -> Any:
    """What it returns, or which error it raises."""
    try:
        taken = take(*raws)
        return list(taken.items()) if isinstance(taken, dict) else taken
    except Exception as error:
        return type(error), str(error)


def test_each_value_has_its_type_in_front() -> None:
    values = codec.raw_values(bson.encode(WHOLE))
    assert list(values) == list(WHOLE)
    for key, value in values.items():
        name = key.encode() + b"\0"
        size = len(value) + len(name) + 5
        alone = size.to_bytes(4, "little") + value[:1] + name + value[1:] + b"\0"
        assert alone == bson.encode({key: WHOLE[key]})


def test_of_keys_that_come_twice_the_last_counts_in_the_first_place() -> None:
    one, two, three = (bson.encode({key: number})[4:-1] for number, key in enumerate("aba"))
    body = one + two + three
    raw = (len(body) + 5).to_bytes(4, "little") + body + b"\0"
    assert list(codec.raw_values(raw).items()) == [
        ("a", b"\x10\2\0\0\0"),
        ("b", b"\x10\1\0\0\0"),
    ]


def test_nothing_is_in_an_empty_document() -> None:
    assert codec.raw_values(b"\5\0\0\0\0") == {}


@pytest.mark.parametrize("raw", [b"", b"\5\0\0\0\1", b"\6\0\0\0\0", b"\x0a\0\0\0\x10a\0\1\0\0"])
def test_what_does_not_add_up_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidBSON):
        codec.raw_values(raw)


def test_a_key_that_is_no_text_is_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        codec.raw_values(b"\x08\0\0\0\x0a\xff\0\0")


def test_damaged_documents_mean_the_same_to_both() -> None:
    raw = bson.encode(WHOLE)
    damaged = [raw[:end] for end in range(len(raw))]
    damaged += mutations(raw, Random(12), 2_000)
    for one in damaged:
        assert outcome(codec.raw_values, one) == outcome(pure.raw_values, one), one


# -- what differs ----------------------------------------------------------------------------------


def value(thing: Any) -> bytes | None:
    """A value as bytes, with its type in front."""
    return codec.raw_values(bson.encode({"": thing}))[""]


def differing(stored: Any, before: Any, now: Any) -> list[Any]:
    return codec.differing_values(*map(bson.encode, (stored, before, now)))


def test_values_that_are_the_same_do_not_differ() -> None:
    assert differing(WHOLE, WHOLE, dict(reversed(WHOLE.items()))) == []
    assert differing({"a": "1"}, {"a": 1}, {"a": 1}) == []


def test_a_value_of_another_type_differs() -> None:
    assert differing({"a": 1}, {"a": 1}, {"a": 1.0}) == [("a", value(1), value(1), value(1.0))]
    assert differing({"a": 1}, {"a": 1}, {"a": Int64(1)}) != []


def test_changed_values_come_before_removed_ones_and_those_that_are_left() -> None:
    stored, before = {"left": 1, "gone": 2, "new": "3"}, {"gone": 2, "new": 3}
    assert differing(stored, before, {"more": 5, "new": 4}) == [
        ("more", None, None, value(5)),
        ("new", value("3"), value(3), value(4)),
        ("gone", value(2), value(2), None),
        ("left", value(1), None, None),
    ]


def test_null_in_the_place_of_nothing_does_not_differ() -> None:
    assert differing({}, {}, {"a": None}) == []
    assert differing({"a": 1}, {}, {"a": None}) == [("a", value(1), None, value(None))]
    assert differing({}, {"a": 1}, {"a": None}) == [("a", None, value(1), value(None))]


def test_damaged_documents_differ_alike_for_both() -> None:
    raw, other = bson.encode(WHOLE), bson.encode({**WHOLE, "int": 8, "größe": None})
    random = Random(13)
    for damaged in mutations(raw, random, 1_000):
        three = [damaged, raw, other]
        random.shuffle(three)
        ours = outcome(codec.differing_values, *three)
        assert ours == outcome(pure.differing_values, *three), three

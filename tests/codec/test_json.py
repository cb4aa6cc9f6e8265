"""JsonField's text is what ``json.dumps`` makes, whichever codec makes it, and reads as it."""

from __future__ import annotations

import json
import math
from enum import IntEnum
from random import Random
from typing import Any

import bson
import pytest

from aiomotorengine import Document, JsonField
from aiomotorengine.codec import codec_for
from tests.codec.laws import STANDARD, agree, read
from tests.zoo.compare import outcome


class Note(Document):
    data = JsonField()


class Weight(IntEnum):
    HEAVY = 2


class Text(str):
    __slots__ = ()


CHARACTERS = [chr(number) for number in (*range(0x20), *range(0x22, 0x80, 3), 0x7F, 0x80, 0xE9)]
CHARACTERS += ['"', "\\", "/", "$", "\u2028", "\u20ac", "\ud7ff", "\ud800", "\udfff", "\uffff"]
CHARACTERS += ["\U00010000", "\U0001f980", "\U0010ffff", "plain", "text ", "a"]
NUMBERS = (0, -0.0, 1.5, 1e16, 1e-7, 1e300, 5e-324, math.inf, -math.inf, math.nan, 2**63, -(2**63))


def string(random: Random) -> str:
    return "".join(random.choices(CHARACTERS, k=random.choice((0, 1, 2, 8))))


def value(random: Random, depth: int = 4) -> Any:
    kind = random.random()
    if depth and kind < 0.3:
        return [value(random, depth - 1) for _ in range(random.randint(0, 4))]
    if depth and kind < 0.6:
        return {string(random): value(random, depth - 1) for _ in range(random.randint(0, 4))}
    leaves = [None, True, False, random.randint(-(10**6), 10**6), random.gauss(0, 1e5), 2**80]
    leaves += [random.choice(NUMBERS), (1, 2), Weight.HEAVY, Text("a"), {5: 6}]
    return random.choice([*leaves, *(string(random) for _ in leaves)])


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.usefixtures("codec")
def test_random_values_obey_the_laws(seed: int) -> None:
    random = Random(seed)
    for _ in range(60):
        agree(Note, [Note(data=value(random))], STANDARD)


@pytest.mark.usefixtures("codec")
def test_plain_values_are_written_as_the_standard_library_does() -> None:
    random = Random(7)
    for _ in range(300):
        data = value(random)
        [raw] = codec_for(Note, STANDARD).encode_many([Note(data=data)], [1])
        if '"$' not in json.dumps(data):
            assert bson.decode(raw)["data"] == json.dumps(data)


TEXTS = (
    *("", " ", "1", " 1", "1 ", "-0", "-0.0", "1e400", "01", "1.", ".5", "+1", "1 2", "nul"),
    *("NaN", "-Infinity", "nan", '"a', '"\\u12"', '"\\ud800"', '"\\ud83e\\udd80"', '"\t"', "'a'"),
    *("[1,]", "[1 2]", '{"a":1,"a":2}', '{"a" 1}', "{1:2}", "[" * 150 + "]" * 150, "[" * 99_999),
    *('{"$date": 0}', '{"\\u0024date": 0}', '{"\\u0024\\u0024date": 0}', '"$"', '["\\u0024"]'),
    *("9" * 4301, str(2**63), str(-(2**63) - 1), "\ufeff1", "\u00a01", '"é"', "[]", "{}", "null"),
)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text!r:.20}")
@pytest.mark.usefixtures("codec")
def test_texts_are_read_as_the_field_reads_them(text: str) -> None:
    raw = bson.encode({"_id": 1, "data": text})
    assert outcome(codec_for(Note, STANDARD).decode_many, raw) == outcome(
        read, Note, [raw], STANDARD
    )


@pytest.mark.usefixtures("codec")
def test_a_value_that_contains_itself_is_refused() -> None:
    data: dict[str, Any] = {"before": [0]}
    data["itself"] = data
    agree(Note, [Note(data=data)], STANDARD)

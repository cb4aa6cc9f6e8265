"""What PyMongo converts for a codec it converts once, however deep it lies; and the fields that are
not read are not gone through for each key.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from enum import StrEnum
from time import process_time
from typing import Any

import bson
import pytest

from aiomotorengine import BaseField, Document, IntField
from aiomotorengine.codec import codec_for
from tests.codec.laws import STANDARD

pytestmark = pytest.mark.usefixtures("codec")

LEVELS = 100


class Page(Document):
    anything = BaseField()


class Key(StrEnum):
    INNER = "inner"


def nested(around: Callable[[Any], Any]) -> Page:
    value: Any = {"text": "x" * 1000}
    for _ in range(LEVELS):
        value = around(value)
    return Page(anything=value)


NESTED = {
    "a key of another type comes last": lambda value: {"text": "x" * 100, Key.INNER: value},
    "the innermost are of another type": lambda value: {"a": value, "b": OrderedDict(a=1)},
    "a $ key comes last": lambda value: {"inner": value, "$text": "x"},
    "a $ key around others": lambda value: {"$inner": {"text": "x" * 100, "inner": value}},
    "ordered": lambda value: OrderedDict(text="x" * 100, inner=value),
}


@pytest.mark.parametrize("around", NESTED.values(), ids=NESTED)
def test_bytes_are_converted_once(
    around: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = nested(around)
    [expected] = codec_for(Page, STANDARD).encode_many([page], [1])
    converted = []
    encode, decode, decode_all = bson.encode, bson.decode, bson.decode_all

    def encoding(*arguments: Any, **named: Any) -> bytes:
        converted.append(len(encoded := encode(*arguments, **named)))
        return encoded

    def counting(decoder: Callable[..., Any]) -> Callable[..., Any]:
        def decoding(raw: bytes, *arguments: Any, **named: Any) -> Any:
            converted.append(len(raw))
            return decoder(raw, *arguments, **named)

        return decoding

    monkeypatch.setattr(bson, "encode", encoding)
    monkeypatch.setattr(bson, "decode", counting(decode))
    monkeypatch.setattr(bson, "decode_all", counting(decode_all))
    assert codec_for(Page, STANDARD).encode_many([page], [1]) == [expected]
    assert sum(converted) <= len(expected) + 20 * LEVELS
    converted.clear()
    codec_for(Page, STANDARD).decode_many(expected)
    assert sum(converted) <= len(expected) + 20 * LEVELS


FIELDS = 3000


@pytest.mark.parametrize("shaped", ["only", "values"])
def test_keys_in_another_order_do_not_have_all_fields_gone_through(shaped: str) -> None:
    names = [f"f{number}" for number in range(FIELDS)]
    wide: Any = type(Document)("WideRow", (Document,), {name: IntField() for name in names})
    codec = codec_for(wide, STANDARD, getattr(wide.objects, shaped)("f0")._reads().shape)

    def seconds(keys: list[str]) -> float:
        raw = bson.encode(dict.fromkeys(keys, 1))
        times = []
        for _ in range(5):
            start = process_time()
            codec.decode_many(raw)
            times.append(process_time() - start)
        return min(times)

    # It is five times as long, and was a hundred and fifty times when all were gone through.
    assert seconds(names[::-1]) < 30 * seconds(names)

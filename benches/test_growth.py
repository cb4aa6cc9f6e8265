"""One document eight times as large takes as long as eight: nothing grows with the square."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest

from aiomotorengine import BaseField, Document, EmbeddedDocumentField, ListField, StringField
from aiomotorengine.codec import codec_for
from benches.codecs import STANDARD, watch
from benches.tables import Target

TIMES = 8
SMALL = 1_000
TABLE = "a document eight times as large, in multiples of eight documents"
# Twice at most: what is larger leaves the processor's caches earlier.
LINEAR = Target(2)


class Note(Document):
    text = StringField()


class Page(Document):
    anything: Any = BaseField()
    items: Any = ListField(BaseField())
    notes = ListField(EmbeddedDocumentField(Note))


def undeclared(size: int) -> Page:
    page = Page()
    for number in range(size):
        setattr(page, f"name_{number}", number)
    return page


def levels(size: int, around: Callable[[Any], Any]) -> Page:
    """A tenth of the size in values, on as many levels as a hundredth is."""
    value: Any = {"end": 1}
    for _ in range(size // 100):
        value = around(value)
    return Page(anything=value)


GROWTHS: dict[str, Callable[[int], Page]] = {
    "undeclared values": undeclared,
    "keys of a dict": lambda size: Page(anything={f"key_{number}": 1 for number in range(size)}),
    # So many that the small document, too, is long enough for its depth to be looked at.
    "items of a list": lambda size: Page(items=list(range(4 * size))),
    "embedded documents": lambda size: Page(notes=[Note(text="a") for _ in range(size)]),
    "a text": lambda size: Page(anything="\u00e9" * size * 10),
    "levels": lambda size: levels(size, lambda value: {"a": 1, "b": value}),
    "levels of `$` keys": lambda size: levels(size, lambda value: {"a": 1, "$b": value}),
    "levels for PyMongo": lambda size: levels(size, lambda value: OrderedDict(a=1, b=value)),
}


@pytest.mark.parametrize("growth", GROWTHS)
@pytest.mark.parametrize("work", ["encode", "decode"])
def test_growth(growth: str, work: str, codec: str, compare: Callable[..., None]) -> None:
    side = codec_for(Page, STANDARD)
    large, small = GROWTHS[growth](SMALL * TIMES), GROWTHS[growth](SMALL)
    works: dict[str, Callable[[Page, int], Callable[[], object]]] = {
        "encode": lambda page, count: lambda: side.encode_many([page] * count, range(count)),
        "decode": lambda page, count: decoding(side.encode_many([page], [1]) * count),
    }

    def decoding(encoded: list[bytes]) -> Callable[[], object]:
        batch = b"".join(encoded)
        return lambda: side.decode_many(batch)

    compare(
        works[work](large, 1),
        works[work](small, TIMES),
        table=TABLE,
        row=f"{growth}, {codec}",
        column=work,
        target=LINEAR,
        rounds=5,
        clock=watch,
    )

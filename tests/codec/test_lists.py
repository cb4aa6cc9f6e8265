"""Lists of values of one kind, which are written in a run of their own, however long they are."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from bson.objectid import ObjectId

from aiomotorengine import (
    BooleanField,
    DateTimeField,
    Document,
    FloatField,
    IntField,
    ListField,
    ReferenceField,
    StringField,
)
from tests.codec.laws import STANDARD, agree

pytestmark = pytest.mark.usefixtures("codec")

NEW_YEAR = datetime(2020, 1, 1)
LENGTHS = [0, 1, 9, 10, 11, 99, 100, 127, 128, 129, 256, 257, 1000, 1001, 10_001]


class Collection(Document):
    booleans = ListField(BooleanField())
    dates = ListField(DateTimeField())
    floats = ListField(FloatField(max_value=1e9))
    ints = ListField(IntField(min_value=-(2**40)))
    references = ListField(ReferenceField("Collection"))
    texts = ListField(StringField())


MADE = {
    "booleans": lambda number: number % 3 == 0,
    "dates": lambda number: NEW_YEAR + timedelta(seconds=number),
    "floats": lambda number: number / 7,
    "ints": lambda number: (number % 5 - 2) * 2**30,
    "references": lambda number: ObjectId(number.to_bytes(12, "big")),
    "texts": lambda number: "x" * (number % 20),
}
ODD: dict[str, list[Any]] = {
    "booleans": [None, 1, "true"],
    "dates": [None, datetime(2020, 1, 1, tzinfo=timezone(timedelta(hours=1))), "2020-01-02"],
    "floats": [None, 3, "2.5", 1e10, float("nan")],
    "ints": [None, "7", 2.5, -(2**41), 2**63, True],
    "references": [None, 5, "text", 2**70],
    "texts": [None, "häh", 5, "\ud800"],
}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("length", LENGTHS)
def test_a_list_of_any_length(name: str, length: int) -> None:
    values = [MADE[name](number) for number in range(length)]
    agree(Collection, [Collection(**{name: values})], STANDARD)


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("place", [0, 1, 9, 10, 127, 128, 129, 199])
def test_another_value_among_them(name: str, place: int) -> None:
    for odd in ODD[name]:
        values = [MADE[name](number) for number in range(200)]
        values[place] = odd
        agree(Collection, [Collection(**{name: values})], STANDARD)


@pytest.mark.parametrize("values", [None, [], ["a"], [""], ["a", ""], ["a", None], ["a", "abcd"]])
@pytest.mark.parametrize("is_needed", [False, True], ids=["may be empty", "is needed"])
def test_a_list_of_which_something_is_wanted(values: Any, is_needed: bool) -> None:
    class Tagged(Document):
        tags = ListField(StringField(required=is_needed, max_length=3), required=is_needed)
        inner = ListField(ListField(StringField(max_length=3)), min_length=int(is_needed))

    agree(Tagged, [Tagged(tags=values, inner=[values]), Tagged(inner=[])], STANDARD)
    agree(Tagged, [Tagged(tags=["a"], inner=values and [values])], STANDARD)

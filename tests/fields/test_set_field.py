"""SetField: a list in the database, a set in documents."""

from __future__ import annotations

from typing import Any

import bson
import pytest

from aiomotorengine import (
    AnyField,
    DecimalField,
    Document,
    IntField,
    ListField,
    MapField,
    SetField,
    StringField,
    U,
)
from aiomotorengine.codec import codec_for
from aiomotorengine.errors import InvalidDocumentError
from tests.codec.laws import STANDARD, agree
from tests.fields.support import holder


class Note(Document):
    tags = SetField(StringField())
    frozen = SetField(IntField(), frozen=True, default=[1, 2])
    prices = SetField(DecimalField())
    odd = SetField(ListField(IntField()))


def test_the_base_field_must_be_a_field() -> None:
    with pytest.raises(ValueError, match="must be an instance of BaseField, not 'text'"):
        SetField("text")  # type: ignore[arg-type]


def test_defaults_are_sets_of_each_document_s_own() -> None:
    one, other = Note(), Note()
    one.tags.add("a")
    assert (one.tags, other.tags, one.frozen) == ({"a"}, set(), frozenset({1, 2}))


def test_what_no_set_can_have_is_read_as_a_list() -> None:
    note = Note.from_son({"odd": [[1], [2]]})
    assert note.odd == [[1], [2]]
    assert note.validate()
    assert note.to_son()["odd"] == [[1], [2]]


def test_null_and_other_forms_stay_until_they_are_changed() -> None:
    note = Note.from_son({"tags": None, "prices": ["5", "7.00"]})
    assert (note.tags, note.prices) == (set(), {5, 7})
    assert (note.to_son()["tags"], note.to_son()["prices"]) == (None, ["5", "7.00"])
    note.tags.add("a")
    note.prices.add(9)  # type: ignore[arg-type]
    son = note.to_son()
    assert (son["tags"], sorted(son["prices"])) == (["a"], ["5.00", "7.00", "9.00"])


class Measured(Document):
    anything = SetField(AnyField())
    numbers = SetField(IntField(), frozen=True)
    rows = ListField(SetField(IntField()))
    by_name = MapField(SetField(IntField()))
    name = StringField()


@pytest.mark.usefixtures("codec")
def test_what_is_stored_more_than_once_stays_until_the_set_changes() -> None:
    stored = {
        "anything": [1, True, 1.0, "a"],
        "numbers": [2, 2],
        "rows": [[1], [3, 3]],
        "by_name": {"a": [4, 4, 4]},
    }
    codec = codec_for(Measured, STANDARD)
    [measured] = codec.decode_many(bson.encode({"_id": 1} | stored))
    assert (measured.anything, measured.numbers) == ({1, "a"}, frozenset({2}))
    assert (measured.rows, measured.by_name) == ([{1}, {3}], {"a": {4}})
    measured.name = "b"
    [raw] = codec.encode_many([measured], [1])
    assert bson.decode(raw) == {"_id": 1, "name": "b"} | stored
    assert [*map(type, bson.decode(raw)["anything"])] == [int, bool, float, str]
    measured.anything.discard("a")
    measured.rows[1].add(5)
    [raw] = codec.encode_many([measured], [1])
    written = bson.decode(raw)
    assert (written["anything"], written["numbers"]) == ([1], [2, 2])
    assert (written["rows"][0], sorted(written["rows"][1])) == ([1], [3, 5])
    agree(Measured, [measured, Measured(anything=[1, True, 1], rows=[[3, 3]])], STANDARD)


def test_refusals_say_which_item() -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        holder(SetField(IntField()))(value=[1, "x"]).validate()
    assert raised.value.path == "value.1"


async def test_it_is_found_and_changed_as_a_list_is(mongo: Any) -> None:
    await Note(tags={"a", "b"}, frozen=[1]).save()
    assert await Note.objects.filter(tags="a").count() == 1
    assert await Note.objects.filter(tags=["a", "b"]).count() == 1
    assert await Note.objects.filter(tags={"a", "c"}).count() == 0
    assert await Note.objects.filter(tags__in={"c", "b"}).count() == 1
    await Note.objects.update(U.add_to_set("tags", "b", "c"), U.push("frozen", "2"))
    [note] = await Note.objects.find_all()
    assert (note.tags, note.frozen) == ({"a", "b", "c"}, frozenset({1, 2}))

"""JsonField and its pair ``serialize`` and ``deserialize``."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from bson import Binary, DBRef, Decimal128, Int64, ObjectId, Regex

from aiomotorengine import JsonField, utils
from aiomotorengine.fields import json_field
from aiomotorengine.fields.json_field import deserialize, serialize
from tests.fields.support import holder, is_valid, reloaded

UTC = UTC
ID = ObjectId("0123456789abcdef01234567")
KEY = UUID("12345678-1234-5678-1234-567812345678")


def test_the_pair_is_the_one_of_utils() -> None:
    assert json_field.serialize is utils.serialize
    assert json_field.deserialize is utils.deserialize


@pytest.mark.parametrize(
    "value", [None, True, 7, -1.5, "", "è", [], {}, [1, [None, {"a": "b"}]], {"b": 1, "a": 2}]
)
def test_json_values_are_valid_and_come_back(value: Any) -> None:
    assert is_valid(JsonField(), value)
    assert reloaded(holder(JsonField())(value=value)).value == value


@pytest.mark.parametrize("value", [object(), {1, 2}, [object()], {(1, 2): 3}, 1 + 2j, b"x".hex])
def test_what_json_cannot_hold_is_not_valid(value: Any) -> None:
    assert not is_valid(JsonField(), value)


def test_what_contains_itself_or_is_too_deep_is_not_valid() -> None:
    loop: list[Any] = []
    loop.append(loop)
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert not is_valid(JsonField(), loop)
    assert not is_valid(JsonField(), deep)


def test_a_query_compares_the_text() -> None:
    field = JsonField()
    assert field.to_query({"a": 1}) == field.to_query_item({"a": 1}) == '{"a": 1}'
    assert field.to_query([1]) == "[1]"


def test_a_query_makes_text_of_operators_too() -> None:
    assert JsonField().to_query({"$gt": ""}) == '{"$gt": ""}'


class TestK15:
    """One format, whatever is installed (K15)."""

    def test_k15_the_layout_is_that_of_the_standard_library(self) -> None:
        value = {"n": 10, "list": [1, 2, "a"], "deep": {"b": None}, "è": True}
        text = '{"n": 10, "list": [1, 2, "a"], "deep": {"b": null}, "\\u00e8": true}'
        assert serialize(value) == JsonField().to_son(value) == json.dumps(value) == text

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (datetime(1970, 1, 1, 0, 0, 1, 500999, UTC), '{"$date": 1500}'),
            (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), '{"$date": -1000}'),
            (KEY, '{"$uuid": "12345678123456781234567812345678"}'),
            (ID, '{"$oid": "0123456789abcdef01234567"}'),
            (b"\x01", '{"$binary": "AQ==", "$type": "00"}'),
            (Binary(b"\x01", 5), '{"$binary": "AQ==", "$type": "05"}'),
            (Int64(2**40), "1099511627776"),
        ],
    )
    def test_k15_what_plain_json_lacks_is_written_in_the_legacy_form(
        self, value: Any, text: str
    ) -> None:
        assert serialize(value) == text
        assert serialize({"a": [value]}) == f'{{"a": [{text}]}}'

    @pytest.mark.parametrize(
        "value",
        [
            datetime(1970, 1, 1, 0, 0, 1, 500000, UTC),
            KEY,
            ID,
            b"\x01",
            Binary(b"\x01", 5),
            Regex("a.c", "i"),
            DBRef("things", ID),
        ],
        ids=repr,
    )
    def test_k15_it_comes_back_as_it_was(self, value: Any) -> None:
        assert deserialize(serialize([value])) == [value]

    def test_k15_naive_dates_count_as_utc_and_come_back_aware(self) -> None:
        [loaded] = deserialize(serialize([datetime(1970, 1, 1, 0, 0, 1)]))
        assert loaded == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
        assert loaded.utcoffset() == timedelta(0)

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ('{"$date": "1970-01-01T00:00:01Z"}', datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
            ('{"$date": {"$numberLong": "1000"}}', datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
            ('{"$uuid": "12345678-1234-5678-1234-567812345678"}', KEY),
            ('{"$binary": {"base64": "AQ==", "subType": "00"}}', b"\x01"),
            ('{"$binary": {"base64": "EjRWeBI0VngSNFZ4EjRWeA==", "subType": "04"}}', KEY),
            ('{"$numberInt": "5"}', 5),
            ('{"$numberLong": "5"}', 5),
            ('{"$numberDouble": "1.5"}', 1.5),
            ('{"$numberDecimal": "1.5"}', Decimal128("1.5")),
        ],
    )
    def test_k15_newer_forms_are_read_as_well(self, text: str, value: Any) -> None:
        assert deserialize(text) == value

    @pytest.mark.parametrize(
        "value",
        [
            {"$oid": "no id"},
            {"$date": "no date"},
            {"$uuid": 5},
            {"$binary": "?", "$type": []},
            {"$numberLong": "x"},
            {"$date": 10**30},
            {"$ref": "#/definitions/x"},
            {"$gt": 5},
        ],
    )
    def test_k15_keys_that_only_look_like_it_are_left_alone(self, value: Any) -> None:
        assert deserialize(serialize({"a": value})) == {"a": value}

    def test_k15_null_in_the_database_loads_as_none(self) -> None:
        assert JsonField().from_son(None) is None
        assert holder(JsonField()).from_son({"value": None}).value is None

    def test_k15_none_is_written_as_text(self) -> None:
        assert holder(JsonField())().to_son() == {"value": "null"}
        assert JsonField().to_query(None) == "null"

    def test_k15_nan_is_written_as_the_standard_library_does(self) -> None:
        assert serialize([math.inf]) == "[Infinity]"
        assert deserialize("[Infinity]") == [math.inf]

    def test_k15_another_json_library_changes_nothing(self) -> None:
        code = (
            "import sys, types\n"
            "fake = types.ModuleType('ujson')\n"
            "fake.dumps = fake.loads = lambda *args, **kw: 1 / 0\n"
            "sys.modules['ujson'] = fake\n"
            "from aiomotorengine.utils import serialize, deserialize\n"
            "assert deserialize(serialize([1, 'a'])) == [1, 'a']\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


LOOK_ALIKES: tuple[Any, ...] = (
    {"name": {"$regex": "^a"}},
    {"total": {"$numberLong": "5"}},
    {"x": {"$undefined": True}},
    {"run": {"$code": "x+1"}},
    {"s": {"$symbol": "EUR"}},
    {"d": {"$numberDouble": "1"}},
    {"$ref": "#/definitions/a", "$id": "a"},
    {"$oid": "0123456789abcdef01234567"},
    {"$date": 0},
    {"$date": "1970-01-01T00:00:01Z"},
    {"$date": {"$date": 0}},
    {"$binary": "AQ==", "$type": "00"},
    {"$uuid": "12345678123456781234567812345678"},
    {"$minKey": 1},
    {"$$date": 0},
    {"$$$a": [{"$$": 1, "$": 2, "b": 3}]},
    {"mixed": [{"$date": 0}, datetime(1970, 1, 1, tzinfo=UTC), [{"$oid": ID}]]},
    DBRef("things", {"$date": 0}, "db", more={"$oid": "0123456789abcdef01234567"}),
    DBRef("things", ID),
)


KEYS = (
    *("$oid", "$ref", "$id", "$db", "$date", "$regex", "$options", "$minKey", "$maxKey"),
    *("$binary", "$type", "$code", "$scope", "$uuid", "$undefined", "$timestamp", "$dbPointer"),
    *("$numberInt", "$numberLong", "$numberDouble", "$numberDecimal", "$regularExpression"),
    *("$symbol", "$$x", "$$oid", "a", "base64", "subType", "pattern", "options", "t", "i"),
)
LEAVES = (
    *(0, 1, True, None, 1.5, 10**30, math.inf, "", "5", "00", "04", "x", "i", "AQ=="),
    *("EjRWeBI0VngSNFZ4EjRWeA==", str(ID), KEY.hex, "2020-01-01T00:00:00Z"),
    *(ID, KEY, b"x", Regex("a"), datetime(2000, 1, 1, tzinfo=UTC)),
)


def full_of_dollars(random: Random, depth: int = 4) -> Any:
    """A value of mappings whose keys are those of extended JSON."""
    if depth and random.random() < 0.5:
        keys = random.sample(KEYS, random.choice((1, 1, 2, 2, 3)))
        return {key: full_of_dollars(random, depth - 1) for key in keys}
    if depth and random.random() < 0.2:
        return [full_of_dollars(random, depth - 1) for _ in range(random.randint(0, 3))]
    return random.choice(LEAVES)


class TestIdentity:
    """What was given comes back, and loading and saving it changes no stored text."""

    @pytest.mark.parametrize("value", LOOK_ALIKES, ids=repr)
    def test_mappings_that_read_like_extended_json_come_back(self, value: Any) -> None:
        text = serialize(value)
        assert deserialize(text) == value
        assert serialize(deserialize(text)) == text

    @pytest.mark.parametrize("seed", range(20))
    def test_values_full_of_dollars_come_back(self, seed: int) -> None:
        random = Random(seed)
        for _ in range(200):
            value = full_of_dollars(random)
            text = serialize(value)
            assert deserialize(text) == value
            assert serialize(deserialize(text)) == text

    @pytest.mark.parametrize("value", [{"$gt": 5}, {"$oid": "no id"}, {"a$": "$b"}, ["$date"]])
    def test_those_that_do_not_are_written_as_ever(self, value: Any) -> None:
        assert serialize(value) == json.dumps(value)

    def test_an_attribute_of_extended_json_is_read_without_a_complaint(self) -> None:
        text = '{"$binary": {"$binary": "AQ==", "$type": "00"}, "$type": "00"}'
        assert deserialize(text) == {"$binary": b"\x01", "$type": "00"}


def test_text_that_is_no_json_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        JsonField().from_son("no json")

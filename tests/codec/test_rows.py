"""Rows become the bytes of the documents that they stand for, whatever happens under way."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import bson
import pytest
from bson import Binary, Decimal128, Int64
from bson.objectid import ObjectId

from aiomotorengine import (
    BaseField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    IPAddressField,
    ListField,
    ObjectIdField,
    PasswordField,
    ReferenceField,
    StringField,
    TimedeltaField,
    TimeField,
    UUIDField,
)
from aiomotorengine.codec import DocumentError, RowCodec, codec_for
from aiomotorengine.codec.encoded_document import id_of
from aiomotorengine.rows import RefusedRow, Rows
from aiomotorengine.rows.plan import row_plan
from tests.codec.laws import STANDARD
from tests.zoo.shapes import EVERYDAY, S1, S1N, S2, S3, S4, Shape

pytestmark = pytest.mark.usefixtures("codec")

ID = ObjectId(b"twelve bytes")


def codec_of(document_class: Any, **rules: Any) -> RowCodec:
    reader = Rows([], **rules).reader(document_class)
    return codec_for(document_class, STANDARD).compile_rows(row_plan(reader))


def with_ids(encoded: list[bytes]) -> tuple[list[bytes], list[Any]]:
    """Encoded documents, and their ids."""
    return encoded, [id_of(raw, STANDARD) for raw in encoded]


def stored(document_class: Any, *rows: Any, **rules: Any) -> list[Any]:
    """The documents that are stored for rows."""
    encoded, ids = with_ids(codec_of(document_class, **rules).encode_many(rows))
    found = [bson.decode(raw, codec_options=STANDARD) for raw in encoded]
    assert [document.pop("_id") for document in found] == ids
    return found


def refusal(document_class: Any, *rows: Any, **rules: Any) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        codec_of(document_class, **rules).encode_many(rows)
    return caught.value


class Station(Document):
    name = StringField(required=True, max_length=20)
    height = FloatField(min_value=-500)


class Reading(Document):
    station = EmbeddedDocumentField(Station)
    value = IntField(db_field="v", max_value=100)
    checked = BooleanField(db_field="c", default=True)
    at = DateTimeField()
    tags = ListField(StringField())
    others = ListField(EmbeddedDocumentField(Station))


WHOLE = {
    "station": {"name": "north", "height": 3.5},
    "value": 7,
    "checked": False,
    "at": datetime(2020, 1, 2),
    "tags": ["a", "b"],
    "others": [{"name": "x", "height": None}, {"height": 1.0, "name": "y"}],
}
STORED = {
    "station": {"name": "north", "height": 3.5},
    "v": 7,
    "c": False,
    "at": datetime(2020, 1, 2),
    "tags": ["a", "b"],
    "others": [{"name": "x", "height": None}, {"name": "y", "height": 1.0}],
}
EMPTY = {"station": None, "v": None, "c": True, "at": None, "tags": [], "others": []}


@pytest.mark.parametrize("shape", [S1, S1N, S2, S3, S4, EVERYDAY], ids=str)
def test_rows_have_the_bytes_of_their_documents(shape: Shape) -> None:
    rows = shape.rows(20)
    encoded, ids = with_ids(codec_of(shape.document_class).encode_many(rows))
    documents = shape.documents(20)
    codec = codec_for(shape.document_class, STANDARD)
    assert encoded == codec.encode_many(documents, ids, validate=True)
    assert [type(id) for id in ids] == [ObjectId] * 20
    assert len(set(ids)) == 20


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row,
        lambda row: dict(reversed(row.items())),
        lambda row: json_keys(row),
        lambda row: {**row, "station": dict(reversed(row["station"].items()))},
    ],
    ids=["as declared", "reversed", "texts of its own", "reversed inside"],
)
def test_the_order_of_keys_means_nothing(change: Callable[[Any], Any]) -> None:
    rows = [change(WHOLE), WHOLE, change(WHOLE), change(WHOLE)]
    assert stored(Reading, *rows) == [STORED] * 4
    assert [list(found) for found in stored(Reading, *rows)] == [list(STORED)] * 4


def json_keys(row: dict[str, Any]) -> dict[str, Any]:
    return dict(zip(json.loads(json.dumps(list(row))), row.values(), strict=True))


@pytest.mark.parametrize(
    ("first", "second", "rules", "expected"),
    [
        ({"value": 1}, {"checked": False}, {}, {"c": False}),
        ({"value": 1, "checked": True}, {"value": 2, "tags": ["x"]}, {}, {"v": 2, "tags": ["x"]}),
        ({"x": 1, "value": 1}, {"y": 1, "value": 2}, {"unknown": "ignore"}, {"v": 2}),
        ({"x": 1, "value": 1}, {"tags": ["x"], "value": 2}, {"unknown": "ignore"},
         {"v": 2, "tags": ["x"]}),
        ({"_id": 1, "value": 1}, {"checked": False, "value": 2}, {}, {"v": 2, "c": False}),
        ({"value": 1, "checked": 0}, {"value": None, "checked": None}, {"nulls": "default"}, {}),
        ({"V": 1, "tags": []}, {"value": 2, "tags": []}, {"rename": {"V": "value"}},
         {"v": 2}),
    ],
)  # fmt: skip
def test_a_row_of_as_many_other_keys(
    first: Any, second: Any, rules: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = stored(Reading, first, first, second, first, second, **rules)
    assert found[2] == found[4] == EMPTY | expected
    assert found[0] == found[1] == found[3] != found[2]


def test_what_is_missing_has_its_default() -> None:
    for name in WHOLE:
        row = {key: value for key, value in WHOLE.items() if key != name}
        db_field = Reading._db_field_map[name]
        expected = STORED | {db_field: EMPTY[db_field]}
        assert stored(Reading, WHOLE, row, WHOLE, row) == [STORED, expected, STORED, expected]
    assert stored(Reading, {}) == [EMPTY]
    assert stored(Reading, {"value": 1, "checked": None}) == [EMPTY | {"v": 1, "c": False}]
    assert stored(Reading, {"value": 1, "checked": None}, nulls="default") == [EMPTY | {"v": 1}]


def test_ids_are_the_rows_own_or_new() -> None:
    codec = codec_of(Reading)
    encoded, ids = with_ids(
        codec.encode_many([{"_id": 7}, {"_id": None}, {}, {"_id": "x", "value": 1}])
    )
    assert (ids[0], ids[3]) == (7, "x")
    assert type(ids[1]) is type(ids[2]) is ObjectId
    assert [bson.decode(raw)["_id"] for raw in encoded] == ids
    made = codec_of(Reading, id="value").encode_many([{"value": 1}, {"value": 2}])
    encoded, ids = with_ids(made)
    assert ids == [1, 2]
    assert bson.decode(encoded[1])["v"] == 2
    error = refusal(Reading, {"value": 1}, {"checked": True}, id="value")
    assert (error.index, with_ids(error.encoded)[1]) == (1, [1])
    assert str(error.__cause__) == "Field 'value' is required."


@pytest.mark.parametrize("columns", [None, ["value", "_id"]], ids=["mappings", "sequences"])
def test_rows_without_an_id_have_the_one_that_is_given(columns: list[str] | None) -> None:
    rows: list[Any] = [
        {"value": 1, "_id": None},
        {"value": 2, "_id": 0},
        {"value": "3", "_id": None},  # for Python
        {"value": 4, "_id": None},
        {"value": 5, "_id": None},
    ]
    if columns:
        rows = [tuple(row[name] for name in columns) for row in rows]
    codec = codec_of(Reading, columns=columns)
    for _ in range(2):
        encoded, ids = with_ids(codec.encode_many(rows, [ID, "not this", {"a": 1}, None, False]))
        assert (ids[:3], ids[4]) == ([ID, 0, {"a": 1}], False)
        assert isinstance(ids[3], ObjectId)
        assert [bson.decode(raw)["_id"] for raw in encoded] == ids
        assert [bson.decode(raw)["v"] for raw in encoded] == [1, 2, 3, 4, 5]
    with pytest.raises(ValueError, match="zip"):
        codec.encode_many(rows, [ID])
    with pytest.raises(DocumentError) as refusal:
        codec.encode_many([rows[0], 5], [ID, ID])
    assert with_ids(refusal.value.encoded)[1] == [ID]


@pytest.mark.parametrize("shape", [S1, S1N, S2, S3, S4, EVERYDAY], ids=str)
@pytest.mark.parametrize("as_row", [tuple, list], ids=["tuples", "lists"])
def test_sequences_have_the_bytes_of_their_documents(
    shape: Shape, as_row: Callable[[Any], Any]
) -> None:
    mappings = shape.rows(20)
    columns = sorted(mappings[0])
    codec = codec_of(shape.document_class, columns=columns)
    encoded, ids = with_ids(
        codec.encode_many([as_row(row[name] for name in columns) for row in mappings])
    )
    documents = codec_for(shape.document_class, STANDARD)
    assert encoded == documents.encode_many(shape.documents(20), ids, validate=True)
    assert codec.stepped_back == 0


def test_columns_that_nobody_knows_are_left_out() -> None:
    codec = codec_of(Reading, columns=["x", "value", "y", "tags"], unknown="ignore")
    encoded = codec.encode_many([(1, 2, 3, ["a"]), (object(), None, None, None)])
    assert [(it["v"], it["tags"]) for it in map(bson.decode, encoded)] == [(2, ["a"]), (None, [])]


@pytest.mark.parametrize("columns", [None, ["station", "value", "checked", "at", "tags", "others"]])
@pytest.mark.parametrize("nulls", ["keep", "default"])
def test_any_value_may_be_null(columns: list[str] | None, nulls: str) -> None:
    names = list(WHOLE)
    rows: list[Any] = [WHOLE, *({**WHOLE, name: None} for name in names), dict.fromkeys(names)]
    documents = [next(iter_documents([row], nulls=nulls)) for row in rows]
    if columns:
        rows = [[row[name] for name in columns] for row in rows]
    codec = codec_of(Reading, columns=columns, nulls=nulls)
    for _ in range(2):
        encoded, ids = with_ids(codec.encode_many(rows))
        expected = codec_for(Reading, STANDARD).encode_many(documents, ids, validate=True)
        assert encoded == expected


def iter_documents(rows: list[Any], **rules: Any) -> Any:
    return Rows(rows, **rules).documents(Reading)


def test_two_keys_for_the_id_are_refused_beside_a_column_of_its_own() -> None:
    codec = codec_of(Reading, id="value", unknown="ignore", rename={"Number": "_id"})
    with pytest.raises(DocumentError) as refusal:
        codec.encode_many([{"_id": 7, "Number": 8, "value": 9}])
    assert str(refusal.value.__cause__) == "Field '_id' has two values in this row."
    assert with_ids(codec.encode_many([{"_id": 7, "value": 9}]))[1] == [9]


def test_sequences_have_columns() -> None:
    columns = ["value", "tags", "_id"]
    codec = codec_of(Reading, columns=columns)
    encoded, ids = with_ids(codec.encode_many([(1, ["a"], 5), [2, [], 6]]))
    assert ids == [5, 6]
    found = [bson.decode(raw) for raw in encoded]
    assert [(it["v"], it["tags"], it["c"]) for it in found] == [(1, ["a"], True), (2, [], True)]
    for wrong in ((1, []), (1, [], 2, 3), 7, {"value": 1}):
        assert refusal(Reading, wrong, columns=columns).index == 0


def test_names_may_be_those_of_the_database_or_others() -> None:
    row = {"v": 3, "c": False, "station": {"name": "n"}}
    expected = EMPTY | {"v": 3, "c": False, "station": {"name": "n", "height": None}}
    assert stored(Reading, row, names="db") == [expected]
    assert stored(Reading, {"Value": 3}, rename={"Value": "value"}) == [EMPTY | {"v": 3}]
    error = refusal(Reading, {"Value": 3, "value": 4}, rename={"Value": "value"})
    assert isinstance(error.document, RefusedRow)


def test_unknown_keys() -> None:
    row = {"value": 3, "typo": 4, "station": {"name": "n", "typo": 5}}
    error = refusal(Reading, WHOLE, row)
    assert (error.index, len(error.encoded)) == (1, 1)
    assert str(error.__cause__) == "Field 'typo' not found in Reading."
    station = {"name": "n", "height": None}
    expected = EMPTY | {"v": 3, "station": station}
    assert stored(Reading, row, unknown="ignore") == [expected]
    kept = EMPTY | {"v": 3, "station": station | {"_typo": 5}, "_typo": 4}
    assert stored(Reading, row, unknown="keep") == [kept]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("value", 101, "Field 'value' must be valid."),
        ("value", "x", "Field 'value' must be valid."),
        ("station", {"height": 1.0}, "Field 'name' is required."),
        ("station", {"name": "n", "height": -501}, "Field 'height' must be valid."),
        ("others", [{"name": "n"}, {"name": ""}], "Field 'name' is required."),
        ("others", [{"name": "n"}, 7], "Field 'others' must be valid."),
    ],
)
def test_what_is_refused_is_told_as_of_documents(name: str, value: Any, text: str) -> None:
    error = refusal(Reading, WHOLE, WHOLE, WHOLE | {name: value}, WHOLE)
    assert (error.index, error.args, len(error.encoded)) == (2, (2,), 2)
    assert text in str(error.__cause__)
    assert isinstance(error.document, Reading)


# -- dates that set themselves -------------------------------------------------------------------


class Visit(Document):
    made = DateTimeField(auto_now_on_insert=True, required=True)
    seen = DateTimeField(auto_now_on_update=True)


class Stamped(Document):
    name = StringField(max_length=5)
    made = DateTimeField(auto_now_on_insert=True, required=True)
    changed = DateTimeField(auto_now_on_update=True, db_field="ch")
    visit = EmbeddedDocumentField(Visit)
    visits = ListField(EmbeddedDocumentField(Visit))


AGO = datetime(2001, 2, 3)


def is_now(moment: Any, zone: Any = None) -> bool:
    now = datetime.now(zone).replace(tzinfo=None)
    return abs(moment - now) < timedelta(minutes=5)


def test_dates_that_set_themselves_are_set() -> None:
    rows: list[Any] = [
        {"name": "a"},
        {"made": None, "changed": None},
        {"visit": {}, "visits": [{"made": AGO}, {"seen": AGO}]},
    ]
    for rules in ({}, {"parse": True}, {"nulls": "default"}):
        first, second, third = stored(Stamped, *rows, **rules)
        moments = [found[key] for found in (first, second, third) for key in ("made", "ch")]
        visits = [third["visit"], *third["visits"]]
        moments += [visit["seen"] for visit in visits]
        moments += [visits[0]["made"], visits[2]["made"]]
        assert all(map(is_now, moments))
        assert visits[1]["made"] == AGO
        assert all(moment.microsecond % 1000 == 0 for moment in moments)


def test_a_date_that_a_row_has_is_replaced_only_where_each_save_does() -> None:
    row = {"made": AGO, "changed": AGO, "visit": {"made": AGO, "seen": AGO}}
    [found] = stored(Stamped, row)
    assert (found["made"], found["visit"]["made"]) == (AGO, AGO)
    assert is_now(found["ch"])
    assert is_now(found["visit"]["seen"])
    [found] = stored(Stamped, {"made": " 2001-02-03 ", "changed": ""}, parse=True)
    assert found["made"] == AGO


@pytest.mark.parametrize("name", ["made", "changed"])
def test_a_date_that_will_be_replaced_has_to_be_one(name: str) -> None:
    error = refusal(Stamped, {name: AGO}, {name: "yesterday"})
    assert error.index == 1
    assert str(error.__cause__) == f"Field '{name}' must be valid."


@pytest.mark.parametrize("zone", [None, UTC])
def test_dates_are_set_in_the_time_zone_of_the_client(zone: Any) -> None:
    options = STANDARD.with_options(tz_aware=zone is not None)
    plan = row_plan(Rows([]).reader(Stamped), zone)
    (raw,) = codec_for(Stamped, options).compile_rows(plan).encode_many([{}])
    assert is_now(bson.decode(raw)["made"], zone)


def test_documents_in_rows_have_their_dates_set_as_well() -> None:
    kept, missing = Visit(made=AGO, seen=AGO), Visit()
    [found] = stored(Stamped, {"visit": kept, "visits": [missing]})
    assert found["visit"]["made"] == AGO
    assert is_now(found["visit"]["seen"])
    assert found["visit"]["seen"] == kept.seen
    assert found["visits"][0] == {"made": missing.made, "seen": missing.seen}


def test_a_default_of_a_date_that_sets_itself_is_its_value() -> None:
    class Dated(Document):
        made = DateTimeField(auto_now_on_insert=True, default=AGO)
        changed = DateTimeField(auto_now_on_update=True, default=lambda: AGO)

    first, second = stored(Dated, {}, {"made": None})
    assert first["made"] == AGO
    assert is_now(second["made"])
    assert is_now(first["changed"])


# -- texts ---------------------------------------------------------------------------------------


class Parsed(Document):
    text = StringField()
    number = IntField()
    share = FloatField()
    truth = BooleanField()
    price = DecimalField()
    at = DateTimeField()
    uuid = UUIDField()
    day = DateField()
    opens = TimeField()
    host = IPAddressField()
    key = ObjectIdField()
    amount = Decimal128Field()
    took = TimedeltaField()
    target = ReferenceField(Station)
    sizes = ListField(IntField())
    station = EmbeddedDocumentField(Station)
    words = ListField(StringField())


def parsed(name: str, text: Any) -> Any:
    return stored(Parsed, {name: text}, parse=True)[0][name]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("text", " a ", " a "),
        ("text", "", ""),
        ("number", " 12 ", 12),
        ("number", "-0012", -12),
        ("number", "+7", 7),
        ("number", "\u0663", 3),
        ("number", "9223372036854775807", 2**63 - 1),
        ("number", "-9223372036854775808", -(2**63)),
        ("number", "", None),
        ("number", "\u00a0", None),
        ("share", "1.", 1.0),
        ("share", ".5", 0.5),
        ("share", "1e-3", 0.001),
        ("share", "0.1000000000000000055511151231257827021181583404541015625", 0.1),
        ("share", "1e999", float("inf")),
        ("share", "-Infinity", float("-inf")),
        ("truth", "No", False),
        *[("truth", text, True) for text in ("true", "T", "yes", "Y", "on", "1")],
        *[("truth", text, False) for text in ("false", "f", "NO", "n", "Off", "0")],
        ("price", "12.50", Decimal("12.50")),
        ("price", "-7", Decimal("-7.00")),
        ("price", "1e2", Decimal("100.00")),
        ("truth", "", False),
        ("at", "2020-01-02T03:04:05Z", datetime(2020, 1, 2, 3, 4, 5)),
        ("at", "2020-01-02T03:04:05+00:00", datetime(2020, 1, 2, 3, 4, 5)),
        ("at", "2020-01-02T03:04:05.678Z", datetime(2020, 1, 2, 3, 4, 5, 678_000)),
        ("at", "2020-01-02T03:04:05+02:00", datetime(2020, 1, 2, 1, 4, 5)),
        ("at", "2020-01-02 03:04", datetime(2020, 1, 2, 3, 4)),
        ("at", "2020-02-29 23:59:59.012345", datetime(2020, 2, 29, 23, 59, 59, 12_000)),
        ("at", "2020-01-02 3:04:05", datetime(2020, 1, 2, 3, 4, 5)),
        ("at", "2020-01-02T03:04:05.6", datetime(2020, 1, 2, 3, 4, 5, 600_000)),
        ("at", "20200102", datetime(2020, 1, 2)),
        ("at", "0001-01-01", datetime(1, 1, 1)),
        ("at", "9999-12-31 23:59:59.999999", datetime(9999, 12, 31, 23, 59, 59, 999_000)),
        ("uuid", str(UUID(int=5)), UUID(int=5)),
        ("uuid", UUID(int=2**127 + 10).hex.upper(), UUID(int=2**127 + 10)),
        ("uuid", f"{{{UUID(int=5)}}}", UUID(int=5)),
        ("uuid", Binary(UUID(int=5).bytes, 4), UUID(int=5)),
        ("day", " 2020-02-29 ", datetime(2020, 2, 29)),
        ("day", "20200229", datetime(2020, 2, 29)),
        ("opens", "08:30", "08:30:00"),
        ("opens", " 08:30 ", "08:30:00"),
        ("opens", "083015.5", "08:30:15.500000"),
        ("host", "192.0.2.1", "192.0.2.1"),
        ("host", "2001:DB8::0001", "2001:db8::1"),
        ("host", "fe80::1%eth0", "fe80::1%eth0"),
        ("key", str(ID), ID),
        ("key", str(ID).upper(), ID),
        ("amount", "12.50", Decimal128("12.50")),
        ("amount", "1e2", Decimal128("1E+2")),
        ("took", "0:00:01.5", Int64(1500)),
        ("target", str(ID), ID),
        ("sizes", "[1, 2]", [1, 2]),
        ("sizes", ["1", 2, " 3"], [1, 2, 3]),
        ("sizes", '["1"]', [1]),
        ("sizes", [""], [None]),
        ("words", ["", " a"], ["", " a"]),
        ("station", '{"name": "n", "height": "2"}', {"name": "n", "height": 2.0}),
        ("station", {"name": "n", "height": "2"}, {"name": "n", "height": 2.0}),
    ],
)
def test_texts_become_values(name: str, text: Any, value: Any) -> None:
    found = parsed(name, text)
    if name == "price":
        found = Decimal(found)
    assert isinstance(found, type(value))
    assert found == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("number", "1.0"),
        ("number", "1_000"),
        ("number", "9223372036854775808"),
        ("number", "-"),
        ("number", "0x1"),
        ("share", "1e"),
        ("share", "."),
        ("share", "1_0.5"),
        ("truth", "maybe"),
        *[("truth", text) for text in ("yesno", "ja", "tru", "2")],
        ("price", "1_0"),
        ("price", "1,5"),
        ("at", "yesterday"),
        ("at", "2021-02-29"),
        ("at", "2020-13-01"),
        ("at", "0000-01-01"),
        ("at", "2020-01-02T24:04"),
        ("at", "2020-01-02T03:60"),
        ("at", "2020-01-02T03:04:61Z"),
        ("at", "2020-01-02Z"),
        ("at", "2020-01-02T03:04:05.12a"),
        ("at", "2020-01-0\u0662"),
        ("opens", "24:01"),
        ("opens", "08:30Z"),
        ("host", "192.0.2.256"),
        ("host", "192.0.2.01"),
        ("uuid", "5"),
        ("uuid", "g" * 32),
        ("uuid", "0" * 33),
        ("uuid", "0" * 36),
        ("sizes", "1, 2"),
        ("sizes", ["x"]),
        ("station", {"name": "n", "height": "high"}),
    ],
)
def test_texts_that_mean_nothing_are_refused(name: str, text: Any) -> None:
    assert refusal(Parsed, {"number": "1"}, {name: text}, parse=True).index == 1


def test_texts_of_ids() -> None:
    rows = [{"_id": f" {ID} "}, {"_id": " key "}, {"_id": ""}, {"_id": 5}]
    _, ids = with_ids(codec_of(Parsed, parse=True).encode_many(rows))
    assert [ids[0], ids[1], ids[3]] == [ID, "key", 5]
    assert type(ids[2]) is ObjectId


def test_passwords_are_hashed() -> None:
    class Account(Document):
        password = PasswordField(lambda text: text[::-1], required=True)

    assert stored(Account, {"password": "abc"}) == [{"password": "cba"}]
    assert stored(Account, {"password": "abc"}, parse=True) == [{"password": "cba"}]
    assert refusal(Account, {"password": ""}).index == 0


# -- functions of the program's ------------------------------------------------------------------


def test_a_default_is_made_once_for_each_row_that_is_stored() -> None:
    calls: list[str] = []

    def made(name: str, value: Any) -> Callable[[], Any]:
        return lambda: calls.append(name) or value

    class Made(Document):
        first = IntField(default=made("first", 1))
        size = IntField(max_value=9)
        second = ListField(IntField(), default=made("second", [2]))

    found = stored(Made, {"size": 1}, {"first": 5, "size": 2}, {"second": []})
    assert [tuple(it.values()) for it in found] == [(1, 1, [2]), (5, 2, [2]), (1, None, [])]
    assert calls == ["first", "second", "second", "first"]
    calls.clear()
    assert refusal(Made, {"size": 10}).index == 0
    assert calls == ["first", "second"]


def test_a_row_that_changes_under_way_is_stored_as_it_was() -> None:
    row: dict[str, Any] = {}

    def meddle() -> int:
        row.clear()
        row.update(after="changed", extra=[1])
        gc.collect()
        return 5

    class Meddling(Document):
        before = StringField()
        made = IntField(default=meddle)
        after = StringField()

    row.update(before="b" * 50, after="a" * 50)
    assert stored(Meddling, row) == [{"before": "b" * 50, "made": 5, "after": "a" * 50}]


class Meddler:
    """A value that changes the row that it is in as soon as it is asked whether it is true."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row

    def __bool__(self) -> bool:
        self.row.update(at="never", tags=["changed"], others=None)
        gc.collect()
        return True


@pytest.mark.parametrize("before", [[], [WHOLE], [dict(reversed(WHOLE.items()))]], ids=len)
def test_what_a_value_does_to_its_row_changes_nothing(before: list[Any]) -> None:
    row = dict(WHOLE)
    row["checked"] = Meddler(row)
    *_, found = stored(Reading, *before, row)
    assert found == STORED | {"c": True}


def test_methods_of_a_field_are_called() -> None:
    class Upper(StringField):
        def validate(self, value: Any) -> bool:
            return value != "no"

        def to_son(self, value: Any) -> Any:
            return value and value.upper()

        def parse(self, text: str) -> Any:
            return text * 2

    class Shouting(Document):
        text = Upper()
        number = IntField()

    assert stored(Shouting, {"text": "abc"}) == [{"text": "ABC", "number": None}]
    assert stored(Shouting, {"text": "a", "number": "1"}, parse=True) == [
        {"text": "AA", "number": 1}
    ]
    assert refusal(Shouting, {"text": "no"}).index == 0


def test_a_field_of_documents_with_methods_of_its_own_sees_documents() -> None:
    seen = []

    class Watching(EmbeddedDocumentField[Station]):
        def to_son(self, value: Any) -> Any:
            seen.append(type(value))
            return super().to_son(value)

    class Watched(Document):
        station = Watching(Station)
        several = ListField(Watching(Station))

    row = {"station": {"name": "n"}, "several": [{"name": "m"}]}
    expected = {"name": "n", "height": None}
    assert stored(Watched, row) == [{"station": expected, "several": [expected | {"name": "m"}]}]
    assert seen == [Station, Station]


def test_mappings_within_documents_are_no_rows() -> None:
    class Outer(Document):
        reading = EmbeddedDocumentField(Reading)

    good = Reading(value=1, station=Station(name="n"))
    assert stored(Outer, {"reading": good})[0]["reading"]["station"]["name"] == "n"
    for name, value in (("station", {"name": "n"}), ("others", [{"name": "n"}])):
        bad = Reading(value=1)
        setattr(bad, name, value)
        assert refusal(Outer, {"reading": good}, {"reading": bad}).index == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_the_wish_to_end_is_nobodys_error(error: type[BaseException]) -> None:
    def stop() -> None:
        raise error

    class Stopping(Document):
        value = IntField(default=stop)

    with pytest.raises(error):
        codec_of(Stopping).encode_many([{"value": 1}, {}])


def test_a_codec_may_be_called_again_while_it_works() -> None:
    codecs: list[RowCodec] = []

    def again() -> int:
        (raw,) = codecs[0].encode_many([{"inner": {"b": 2, "a": 1}, "value": 3}])
        return len(raw)

    class Inner(Document):
        a = IntField()
        b = IntField()

    class Calling(Document):
        inner = EmbeddedDocumentField(Inner)
        value = IntField(default=again)

    codecs.append(codec_of(Calling))
    encoded = codecs[0].encode_many([{"inner": {"a": 5, "b": 6}}] * 3)
    assert [bson.decode(raw)["inner"] for raw in encoded] == [{"a": 5, "b": 6}] * 3
    assert {bson.decode(raw)["value"] for raw in encoded} == {len(encoded[0])}


# -- hostile rows --------------------------------------------------------------------------------


class Key(str):
    """A text of a class of its own, which says that it equals whatever it is compared with."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return str.__hash__(self)


class Sly(dict[str, Any]):
    """A mapping that gives other values than it holds."""

    def items(self) -> Any:
        return [("value", 5)]


@pytest.mark.parametrize("bad", [7, None, (1,), Key("value"), b"value"])
def test_keys_that_are_no_plain_texts(bad: Any) -> None:
    error = refusal(Reading, WHOLE, {"checked": True, bad: object()})
    assert error.index == 1


def test_a_mapping_of_another_class_is_asked() -> None:
    assert stored(Reading, Sly(value=6)) == [EMPTY | {"v": 5}]


def test_rows_that_are_in_themselves_are_refused() -> None:
    for place in ("left", "anything"):
        row: dict[str, Any] = {"name": "n"}
        row[place] = row
        assert refusal(Tree, {"name": "good"}, row).index == 1


def test_rows_nested_deep() -> None:
    row: dict[str, Any] = {"name": "n"}
    for _ in range(60):
        row = {"left": row}
    (found,) = stored(Tree, row)
    for _ in range(60):
        found = found["left"]
    assert found == {"name": "n", "left": None, "anything": None}


class Tree(Document):
    name = StringField()
    left = EmbeddedDocumentField("tests.codec.test_rows.Tree")
    anything = BaseField()


def test_time_that_is_up_leaves_the_rest() -> None:
    rows = [WHOLE] * 1000
    encoded, ids = with_ids(codec_of(Reading).encode_many(rows, seconds=0))
    assert 0 < len(encoded) == len(ids) < 1000


def test_ever_other_orders_of_keys() -> None:
    random = Random(5)
    rows = []
    for _ in range(200):
        items = list(WHOLE.items())
        random.shuffle(items)
        rows.append(dict(items[: random.randint(0, len(items))]))
    for row, found in zip(rows, stored(Reading, *rows), strict=True):
        given = {Reading._db_field_map[name] for name in row}
        assert found == {key: (STORED if key in given else EMPTY)[key] for key in STORED}

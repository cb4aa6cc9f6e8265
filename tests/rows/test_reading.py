"""Rows become documents: the reference meaning, without a database."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from array import array
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from difflib import get_close_matches
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    BooleanField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    Rows,
    SetField,
    StringField,
    TupleField,
)
from aiomotorengine.errors import FieldError, InvalidDocumentError, UnknownFieldError
from aiomotorengine.rows import RefusedRow
from aiomotorengine.rows.refused import MOST_REMEMBERED


class Place(Document):
    city = StringField(required=True, db_field="c")
    floor = IntField()


class Reading(Document):
    station = StringField(required=True, max_length=2)
    hour = IntField(min_value=0, max_value=23, db_field="h")
    ok = BooleanField(default=True)
    place = EmbeddedDocumentField(Place)
    places = ListField(EmbeddedDocumentField(Place))


def read(source: Any, **rules: Any) -> list[Any]:
    documents: Any = Rows(source, **rules).documents(Reading)
    return list(documents)


def refusals(row: RefusedRow) -> list[tuple[str, str]]:
    return [
        (getattr(error, "path", ""), str(error)) if hasattr(error, "path") else ("", str(error))
        for error in row.refusals
    ]


def son(source: Any, **rules: Any) -> dict[str, Any]:
    [document] = read(source, **rules)
    result: dict[str, Any] = document.to_son()
    return result


A = {"station": "A", "h": 7, "ok": True, "place": None, "places": []}


@pytest.mark.parametrize(
    ("source", "rules"),
    [
        ([{"station": "A", "hour": "7"}], {}),
        ([OrderedDict(hour=7, station="A")], {}),
        (iter([{"station": "A", "hour": 7.5}]), {}),
        ([("A", 7)], {"columns": ["station", "hour"]}),
        ([["A", 7]], {"columns": ("station", "hour")}),
        ({"station": ["A"], "hour": (7,)}, {}),
        ([{"station": "A", "h": 7}], {"names": "db"}),
        ([{"Station": "A", "hour": 7}], {"rename": {"Station": "station"}}),
        ([{"S": "A", "h": 7}], {"rename": {"S": "station"}, "names": "db"}),
        ([{"station": 7, "hour": "A"}], {"rename": {"station": "hour", "hour": "station"}}),
        ([{"station": "A", "hour": 7, "x": 1}], {"unknown": "ignore"}),
        ([("A", 7, 1)], {"columns": ["station", "hour", "x"], "unknown": "ignore"}),
        ([{"station": "A", "hour": 7, "ok": None}], {"nulls": "default"}),
        ([{"station": "A", "hour": " 7 ", "ok": " "}], {"parse": True, "nulls": "default"}),
        (
            [{"station": "A", "hour": "7", "ok": "NA"}],
            {"parse": True, "null_values": ["NA"], "nulls": "default"},
        ),
    ],
)
def test_a_row_of_any_shape_is_a_document(source: Any, rules: dict[str, Any]) -> None:
    assert son(source, **rules) == A


def test_an_explicit_none_stays() -> None:
    assert son([{"station": "A", "ok": None}])["ok"] is False
    assert read([{"station": "A", "ok": None}])[0].ok is None


def test_mappings_are_rows_of_the_embedded_class_at_any_depth() -> None:
    place = {"city": "Oslo", "floor": "2"}
    found = son([{"station": "A", "place": place, "places": (place, None, Place(city="B"))}])
    assert found["place"] == {"c": "Oslo", "floor": 2}
    assert found["places"] == [{"c": "Oslo", "floor": 2}, None, {"c": "B", "floor": None}]


def test_names_in_mongodb_are_meant_inside_as_well() -> None:
    assert son([{"station": "A", "place": {"c": "X"}}], names="db")["place"]["c"] == "X"
    [row] = read([{"station": "A", "place": {"city": "X"}}], names="db")
    assert refusals(row) == [("place.city", "Field 'city' not found in Place.")]


class Tree(Document):
    name = StringField()
    left = EmbeddedDocumentField(f"{__name__}.Tree")
    below = ListField(ListField(EmbeddedDocumentField(f"{__name__}.Tree")))


def test_a_class_may_contain_itself() -> None:
    row = {"name": "a", "left": {"left": {"name": "c"}}, "below": [[{"name": "d"}]]}
    [tree] = Rows([row]).documents(Tree)  # type: ignore[misc]
    assert (tree.left.left.name, tree.below[0][0].name) == ("c", "d")


def test_what_is_wrong_is_told_of_all_keys() -> None:
    [row] = read(
        [{"x": 1, "hour": "?", "place": {"y": 1}, "places": [{"city": "A"}, {"floor": "-"}]}],
        parse=True,
    )
    assert refusals(row) == [
        ("x", "Field 'x' not found in Reading."),
        ("hour", "Field 'hour' must be valid."),
        ("place.y", "Field 'y' not found in Place."),
        ("places.1.floor", "Field 'floor' must be valid."),
    ]
    assert row.document.places[0].city == "A"
    assert repr(row) == "<RefusedRow: Field 'x' not found in Reading.>"


@pytest.mark.parametrize(
    ("row", "rules", "message"),
    [
        (5, {}, "a row must be a mapping, not int."),
        ("ab", {}, "a row must be a mapping, not str."),
        (("A", 7), {}, "a row must be a mapping, not tuple; name its values by columns=."),
        ("ab", {"columns": ["station", "hour"]}, "a row must be a sequence, not str."),
        ({"station": "A"}, {"columns": ["station"]}, "a row must be a sequence, not dict."),
        ({"A"}, {"columns": ["station"]}, "a row must be a sequence, not set."),
        (("A",), {"columns": ["station", "hour"]}, "a row must have 2 values, not 1."),
        (
            {None: 1, "station": "A"},
            {},
            "a row must not have more values than the header has names.",
        ),
        (
            {"S": "A", "station": "B"},
            {"rename": {"S": "station"}},
            "Field 'station' has two values in this row.",
        ),
        ({"station": "A", "hour": None}, {"id": "hour"}, "Field 'hour' is required."),
        ({"station": "A"}, {"id": lambda row: row.get("id")}, "Field '_id' is required."),
        ({"station": "A"}, {"id": lambda row: row["id"]}, "'id'"),
    ],
)
def test_a_row_that_is_none_is_refused(row: Any, rules: dict[str, Any], message: str) -> None:
    [found] = read([row], **rules)
    assert (str(found.error), found.row) == (message, row)


def test_a_row_that_contains_itself_is_refused() -> None:
    row: dict[str, Any] = {}
    row["below"] = [[row]]
    [found] = Rows([row]).documents(Tree)  # type: ignore[misc]
    assert str(found.error) == "a row must not contain itself, or be nested so deep."


def test_unknown_keys_may_be_kept() -> None:
    [document] = read([{"station": "A", "x": 1}], unknown="keep")
    assert document.x == 1
    assert document.to_son()["_x"] == 1


def test_a_key_that_is_no_text_cannot_be_kept() -> None:
    lines = csv.DictReader(io.StringIO("station,hour\nA,7,more\n"))
    [row] = read(lines, unknown="keep")
    assert str(row.error) == "a row must not have more values than the header has names."
    assert row.document.hour == "7"


@pytest.mark.parametrize("id", ["x", "key"])
def test_the_column_of_the_id_is_no_unknown_key(id: str) -> None:
    row = {"station": "A", "x": 7}
    [document] = read([row], unknown="keep", rename={"x": "key"}, id=id)
    assert document._id == 7
    assert "_key" not in document.to_son()


def test_properties_are_assigned_to_where_unknown_keys_are_kept() -> None:
    class Named(Document):
        first = StringField()

        @property
        def name(self) -> str | None:
            return self.first

        @name.setter
        def name(self, name: str) -> None:
            self.first = name

    rows = [{"name": "Ada"}]
    [named] = Rows(rows, unknown="keep").documents(Named)  # type: ignore[misc]
    assert named.first == "Ada"
    [row] = Rows(rows).documents(Named)  # type: ignore[misc]
    assert isinstance(row, RefusedRow)


HEX = "0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("row", "rules", "id"),
    [
        ({"_id": 7}, {}, 7),
        ({"_id": HEX}, {}, HEX),
        ({"_id": HEX}, {"parse": True}, ObjectId(HEX)),
        ({"_id": " x "}, {"parse": True}, "x"),
        ({"_id": None}, {}, None),
        ({"_id": ""}, {"parse": True}, None),
        ({"key": 7}, {"id": "key"}, 7),
        ({"key": HEX}, {"id": "key", "parse": True}, ObjectId(HEX)),
        ({"Key": 7}, {"id": "Key", "rename": {"Key": "key"}}, 7),
        ({"Key": 7}, {"id": "key", "rename": {"Key": "key"}}, 7),
        ({"key": 7, "_id": 8}, {"id": "key"}, 7),
        ({"hour": 7}, {"id": "hour"}, 7),
        ({"S": 7}, {"rename": {"S": "_id"}}, 7),
        ({"hour": 7}, {"id": lambda row: f"{row['station']}-{row['hour']}"}, "A-7"),
    ],
)
def test_where_an_id_comes_from(row: dict[str, Any], rules: dict[str, Any], id: Any) -> None:
    [document] = read([{"station": "A", **row}], **rules)
    assert document._id == id
    assert document.hour == row.get("hour")


def test_a_function_for_ids_gets_the_row_of_columns_by_name() -> None:
    [document] = read([("A", 7)], columns=["station", "hour"], id=lambda row: row["station"])
    assert document._id == "A"


def test_where_no_id_can_be_made_the_rest_of_a_row_is_read() -> None:
    [row] = read([{"hour": 99, "x": 1}], id=lambda row: row["station"])
    assert [FieldError.of(refusal).path for refusal in row.refusals] == ["x", "_id"]
    assert row.document.hour == 99


def test_defaults_are_made_for_each_row() -> None:
    numbers = iter(range(10))

    class Numbered(Document):
        n = IntField(default=lambda: next(numbers))
        word = StringField()

    found = Rows([{"word": "a"}, {"n": 7}, {}]).documents(Numbered)
    assert [one.n for one in found] == [0, 7, 1]  # type: ignore[union-attr]


def test_a_constructor_of_ones_own_is_called() -> None:
    class Louder(Document):
        word = StringField()

        def __init__(self, word: str, **values: Any) -> None:
            super().__init__(word=word.upper(), **values)

    loud, row = Rows([{"word": "a"}, {}]).documents(Louder)  # type: ignore[misc]
    assert loud.word == "A"
    assert "missing 1 required positional argument: 'word'" in str(row.error)


def test_a_csv_file_is_rows() -> None:
    text = "Station,hour,ok\nA,7,false\nB,,\n"
    lines = csv.DictReader(io.StringIO(text))
    first, second = read(lines, rename={"Station": "station"}, parse=True, nulls="default")
    assert (first.station, first.hour, first.ok) == ("A", 7, False)
    assert (second.station, second.hour, second.ok) == ("B", None, True)


async def test_an_async_source_gives_documents_later_and_is_closed() -> None:
    closed = []

    async def rows() -> AsyncIterator[dict[str, Any]]:
        try:
            yield {"station": "A"}
            yield {"station": "B"}
        finally:
            closed.append(True)

    documents: Any = Rows(rows()).documents(Reading)
    assert (await anext(documents)).station == "A"
    await documents.aclose()
    assert closed == [True]


# -- what is known before the first row ----------------------------------------------------------


class Unread:
    """A source of which nothing may be taken."""

    def __iter__(self) -> Iterator[Any]:
        raise AssertionError("a row was taken")


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            {"columns": ["station", "hours"]},
            "No field of Reading is called 'hours'; rename it, or pass unknown=\"ignore\".",
        ),
        (
            {"rename": {"a": "temprature"}},
            "No field of Reading is called 'temprature'; rename it, or pass unknown=\"ignore\".",
        ),
        (
            {"columns": ["station", "hour"], "names": "db"},
            "No field of Reading is called 'hour'; rename it, or pass unknown=\"ignore\".",
        ),
        ({"columns": ["hour"]}, "Field 'station' is required."),
        ({"columns": ["station"], "id": "key"}, "There is no column 'key' to take the _id from."),
    ],
)
def test_names_that_no_row_can_mend_are_refused_at_once(
    rules: dict[str, Any], message: str
) -> None:
    rows = Rows(Unread(), **rules)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        rows.documents(Reading)


def test_a_column_called_id_has_its_own_advice() -> None:
    rows = Rows(Unread(), columns=["station", "id"])
    with pytest.raises(ValueError, match="No field of Reading is called 'id'") as refusal:
        rows.documents(Reading)
    assert refusal.value.__notes__ == ['If it is the _id of the documents, pass id="id".']
    [document] = read([("A", 7)], columns=["station", "id"], id="id")
    assert document._id == 7


class Ware(Document):
    sku = StringField(primary_key=True, required=True)
    cents = IntField()


@pytest.mark.parametrize(
    ("source", "rules"),
    [
        ([("A1", 250)], {"columns": ["sku", "cents"]}),
        ([("A1", 250)], {"columns": ["sku", "cents"], "names": "db"}),
        ([("A1", 250)], {"columns": ["_id", "cents"]}),
        ([("A1", 250)], {"columns": ["No.", "cents"], "rename": {"No.": "sku"}}),
        ({"sku": ["A1"], "cents": [250]}, {}),
        ([{"sku": "A1", "cents": 250}], {}),
    ],
)
def test_a_column_of_the_primary_key(source: Any, rules: dict[str, Any]) -> None:
    [ware] = Rows(source, **rules).documents(Ware)
    assert (ware.sku, ware.cents) == ("A1", 250)


def test_a_column_of_ids_needs_no_field() -> None:
    [document] = read([("A", 7)], columns=["station", "key"], id="key")
    assert document._id == 7


@pytest.mark.parametrize(
    ("source", "rules", "error", "message"),
    [
        ([], {"names": "both"}, ValueError, "names must be 'attribute' or 'db', not 'both'."),
        (
            [],
            {"unknown": "drop"},
            ValueError,
            "unknown must be 'refuse' or 'ignore' or 'keep', not 'drop'.",
        ),
        ([], {"nulls": None}, ValueError, "nulls must be 'keep' or 'default', not None."),
        ([], {"columns": "ab"}, TypeError, "columns must be several texts, not 'ab'."),
        ([], {"null_values": "NA"}, TypeError, "null_values must be several texts, not 'NA'."),
        ([], {"null_values": [5]}, TypeError, "null_values must be several texts, not [5]."),
        ([], {"null_values": 5}, TypeError, "null_values must be several texts, not 5."),
        ([], {"columns": 5}, TypeError, "columns must be several texts, not 5."),
        *(
            (
                source,
                {},
                TypeError,
                f"Rows must be given an iterable or async iterable of rows, not {source!r}.",
            )
            for source in (5, None)
        ),
        ([], {"columns": ["a", "a"]}, ValueError, "columns has 'a' twice."),
        (
            [],
            {"columns": ["a", "b"], "rename": {"a": "b"}},
            ValueError,
            "columns has 'b' twice.",
        ),
        ([], {"rename": {"a": "c", "b": "c"}}, ValueError, "rename has 'c' twice."),
        ([], {"rename": ["a"]}, TypeError, "rename must be a mapping of names, not ['a']."),
        (
            "rows.csv",
            {},
            TypeError,
            "Rows must be given rows, not 'rows.csv'; open a file, and read it by "
            "csv.DictReader, say.",
        ),
        (
            bytearray(b"n"),
            {},
            TypeError,
            "Rows must be given rows, not bytearray(b'n'); open a file, and read it by "
            "csv.DictReader, say.",
        ),
        ([], {"columns": {"a": 1}}, TypeError, "columns must be several texts, not {'a': 1}."),
        ([], {"parse": "iso"}, TypeError, "parse must be True or False, not 'iso'."),
        ([], {"id": 7}, TypeError, "id must be a column or a function of a row, not 7."),
        (
            {"a": [1]},
            {"columns": ["a"]},
            ValueError,
            "A mapping of columns has their names; leave out columns.",
        ),
        (
            {"a": [1], "b": []},
            {},
            ValueError,
            "Columns must be equally long, not of these lengths: 'a': 1, 'b': 0.",
        ),
        ({"a": "x"}, {}, TypeError, "Column 'a' must be a sequence, not str."),
        ({"a": 1}, {}, TypeError, "Column 'a' must be a sequence, not int."),
        ({"a": iter([])}, {}, TypeError, "Column 'a' must be a sequence, not list_iterator."),
        ({"a": {1}}, {}, TypeError, "Column 'a' must be a sequence, not set."),
        ({"a": {"b": 1}}, {}, TypeError, "Column 'a' must be a sequence, not dict."),
    ],
)
def test_rules_that_are_none_are_refused(
    source: Any, rules: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as refusal:
        Rows(source, **rules)
    assert str(refusal.value) == message


def test_a_function_for_ids_is_not_async() -> None:
    with pytest.raises(TypeError, match="id must be a function that is not async"):
        Rows([], id=asyncio.sleep)


def test_columns_are_rows_as_often_as_they_are_asked_for() -> None:
    rows = Rows({"station": ["A", "B"], "hour": array("q", [7, 8])})
    for _ in range(2):
        documents: Any = rows.documents(Reading)
        assert [(it.station, it.hour) for it in documents] == [("A", 7), ("B", 8)]


@pytest.mark.parametrize(
    ("columns", "rules", "message"),
    [
        ({"station": ["A"], "hours": [7]}, {}, "No field of Reading is called 'hours'"),
        ({"hour": [7]}, {}, "Field 'station' is required."),
        ({"station": ["A"]}, {"id": "key"}, "There is no column 'key' to take the _id from."),
    ],
)
def test_the_names_of_columns_are_checked_before_any_row(
    columns: dict[str, Any], rules: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Rows(columns, **rules).documents(Reading)


def test_a_row_of_columns_that_is_refused_has_their_names() -> None:
    _, refused = read({"station": ["A", "B"], "hour": [7, "x"]}, parse=True)
    assert refused.row == {"station": "B", "hour": "x"}


def test_a_column_that_gets_shorter_meanwhile_is_an_error() -> None:
    hours = [7, 8]
    documents: Any = Rows({"station": ["A", "B"], "hour": hours}).documents(Reading)
    next(documents)
    hours.clear()
    with pytest.raises(ValueError, match="shorter"):
        next(documents)


def test_columns_of_arrow_data_are_refused_with_what_to_do() -> None:
    class Array(list[int]):
        def to_pylist(self) -> None: ...

    with pytest.raises(TypeError, match=r"Column 'hour' can't be the Arrow data of a Array yet"):
        Rows({"hour": Array()})


def test_arrow_data_is_refused_with_what_to_do() -> None:
    class DataFrame:
        def __arrow_c_stream__(self) -> None: ...

    with pytest.raises(TypeError, match=r"Arrow data of a DataFrame yet; give it dicts"):
        Rows(DataFrame())  # type: ignore[arg-type]


@pytest.mark.parametrize("parse", [False, True])
def test_a_collection_stays_of_its_kind(parse: bool) -> None:
    class Strict(Document):
        __strict__ = True
        tags = SetField(StringField())
        sizes = ListField(IntField())
        pair = TupleField(IntField(), StringField())

    given = {"tags": {"a", "b"}, "sizes": [1, 2], "pair": (1, "a")}
    [document] = Rows([given], parse=parse).documents(Strict)
    assert (document.tags, document.sizes, document.pair) == ({"a", "b"}, [1, 2], (1, "a"))
    document.validate()
    [document] = Rows([{"tags": ("a", "a"), "sizes": (1,), "pair": [1, "a"]}]).documents(Strict)
    with pytest.raises(InvalidDocumentError, match="set is needed, not tuple"):
        document.validate()
    [document] = Rows([{"pair": ("1", "a")}], parse=True).documents(Strict)
    assert document.pair == (1, "a")


def test_a_column_for_the_inside_of_an_embedded_document_is_refused_with_a_way_out() -> None:
    with pytest.raises(ValueError, match=r"No field of Reading is called 'place\.city'") as refusal:
        read([{"W": "A"}], rename={"W": "place.city"})
    [note] = refusal.value.__notes__
    assert note.endswith("have a generator make rows such as {'place': {'city': ...}}.")


def test_names_like_a_wrong_one_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_for: list[str] = []

    def counted(name: str, names: Any, n: int) -> list[str]:
        looked_for.append(name)
        return get_close_matches(name, names, n=n)

    class Closed(Document):
        __dynamic__ = False
        name = StringField()

    monkeypatch.setattr("aiomotorengine.errors.get_close_matches", counted)
    reader = Rows([]).reader(Closed)
    others = [f"column{number}" for number in range(MOST_REMEMBERED + 5)]
    for _ in range(2):
        for key in ["nmae", *others]:
            refused = reader.read({key: key})
            hint = " Did you mean 'name'?" if key == "nmae" else ""
            assert type(refused.error) is UnknownFieldError
            assert str(refused.error) == f"Closed has no field '{key}'.{hint}"
            assert (refused.error.path, refused.error.value) == (key, key)
    assert looked_for[: 1 + len(others)] == ["nmae", *others]
    assert len(looked_for) == 1 + len(others) + 6

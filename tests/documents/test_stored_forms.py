"""What a field reads in another form than it is stored in is written again as it was stored."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import bson
import pytest
from bson import Binary, Decimal128, Int64, ObjectId

from aiomotorengine import (
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    EnumField,
    FloatField,
    IntField,
    JsonField,
    ListField,
    ObjectIdField,
    PointField,
    StringField,
    TimedeltaField,
    TimeField,
    UUIDField,
    codec,
)
from tests.codec.laws import STANDARD, ids_for


class Level(Enum):
    LOW, HIGH = 1, 2


class Part(Document):
    price = DecimalField(db_field="p")
    name = StringField()


class Item(Document):
    name = StringField()
    price = DecimalField(db_field="p")
    exact = DecimalField(precision=7)
    stock = IntField()
    weight = FloatField()
    live = BooleanField()
    since = DateTimeField()
    data = BinaryField()
    key = UUIDField()
    sizes = ListField(IntField())
    flags = ListField(BooleanField())
    rows = ListField(ListField(IntField()))
    more = JsonField()
    notes = ListField(JsonField())
    keys = ListField(UUIDField())
    switches = ListField(ListField(BooleanField()))
    prices = ListField(DecimalField())
    at = PointField()
    part = EmbeddedDocumentField(Part)
    parts = ListField(EmbeddedDocumentField(Part))
    day = DateField()
    took = TimedeltaField()
    amount = Decimal128Field()
    level = EnumField(Level)
    owner = ObjectIdField()
    opens = TimeField()
    days = ListField(DateField())
    times = ListField(TimeField())


class Built(Item):
    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


ODD = [
    {"p": "1.23456"},
    {"p": Decimal128("9.999")},
    {"p": 7},
    {"p": "007.25"},
    {"exact": "0.0000001"},
    {"stock": 3.7},
    {"more": '{"a":1}'},
    {"more": " [1, 2]"},
    {"more": '{"$date": "1970-01-01T00:00:01Z"}'},
    {"more": '{"a": {"$numberLong": "5"}}'},
    {"more": '"\u00e4"'},
    {"notes": ['{"a":1}', "1", '{"$regex": "a"}']},
    {"stock": "5"},
    {"stock": True},
    {"weight": "1.5"},
    {"weight": Int64(2**53 + 1)},
    {"live": "yes"},
    {"live": "neither"},
    {"live": None},
    {"live": 1},
    {"since": "2020-01-02 03:04:05"},
    {"data": "text"},
    {"key": Binary(bytes(range(16)), 3)},
    {"key": "00000000-0000-0000-0000-000000000007"},
    {"sizes": [1, 2.5, "3"]},
    {"sizes": [True, False]},
    {"switches": [["yes", 0], [None]]},
    {"prices": [1.0, 2]},
    {"more": None},
    {"notes": [None, "1"]},
    {"notes": [None]},
    {"keys": ["00000000-0000-0000-0000-000000000007", None]},
    {"at": [30.5, 50.4]},
    {"weight": Decimal128("NaN")},
    {"live": float("nan")},
    {"sizes": None},
    {"flags": [True, "no", None]},
    {"rows": [[1], [2.5]]},
    {"part": {"p": "1.23456", "name": "a"}},
    {"day": "2020-02-29"},
    {"day": datetime(2020, 2, 29, 12)},
    {"took": 1500.5},
    {"amount": 0.1},
    {"amount": "9.50"},
    {"amount": Decimal128("-Infinity")},
    {"level": True},
    {"owner": "0" * 24},
    {"opens": "08:30"},
    {"days": [datetime(2020, 2, 29), "2020-02-29", None]},
    {"times": ["08:30:00", None, "08:30"]},
    {"parts": [{"p": "1.00", "name": None}, {"p": "1.23456", "name": None}]},
]

any_odd = pytest.mark.parametrize("stored", ODD, ids=[f"{n}" for n in range(len(ODD))])


def load(document_class: type[Any], stored: dict[str, Any]) -> Any:
    [document] = codec.codec_for(document_class, STANDARD).decode_many(
        bson.encode({"_id": 1, **stored}, codec_options=STANDARD)
    )
    return document


def written(document: Any) -> dict[str, Any]:
    [raw] = codec.codec_for(type(document), STANDARD).encode_many([document], [1], validate=True)
    return bson.decode(raw, STANDARD)


def as_bson(document: dict[str, Any]) -> bytes:
    """In which 1 and 1.0 and true differ, and NaN is what it is."""
    return bson.encode(document, codec_options=STANDARD)


def kept(document: Any, stored: dict[str, Any]) -> bool:
    son = written(document)
    return as_bson({key: son[key] for key in stored}) == as_bson(stored)


@any_odd
@pytest.mark.parametrize("document_class", [Item, Built])
@pytest.mark.usefixtures("codec")
def test_it_is_kept(stored: dict[str, Any], document_class: type[Any]) -> None:
    document = load(document_class, stored)
    assert kept(document, stored)
    document.name = "another"
    assert kept(document, stored)
    assert written(document)["name"] == "another"
    son = document.to_son()
    assert as_bson({key: son[key] for key in stored}) == as_bson(stored)


@any_odd
@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
@pytest.mark.usefixtures("codec")
def test_it_is_kept_in_copies(stored: dict[str, Any], duplicate: Callable[[Any], Any]) -> None:
    assert kept(duplicate(load(Item, stored)), stored)


@pytest.mark.parametrize(
    ("stored", "name", "value", "then"),
    [
        ({"p": "1.23456"}, "price", Decimal("1.23"), {"p": "1.23"}),
        ({"stock": 3.7}, "stock", 4, {"stock": 4}),
        ({"live": "yes"}, "live", True, {"live": True}),
        ({"live": None}, "live", False, {"live": False}),
        ({"sizes": [1, 2.5]}, "sizes", [1, 2], {"sizes": [1, 2]}),
        ({"since": "2020-01-02 03:04:05"}, "since", datetime(2020, 1, 1), None),
    ],
)
@pytest.mark.usefixtures("codec")
def test_what_is_assigned_is_written(
    stored: dict[str, Any], name: str, value: Any, then: dict[str, Any] | None
) -> None:
    document = load(Item, stored)
    setattr(document, name, value)
    assert kept(document, then or {name: value})
    assert not kept(document, stored)


@pytest.mark.usefixtures("codec")
def test_a_list_that_was_changed_in_place_is_written() -> None:
    document = load(Item, {"sizes": [1, 2.5], "rows": [[1], [2.5]]})
    document.sizes.append(4)
    document.rows[0][0] = 5
    assert kept(document, {"sizes": [1, 2, 4], "rows": [[5], [2]]})
    document = load(Item, {"at": [30.5, 50.4]})
    document.at["coordinates"][0] = 31.5
    assert kept(document, {"at": {"type": "Point", "coordinates": [31.5, 50.4]}})
    document.at["coordinates"][0] = "x"
    assert [error.path for error in document.validation_errors()] == ["at"]


@pytest.mark.usefixtures("codec")
def test_a_json_value_that_was_changed_in_place_is_written() -> None:
    document = load(Item, {"more": '{"a":[1]}'})
    document.more["a"].append(2)
    assert kept(document, {"more": '{"a": [1, 2]}'})


@pytest.mark.usefixtures("codec")
def test_parts_are_kept_one_by_one() -> None:
    document = load(Item, {"parts": [{"p": "1.23456"}, {"p": "2.34567"}]})
    document.parts[1].price = Decimal("5")
    assert [part["p"] for part in written(document)["parts"]] == ["1.23456", "5.00"]


@pytest.mark.usefixtures("codec")
def test_what_is_read_as_it_is_stored_costs_nothing() -> None:
    document = load(
        Item,
        {
            "name": "a",
            "p": "1.20",
            "exact": "1E-7",
            "stock": 3.0,
            "weight": 2,
            "live": True,
            "since": datetime(2020, 1, 1),
            "data": b"x",
            "more": '{"at": {"$date": 0}, "big": 99999999999999999999}',
            "key": UUID(int=1),
            "day": datetime(2020, 2, 29),
            "took": 1500,
            "amount": 2,
            "level": 2.0,
            "owner": ObjectId(),
            "opens": "08:30:00",
            "sizes": [1, None, Int64(2)],
            "rows": [[1]],
            "parts": [{"p": "1.00"}],
        },
    )
    assert document._hidden is None
    assert document.parts[0]._hidden is None


@pytest.mark.parametrize(
    ("stored", "then"),
    [
        ({"stock": 3.0}, {"stock": 3}),
        ({"stock": Int64(3)}, {"stock": 3}),
        ({"weight": 2}, {"weight": 2.0}),
        ({"sizes": [1.0, Int64(2)]}, {"sizes": [1, 2]}),
    ],
)
@pytest.mark.usefixtures("codec")
def test_an_equal_number_is_written_in_the_type_of_its_field(
    stored: dict[str, Any], then: dict[str, Any]
) -> None:
    """MongoDB takes them for equal, and whole collections of JavaScript's are stored like this."""
    assert kept(load(Item, stored), then)


@pytest.mark.usefixtures("codec")
def test_a_value_that_would_be_refused_is_kept_until_it_is_assigned() -> None:
    document = load(Item, {"live": "neither", "stock": 3.7})
    assert document.validation_errors() == []
    document.stock = "many"
    assert [error.path for error in document.validation_errors()] == ["stock"]
    with pytest.raises(codec.DocumentError) as raised:
        codec.codec_for(Item, STANDARD).validate_many([document])
    assert str(raised.value.__cause__) == "Field 'stock' must be valid."


@pytest.mark.usefixtures("codec")
def test_methods_of_the_program_decide_themselves() -> None:
    class Cents(IntField):
        def from_son(self, value: Any) -> Any:
            return int(value * 100)

    class Ware(Document):
        price = Cents()

    assert written(load(Ware, {"price": 1.5}))["price"] == 150


@pytest.mark.usefixtures("codec")
def test_both_codecs_write_the_same_for_many() -> None:
    documents = [load(Item, stored) for stored in ODD]
    encoded = codec.codec_for(Item, STANDARD).encode_many(documents, ids_for(documents))
    for document, id, raw in zip(documents, ids_for(documents), encoded, strict=True):
        assert raw == bson.encode({"_id": id, **document.to_son()}, codec_options=STANDARD)


@pytest.mark.usefixtures("mongo", "codec")
async def test_a_save_sends_what_was_stored() -> None:
    await Item.objects.coll().insert_one({"p": "1.23456", "stock": 3.7, "live": None})
    item = await Item.objects.first()
    assert item is not None
    item.name = "new"
    await item.save()
    stored = await Item.objects.coll().find_one({})
    assert {key: stored[key] for key in ("name", "p", "stock", "live")} == {
        "name": "new",
        "p": "1.23456",
        "stock": 3.7,
        "live": None,
    }
    [found] = await Item.objects.find_all()
    await Item.objects.bulk_insert([found])
    assert await Item.objects.coll().count_documents({"p": "1.23456", "stock": 3.7}) == 2

"""Updates of classes and fields whose values have to be of their own types."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from aiomotorengine import (
    AnyField,
    DateField,
    DictField,
    Document,
    EmbeddedDocumentField,
    GenericEmbeddedDocumentField,
    IntField,
    ListField,
    MapField,
    StringField,
    TupleField,
    U,
)
from aiomotorengine.errors import InvalidDocumentError
from tests.harness import Mongo


class Room(Document):
    __strict__ = True

    size = IntField()


class Hall(Document):
    size = IntField()


class House(Document):
    __collection__ = "strict_updates"
    __strict__ = True

    number = IntField()
    lenient = IntField(strict=False)
    built = DateField()
    numbers = ListField(IntField())
    lenient_numbers = ListField(IntField(), strict=False)
    by_name = MapField(IntField())
    more = DictField(IntField())
    pair = TupleField(IntField(), StringField())
    anything = AnyField()
    room = EmbeddedDocumentField(Room)
    hall = EmbeddedDocumentField(Hall)
    rooms = ListField(EmbeddedDocumentField(Room))
    one_of = GenericEmbeddedDocumentField([Room, Hall])


REFUSED: list[Any] = [
    U.set(number="5"),
    U.set_on_insert(number=5.0),
    U.set(number=True),
    U.set(built="2020-02-29"),
    U.set(numbers=["5"]),
    U.set(numbers=(5,)),
    U.set("numbers.0", "5"),
    U.push(numbers="5"),
    U.add_to_set(numbers="5"),
    U.set(by_name={"a": "5"}),
    U.set("by_name.a", "5"),
    U.set(more={"a": "5"}),
    U.set(pair=("5", "a")),
    U.set("pair.0", "5"),
    U.set("room.size", "5"),
    U.set(room={"size": "5"}),
    U.set("rooms.$[].size", "5"),
    U.push(rooms={"size": "5"}),
    U.set(one_of={"_cls": "Room", "size": "5"}),
]

TAKEN: list[Any] = [
    (U.set(number=5), 5),
    (U.set(lenient="5"), 5),
    (U.set(built=date(2020, 2, 29)), None),
    (U.set(numbers=[5]), [5]),
    (U.set(lenient_numbers=["5"]), [5]),
    (U.set("lenient_numbers.0", "5"), 5),
    (U.set(anything="5"), "5"),
    (U.set("hall.size", "5"), 5),
    (U.set(hall={"size": "5"}), {"size": 5}),
    (U.set(one_of={"_cls": "Hall", "size": "5"}), {"_cls": "Hall", "size": 5}),
]


@pytest.mark.parametrize("change", REFUSED, ids=range(len(REFUSED)))
def test_a_strict_class_converts_nothing(change: Any) -> None:
    with pytest.raises(InvalidDocumentError, match="must be valid: .* is needed, not "):
        U.compile(House, change)


@pytest.mark.parametrize(("change", "stored"), TAKEN, ids=range(len(TAKEN)))
def test_values_of_their_own_types_and_lenient_fields_are_taken(change: Any, stored: Any) -> None:
    [value] = U.compile(House, change)["$set"].values()
    assert stored is None or value == stored


def test_a_mapping_of_2017_is_no_way_around_it() -> None:
    with pytest.raises(InvalidDocumentError, match="int is needed, not str"):
        U.compile(House, {House.number: "5"})


def test_a_field_of_the_programs_own_is_asked_as_before() -> None:
    class Own(IntField):
        def to_update(self, value: Any) -> Any:  # type: ignore[override]
            return 7

    class Kept(Document):
        __strict__ = True
        own = Own()
        owns = ListField(Own())

    assert U.compile(Kept, U.set(own="5", owns=["5"])) == {"$set": {"own": 7, "owns": [7]}}


async def test_updates_of_a_strict_class(mongo: Mongo) -> None:
    house = await House(number=1).save()
    assert house is not None
    with pytest.raises(InvalidDocumentError, match="Field 'number' must be valid: int is needed"):
        await House.objects.update(U.set(number="5"))
    with pytest.raises(InvalidDocumentError, match="int is needed"):
        await house.update(U.set(number="5"))
    await House.objects.update(U.set(number=5))
    assert (await House.objects.get(house._id)).number == 5

"""Primary keys of a program's own, ``id`` as another name of ``_id``, and keys that are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from itertools import count
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from bson import ObjectId
from bson.regex import Regex
from pymongo.errors import AutoReconnect

from aiomotorengine import (
    AnyField,
    BaseField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    MapField,
    ObjectIdField,
    ReferenceField,
    Rows,
    SequenceField,
    StringField,
    U,
    UUIDField,
    VersionField,
    before_save,
)
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.errors import (
    ImmutableFieldError,
    InvalidDocumentError,
    UniqueKeyViolationError,
)
from aiomotorengine.metaclasses import DocumentMetaClass
from aiomotorengine.wire import requests
from tests.codec.laws import STANDARD, agree
from tests.harness import Mongo

HEX = "0123456789abcdef01234567"


class Thing(Document):
    name = StringField()


class Ware(Document):
    __collection__ = "primary_key_wares"

    sku = StringField(primary_key=True, max_length=30)
    price = IntField()


class Part(Document):
    __collection__ = "primary_key_parts"

    ware = ReferenceField(Ware)
    others = ListField(ReferenceField(Ware))


class Colour(Enum):
    RED, BLUE = "r", "b"


class Coloured(BaseField[Colour]):
    """Stored otherwise than it is read."""

    def validate(self, value: Any) -> bool:
        return value is None or isinstance(value, Colour)

    def to_son(self, value: Any) -> Any:
        return value and value.value

    def from_son(self, value: Any) -> Any:
        return value and Colour(value)


class Paint(Document):
    __collection__ = "primary_key_paints"

    colour = Coloured(primary_key=True)
    litres = IntField()


class Wall(Document):
    __collection__ = "primary_key_walls"

    paint = ReferenceField(Paint)


class Place(Document):
    row = IntField()
    seat = IntField()


class Ticket(Document):
    __collection__ = "primary_key_tickets"

    place = EmbeddedDocumentField(Place, primary_key=True)
    name = StringField()


# -- id ------------------------------------------------------------------------------------------


def test_k62_id_is_another_name_of_the_id() -> None:
    given, assigned = Thing(id=7), Thing()
    assigned.id = 7
    for thing in given, assigned, Thing(_id=7):
        assert thing._id == thing.id == 7
        assert thing.to_son() == {"name": None}
    assert Thing().id is None
    assert Thing.id.db_field == "_id"
    given.id = 8
    assert given._id == 8
    del given.id
    assert given._id is None


def test_k62_24_hex_digits_are_an_object_id() -> None:
    assert Thing(id=HEX)._id == ObjectId(HEX)
    assert Thing(_id=HEX)._id == HEX


def test_k62_a_stored_key_of_that_name_wins_on_its_document() -> None:
    thing: Any = Thing.from_son({"_id": 1, "id": 7})
    assert (thing.id, thing._id, thing.to_son()) == (7, 1, {"name": None, "id": 7})
    thing.id = 8
    assert (thing._id, thing.to_son()) == (1, {"name": None, "id": 8})
    del thing.id
    assert (thing.id, thing.to_son()) == (1, {"name": None})


def test_k62_a_field_or_a_property_of_that_name_is_the_programs() -> None:
    class Own(Document):
        id = IntField()

    class Shown(Document):
        @property
        def id(self) -> str:
            return f"#{self._id}"

    assert (Own(id=7).id, Own(id=7)._id, Own(id=7).to_son()) == (7, None, {"id": 7})
    assert Shown(_id=7).id == "#7"


# -- keys that are refused -----------------------------------------------------------------------


@pytest.mark.parametrize("key", ["x.y", "$x", "a\0b"])
def test_k63_a_key_that_could_not_be_saved_is_refused(key: str) -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        DocumentMetaClass("Odd", (Document,), {"a": IntField(db_field=key)})
    assert str(raised.value) == (
        f"Field 'a' can't be stored under '{key}': a key has no dot, no NUL and no '$' in front."
    )


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"a": IntField(primary_key=True), "b": StringField(primary_key=True)},
            "Only one field can be the primary key: 'a', 'b'.",
        ),
        (
            {"x": ListField(IntField(), primary_key=True)},
            "Field 'x' can't be the primary key: MongoDB takes no arrays as _id.",
        ),
        (
            {"x": IntField(db_field="n", primary_key=True)},
            "Field 'x' is the primary key: it is stored under '_id', not 'n'.",
        ),
        (
            {"x": IntField(aliases=["_id"])},
            "Field 'x' can't be stored under '_id': that is the document's id, which every "
            "document has without a field.",
        ),
        ({"x": IntField(aliases=["y"]), "y": IntField()}, "Multiple db_fields defined for: y "),
        (
            {"x": IntField(aliases=["z"]), "y": IntField(aliases=["z"])},
            "Multiple db_fields defined for: z ",
        ),
    ],
)
def test_a_class_that_can_not_be_is_refused(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        DocumentMetaClass("Odd", (Document,), fields)
    assert str(raised.value) == text


# -- primary keys --------------------------------------------------------------------------------


def test_the_three_names_are_one() -> None:
    ware = Ware(sku="A1", price=3)
    assert ware.sku == ware.id == ware._id == "A1"
    assert ware.to_son() == {"price": 3}
    assert Ware._primary_key is Ware.sku is Ware.id
    assert "sku" not in Ware._fields
    assert [field.name for field in Ware.get_fields("sku")] == ["sku"]
    assert ware.get_field_value("sku") == "A1"
    for name in "sku", "id", "_id":
        setattr(ware, name, "B2")
        assert ware.sku == ware.id == ware._id == "B2"
        ware.sku = "A1"


def test_a_subclass_has_the_key_of_its_base() -> None:
    class Lamp(Ware):
        watts = IntField()

    assert Lamp._primary_key is Ware.sku
    assert Lamp(sku="A1").id == "A1"
    assert Lamp(sku="A1").to_son() == {"price": None, "watts": None}


def test_values_pass_through_the_field() -> None:
    paint = Paint(colour=Colour.RED)
    assert (paint.colour, paint.id, paint._id) == (Colour.RED, Colour.RED, "r")
    assert Paint.from_son({"_id": "b"}).colour is Colour.BLUE
    assert paint.validate()
    number = UUID(int=5)

    class Job(Document):
        key = UUIDField(primary_key=True)

    assert Job(key=str(number)).key == number


def test_a_key_is_validated_first() -> None:
    for ware, code, text in (
        (Ware(price="x"), "required", "Field 'sku' is required."),
        (Ware(sku=""), "required", "Field 'sku' is required."),
        (Ware(sku=5), "invalid", "Field 'sku' must be valid."),
        (Ware(sku="x" * 31), "invalid", "Field 'sku' must be valid."),
    ):
        with pytest.raises(InvalidDocumentError) as raised:
            ware.validate()
        assert (str(raised.value), raised.value.code, raised.value.path) == (text, code, "sku")
        assert ware.validation_errors()[0].path == "sku"


def test_a_key_stays_once_the_document_is_stored() -> None:
    ware = Ware.from_son({"_id": "A1", "price": 3})
    ware.sku = "A1"
    for name in "sku", "id":
        with pytest.raises(ImmutableFieldError, match="Field 'sku' can't be changed once"):
            setattr(ware, name, "B2")
    for change in U.set(sku="B2"), U.set("sku", "B2"), U.set(Ware.sku, "B2"):
        with pytest.raises(ImmutableFieldError):
            list(change.operations(conversion_of(Ware)))


def test_queries_know_the_name() -> None:
    assert Ware.objects.filter(sku="A1").to_query() == {"_id": "A1"}
    several = Ware.objects.filter(sku__in=["A1", HEX])
    assert several.to_query() == {"_id": {"$in": ["A1", HEX]}}
    for name in "sku", "id", "_id":
        assert Ware.objects.filter(**{name: HEX}).to_query() == {"_id": HEX}
    assert Paint.objects.filter(colour=Colour.BLUE).to_query() == {"_id": "b"}
    assert Ticket.objects.filter(place__row=3).to_query() == {"_id.row": 3}
    assert Ticket.objects.filter(place=Place(row=1, seat=2)).to_query() == {
        "_id": {"row": 1, "seat": 2}
    }
    assert Thing.objects.filter(id=HEX).to_query() == {"_id": ObjectId(HEX)}


def test_an_embedded_document_keeps_its_key() -> None:
    class Shelf(Document):
        best = EmbeddedDocumentField(Ware)
        others = ListField(EmbeddedDocumentField(Ware))

    shelf: Any = Shelf(best=Ware(sku="A1", price=3), others=[Ware(sku="B2")])
    stored = {"best": {"_id": "A1", "price": 3}, "others": [{"_id": "B2", "price": None}]}
    assert shelf.to_son() == stored
    agree(Shelf, [shelf, Shelf()], STANDARD)
    loaded: Any = Shelf.from_son(stored)
    assert (loaded.best.sku, loaded.others[0].sku) == ("A1", "B2")
    [found] = Shelf(best=Ware(price=1)).validation_errors()
    assert (found.path, found.code) == ("best.sku", "required")


async def test_a_first_save_overwrites_nothing(mongo: Mongo) -> None:
    ware = await Ware(sku="A1", price=3).save()
    assert ware is not None
    with pytest.raises(UniqueKeyViolationError):
        await Ware(sku="A1", price=4).save()
    assert (await Ware.objects.get("A1")).price == 3  # type: ignore[union-attr]
    ware.price = 5
    await ware.save()
    assert await Ware.objects.coll().find_one() == {"_id": "A1", "price": 5}
    await Ware(sku="A1", price=6).save(upsert=True)
    assert await Ware.objects.coll().find_one() == {"_id": "A1", "price": 6}
    with pytest.raises(InvalidDocumentError, match="Field 'sku' is required"):
        await Ware(price=1).save()
    assert await ware.delete() == 1


class Numbered(Document):
    __collection__ = "primary_key_numbers"

    number = SequenceField(primary_key=True)
    price = IntField()


class Marked(Document):
    __collection__ = "primary_key_marks"

    mark = ObjectIdField(primary_key=True)
    price = IntField()


@pytest.mark.parametrize("validate", [True, False])
@pytest.mark.parametrize("kind", [Ware, Numbered])
async def test_an_upsert_makes_up_no_key(mongo: Mongo, kind: Any, validate: bool) -> None:
    name = kind._primary_key.name
    for asked in {"price": 1}, {name: None}:
        with pytest.raises(InvalidDocumentError, match=f"Field '{name}' is required") as raised:
            await kind.objects.filter(**asked).update(
                U.set(price=2), upsert=True, validate=validate
            )
        assert raised.value.path == name
    with pytest.raises(InvalidDocumentError, match=f"Field '{name}' is required"):
        await kind.objects.filter(price=1).update({kind.price: 2}, upsert=True)
    assert await kind.objects.count() == 0


async def test_an_upsert_is_told_the_key(mongo: Mongo) -> None:
    wares = Ware.objects.filter(price=1)
    for given in U.set_on_insert(sku="A1"), U.set_on_insert(Ware.sku, "B2"):
        assert (await wares.update(U.set(price=2), given, upsert=True)).upserted_id
    await Ware.objects.filter(sku="C3").update(U.set(price=3), upsert=True)
    await Paint.objects.filter(litres=1).update(
        U.set(litres=2), U.set_on_insert(colour=Colour.RED), upsert=True
    )
    assert await Ware.objects.coll().find().sort("_id").to_list(None) == [
        {"_id": "A1", "price": 2},
        {"_id": "B2", "price": 2},
        {"_id": "C3", "price": 3},
    ]
    assert await Paint.objects.coll().find_one() == {"_id": "r", "litres": 2}
    with pytest.raises(InvalidDocumentError, match="Field 'sku' must be valid"):
        await wares.update(U.set(price=2), U.set_on_insert(sku="x" * 31), upsert=True)
    with pytest.raises(ImmutableFieldError):
        await wares.update(U.set(sku="D4"), upsert=True)


class MaybeNumbered(Document):
    __collection__ = "primary_key_made_or_not"

    key = ObjectIdField(primary_key=True, default=lambda: None)
    price = IntField()


class MaybeNamed(Document):
    __collection__ = "primary_key_named_or_not"

    name = StringField(primary_key=True, default=lambda: None)
    price = IntField()


async def test_a_default_that_makes_no_key_is_as_none(mongo: Mongo) -> None:
    await MaybeNumbered.objects.filter(price=1).update(U.set(price=2), upsert=True)
    await MaybeNumbered.objects.bulk_insert(Rows([{"price": 3}]))
    await MaybeNumbered(price=4).save()
    stored = await MaybeNumbered.objects.coll().find().sort("price").to_list(None)
    assert [it["price"] for it in stored] == [2, 3, 4]
    assert {type(it["_id"]) for it in stored} == {ObjectId}
    with pytest.raises(InvalidDocumentError, match="Field 'name' is required"):
        await MaybeNamed.objects.filter(price=1).update(U.set(price=2), upsert=True)
    assert await MaybeNamed.objects.count() == 0


class Coupon(Document):
    __collection__ = "primary_key_coupons"

    number = IntField(primary_key=True, default=lambda: next(Coupon.numbers))
    price = IntField()
    note = StringField(default="new")

    numbers: ClassVar[Iterator[int]] = count(1)


@pytest.mark.parametrize("validate", [True, False])
async def test_an_upsert_makes_its_key_once(
    mongo: Mongo, validate: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Coupon, "numbers", count(1))
    for asked, *updates in (
        ({"price": 1}, U.set(note="a")),
        ({"number": 7}, U.set(note="b")),
        ({"price": 2}, U.set(note="c"), U.set_on_insert(number=8)),
        ({"price": 3}, U.set(note="d")),
    ):
        await Coupon.objects.filter(**asked).update(*updates, upsert=True, validate=validate)
    stored = await Coupon.objects.coll().find().sort("_id").to_list(None)
    assert [(it["_id"], it["note"]) for it in stored] == [(1, "a"), (2, "d"), (7, "b"), (8, "c")]


async def test_an_upsert_makes_object_ids(mongo: Mongo) -> None:
    await Marked.objects.filter(price=1).update(U.set(price=2), upsert=True)
    assert isinstance((await Marked.objects.get(price=2)).mark, ObjectId)  # type: ignore[union-attr]
    made = await Marked(price=3).save(validate=False)
    assert made is not None
    assert isinstance(made.mark, ObjectId)


async def test_no_save_makes_up_a_key(mongo: Mongo) -> None:
    ware = Ware(price=1)
    for options in {}, {"upsert": True}, {"force_insert": True}:
        with pytest.raises(InvalidDocumentError, match="Field 'sku' is required") as raised:
            await ware.save(validate=False, **options)  # type: ignore[arg-type]
        assert (raised.value.path, ware.sku) == ("sku", None)
    numbered = await Numbered().save(validate=False)
    assert numbered is not None
    assert numbered.number == 1
    with pytest.raises(ValueError, match="Field 'sku' is required"):
        await Ware.objects.bulk_insert([ware], validate=False)
    assert await Ware.objects.count() == 0


class HookedThing(Thing):
    @before_save
    def look(self) -> None:
        pass


class HookedWare(Ware):
    __collection__ = "primary_key_hooked_wares"

    @before_save
    def look(self) -> None:
        pass


@pytest.mark.parametrize(
    ("kind", "filters", "id", "given"),
    [
        (Ware, {"sku": "A1"}, "A1", {"price": 3}),
        (HookedWare, {"sku": "A1"}, "A1", {"price": 3}),
        (Thing, {"_id": 5}, 5, {"name": "x"}),
        (HookedThing, {"_id": 5}, 5, {"name": "x"}),
    ],
)
async def test_get_or_create_makes_the_key_that_is_asked_for(
    mongo: Mongo, kind: Any, filters: Any, id: Any, given: Any
) -> None:
    for created in True, False:
        found, was_created = await kind.objects.filter(**filters).get_or_create(**given)
        assert (found._id, was_created) == (id, created)
    assert await kind.objects.coll().find_one() == {"_id": id, **given}


class Pair(Document):
    __collection__ = "primary_key_pairs"

    pair = AnyField(primary_key=True)


class Session(Document):
    __collection__ = "primary_key_sessions"

    key = UUIDField(primary_key=True, default=uuid4)
    user = StringField(required=True)


class Settings(Document):
    __collection__ = "primary_key_settings"

    name = StringField(primary_key=True, default="settings")
    size = IntField()


@pytest.mark.usefixtures("codec")
def test_a_key_may_have_a_default() -> None:
    one, other = Session(user="a"), Session(user="b")
    assert isinstance(one.key, UUID) and one.key != other.key
    assert one._id == one.id == one.key
    given = uuid4()
    for session in Session(key=given), Session(_id=given), Session(id=given):
        assert session._id == given
    assert Session(key=None).key is not None  # which would be refused
    assert (Settings().name, Settings(size=1)._id) == ("settings", "settings")
    Session(user="a").validate()
    assert Session.from_son({"user": "a"})._id is None
    agree(Session, [one, other, Session(user="c", key=given)], STANDARD)


def test_a_key_by_default_where_the_class_has_its_own_init() -> None:
    class Own(Document):
        key = StringField(primary_key=True, default=lambda: "made")
        size = IntField()

        def __init__(self, size: int, **values: Any) -> None:
            super().__init__(size=size, **values)

    assert (Own(3)._id, Own(3, key="a")._id) == ("made", "a")
    assert Own.from_son({"size": 1})._id is None
    assert Own.from_son({"_id": "b", "size": 1})._id == "b"


def test_a_key_of_mappings_is_not_empty_by_default() -> None:
    class Pair(Document):
        pair = MapField(IntField(), primary_key=True)

    assert Pair()._id is None


def test_a_key_has_no_on_save() -> None:
    with pytest.raises(InvalidDocumentError, match="Field 'key' can't have an on_save: the prima"):

        class Slug(Document):
            key = StringField(primary_key=True, on_save=lambda document, creating: "a")


async def test_documents_are_stored_under_keys_by_default(mongo: Mongo) -> None:
    session = await Session(user="a").save()
    assert session is not None
    assert (await Session.objects.get(session.key)).user == "a"
    await Session.objects.bulk_insert([Session(user="b"), Session(user="c")])
    await Session.objects.bulk_insert(Rows([{"user": "d"}, {"user": "e"}]))
    await Session.objects.filter(user="f").update(U.set(user="f"), upsert=True)
    found, is_new = await Session.objects.get_or_create(user="g")
    assert is_new and isinstance(found.key, UUID)
    stored = await Session.objects.order_by("user").find_all()
    assert [one.user for one in stored] == list("abcdefg")
    assert all(isinstance(one.key, UUID) for one in stored)
    assert len({one.key for one in stored}) == 7


async def test_there_is_one_document_of_a_key_by_default(mongo: Mongo) -> None:
    await Settings(size=1).save()
    with pytest.raises(UniqueKeyViolationError):
        await Settings(size=2).save()
    await Settings(size=2).save(upsert=True)
    assert [it.size async for it in Settings.objects] == [2]


def test_json_schema_says_that_a_key_is_made() -> None:
    assert Settings.json_schema()["properties"]["name"]["default"] == "settings"
    assert "required" not in Settings.json_schema()
    assert Session.json_schema()["required"] == ["user"]
    assert Session.json_schema(mode="serialization")["required"] == ["key", "user"]


@pytest.mark.parametrize(
    "condition",
    [{"$ne": None}, {"$regex": ""}, {"$in": ["A1"]}, re.compile(""), ["A1"], Regex("")],
    ids=repr,
)
async def test_get_takes_a_key_and_no_condition(mongo: Mongo, condition: Any) -> None:
    await Ware(sku="A1", price=3).save()
    await Pair(pair={"a": 1}).save()
    for kind in Ware, Pair, Thing:
        with pytest.raises(TypeError, match="An _id is anything that MongoDB stores but a list or"):
            await kind.objects.get(condition)
    for refused in {"$ne": None}, {"row": 1, "seat": {"$ne": 1}, "$gt": 1}:
        with pytest.raises((TypeError, ValueError)):
            await Ticket.objects.get(refused)
    assert (await Pair.objects.get({"a": 1})).pair == {"a": 1}  # type: ignore[union-attr]


async def test_many_are_inserted_with_their_keys(mongo: Mongo) -> None:
    wares = [Ware(sku=f"A{number}", price=number) for number in range(5)]
    await Ware.objects.bulk_insert(wares)
    stored = Ware.objects.coll().find().sort("_id")
    assert [it["_id"] async for it in stored] == ["A0", "A1", "A2", "A3", "A4"]
    found = await Ware.objects.order_by("-sku").find_all()
    assert [ware.sku for ware in found] == ["A4", "A3", "A2", "A1", "A0"]
    with pytest.raises(ValueError, match="Field 'sku' is required"):
        await Ware.objects.bulk_insert([Ware(price=1)])
    with pytest.raises(UniqueKeyViolationError):
        await Ware.objects.bulk_insert([Ware(sku="A1")])
    assert await Ware.objects.count() == 5


async def test_rows_have_keys(mongo: Mongo) -> None:
    for rows in (
        Rows([{"sku": HEX, "price": "3"}, {"sku": "B2"}], parse=True),
        Rows([{"_id": "C3"}, {"_id": "D4", "price": 5}]),
        Rows([{"number": "E5", "price": 5}], id="number", parse=True),
    ):
        await Ware.objects.insert_stream(rows)
    found = await Ware.objects.order_by(Ware.sku).find_all()
    assert [ware._id for ware in found] == [HEX, "B2", "C3", "D4", "E5"]
    with pytest.raises(ValueError, match="Field 'sku' is required"):
        await Ware.objects.insert_stream(Rows([{"price": 1}]))


async def test_a_key_of_another_form_is_found_and_referred_to(mongo: Mongo) -> None:
    await Paint(colour=Colour.RED, litres=2).save()
    red = await Paint.objects.get(Colour.RED)
    assert red is not None
    assert (red.colour, red._id, red.litres) == (Colour.RED, "r", 2)
    for paint in red, Colour.RED, "r":
        wall = await Wall(paint=paint).save()
        assert (await Wall.objects.coll().find_one({"_id": wall._id}))["paint"] == "r"  # type: ignore[union-attr]
    wall = await Wall.objects.filter(paint=Colour.RED).first()
    assert wall is not None
    await wall.load_references()
    assert wall.paint.litres == 2


async def test_references_take_keys(mongo: Mongo) -> None:
    for sku in "A1", HEX:
        await Ware(sku=sku, price=3).save()
    part: Any = await Part(ware=HEX, others=["A1", HEX]).save()
    part = await Part.objects.get(ware=HEX)
    await part.load_references()
    assert (part.ware.price, [it.sku for it in part.others]) == (3, ["A1", HEX])


async def test_compound_keys(mongo: Mongo) -> None:
    ticket = await Ticket(place=Place(row=1, seat=2), name="Ada").save()
    assert ticket is not None
    stored = await Ticket.objects.coll().find_one()
    assert list(stored.items()) == [("_id", {"row": 1, "seat": 2}), ("name", "Ada")]
    found = await Ticket.objects.get(Place(row=1, seat=2))
    assert found is not None
    assert (found.place.row, found.place.seat) == (1, 2)
    found.name = "Eva"
    await found.save()
    assert await Ticket.objects.filter(place__row=1).count() == 1


async def test_a_document_is_made_or_got_by_its_key(mongo: Mongo) -> None:
    made, is_new = await Ware.objects.get_or_create(sku="A1", defaults={"price": 3})
    assert (made.sku, made.price, is_new) == ("A1", 3, True)
    again, is_new = await Ware.objects.get_or_create(sku="A1", defaults={"price": 4})
    assert (again.sku, again.price, is_new) == ("A1", 3, False)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("home.room.size", "room"),
        ("homes.0.room.size", "room"),
        ("homes.$[].room.size", "room"),
        ("homes.$.marks.0", "marks"),
        ("by_name.a.room.size", "room"),
        ("home.room", "room"),
        ("tags.0", "tags"),
    ],
)
def test_updates_lead_into_no_immutable_field(path: str, name: str) -> None:
    class Room(Document):
        size = IntField(db_field="s")

    class Home(Document):
        room = EmbeddedDocumentField(Room, immutable=True, db_field="r")
        marks = ListField(IntField(), immutable=True)
        size = IntField()

    class House(Document):
        home = EmbeddedDocumentField(Home, db_field="h")
        homes = ListField(EmbeddedDocumentField(Home))
        by_name = MapField(EmbeddedDocumentField(Home))
        tags = ListField(IntField(), immutable=True)

    with pytest.raises(ImmutableFieldError, match=f"Field '{name}' can't be changed once"):
        U.compile(House, U.set(path, None))
    U.compile(House, U.set("home.size", 1), U.set("homes.0.size", 1), U.set("by_name.a.size", 1))


async def test_immutable_fields_are_refused_by_updates(mongo: Mongo) -> None:
    class Fixed(Document):
        price = IntField(immutable=True)
        name = StringField()
        made = DateTimeField(immutable=True, auto_now_on_insert=True)

    fixed = await Fixed(price=3).save()
    assert fixed is not None
    for change in U.set(price=4), U.inc(price=1), U.unset("price"):
        with pytest.raises(ImmutableFieldError, match="Field 'price' can't be changed once"):
            await fixed.update(change)
    with pytest.raises(ImmutableFieldError):
        await Fixed.objects.update({Fixed.price: 4})
    await fixed.update(U.set(name="a"))
    fixed.name = "b"
    await fixed.save()
    assert (await Fixed.objects.get(fixed._id)).price == 3  # type: ignore[union-attr]


# -- a first save whose answer was lost --------------------------------------------------------


class Versioned(Document):
    __collection__ = "primary_key_versioned"

    sku = StringField(primary_key=True)
    price = IntField()
    version = VersionField()


class Tracked(Ware):
    __collection__ = "primary_key_tracked"
    __track_changes__ = True


def losing_inserts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the answer to the next insert be lost, after it was done."""
    real = requests.insert_one

    async def lost(*arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(requests, "insert_one", real)
        await real(*arguments, **options)
        raise AutoReconnect("the answer was lost")

    monkeypatch.setattr(requests, "insert_one", lost)


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("kind", [Ware, Tracked, Versioned])
async def test_a_first_save_may_be_tried_again(
    mongo: Mongo, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ware: Any = kind(sku="A1", price=1)
    losing_inserts(monkeypatch)
    with pytest.raises(AutoReconnect):
        await ware.save()
    assert not ware._is_persisted
    ware.price = 2  # what has changed since is stored, too
    assert await ware.save() is ware
    assert (await kind.objects.get("A1")).price == 2
    ware.price = 3
    await ware.save()
    assert [it.price async for it in kind.objects] == [3]


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("kind", [Ware, Tracked, Versioned])
async def test_what_somebody_else_has_stored_meanwhile_is_not_overwritten(
    mongo: Mongo, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ware: Any = kind(sku="A1", price=1)
    losing_inserts(monkeypatch)
    with pytest.raises(AutoReconnect):
        await ware.save()
    await kind.objects.coll().update_one({}, {"$set": {"price": 9}})
    with pytest.raises(UniqueKeyViolationError):
        await ware.save()
    assert (await kind.objects.get("A1")).price == 9
    with pytest.raises(UniqueKeyViolationError):
        await kind(sku="A1", price=9).save()  # which has lost no answer


async def test_an_insert_that_was_asked_for_may_be_tried_again(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing = Thing(_id=1, name="a")
    losing_inserts(monkeypatch)
    with pytest.raises(AutoReconnect):
        await thing.save(force_insert=True)
    await thing.save(force_insert=True)
    assert await Thing.objects.count() == 1
    with pytest.raises(UniqueKeyViolationError):
        await thing.save(force_insert=True)

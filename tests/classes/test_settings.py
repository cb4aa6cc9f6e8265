"""Settings of class bodies: what they take, and what subclasses have of them."""

from __future__ import annotations

from typing import Any

import pytest
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from pymongo import ReadPreference, WriteConcern
from pymongo.read_concern import ReadConcern

from aiomotorengine import Document, EmbeddedDocument, StringField
from aiomotorengine.errors import AbstractClassError, InvalidDocumentError
from aiomotorengine.metaclasses import DocumentMetaClass
from tests.harness import Mongo


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("__unknown__", "x", "'keep', 'drop' or 'refuse', not 'x'"),
        ("__unknown__", None, "'keep', 'drop' or 'refuse', not None"),
        ("__dynamic__", 0, "True or False, not 0"),
        ("__abstract__", "yes", "True or False, not 'yes'"),
        ("__omit_none__", 1, "True or False, not 1"),
        ("__strict__", None, "True or False, not None"),
        ("__discriminator__", "a.b", "a key without '.', NUL and '$' in front, not 'a.b'"),
        ("__discriminator__", "$a", "a key without '.', NUL and '$' in front, not '$a'"),
        ("__discriminator__", "_id", "a key without '.', NUL and '$' in front, not '_id'"),
        ("__discriminator_value__", 7, "a text, not 7"),
        ("__codec_options__", {}, "a bson.CodecOptions, not {}"),
        ("__read_preference__", "nearest", "one of pymongo.ReadPreference, not 'nearest'"),
        ("__read_concern__", "local", "a pymongo.read_concern.ReadConcern, not 'local'"),
        ("__write_concern__", 1, "a pymongo.WriteConcern, not 1"),
    ],
)
def test_a_wrong_value_is_refused(setting: str, value: Any, told: str) -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        DocumentMetaClass("User", (Document,), {setting: value})
    assert str(refused.value) == f"User.{setting} must be {told}."


def test_what_is_assigned_later_is_checked_too() -> None:
    class User(Document):
        name = StringField()

    with pytest.raises(InvalidDocumentError, match=r"User\.__unknown__ must be .*, not 'x'\."):
        User.__unknown__ = "x"  # type: ignore[assignment]
    with pytest.raises(InvalidDocumentError, match=r"User\.__abstract__ can't be set once"):
        User.__abstract__ = True
    User.__unknown__ = "drop"
    assert User.from_son({"name": "a", "extra": 1}).to_son() == {"name": "a"}


def test_settings_are_inherited_but_for_those_of_a_class_by_itself() -> None:
    class Base(Document):
        __abstract__ = True
        __dynamic__ = False
        __unknown__ = "drop"
        __discriminator_value__ = "base"

    class User(Base):
        pass

    class Guest(User):
        __dynamic__ = True

    user: Any = User
    assert (user.__abstract__, user.__collection__) == (False, "User")
    assert user.__discriminator_value__ is None
    assert (User.__dynamic__, User.__unknown__) == (False, "drop")
    assert (Guest.__dynamic__, Guest.__unknown__) == (True, "drop")


def test_settings_come_from_mixins_that_are_no_documents() -> None:
    class Strict:
        __dynamic__ = False

    class User(Strict, Document):
        name = StringField()

    with pytest.raises(AttributeError, match=r"User has no field 'nam'\. Did you mean 'name'\?"):
        User(nam="a")


# -- abstract classes, and those of embedded documents ---------------------------------------------


class Base(Document):
    __abstract__ = True
    name = StringField()


class Home(EmbeddedDocument):
    road = StringField()


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Base, "Base is abstract: it has no collection."),
        (Home, "Home is an EmbeddedDocument: it has no collection."),
    ],
)
async def test_a_class_without_a_collection(kind: Any, told: str) -> None:
    with pytest.raises(AbstractClassError) as refused:
        _ = kind.objects
    assert str(refused.value) == told
    assert not hasattr(kind, "objects")
    assert kind.__collection__ is None
    with pytest.raises(AbstractClassError) as refused:
        await kind().save()
    assert str(refused.value) == told


def test_it_makes_instances_and_converts_them() -> None:
    assert Base(name="a").to_son() == {"name": "a"}
    assert Home.from_son({"road": "Loop"}).road == "Loop"


@pytest.mark.parametrize(
    ("base", "body", "told"),
    [
        (Document, {"__abstract__": True}, "New is abstract: it can't have a __collection__."),
        (EmbeddedDocument, {}, "New is an EmbeddedDocument: it can't have a __collection__."),
    ],
)
def test_it_can_have_no_collection(base: Any, body: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        DocumentMetaClass("New", (base,), {**body, "__collection__": "new"})
    assert str(refused.value) == told


def test_embedded_documents_are_equal_by_class_and_values() -> None:
    class Other(Home):
        pass

    assert Home(road="Loop") == Home(road="Loop")
    assert Home(road="Loop") != Home(road="Lane")
    assert Home(road="Loop") != Other(road="Loop")
    assert Home(road="Loop") != {"road": "Loop"}
    assert [Home(road="a"), Home(road="b")].index(Home(road="b")) == 1
    assert Home(road=7) == Home(road=7)  # what a field refuses is compared as it is
    assert Home.from_son({"road": "a", "extra": 1}) != Home(road="a")
    with pytest.raises(TypeError, match="unhashable"):
        hash(Home())


# -- what the driver's collection is given ---------------------------------------------------------


async def test_collections_have_what_their_class_asks_for(mongo: Mongo) -> None:
    class Asking(Document):
        __codec_options__ = CodecOptions(tz_aware=True)
        __read_preference__ = ReadPreference.SECONDARY_PREFERRED
        __read_concern__ = ReadConcern("majority")
        __write_concern__ = WriteConcern(w="majority")
        name = StringField()

    class Plain(Document):
        name = StringField()

    asking, plain = Asking.objects.coll(), Plain.objects.coll()
    assert asking.codec_options.tz_aware
    representation = plain.codec_options.uuid_representation
    assert asking.codec_options.uuid_representation == representation
    assert asking.read_preference == ReadPreference.SECONDARY_PREFERRED
    assert asking.read_concern == ReadConcern("majority")
    assert asking.write_concern == WriteConcern(w="majority")
    assert Asking.objects.coll() is asking
    assert (plain.codec_options.tz_aware, plain.read_preference) == (False, ReadPreference.PRIMARY)

    saved = await Asking(name="a").save()
    assert saved is not None
    found = await Asking.objects.get(saved._id)
    assert found is not None
    assert found.name == "a"
    of_call = Asking.objects.using(write_concern=1)._target().collection
    assert of_call.write_concern == WriteConcern(w=1)


async def test_an_explicit_uuid_representation_wins(mongo: Mongo) -> None:
    class Old(Document):
        __codec_options__ = CodecOptions(uuid_representation=UuidRepresentation.PYTHON_LEGACY)

    options = Old.objects.coll().codec_options
    assert options.uuid_representation == UuidRepresentation.PYTHON_LEGACY


async def test_a_class_that_asks_for_nothing_gets_the_collection_of_the_client(
    mongo: Mongo,
) -> None:
    class Plain(Document):
        name = StringField()

    assert Plain.objects.coll() is Plain.objects._target().opened.collection("Plain")

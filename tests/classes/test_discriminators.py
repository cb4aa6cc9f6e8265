"""Several classes in one collection: how they are declared, and how documents are converted."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable
from typing import Any

import bson
import pytest
from bson.objectid import ObjectId

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    StringField,
)
from aiomotorengine.codec import codec_for
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.errors import AbstractClassError, InvalidDocumentError, UnknownClassWarning
from aiomotorengine.metaclasses import DocumentMetaClass
from aiomotorengine.storage.snapshots import Snapshot
from tests.codec.laws import STANDARD, agree


class Animal(Document):
    __discriminator__ = "_cls"
    name = StringField()


class Dog(Animal):
    tricks = IntField(default=0)


class Puppy(Dog):
    __discriminator_value__ = "pup"


class Cat(Animal):
    lives = IntField(db_field="l", default=9)
    names = ListField(StringField())


class Shape(EmbeddedDocument):
    __discriminator__ = "kind"
    __abstract__ = True
    colour = StringField()


class Circle(Shape):
    __discriminator_value__ = "circle"
    radius = IntField()


class Square(Shape):
    side = IntField()


class Drawing(Document):
    main = EmbeddedDocumentField(Shape)
    shapes = ListField(EmbeddedDocumentField(Shape))


def read(document_class: Any, **stored: Any) -> Any:
    [document] = codec_for(document_class, STANDARD).decode_many(bson.encode(stored))
    return document


# -- declaring -------------------------------------------------------------------------------------


def test_each_class_is_known_by_its_path_or_by_a_value_of_its_own() -> None:
    class Poodle(Puppy):
        pass

    stored = [kind().to_son()["_cls"] for kind in (Animal, Dog, Puppy, Cat, Poodle)]
    assert stored == ["Animal", "Animal.Dog", "pup", "Animal.Cat", "Animal.Dog.Puppy.Poodle"]
    assert next(iter(Dog(name="a").to_son().items())) == ("_cls", "Animal.Dog")


def test_classes_below_share_collection_and_alias() -> None:
    class Root(Document):
        __collection__, __alias__, __discriminator__ = "all", "other", "t"

    class Below(Root):
        pass

    assert (Below.__collection__, Below.__alias__, Below.__lazy__) == ("all", "other", True)


def new(*bases: Any, **body: Any) -> Any:
    return DocumentMetaClass("New", bases, body)


class Vehicle(Document):
    __discriminator__ = "_cls"


@pytest.mark.parametrize(
    ("declare", "told"),
    [
        (
            lambda: new(Animal, __collection__="new"),
            "New is stored with Animal: it can't have a __collection__ of its own.",
        ),
        (
            lambda: new(Dog, __alias__="new"),
            "New is stored with Animal: it can't have a __alias__ of its own.",
        ),
        (
            lambda: new(Dog, __discriminator__="t"),
            "New is stored with Animal: it can't have a __discriminator__ of its own.",
        ),
        (
            lambda: new(Dog, __discriminator_value__="Animal.Cat"),
            "New is stored with Animal: it can't have the __discriminator_value__ 'Animal.Cat', "
            "which Cat has.",
        ),
        (
            lambda: new(Dog, Vehicle),
            "New can't be stored with Animal and with Vehicle at once.",
        ),
        (
            lambda: new(Dog, kind=StringField(db_field="_cls")),
            "Field 'kind' can't be stored under '_cls': that is the discriminator of Animal.",
        ),
        (
            lambda: new(Dog, kind=StringField(aliases=["_cls"])),
            "Field 'kind' can't have the alias '_cls': that is the discriminator of Animal.",
        ),
    ],
)
def test_what_a_class_below_can_not_have(declare: Callable[[], Any], told: str) -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        declare()
    assert str(refused.value) == told


def test_the_same_discriminator_may_be_said_again() -> None:
    assert new(Dog, __discriminator__="_cls")._discriminator.root is Animal


def test_a_class_that_is_made_again_takes_the_place_of_the_one_before() -> None:
    def make() -> Any:
        class Again(Animal):
            pass

        return Again

    make()
    later = make()
    assert type(read(Animal, _cls="Animal.Again")) is later
    del later
    gc.collect()


def test_classes_with_a_value_and_without_a_discriminator_are_as_others() -> None:
    class Part(EmbeddedDocument):
        __discriminator_value__ = "part"
        n = IntField()

    assert Part(n=1).to_son() == {"n": 1}


# -- converting ------------------------------------------------------------------------------------

MIX = [
    Animal(name="a"),
    Dog(name="b", tricks=2),
    Puppy(name="c"),
    Cat(name="d", lives=3, names=["x"]),
    Dog(name="e", extra=1),
]


@pytest.mark.usefixtures("codec")
def test_the_laws_hold_for_a_mix() -> None:
    agree(Animal, MIX, STANDARD)
    agree(Dog, [it for it in MIX if isinstance(it, Dog)], STANDARD)


@pytest.mark.usefixtures("codec")
def test_each_document_is_read_as_its_class() -> None:
    codec = codec_for(Animal, STANDARD)
    raws = codec.encode_many(MIX, list(range(len(MIX))))
    assert [list(bson.decode(raw))[:2] for raw in raws] == [["_id", "_cls"]] * len(MIX)
    found = codec.decode_many(b"".join(raws))
    assert list(map(type, found)) == list(map(type, MIX))
    assert [it.to_son() for it in found] == [it.to_son() for it in MIX]
    assert (found[3].lives, found[3].names, found[4].extra) == (3, ["x"], 1)
    assert not [it for it in found if hasattr(it, "cls") or hasattr(it, "_cls")]


@pytest.mark.usefixtures("codec")
def test_native_conversion_asks_python_for_none_of_them() -> None:
    codec = codec_for(Animal, STANDARD)
    raws = codec.encode_many(MIX[:4], list(range(4)), validate=True)
    codec.decode_many(b"".join(raws))
    assert codec.stepped_back == 0


@pytest.mark.usefixtures("codec")
def test_the_key_may_stand_anywhere_and_be_missing() -> None:
    assert type(read(Animal, name="a", l=1, _cls="Animal.Cat")) is Cat
    assert type(read(Animal, name="a")) is Animal
    assert type(read(Dog, name="a")) is Dog
    assert read(Animal, name="a").to_son() == {"_cls": "Animal", "name": "a"}


@pytest.mark.usefixtures("codec")
def test_a_class_that_comes_later_is_known_from_then_on() -> None:
    codec_for(Animal, STANDARD)

    class Newcomer(Animal):
        pass

    assert type(read(Animal, _cls="Animal.Newcomer")) is Newcomer


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("value", ["Animal.Gone", None, 7, True, ["Animal.Dog"], ""])
def test_an_unknown_value_is_kept_with_all_else(value: Any) -> None:
    class Root(Document):
        __discriminator__ = "_cls"
        name = StringField()

    stored = {"_id": 1, "name": "a", "_cls": value, "lives": 9, "_x": 1}
    with pytest.warns(UnknownClassWarning) as caught:
        document = read(Root, **stored)
    told = f"No class is known for _cls {value!r} of Root; import its module."
    assert [str(it.message) for it in caught] == [told]
    assert type(document) is Root
    assert not hasattr(document, "cls")
    assert document.to_son() == {"_cls": value, "name": "a", "lives": 9, "_x": 1}
    assert next(iter(document.to_son())) == "_cls"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = read(Root, **stored)  # it is said once
        agree(Root, [document, again], STANDARD)


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("is_called", [False, True])
@pytest.mark.parametrize("unknown", ["keep", "drop", "refuse"])
def test_keys_of_a_class_that_nobody_knows_are_kept(unknown: str, is_called: bool) -> None:
    class Root(Document):
        __discriminator__ = "_cls"
        __unknown__ = unknown
        __dynamic__ = False
        name = StringField(db_field="n", aliases=["nm"])
        tags = ListField(StringField())

        if is_called:

            def __init__(self, name: str = "", tags: Any = (), **others: Any) -> None:
                super().__init__(name=name, tags=list(tags), **others)

    stored = {"_id": 1, "nm": "a", "_cls": "Root.New", "lives": 9, "_x": 1, "tags": ["b"]}
    with pytest.warns(UnknownClassWarning):
        document = read(Root, **stored)
    assert (document._id, document.name, document.tags) == (1, "a", ["b"])
    document.name = "c"
    assert document.to_son() == {
        "_cls": "Root.New",
        "n": "c",
        "tags": ["b"],
        "lives": 9,
        "_x": 1,
    }
    agree(Root, [document], STANDARD)


@pytest.mark.usefixtures("codec")
def test_a_document_of_a_class_that_is_not_below_the_one_that_is_read() -> None:
    class Root(Document):
        __discriminator__ = "_cls"

    class One(Root):
        pass

    class Other(Root):
        pass

    told = "No class is known for _cls 'Root.Other' of One; Other does not derive from it."
    with pytest.warns(UnknownClassWarning) as caught:
        document = read(One, _cls="Root.Other")
    assert [str(it.message) for it in caught] == [told]
    assert (type(document), document.to_son()) == (One, {"_cls": "Root.Other"})
    assert issubclass(Other, Root)


@pytest.mark.usefixtures("codec")
def test_classes_that_keep_unknown_keys_or_not() -> None:
    class Root(Document):
        __discriminator__ = "t"
        __dynamic__ = False
        __unknown__ = "refuse"
        n = IntField()

    class Below(Root):
        pass

    document = read(Root, t="Root.Below", n=1)
    assert (type(document), document.to_son()) == (Below, {"t": "Root.Below", "n": 1})
    agree(Root, [document, Root(n=2)], STANDARD)


@pytest.mark.usefixtures("codec")
def test_a_value_of_the_programs_under_the_key_is_refused() -> None:
    for document in Animal(_cls="Animal.Dog"), Animal(cls="x"):
        with pytest.raises(InvalidDocumentError) as refused:
            document.to_son()
        text = "Animal can't have a value under '_cls', which is its discriminator."
        assert str(refused.value) == text
        agree(Animal, [document], STANDARD)


@pytest.mark.usefixtures("codec")
def test_an_abstract_root_has_no_documents_of_its_own() -> None:
    class Root(Document):
        __abstract__ = True
        __discriminator__ = "_cls"
        n = IntField()

    class Below(Root):
        pass

    assert Root.__collection__ == "Root"
    assert type(read(Root, _cls="Root.Below", n=1)) is Below
    with pytest.raises(AbstractClassError) as refused:
        Root(n=1).to_son()
    assert str(refused.value) == "Root is abstract: save documents of its subclasses."
    agree(Root, [Below(n=2), Root(n=1)], STANDARD)
    found = read(Root, n=1)
    assert (type(found), found.to_son()) == (Root, {"n": 1})


@pytest.mark.usefixtures("codec")
def test_embedded_roots() -> None:
    assert not hasattr(Shape, "objects")
    assert not hasattr(Circle, "objects")
    drawings = [
        Drawing(main=Circle(radius=1), shapes=[Square(side=2, colour="red"), Circle(radius=3)]),
        Drawing(),
        Drawing(main=Square(side=1, extra=5)),
    ]
    agree(Drawing, drawings, STANDARD)
    codec = codec_for(Drawing, STANDARD)
    raws = codec.encode_many(drawings, [1, 2, 3])
    assert bson.decode(raws[0])["main"] == {"kind": "circle", "colour": None, "radius": 1}
    [found, _, other] = codec.decode_many(b"".join(raws))
    assert (found.main, found.shapes) == (drawings[0].main, drawings[0].shapes)
    assert (type(other.main), other.main.extra) == (Square, 5)
    assert codec.stepped_back == 0
    oval = f"oval {ObjectId()}"  # each value is warned of once in a process
    with pytest.warns(UnknownClassWarning, match=f"No class is known for kind '{oval}' of Shape"):
        unknown = read(Drawing, main={"kind": oval, "r": 1})
    assert unknown.to_son()["main"] == {"kind": oval, "colour": None, "r": 1}


@pytest.mark.usefixtures("codec")
def test_dates_of_embedded_documents_of_a_class_below_are_set() -> None:
    class Step(EmbeddedDocument):
        __discriminator__ = "_cls"

    class Dated(Step):
        at = DateTimeField(auto_now_on_insert=True)

    class Way(Document):
        steps = ListField(EmbeddedDocumentField(Step))

    dated = Dated()
    way = Way(steps=[dated, Step()])
    assert conversion_of(Way).has_stamps
    conversion_of(Way).stamp(way, creating=True, renew=True, zone=None)
    assert dated.at is not None


@pytest.mark.usefixtures("codec")
def test_methods_of_the_programs_are_called_once() -> None:
    seen: list[str] = []

    class Root(Document):
        __discriminator__ = "_cls"

        @classmethod
        def from_son(cls, mapping: Any) -> Any:
            seen.append(cls.__name__)
            return super().from_son(mapping)

    class Below(Root):
        n = IntField()

    class Own(Root):
        @classmethod
        def from_son(cls, mapping: Any) -> Any:
            document = super().from_son(mapping)
            document.own = True
            return document

    class Made(Root):
        n = IntField()

        def __init__(self, **values: Any) -> None:
            seen.append("init")
            super().__init__(**values)

    found = read(Root, _cls="Root.Below", n=1)
    assert (type(found), found.n, seen) == (Below, 1, ["Root"])
    seen.clear()
    found = read(Root, _cls="Root.Own")
    assert (type(found), found.own) == (Own, True)
    seen.clear()
    found = read(Root, _cls="Root.Made", n=2)
    assert (type(found), found.n, seen) == (Made, 2, ["Root", "init"])


@pytest.mark.usefixtures("codec")
def test_only_classes_that_track_changes_remember_what_was_stored() -> None:
    class Root(Document):
        __discriminator__ = "_cls"
        n = IntField()

    class Tracked(Root):
        __track_changes__ = True

    found, other = read(Root, _id=1, _cls="Root.Tracked", n=1), read(Root, _id=2, _cls="Root", n=1)
    assert type(found._is_persisted) is Snapshot
    assert other._is_persisted is True
    assert not found.is_changed()
    found.n = 2
    assert found.changes() == {"n": (1, 2)}


def test_a_document_without_a_stored_class_is_not_changed_by_that() -> None:
    class Root(Document):
        __discriminator__ = "_cls"
        __track_changes__ = True
        n = IntField()

    document = read(Root, _id=1, n=1)
    assert (document.is_changed(), document.changes()) == (False, {})
    assert Root(n=1).changes() == {"n": (None, 1)}


def test_passwords_of_classes_below_are_shown_by_no_query() -> None:
    class Root(Document):
        __discriminator__ = "_cls"

    class Below(Root):
        password = PasswordField(db_field="p")

    shown = repr(Root.objects.filter(password="secret"))
    assert "secret" not in shown
    assert "'p': '***'" in shown
    assert issubclass(Below, Root)

"""What is wrong with document classes, found without a server."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import (
    BaseField,
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    GenericEmbeddedDocumentField,
    GenericReferenceField,
    Index,
    IntField,
    ListField,
    MapField,
    PasswordField,
    ReferenceField,
    SetField,
    StringField,
    VectorSearchIndex,
    registry,
)
from aiomotorengine.commands.check import check


def found_in(*classes: Any) -> list[tuple[str, str]]:
    """What is wrong with classes, with the end of each place."""
    report = check(classes)
    assert report.ok is not bool(report.findings)
    return [
        (finding.place.rpartition("<locals>.")[2], finding.message) for finding in report.findings
    ]


class District(EmbeddedDocument):
    name = StringField(required=True)
    zip = IntField()


class Text(EmbeddedDocument):
    text = StringField()


class Citizen(Document):
    __indexes__ = [("name", "-homes.zip"), "_raw", Index("$name"), {"fields": ["at"]}]
    __shard_key__ = ("name",)
    name = StringField(required=True, default="")
    at = DateTimeField(index=True)
    homes = ListField(EmbeddedDocumentField(District))
    first = EmbeddedDocumentField(District, default=District)
    friend = ReferenceField("self")
    town = EmbeddedDocumentField("District")
    sizes = MapField(IntField(), default=dict)
    head = GenericEmbeddedDocumentField([District, Text])
    about = GenericReferenceField(["Citizen"])
    number = IntField(min_value=1, default=lambda: 1)
    lines = ListField(StringField(), min_length=1, required=True)
    more = SetField(StringField(), min_length=2, default=set)


def test_nothing_is_wrong_with_what_is_fine() -> None:
    report = check([Citizen, District, Text])
    assert (report.ok, report.findings) == (True, ())
    assert str(check([District, Text])) == "2 classes, 0 problems"


def test_names_of_classes_lead_to_some() -> None:
    class Page(Document):
        author = ReferenceField("Athor")
        parts = ListField(MapField(EmbeddedDocumentField("no.such.Part")))
        home = EmbeddedDocumentField("decimal.Decimal")
        about = GenericReferenceField(["District", "Distrct"])
        head = GenericEmbeddedDocumentField([District, "Imagge"])

    assert found_in(Page) == [
        ("Page.author", "Can't find class Athor."),
        ("Page.parts", "No module named 'no'"),
        (
            "Page.home",
            "The field 'embedded_document_type' argument must be a subclass of Document, not "
            "'<class 'decimal.Decimal'>'.",
        ),
        ("Page.about", "Can't find class Distrct."),
        ("Page.head", "Can't find class Imagge."),
    ]


def test_classes_of_a_union_are_told_apart() -> None:
    class Other(EmbeddedDocument):
        __discriminator_value__ = "Text"

    class Page(Document):
        head = GenericEmbeddedDocumentField([Text, Other])

    assert found_in(Page) == [
        (
            "Page.head",
            "Field 'head' has two classes that are stored as 'Text'; give one a "
            "__discriminator_value__.",
        )
    ]


def test_keys_of_indexes_are_those_of_fields() -> None:
    class Odd(Document):
        __indexes__ = ["nmae", ("name", "-homes.zipp"), Index("name", name="same"), 7]
        __search_indexes__ = [VectorSearchIndex("vectr", dimensions=3)]
        __shard_key__ = ("tenant",)
        name = StringField(unique_with="othr")
        homes = ListField(EmbeddedDocumentField(District))

    assert found_in(Odd) == [
        ("Odd", "Field 'name' can't be unique with 'othr': Odd has no field 'othr'."),
        ("Odd", "Index ('nmae',): Odd has no field 'nmae'."),
        ("Odd", "Index ('name', '-homes.zipp'): Odd has no field 'homes.zipp'."),
        ("Odd", "__indexes__ holds names, tuples of them, or Index(...), not 7."),
        ("Odd", "VectorSearchIndex 'vector': Odd has no field 'vectr'."),
        ("Odd", "Odd.__shard_key__: Odd has no field 'tenant'."),
    ]


def test_indexes_of_one_name_in_a_collection_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def people(*indexes: Any) -> Any:
        class People(Document):
            __collection__ = "people"
            __indexes__ = indexes
            name = StringField()

        return People

    one, other = Index("name", name="by_name"), Index("-name", name="by_name")
    says = "another index of the collection 'people' has the name 'by_name', too."
    ((_, message),) = found_in(people(one, other))
    assert says in message
    old, new = people(one), people(other)
    monkeypatch.setattr(registry, "documents", lambda: [old])
    assert found_in(old) == []
    monkeypatch.setattr(registry, "documents", lambda: [old, new])
    ((_, message),) = found_in(old)
    assert says in message


def broken() -> str:
    raise RuntimeError("none today")


def test_defaults_are_valid() -> None:
    class Ware(Document):
        price = IntField(min_value=1, default=0)
        sizes = ListField(IntField(), default=lambda: [1, "big"])
        size = StringField(choices=["S", "L"], default="M")
        homes = ListField(EmbeddedDocumentField(District), default=lambda: [District(zip="none")])
        made = StringField(default=broken)

    assert found_in(Ware) == [
        (
            "Ware.price",
            "The default 0 is refused: Field 'price' must be valid (0 (int); a whole number of at "
            "least 1 is wanted).",
        ),
        (
            "Ware.sizes.1",
            "The default [1, 'big'] is refused: Field 'sizes' must be valid ('big' (str); a whole "
            "number is wanted).",
        ),
        (
            "Ware.size",
            "The default 'M' is refused: Field 'size' must be valid: 'M' is none of 'S', 'L' "
            "('M' (str)).",
        ),
        (
            "Ware.homes.0.zip",
            "The default [District(zip='none')] is refused: Field 'zip' must be valid ('none' "
            "(str); a whole number is wanted).",
        ),
        ("Ware.made", "The default can't be made: RuntimeError: none today"),
    ]


def test_a_default_with_a_password_is_not_shown() -> None:
    def refuse(value: Any) -> bool:
        return False

    class Login(Document):
        password = PasswordField(default="hunter2", validators=[refuse])

    ((place, message),) = found_in(Login)
    assert place == "Login.password"
    assert "'***' is refused" in message
    assert "hunter2" not in message


def test_names_in_abstract_classes_are_those_of_classes_below() -> None:
    class Base(Document):
        __abstract__ = True
        __indexes__ = ["name"]

    class Good(Base):
        name = StringField()

    class Bad(Base):
        pass

    assert found_in(Base, Good, Bad) == [("Bad", "Index ('name',): Bad has no field 'name'.")]


def test_what_python_converts_is_listed_with_the_reason() -> None:
    class Loud(StringField):
        def to_son(self, value: Any) -> Any:
            return value and value.upper()

    class Shout(Document):
        text = Loud()
        parts = ListField(Loud())
        anything = BaseField[Any]()

    class Strict(Document):
        def validate(self) -> bool:
            return super().validate()

    report = check([Shout, Strict])
    assert report.ok
    assert [
        (part.place.rpartition("<locals>.")[2], part.methods, part.reason)
        for part in report.in_python
    ] == [
        ("Shout.text", ("to_son",), "to_son overridden by Loud"),
        ("Shout.parts[]", ("to_son",), "to_son overridden by Loud"),
        (
            "Shout.anything",
            ("validate", "get_value", "to_son", "from_son"),
            "BaseField has no native kind",
        ),
        ("Strict", ("validate",), "validate overridden by Strict"),
    ]
    head, empty, title, first, *_ = str(report).splitlines()
    assert (head, empty, title) == ("2 classes, 0 problems", "", "Converted by Python:")
    assert first.endswith("Shout.text: to_son: to_son overridden by Loud")


def test_all_classes_are_checked_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "documents", lambda: [Citizen, District])
    assert check().classes == (Citizen, District)

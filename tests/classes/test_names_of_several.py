"""Names that mean one field in one class and another in the next, where both are asked at once."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import UTC
from enum import Enum
from typing import Any

import pytest

from aiomotorengine import (
    BaseField,
    BooleanField,
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    EnumField,
    GenericEmbeddedDocumentField,
    IntField,
    ListField,
    MapField,
    PasswordField,
    Q,
    ReferenceField,
    StringField,
    TimedeltaField,
    TupleField,
    U,
    VectorField,
)
from aiomotorengine.fields.password_field import md5


class Level(Enum):
    LOW = 1


class Grade(Enum):
    LOW = 1


class Home(Document):
    zip = StringField()


class Flat(Document):
    zip = IntField()


UNLIKE: list[Any] = [
    (lambda: StringField(), lambda: IntField()),
    (lambda: ListField(StringField()), lambda: ListField(IntField())),
    (lambda: ListField(StringField()), lambda: StringField()),
    (lambda: EnumField(Level), lambda: EnumField(Grade)),
    (lambda: DecimalField(precision=2), lambda: DecimalField(precision=3)),
    (lambda: DateTimeField(), lambda: DateTimeField(tz=UTC)),
    (lambda: EmbeddedDocumentField(Home), lambda: EmbeddedDocumentField(Flat)),
    (lambda: ReferenceField(Home), lambda: ReferenceField(Flat)),
    (lambda: MapField(IntField(), keys=IntField()), lambda: MapField(IntField())),
    (
        lambda: MapField(IntField(), keys=IntField()),
        lambda: MapField(IntField(), keys=StringField()),
    ),
    (lambda: StringField(to_lower=True), lambda: StringField()),
    (lambda: StringField(to_lower=True), lambda: StringField(to_upper=True)),
    (lambda: StringField(strip_whitespace=True), lambda: StringField()),
    (lambda: ListField(StringField(to_upper=True)), lambda: ListField(StringField())),
    (lambda: BooleanField(null=True), lambda: BooleanField()),
    (lambda: PasswordField(crypt_func=md5), lambda: PasswordField()),
    (lambda: TimedeltaField("seconds"), lambda: TimedeltaField()),
    (lambda: TupleField(IntField(), ...), lambda: TupleField(IntField())),
    (lambda: VectorField(dtype="int8"), lambda: VectorField()),
]

ALIKE: list[Any] = [
    (lambda: StringField(max_length=3), lambda: StringField(min_length=2, title="b")),
    (lambda: IntField(min_value=1), lambda: IntField(bits=64)),
    (lambda: ListField(StringField(), max_length=2), lambda: ListField(StringField())),
    (lambda: EnumField(Level), lambda: EnumField(Level, default=Level.LOW)),
    (lambda: StringField(to_lower=True), lambda: StringField(to_lower=True, title="b")),
    (lambda: VectorField(), lambda: VectorField(as_numpy=False)),
    (lambda: PasswordField(), lambda: PasswordField(title="b")),
    (lambda: EmbeddedDocumentField(Home), lambda: EmbeddedDocumentField(Home, title="b")),
    (lambda: MapField(IntField(), keys=IntField()), lambda: MapField(IntField(), keys=IntField())),
]


def family(one: BaseField[Any], other: BaseField[Any]) -> Any:
    class Root(Document):
        __discriminator__ = "_cls"

    class One(Root):
        size = one

    class Other(Root):
        size = other

    Root.kept = One, Other  # type: ignore[attr-defined]  # or nobody would know them
    return Root


def union(one: BaseField[Any], other: BaseField[Any]) -> Any:
    class One(Document):
        size = one

    class Other(Document):
        size = other

    class Holder(Document):
        parts = ListField(GenericEmbeddedDocumentField([One, Other]))

    return Holder


@pytest.mark.parametrize(("one", "other"), UNLIKE, ids=range(len(UNLIKE)))
def test_fields_that_are_not_alike_are_not_asked_together(one: Any, other: Any) -> None:
    root = family(one(), other())
    told = "it is another field in Other than in One; ask for documents of one of them"
    with pytest.raises(ValueError, match=f"Invalid filter 'size': {told}"):
        root.objects.filter(size=None).to_query()
    with pytest.raises(ValueError, match=told):
        root.objects.filter(Q(size__in=[])).to_query()
    for change in U.set(size=None), U.unset("size"), {"size": None}:
        with pytest.raises(ValueError, match=f"Invalid update 'size': {told}"):
            U.compile(root, change)
    root.objects.order_by("-size")  # which converts nothing
    for kind in root.kept:
        kind.objects.filter(size=None).to_query()
        U.compile(kind, U.set(size=None))
    holder = union(one(), other())
    with pytest.raises(ValueError, match=f"Invalid filter 'parts__size': {told}"):
        holder.objects.filter(parts__size=None).to_query()
    with pytest.raises(ValueError, match=told):
        U.compile(holder, U.set("parts.0.size", None))


@pytest.mark.parametrize(("one", "other"), ALIKE, ids=range(len(ALIKE)))
def test_fields_that_are_alike_are(one: Any, other: Any) -> None:
    for root in family(one(), other()), family(other(), one()):
        assert root.objects.filter(size=None).to_query() == {"size": None}
        assert U.compile(root, U.set(size=None)) == {"$set": {"size": None}}
    holder = union(one(), other())
    assert holder.objects.filter(parts__size=None).to_query() == {"parts.size": None}
    assert U.compile(holder, U.set("parts.0.size", None)) == {"$set": {"parts.0.size": None}}


OF_VALUES = {"min_value", "max_value", "min_length", "max_length", "max_bytes", "pattern", "bits"}
OF_LISTS = {"unique_items", "frozen", "dimensions", "as_numpy", "version"}
OF_STAMPS = {"auto_now_on_insert", "auto_now_on_update", "start", "collection", "name"}
OF_PLACES = {"auto_index"}
OF_CLASSES = {"embedded_document_type", "reference_document_type", "choices", "on_delete"}
OF_INNER_FIELDS = {"base_field", "keys", "fields"}
OF_PASSWORDS = {"hasher"}
SAME_FORM = (
    OF_VALUES | OF_LISTS | OF_STAMPS | OF_PLACES | OF_CLASSES | OF_INNER_FIELDS | OF_PASSWORDS
)
"""The arguments of fields that change nothing of the form in which a value is stored, or that are
compared by themselves."""

CHANGES = {"strip_whitespace", "to_lower", "to_upper"}


def field_classes(base: type[Any] = BaseField) -> Iterator[type[Any]]:
    for derived in base.__subclasses__():
        if derived.__module__.startswith("aiomotorengine.fields."):
            yield derived
            yield from field_classes(derived)


@pytest.mark.parametrize("kind", sorted(set(field_classes()), key=lambda it: it.__name__))
def test_a_field_says_which_arguments_change_what_it_stores(kind: Any) -> None:
    """A new argument of a field is named here or there."""
    common = {*inspect.signature(BaseField.__init__).parameters, "args", "options"}
    own = {*inspect.signature(kind.__init__).parameters} - common
    said = {name.rpartition(".")[2] for name in kind._stored_by}
    assert own - SAME_FORM == (said - {"_changes", "_is_of_any_length"}) | (own & CHANGES)
    assert bool(own & CHANGES) == ("_changes" in said)


def test_one_name_under_two_keys() -> None:
    root = family(IntField(db_field="a"), IntField(db_field="b"))
    told = "(classes below Root|One, Other) store it under different keys: a, b"
    for ask in (
        lambda: root.objects.filter(size=1).to_query(),
        lambda: root.objects.order_by("size"),
        lambda: U.compile(root, U.set(size=1)),
        lambda: U.compile(root, {"size": 1}),
        lambda: (
            union(IntField(db_field="a"), IntField(db_field="b"))
            .objects.filter(parts__size=1)
            .to_query()
        ),
    ):
        with pytest.raises(ValueError, match=told):
            ask()

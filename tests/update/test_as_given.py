"""Values that a field stores as they are given: it is not asked for these, and says the same."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from bson import ObjectId

from aiomotorengine import (
    BaseField,
    BinaryField,
    BooleanField,
    DateTimeField,
    DecimalField,
    DictField,
    Document,
    EmailField,
    EnumField,
    FloatField,
    IntField,
    ListField,
    ObjectIdField,
    StringField,
    U,
    URLField,
    UUIDField,
)
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.update.path import changed_path
from aiomotorengine.update.set import Set, set_value, without_none


class Colour(Enum):
    RED = "red"


class Shouted(StringField):
    def get_value(self, value: Any) -> Any:
        return value and value.upper()


class Halved(IntField):
    def to_son(self, value: Any) -> Any:
        return value and value // 2


class Doubled(IntField):
    def from_son(self, value: Any) -> Any:
        return value and value * 2


class Even(IntField):
    def validate(self, value: Any) -> bool:
        return value is None or value % 2 == 0


class Own(StringField):
    def to_update(self, value: Any, *, strict: bool = False) -> Any:
        return f"own {value}"


def refuse_seven(value: Any) -> None:
    if value == 7:
        raise ValueError("not seven")


class Given(Document):
    __collection__ = "values_as_given"

    text = StringField(db_field="t")
    short = StringField(max_length=3)
    long = StringField(min_length=4)
    needed = StringField(required=True)
    needed_number = IntField(required=True)
    bounded = IntField(min_value=0, max_value=9)
    chosen = StringField(choices=["abc", "x"])
    pattern = StringField(pattern="^a")
    lower = StringField(to_lower=True)

    number = IntField()
    wide = IntField(bits=64)
    narrow = IntField(bits=32)
    real = FloatField()
    when = DateTimeField()
    key = ObjectIdField()
    uuid = UUIDField()
    raw = BinaryField()
    small_raw = BinaryField(max_bytes=2)
    flag = BooleanField()
    price = DecimalField()
    colour = EnumField(Colour)
    mail = EmailField()
    site = URLField()
    anything: BaseField[Any] = BaseField()
    tags = ListField(StringField())
    numbers = DictField(IntField())
    shouted = Shouted()
    halved = Halved()
    doubled = Doubled()
    even = Even()
    own = Own()
    seven = IntField(validators=[refuse_seven])


class Strict(Document):
    __collection__ = "strict_values_as_given"
    __strict__ = True

    text = StringField()
    number = IntField()
    real = FloatField()


VALUES: list[Any] = [
    None,
    "",
    "abc",
    "abcdef",
    "7",
    "\ud800",
    0,
    7,
    8,
    -1,
    2**40,
    2**63,
    2**70,
    5.5,
    float("inf"),
    True,
    datetime(2020, 1, 2),
    "2020-01-02",
    ObjectId("0123456789abcdef01234567"),
    "0123456789abcdef01234567",
    UUID(int=5),
    b"x",
    b"xyz",
    Decimal("1.5"),
    Colour.RED,
    "red",
    "a@b.example",
    "http://b.example/",
    ["a", 1],
    {"a": 1},
]


def outcome(work: Any) -> Any:
    try:
        value = work()
    except Exception as error:
        return type(error), str(error), getattr(error, "__notes__", None)
    return type(value), repr(value)


@pytest.mark.parametrize("kind", [Given, Strict], ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("validate", [True, False])
def test_a_known_field_gives_what_it_gives_when_it_is_asked(
    kind: type[Document], validate: bool
) -> None:
    conversion = conversion_of(kind)
    for name, field in kind._fields.items():
        for value in VALUES:
            path = changed_path(kind, name)
            assert path.as_given is None

            def asked(path: Any = path, value: Any = value) -> Any:
                stored = set_value(path, value, validate)
                return without_none(kind, ("$set", path, stored))[2]

            def known(key: Any, value: Any = value) -> Any:
                [(_, _, stored)] = U.set(key, value).operations(conversion, validate)
                return stored

            expected = outcome(asked)
            for key in name, field, name:
                assert outcome(lambda key=key: known(key)) == expected, (name, value)


def test_what_is_known_of_a_field_is_forgotten_when_the_field_changes() -> None:
    class Patched(Document):
        name = StringField(db_field="n")

    field: Any = Patched.name
    for key in "name", field:
        assert U.compile(Patched, U.set(key, "Ada")) == {"$set": {"n": "Ada"}}
    field.validate = lambda value: False
    for key in "name", field:
        with pytest.raises(InvalidDocumentError, match="Field 'name' must be valid"):
            U.compile(Patched, U.set(key, "Ada"))
    del field.validate
    field.to_update = lambda value: f"{value}!"
    for key in "name", field:
        assert U.compile(Patched, U.set(key, "Ada")) == {"$set": {"n": "Ada!"}}


def test_a_field_that_two_classes_share_leads_to_each_place() -> None:
    class Named:
        name = StringField(db_field="n")

    class Inner(Named, Document):
        pass

    class Outer(Document):
        inner = DictField(StringField())
        name = StringField(db_field="m")

    assert U.compile(Outer, U.set("inner.name", "x")) == {"$set": {"inner.name": "x"}}
    assert U.compile(Outer, U.set("name", "x")) == {"$set": {"m": "x"}}
    assert U.compile(Inner, U.set(Inner.name, "x")) == {"$set": {"n": "x"}}
    with pytest.raises(ValueError, match="is no field of Outer"):
        U.compile(Outer, U.set(Inner.name, "x"))


def test_a_validator_of_the_programs_is_asked_once() -> None:
    asked: list[Any] = []

    class Counted(Document):
        number = IntField(validators=[asked.append])

    for number in 1, 2:
        U.compile(Counted, U.set(number=number))
    assert asked == [1, 2]


@pytest.mark.parametrize("key", [{"n": 1}, ["n"], 3, b"n"], ids=["dict", "list", "int", "bytes"])
def test_what_names_nothing_is_refused_in_the_same_words(key: Any) -> None:
    change = Set([(key, 1)])
    with pytest.raises(TypeError, match="A change names fields or paths"):
        list(change.operations(conversion_of(Document)))


def test_functions_of_the_program_are_asked_once_for_a_value() -> None:
    asked: list[Any] = []

    class Counting(IntField):
        def validate(self, value: Any) -> bool:
            asked.append(value)
            return value % 2 == 0

    def counted(value: Any) -> bool:
        asked.append(value)
        return value % 2 == 0

    class Counted(Document):
        own = Counting(db_field="o")
        ruled = IntField(validators=[counted])

    for key in "own", Counted.own, "ruled", Counted.ruled:
        assert len(U.compile(Counted, U.set(key, 4))) == 1
        assert asked == [4]
        with pytest.raises(InvalidDocumentError, match="must be valid"):
            U.compile(Counted, U.set(key, 5))
        assert asked == [4, 5]
        asked.clear()

"""SetField: several different values of one kind."""

from __future__ import annotations

from uuid import UUID

from bson import ObjectId

from aiomotorengine import (
    Document,
    IntField,
    ListField,
    PasswordField,
    ReferenceField,
    SetField,
    StringField,
    UUIDField,
)
from aiomotorengine.fields.password_field import PasswordType, sha256
from tests.codec.case import Case, Refused

KEY = UUID("12345678-1234-5678-1234-567812345678")
ID = ObjectId("0123456789abcdef01234567")


class Author(Document):
    name = StringField()


CASES = [
    Case(SetField(StringField()), python=None, stored=[], reads=set()),
    Case(SetField(StringField(), frozen=True), python=None, stored=[], reads=frozenset()),
    Case(SetField(StringField()), python=set(), stored=[]),
    Case(SetField(StringField()), python={"a"}, stored=["a"]),
    Case(SetField(StringField()), python=frozenset({"a"}), stored=["a"], reads={"a"}),
    Case(SetField(StringField(), frozen=True), python={"a"}, stored=["a"], reads=frozenset("a")),
    Case(SetField(StringField()), python=["b", "a"], stored=["b", "a"], reads={"a", "b"}),
    Case(SetField(IntField()), python=("1", 2), stored=[1, 2], reads={1, 2}),
    Case(SetField(IntField()), python={None}, stored=[None]),
    Case(SetField(UUIDField()), python={str(KEY)}, stored=[KEY], reads={KEY}),
    Case(SetField(PasswordField()), python={"x"}, stored=[sha256("x")], reads={PasswordType("x")}),
    Case(SetField(ListField(IntField())), python=[[1]], stored=[[1]], reads=[[1]]),
    Case(SetField(ReferenceField(Author)), python={Author(_id=ID)}, stored=[ID], reads={ID}),
    Case(ListField(SetField(IntField())), python=[{1}, None], stored=[[1], []], reads=[{1}, set()]),
    Case(SetField(SetField(IntField(), frozen=True)), python={frozenset({1})}, stored=[[1]]),
    Refused(SetField(StringField(), required=True), python=None),
    Refused(SetField(StringField(), required=True), python=set()),
    Refused(SetField(StringField(), required=True), python=frozenset()),
    Refused(SetField(StringField()), python={1}),
    Refused(SetField(StringField()), python=frozenset({1})),
    Refused(SetField(StringField()), python="abc"),
    Refused(SetField(StringField()), python={"a": 1}),
    Refused(SetField(IntField()), python={1, "x"}),
    Refused(SetField(IntField()), python=iter([1])),
]

"""DictField: mappings of texts to values."""

from __future__ import annotations

from collections import OrderedDict

from bson import SON

from aiomotorengine import (
    BaseField,
    DictField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    StringField,
)
from aiomotorengine.fields.password_field import PasswordType, sha256
from tests.codec.case import Case, Refused


class Home(Document):
    road = StringField(required=True, db_field="rd")


HOME = {"rd": "Loop"}

CASES = [
    Case(DictField(), python=None, stored={}, reads={}),
    Case(DictField(), python={}, stored={}),
    Case(DictField(), python={"a": [1, {"$b": None}]}, stored={"a": [1, {"$b": None}]}),
    Case(DictField(), python={"a.b": 1, "": 2, "é": 3}, stored={"a.b": 1, "": 2, "é": 3}),
    Case(
        DictField(), python=OrderedDict(b=1, a=2), stored={"b": 1, "a": 2}, reads={"b": 1, "a": 2}
    ),
    Case(DictField(), python=SON(b=1), stored={"b": 1}, reads={"b": 1}),
    Case(DictField(), python={"_id": 1, "a": 2}, stored={"_id": 1, "a": 2}),
    Case(DictField(required=True), python={"a": None}, stored={"a": None}),
    Case(DictField(IntField()), python=None, stored={}, reads={}),
    Case(
        DictField(IntField()),
        python={"a": "1", "b": None},
        stored={"a": 1, "b": None},
        reads={"a": 1, "b": None},
    ),
    Case(DictField(IntField()), python={"größe": 1, "a.b": 2}, stored={"größe": 1, "a.b": 2}),
    Case(DictField(StringField(required=True)), python={"a": ""}, stored={"a": ""}),
    Case(DictField(BaseField()), python={"a": [1]}, stored={"a": [1]}),
    Case(
        DictField(DictField(IntField())),
        python={"a": {"b": 1}, "c": None},
        stored={"a": {"b": 1}, "c": {}},
        reads={"a": {"b": 1}, "c": {}},
    ),
    Case(ListField(DictField(IntField())), python=[{"a": 1}, {}], stored=[{"a": 1}, {}]),
    Case(
        DictField(EmbeddedDocumentField(Home)),
        python={"x": Home(road="Loop"), "y": None},
        stored={"x": HOME, "y": None},
        reads={"x": Home.from_son(HOME), "y": None},
    ),
    Case(
        DictField(PasswordField()),
        python={"a": "x"},
        stored={"a": sha256("x")},
        reads={"a": PasswordType("x")},
    ),
    Refused(DictField(required=True), python=None),
    Refused(DictField(required=True), python={}),
    Refused(DictField(IntField(), required=True), python={}),
    Refused(DictField(), python=[]),
    Refused(DictField(), python=[("a", 1)]),
    Refused(DictField(), python="a"),
    Refused(DictField(), python=""),
    Refused(DictField(), python=0),
    Refused(DictField(), python={1: 2}),
    Refused(DictField(), python={None: 2}),
    Refused(DictField(), python={"a": 1, "$b": 2}),
    Refused(DictField(), python={"a\0b": 2}),
    Refused(DictField(), python={"é\0": 2}),
    Refused(DictField(IntField()), python={"a": 1, "$b": 2}),
    Refused(DictField(IntField()), python={"a": 1, 2: 2}),
    Refused(DictField(IntField()), python={"a": 1, "b": "x"}),
    Refused(DictField(IntField()), python={"a\0b": 2}),
    Refused(DictField(EmbeddedDocumentField(Home)), python={"a": Home()}),
    Refused(DictField(EmbeddedDocumentField(Home)), python={"a": HOME}),
    Refused(ListField(DictField()), python=[{"a": 1}, {"$a": 1}]),
]

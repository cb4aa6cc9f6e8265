"""MapField: mappings whose values, and keys, are of one kind."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from aiomotorengine import DecimalField, IntField, ListField, MapField, StringField, UUIDField
from tests.codec.case import Case, Refused

KEY = UUID("12345678-1234-5678-1234-567812345678")

CASES = [
    Case(MapField(DecimalField()), python=None, stored={}, reads={}),
    Case(
        MapField(DecimalField()),
        python={"eur": 5},
        stored={"eur": "5.00"},
        reads={"eur": Decimal("5.00")},
    ),
    Case(
        MapField(ListField(IntField())),
        python={"a": (1, "2"), "b": None},
        stored={"a": [1, 2], "b": []},
        reads={"a": [1, 2], "b": []},
    ),
    Case(MapField(IntField(), keys=IntField()), python={5: 1, -2: 3}, stored={"5": 1, "-2": 3}),
    Case(MapField(IntField(), keys=IntField()), python={"5": 1}, stored={"5": 1}, reads={5: 1}),
    Case(MapField(IntField(), keys=UUIDField()), python={KEY: 1}, stored={str(KEY): 1}),
    Case(MapField(IntField(), keys=StringField(max_length=2)), python={"ab": 1}, stored={"ab": 1}),
    Case(MapField(IntField(), keys=IntField()), python=None, stored={}, reads={}),
    Case(MapField(IntField(), required=True), python={"a": None}, stored={"a": None}),
    Refused(MapField(IntField(), required=True), python=None),
    Refused(MapField(IntField(), required=True), python={}),
    Refused(MapField(IntField()), python={"a": "x"}),
    Refused(MapField(IntField()), python={5: 1}),
    Refused(MapField(IntField()), python={"$a": 1}),
    Refused(MapField(IntField()), python=[1]),
    Refused(MapField(IntField(), keys=IntField()), python={"x": 1}),
    Refused(MapField(IntField(), keys=IntField()), python={None: 1}),
    Refused(MapField(IntField(), keys=StringField()), python={"$a": 1}),
    Refused(MapField(IntField(), keys=StringField(max_length=2)), python={"abc": 1}),
]

"""AnyField: whatever BSON holds."""

from __future__ import annotations

from datetime import datetime

from bson import ObjectId

from aiomotorengine import AnyField
from tests.codec.case import Case, Refused

ID = ObjectId("0123456789abcdef01234567")

CASES = [
    Case(AnyField(), python=None, stored=None),
    Case(AnyField(), python="", stored=""),
    Case(AnyField(), python=0, stored=0),
    Case(AnyField(), python=[1, "a", None, [2.5]], stored=[1, "a", None, [2.5]]),
    Case(AnyField(), python=(1, 2), stored=(1, 2), reads=[1, 2]),
    Case(AnyField(), python={"a.b": {"$c": ID}}, stored={"a.b": {"$c": ID}}),
    Case(AnyField(), python=datetime(2020, 1, 2), stored=datetime(2020, 1, 2)),
    Case(AnyField(required=True), python=False, stored=False),
    Refused(AnyField(required=True), python=None),
]

"""A collection at each moment of a call takes the values away that are being converted.

It needs a user's method that lets the collector run within the call. With ``PYTHONMALLOC=debug``
whoever looks at a value that is gone falls, so these are programs of their own.
"""

from __future__ import annotations

import pytest

from tests.codec.programs import ran

PROGRAM = """
import contextvars, gc, sys
from collections import OrderedDict
from contextlib import suppress
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from inspect import getattr_static
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from bson import CodecOptions, Decimal128, Int64, ObjectId
from bson.binary import UuidRepresentation
from bson.dbref import DBRef

from aiomotorengine import *
from aiomotorengine.codec import codec_for
from aiomotorengine.rows import Rows
from aiomotorengine.rows.plan import row_plan
from aiomotorengine.storage.values import value_of

_, hook, is_moved = sys.argv
MOMENTS = 12

def let_go(phase, info):
    gc.callbacks.clear()
    for document in documents:
        for name in document._fields:
            if name != "first":
                value = value_of(document, name)
                if isinstance(value, list):
                    value.clear()
                keep(document, name, None)
    for row in rows:
        for value in list(row.values()):
            if isinstance(value, (list, dict)):
                value.clear()
        row.clear()

def open_to_collections(self, value):
    gc.collect(0)
    gc.callbacks[:] = [let_go]
    gc.set_threshold(moment)
    gc.enable()
    return {"validate": True, "is_empty": False}.get(hook, value)

def keep(document, name, value):
    getattr_static(type(document), name).keep(document, value)

Opening = type("Opening", (StringField,), {hook: open_to_collections})

class Inner(Document):
    text = StringField()
    number = IntField()

class Validating(Document):
    def validate(self):
        return True

class Target(Document):
    pass

class Zone(tzinfo):
    def utcoffset(self, moment):
        return timedelta(hours=1)

class Text(str):
    pass

def text():
    return "x" * 50 + str(moment)

def zoned():
    return datetime(2020, 1, 1, 1, 1, 1, moment, tzinfo=Zone())

# Values that nothing else holds, made anew for each call.
FIELDS = [
    (StringField(required=True), text, lambda: "\\u00e9" * 60 + str(moment), lambda: Text(text())),
    (StringField(max_length=5), text, lambda: Text("abc")),
    (IntField(min_value=0), lambda: 10**15 + moment, lambda: moment + 10.0, lambda: str(moment)),
    (FloatField(min_value=-10), lambda: 1.5 * moment, lambda: "1.5", lambda: 10**20 + moment),
    (DecimalField(), lambda: Decimal(moment) / 7, lambda: Decimal("1.50") + moment, lambda: "1.5"),
    (DateTimeField(), lambda: datetime(2020, 1, 1, 1, 1, 1, moment), zoned,
     lambda: date(2020, 1, 1)),
    (BooleanField(), lambda: 5.5 * moment),
    (BaseField(), lambda: {"a": [text(), {"b": text()}]}, lambda: OrderedDict(a=text()),
     lambda: [OrderedDict(a=text()), text(), {"k": (text(),)}], lambda: Int64(10**12 + moment),
     lambda: Decimal128("1"), lambda: UUID(int=2**100 + moment), zoned),
    (ListField(StringField()), lambda: [text() for _ in range(5)], lambda: (text(),),
     lambda: [Text(text()), text()]),
    (ListField(DecimalField()), lambda: [Decimal(moment) / 7, Decimal(moment) / 3, Decimal("1.5")]),
    (ListField(ListField(DecimalField())), lambda: [[Decimal(moment) / 7, Decimal(moment) / 3]]),
    (ListField(BaseField()), lambda: [OrderedDict(a=text()), {"a": text()}, (text(),)]),
    (EmbeddedDocumentField(Inner), lambda: Inner(text=text(), number="5"),
     lambda: {"text": text(), "number": 10**15 + moment}),
    (ListField(EmbeddedDocumentField(Inner)), lambda: [Inner(text=text()), Inner(number=5)],
     lambda: [{"number": 10**15 + moment, "text": text()}, {"text": text()}]),
    (EmbeddedDocumentField(Validating), lambda: Validating()),
    (BinaryField(), lambda: text().encode(), lambda: bytearray(b"x" * 60)),
    (TimeField(), lambda: time(1, 1, 1, moment), lambda: f"01:01:01.{moment:06}", lambda: "01:01"),
    (IPAddressField(), lambda: IPv4Address(2**31 + moment), lambda: IPv6Address(2**100 + moment),
     lambda: str(IPv6Address(2**100 + moment)), lambda: f"fe80::{moment:x}%eth0"),
    (GenericReferenceField(), lambda: DBRef(text(), text()), lambda: DBRef(text(), 5, a=[text()]),
     lambda: Target(_id=ObjectId())),
    (UUIDField(), lambda: UUID(int=2**100 + moment), lambda: str(UUID(int=2**100 + moment))),
    (ReferenceField(Target), lambda: ObjectId(), lambda: Target(_id=ObjectId())),
    (JsonField(), lambda: {"a": [text()]}),
    (PasswordField(), text),
    (PointField(), lambda: [1.5 * moment, 2.5], lambda: {"type": "Point", "coordinates": [1, 2]}),
    (EmailField(), lambda: text() + "@example.com"),
]

gc.collect()
gc.freeze()
documents = []
rows = []
for field, *makers in FIELDS:
    names = {"first": Opening(required=True), "value": field, "last": StringField()}
    Subject = type(Document)("Subject", (Document,), names)
    side = codec_for(Subject, CodecOptions(uuid_representation=UuidRepresentation.STANDARD))
    plans = [row_plan(Rows([], parse=it).reader(Subject)) for it in (False, True)]
    works = [
        lambda: side.validate_many(documents[:1]),
        lambda: side.encode_many(documents[:1], [1], validate=True),
        lambda: side.encode_many(documents[:1], [1]),
        *(lambda it=it: it.encode_many(rows[:1]) for it in map(side.compile_rows, plans)),
    ]
    for make in makers:
        for moment in range(1, MOMENTS):
            for work in works:
                document = Subject(first="x")
                keep(document, "value", make())
                keep(document, "last", text())
                documents = [document]
                rows = [{"first": "x", "value": make(), "last": text()}]
                if isinstance(value_of(document, "value"), Inner):
                    documents.append(value_of(document, "value"))
                if is_moved:
                    assert all(map(vars, documents))  # who asks for the dict moves values there
                with suppress(Exception):
                    contextvars.Context().run(work)
                gc.callbacks.clear()
                gc.set_threshold(700)
print("alive")
"""


@pytest.mark.parametrize("moved", ["", "moved"], ids=["as made", "in the dict"])
@pytest.mark.parametrize("hook", ["validate", "to_son", "get_value", "is_empty"])
def test_values_may_go_away_at_any_moment(codec: str, hook: str, moved: str) -> None:
    assert ran(codec, PROGRAM, hook, moved, PYTHONMALLOC="debug") == "alive\n"

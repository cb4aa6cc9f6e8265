"""TupleField: values that stand in an order, each with a field of its own."""

from __future__ import annotations

from decimal import Decimal

from aiomotorengine import (
    DecimalField,
    Document,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    ListField,
    StringField,
    TupleField,
)
from tests.codec.case import Case, Refused


class Home(Document):
    road = StringField(required=True)


HOME = {"road": "Loop"}


def pair() -> TupleField:
    return TupleField(FloatField(), DecimalField())


CASES = [
    Case(pair(), python=None, stored=[], reads=()),
    Case(pair(), python=(), stored=[]),
    Case(pair(), python=[], stored=[], reads=()),
    Case(pair(), python=(1, "2"), stored=[1.0, "2.00"], reads=(1.0, Decimal("2.00"))),
    Case(pair(), python=[1.5, None], stored=[1.5, None], reads=(1.5, None)),
    Case(TupleField(IntField(), ...), python=(), stored=[]),
    Case(TupleField(IntField(), ...), python=(1, "2", 3), stored=[1, 2, 3], reads=(1, 2, 3)),
    Case(TupleField(IntField()), python=(1,), stored=[1]),
    Case(
        TupleField(EmbeddedDocumentField(Home), ListField(IntField())),
        python=(Home(road="Loop"), (1, 2)),
        stored=[HOME, [1, 2]],
        reads=(Home.from_son(HOME), [1, 2]),
    ),
    Case(
        ListField(TupleField(IntField(), ...)),
        python=[(1,), None],
        stored=[[1], []],
        reads=[(1,), ()],
    ),
    Case(TupleField(TupleField(IntField(), IntField()), ...), python=((1, 2),), stored=[[1, 2]]),
    Case(TupleField(StringField(), required=True), python=("a",), stored=["a"]),
    Refused(TupleField(StringField(), required=True), python=None),
    Refused(TupleField(StringField(), required=True), python=()),
    Refused(TupleField(StringField(), ..., required=True), python=[]),
    Refused(pair(), python=(1.0,)),
    Refused(pair(), python=(1.0, 2, 3)),
    Refused(pair(), python=("x", 2)),
    Refused(pair(), python=(1, "x")),
    Refused(pair(), python={1, 2}),
    Refused(pair(), python="12"),
    Refused(pair(), python={0: 1, 1: 2}),
    Refused(pair(), python=5),
    Refused(TupleField(IntField(), ...), python=(1, "x")),
    Refused(TupleField(IntField(), ...), python=range(3)),
    Refused(TupleField(EmbeddedDocumentField(Home)), python=(Home(),)),
]

"""EmbeddedDocumentField: documents in documents, each converted by its own class."""

from __future__ import annotations

from aiomotorengine import (
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    IntField,
    ListField,
    StringField,
)
from tests.codec.case import Case, Refused


class Home(Document):
    road = StringField(required=True, db_field="rd")
    number = IntField(default=1)


class Villa(Home):
    pools = IntField()


class Tree(Document):
    name = StringField()
    branches = ListField(EmbeddedDocumentField("tests.codec.cases.embedded.Tree"))


class Part(EmbeddedDocument):
    code = StringField(primary_key=True)
    size = IntField()


class Payment(EmbeddedDocument):
    __discriminator__ = "_cls"
    amount = IntField()


class Transfer(Payment):
    reference = StringField(primary_key=True)


class Other(Document):
    road = StringField()


STORED = {"rd": "Loop", "number": 1}
PART = {"_id": "A1", "size": 2}
TRANSFER = {"_id": "R7", "_cls": "Payment.Transfer", "amount": 5}
GROWN = {"name": "a", "branches": [{"name": "b", "branches": []}]}

CASES = [
    Case(EmbeddedDocumentField(Home), python=None, stored=None),
    Case(
        EmbeddedDocumentField(Home),
        python=Home(road="Loop"),
        stored=STORED,
        reads=Home.from_son(STORED),
    ),
    Case(
        EmbeddedDocumentField(Home),
        python=Home(_id=5, road="Loop"),
        stored=STORED,
        reads=Home.from_son(STORED),
    ),
    Case(
        EmbeddedDocumentField(Home),
        python=EmbeddedDocumentField(Home).from_son({"_id": 5} | STORED),
        stored={"_id": 5} | STORED,
        reads=EmbeddedDocumentField(Home).from_son({"_id": 5} | STORED),
    ),
    Case(
        EmbeddedDocumentField(Home),
        python=Home(road="Loop", colour="red"),
        stored=STORED | {"_colour": "red"},
        reads=Home.from_son(STORED | {"_colour": "red"}),
    ),
    Case(
        EmbeddedDocumentField(Home),
        python=Villa(road="Loop", pools=2),
        stored=STORED | {"pools": 2},
        reads=Home.from_son(STORED | {"pools": 2}),
    ),
    Case(
        EmbeddedDocumentField("tests.codec.cases.embedded.Tree"),
        python=Tree(name="a", branches=[Tree(name="b")]),
        stored=GROWN,
        reads=Tree.from_son(GROWN),
    ),
    Case(
        ListField(EmbeddedDocumentField(Home)),
        python=[Home(road="Loop"), None],
        stored=[STORED, None],
        reads=[Home.from_son(STORED), None],
    ),
    Case(
        EmbeddedDocumentField(Home, required=True),
        python=Home(road="Loop"),
        stored=STORED,
        reads=Home.from_son(STORED),
    ),
    Case(
        EmbeddedDocumentField(Part),
        python=Part(code="A1", size=2),
        stored=PART,
        reads=EmbeddedDocumentField(Part).from_son(PART),
    ),
    Case(
        EmbeddedDocumentField(Payment),
        python=Transfer(reference="R7", amount=5),
        stored=TRANSFER,
        reads=EmbeddedDocumentField(Payment).from_son(TRANSFER),
    ),
    Case(
        ListField(EmbeddedDocumentField(Payment)),
        python=[Payment(amount=1), Transfer(reference="R7", amount=5)],
        stored=[{"_cls": "Payment", "amount": 1}, TRANSFER],
        reads=[Payment.from_son({"amount": 1}), EmbeddedDocumentField(Payment).from_son(TRANSFER)],
    ),
    Refused(EmbeddedDocumentField(Part), python=Part(size=2)),
    Refused(EmbeddedDocumentField(Home, required=True), python=None),
    Refused(EmbeddedDocumentField(Home), python=Home()),
    Refused(EmbeddedDocumentField(Home), python=Home(road=5)),
    Refused(EmbeddedDocumentField(Home), python=Other(road="Loop")),
    Refused(EmbeddedDocumentField(Villa), python=Home(road="Loop")),
    Refused(EmbeddedDocumentField(Home), python=STORED),
    Refused(EmbeddedDocumentField(Home), python=""),
    Refused(EmbeddedDocumentField(Home), python=Home),
    Refused(ListField(EmbeddedDocumentField(Home)), python=[Home(road="Loop"), Home()]),
]

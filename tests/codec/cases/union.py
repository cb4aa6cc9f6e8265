"""GenericEmbeddedDocumentField: documents of one of several classes."""

from __future__ import annotations

from typing import Any

from aiomotorengine import (
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    GenericEmbeddedDocumentField,
    IntField,
    ListField,
    StringField,
)
from tests.codec.case import Case, Refused


class Text(Document):
    text = StringField(required=True, db_field="t")


class Image(Document):
    __discriminator_value__ = "img"
    width = IntField(default=1)
    caption = GenericEmbeddedDocumentField(["tests.codec.cases.union.Text", "self"])


class Part(EmbeddedDocument):
    code = StringField(primary_key=True)
    size = IntField()


class Other(Document):
    text = StringField()


def union(**options: Any) -> GenericEmbeddedDocumentField:
    return GenericEmbeddedDocumentField([Text, Image], **options)


PARTS = GenericEmbeddedDocumentField([Part, Text])
PART = {"_cls": "Part", "_id": "A1", "size": 2}
STORED = {"_cls": "Text", "t": "a"}
NESTED = {"_cls": "img", "width": 2, "caption": {"_cls": "Text", "t": "b"}}

CASES = [
    Case(union(), python=None, stored=None),
    Case(union(), python=Text(text="a"), stored=STORED, reads=union().from_son(STORED)),
    Case(
        union(),
        python=Image(width=2, caption=Text(text="b")),
        stored=NESTED,
        reads=union().from_son(NESTED),
    ),
    Case(
        union(discriminator="kind"),
        python=Text(text="a"),
        stored={"kind": "Text", "t": "a"},
        reads=union().from_son(STORED),
    ),
    Case(
        union(),
        python=union().from_son(STORED | {"_id": 5}),
        stored={"_cls": "Text", "_id": 5, "t": "a"},
        reads=union().from_son(STORED | {"_id": 5}),
    ),
    Case(
        union(),
        python=Text(text="a", colour="red"),
        stored=STORED | {"_colour": "red"},
        reads=union().from_son(STORED | {"_colour": "red"}),
    ),
    Case(
        ListField(union()),
        python=[Text(text="a"), None],
        stored=[STORED, None],
        reads=[union().from_son(STORED), None],
    ),
    Case(PARTS, python=Part(code="A1", size=2), stored=PART, reads=PARTS.from_son(PART)),
    Case(
        ListField(PARTS),
        python=[Part(code="A1", size=2), Text(text="a")],
        stored=[PART, STORED],
        reads=[PARTS.from_son(PART), PARTS.from_son(STORED)],
    ),
    Refused(PARTS, python=Part(size=2)),
    Refused(union(required=True), python=None),
    Refused(union(), python=Text()),
    Refused(union(), python=Other(text="a")),
    Refused(union(), python=STORED),
    Refused(union(), python="Text"),
    Refused(union(), python=Text),
    Refused(union(), python=Image(caption=Other())),
    Refused(ListField(union()), python=[Text(text="a"), Text(text=5)]),
    Refused(EmbeddedDocumentField(Image), python=Image(caption=Text())),
]

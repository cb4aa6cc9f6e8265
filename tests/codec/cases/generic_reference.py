"""GenericReferenceField: documents of any class, stored elsewhere."""

from __future__ import annotations

from uuid import UUID

from bson import ObjectId
from bson.dbref import DBRef

from aiomotorengine import Document, GenericReferenceField, ListField, MapField, StringField
from tests.codec.case import Case, Refused


class Link(Document):
    __collection__ = "links"
    url = StringField()


class Other(Document):
    pass


class Own(DBRef):
    """A reference of a class of its own."""


LINK = DBRef("links", 3)
ID = ObjectId("65df1f000000000000000001")

CASES = [
    Case(GenericReferenceField(), python=None, stored=None),
    Case(GenericReferenceField(), python=LINK, stored=LINK),
    Case(GenericReferenceField(), python=Link(_id=3), stored=LINK, reads=LINK),
    Case(GenericReferenceField([Link]), python=Link(_id=3), stored=LINK, reads=LINK),
    Case(GenericReferenceField([Link]), python=LINK, stored=LINK),
    Case(
        ListField(GenericReferenceField()),
        python=[Link(_id=3), None],
        stored=[LINK, None],
        reads=[LINK, None],
    ),
    Case(
        MapField(GenericReferenceField()),
        python={"a": Link(_id=3)},
        stored={"a": LINK},
        reads={"a": LINK},
    ),
    *(
        Case(GenericReferenceField(), python=reference, stored=reference)
        for reference in (
            DBRef("links", ID),
            DBRef("links", "key"),
            DBRef("links", "ключ"),
            DBRef("ссылки", 2**40),
            DBRef("links", -(2**63)),
            DBRef("links", True),
            DBRef("links", 1.5),
            DBRef("links", UUID(int=5)),
            DBRef("links", {"a": 1}),
            DBRef("", 5),
            DBRef("links", 5, "elsewhere"),
            DBRef("links", 5, extra=[1, {"a": None}]),
            DBRef("links", 5, "elsewhere", extra=DBRef("links", 1)),
        )
    ),
    Case(GenericReferenceField(), python=Own("links", 3), stored=Own("links", 3), reads=LINK),
    Case(GenericReferenceField([f"{__name__}.Link"]), python=LINK, stored=LINK),
    Case(GenericReferenceField([Other, Link]), python=LINK, stored=LINK),
    Refused(GenericReferenceField(), python=DBRef("links", 2**63)),
    Refused(GenericReferenceField(), python=DBRef("links", "\ud800")),
    Refused(GenericReferenceField([]), python=LINK),
    Refused(GenericReferenceField([Link]), python=DBRef("Links", ID)),
    Refused(GenericReferenceField(required=True), python=None),
    Refused(GenericReferenceField(), python=Link()),
    Refused(GenericReferenceField(), python=3),
    Refused(GenericReferenceField(), python="links"),
    Refused(GenericReferenceField(), python=DBRef("links", None)),
    Refused(GenericReferenceField(), python=DBRef("links", [1])),
    Refused(GenericReferenceField([Link]), python=Other(_id=3)),
    Refused(GenericReferenceField([Link]), python=DBRef("others", 3)),
    Refused(GenericReferenceField(), python={"$ref": "links", "$id": 3}),
]

"""GenericReferenceField: documents of any class, stored elsewhere."""

from __future__ import annotations

from bson.dbref import DBRef

from aiomotorengine import Document, GenericReferenceField, ListField, MapField, StringField
from tests.codec.case import Case, Refused


class Link(Document):
    __collection__ = "links"
    url = StringField()


class Other(Document):
    pass


LINK = DBRef("links", 3)

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

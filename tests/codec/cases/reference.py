"""ReferenceField: documents and ids, stored as ids."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bson import Int64, ObjectId, Regex

from aiomotorengine import Document, ListField, ReferenceField, StringField
from aiomotorengine.storage.dangling import DanglingReference
from tests.codec.case import Case, Refused

ID = ObjectId("0123456789abcdef01234567")
OTHER_ID = ObjectId("89abcdef0123456701234567")


class Author(Document):
    name = StringField()
    friend = ReferenceField("tests.codec.cases.reference.Author")


class Poet(Author):
    pass


class Other(Document):
    pass


CASES = [
    Case(ReferenceField(Author), python=None, stored=None),
    Case(ReferenceField(Author), python=ID, stored=ID),
    Case(ReferenceField(Author), python=Author(_id=ID), stored=ID, reads=ID),
    Case(ReferenceField(Author), python=Author(_id=5), stored=5, reads=5),
    Case(ReferenceField(Author), python=Poet(_id=ID), stored=ID, reads=ID),
    Case(ReferenceField(Author), python=DanglingReference(ID), stored=ID, reads=ID),
    Case(
        ReferenceField("tests.codec.cases.reference.Author"),
        python=Author(_id=ID),
        stored=ID,
        reads=ID,
    ),
    Case(ReferenceField(Author, required=True), python=ID, stored=ID),
    *(
        Case(ReferenceField(Author), python=id, stored=id)
        for id in (
            "",
            "nord-7",
            "n\u00f6rdlich",
            "x" * 24,
            "\U0001f331" * 24,
            0,
            -1,
            2**31 - 1,
            True,
            1.5,
            b"twelve bytes",
            UUID(int=5),
            datetime(2020, 1, 1),
            {"row": 1, "column": "A"},
        )
    ),
    *(
        Case(ReferenceField(Author), python=id, stored=id, reads=Int64(id))
        for id in (2**31, 2**63 - 1, -(2**63))
    ),
    Case(ListField(ReferenceField(Author)), python=["a", 5, ID], stored=["a", 5, ID]),
    Case(
        ListField(ReferenceField(Author)),
        python=[Author(_id=ID), OTHER_ID, None],
        stored=[ID, OTHER_ID, None],
        reads=[ID, OTHER_ID, None],
    ),
    Refused(ReferenceField(Author, required=True), python=None),
    Refused(ReferenceField(Author), python=Author(name="unsaved")),
    Refused(ReferenceField(Author), python=Other(_id=ID)),
    Refused(ReferenceField(Poet), python=Author(_id=ID)),
    Refused(ReferenceField(Author), python=str(ID)),
    Refused(ReferenceField(Author), python=str(ID).upper()),
    Refused(ReferenceField(Author), python={"$ne": None}),
    Refused(ReferenceField(Author), python=2**63),
    Refused(ReferenceField(Author), python="\ud800"),
    Refused(ReferenceField(Author), python=[ID]),
    Refused(ReferenceField(Author), python=Regex("a")),
    Refused(ListField(ReferenceField(Author)), python=[ID, Author()]),
]

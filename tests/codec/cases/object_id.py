"""ObjectIdField: ids, or their text."""

from __future__ import annotations

from bson import ObjectId

from aiomotorengine import ObjectIdField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING

HEX = "65df1f000000000000abcdef"
KEY = ObjectId(HEX)


class Key(ObjectId):
    """An id of a class of its own."""

    __slots__ = ()


CASES = [
    Case(ObjectIdField(), python=None, stored=None),
    Case(ObjectIdField(), python=KEY, stored=KEY),
    Case(ObjectIdField(), python=HEX, stored=KEY, reads=KEY),
    Case(ObjectIdField(), python=HEX.upper(), stored=KEY, reads=KEY),
    Case(ObjectIdField(), python=Key(HEX), stored=Key(HEX), reads=KEY),
    Case(ObjectIdField(required=True), python=KEY, stored=KEY),
    Refused(ObjectIdField(required=True), python=None),
    Refused(ObjectIdField(), python=""),
    Refused(ObjectIdField(), python="no"),
    Refused(ObjectIdField(), python=HEX[:-1]),
    Refused(ObjectIdField(), python=f"{HEX[:22]}  "),
    Refused(ObjectIdField(), python=KEY.binary),
    Refused(ObjectIdField(), python=5),
    Refused(ObjectIdField(), python={"$ne": None}),
    *(Refused(ObjectIdField(), python=value) for value in MISSING),
]

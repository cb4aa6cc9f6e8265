"""VersionField: stored as an IntField is."""

from __future__ import annotations

from bson import Int64

from aiomotorengine import VersionField
from tests.codec.case import Case, Refused

CASES = [
    Case(VersionField(), python=None, stored=None),
    Case(VersionField(), python=1, stored=1),
    Case(VersionField(db_field="v"), python=2**31, stored=2**31),
    Case(VersionField(), python=2**63 - 1, stored=2**63 - 1),
    Case(VersionField(), python=Int64(5), stored=5, reads=5),
    Case(VersionField(), python="10", stored=10, reads=10),
    Refused(VersionField(), python="ten"),
    Refused(VersionField(), python=2**63),
]

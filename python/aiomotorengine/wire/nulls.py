"""Updates that MongoDB refuses because there is a null where they need a value to work on."""

from __future__ import annotations

import re
from typing import Any

from pymongo.errors import OperationFailure

from aiomotorengine.documents.versions import version_field

__all__ = ["note_null", "null_key"]

# What servers say of a null under a dotted path, $inc and $mul, $bit, $push, $addToSet, $pop.
ABOUT_A_NULL = re.compile(
    r"in element \{(?P<element>[^:{}]+): null\}"
    r"|field '(?P<number>[^']+)' of non-numeric type null"
    r"|the field (?P<integer>\S+) of non-integer type null"
    r"|field '(?P<array>[^']+)' must be an array but is of type null"
    r"|Field named '(?P<items>[^']+)' has non-array type null"
    r"|Path '(?P<popped>[^']+)' contains an element of non-array type 'null'"
)

NOTE = re.compile(r"'(?P<key>.+)' is null there")
"""How a note begins."""


def null_key(error: OperationFailure) -> str | None:
    """The key that has null where an update needs something else; ``None`` for other errors."""
    # The texts begin with what is looked for; documents of any length may follow.
    match = ABOUT_A_NULL.search(str(error)[:1000])
    if match is not None:
        return match[match.lastgroup or 0]
    # Where a class has passwords, only the note is left of the text.
    noted = (NOTE.match(note) for note in getattr(error, "__notes__", ()))
    return next((found["key"] for found in noted if found), None)


def note_null(error: OperationFailure, document_class: Any = None) -> None:
    """Add a note to the server's refusal to change something inside a null.

    Fields that were never set are stored as null, which few expect who read the server's text.

    Parameters:
        error: the refusal.
        document_class: the class of what was to be changed, where it is known.
    """
    key = null_key(error)
    if key is None:
        return
    version = None if document_class is None else version_field(document_class)
    advice = "give the field a default, or set the whole of it."
    if version is not None and version.db_field == key:
        advice = (
            "a version can be absent, and is counted up then; once, await "
            f"{document_class.__name__}.objects.coll().update_many({{{key!r}: None}}, "
            f"{{'$unset': {{{key!r}: ''}}}})."
        )
    note = f"'{key}' is null there: {advice}"
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)

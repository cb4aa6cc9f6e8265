"""Updates that MongoDB refuses because there is a null where they need a value to work on."""

from __future__ import annotations

import re

from pymongo.errors import OperationFailure

__all__ = ["note_null"]

# What servers say of a null under a dotted path, $inc and $mul, $bit, $push, $addToSet, $pop.
ABOUT_A_NULL = re.compile(
    r"in element \{(?P<element>[^:{}]+): null\}"
    r"|field '(?P<number>[^']+)' of non-numeric type null"
    r"|the field (?P<integer>\S+) of non-integer type null"
    r"|field '(?P<array>[^']+)' must be an array but is of type null"
    r"|Field named '(?P<items>[^']+)' has non-array type null"
    r"|Path '(?P<popped>[^']+)' contains an element of non-array type 'null'"
)


def note_null(error: OperationFailure) -> None:
    """Add a note to the server's refusal to change something inside a null.

    Fields that were never set are stored as null, which few expect who read the server's text.
    """
    # The texts begin with what is looked for; documents of any length may follow.
    match = ABOUT_A_NULL.search(str(error)[:1000])
    if match is None:
        return
    name = next(filter(None, match.groups()))
    note = f"'{name}' is null there: give the field a default, or set the whole of it."
    if note not in getattr(error, "__notes__", ()):
        error.add_note(note)

"""What stands in the place of a document that no row could be made into."""

from __future__ import annotations

from typing import Any

from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.errors import InvalidDocumentError, UnknownFieldError
from aiomotorengine.fields.embedded_document_field import has_secrets
from aiomotorengine.locations import locate, shown

__all__ = ["RefusedRow", "twice", "unknown"]


class RefusedRow:
    """A row of which no document can be made.

    ``insert_stream`` refuses it under its number, as it refuses a document that is not valid.

    Parameters:
        row: the row, as it came.
        refusals: what is wrong with it, one entry at least; each knows its place in the row.
        document: what could be made of the rest of it, so that all else can be told as well.

    Attributes:
        error: what is said first.
    """

    __slots__ = ("document", "refusals", "row")

    def __init__(self, row: Any, refusals: list[Exception], document: Any = None) -> None:
        self.row = row
        self.refusals = refusals
        self.document = document

    @property
    def error(self) -> Exception:
        return self.refusals[0]

    def __repr__(self) -> str:
        return f"<RefusedRow: {self.error}>"


def unknown(document_class: type[Any], key: Any, value: Any) -> InvalidDocumentError:
    """The error for a key that no field of the class has."""
    # Under None, csv.DictReader gives the values for which its header has no name.
    is_surplus = key is None
    if is_surplus:
        error = InvalidDocumentError("a row must not have more values than the header has names.")
    elif is_dynamic(document_class) or not isinstance(key, str):
        error = InvalidDocumentError(f"Field {shown(key)} not found in {document_class.__name__}.")
    else:
        error = UnknownFieldError.of(document_class, key)
    error.code = "unknown"
    # In a class with passwords it may be one, under a name that was written wrong.
    error.value = "***" if has_secrets(document_class, set()) else value
    if not is_surplus:
        locate(error, key if isinstance(key, str) else shown(key))
    return error


def twice(name: str, value: Any) -> InvalidDocumentError:
    """The error for a field for which a row has two keys."""
    error = InvalidDocumentError(f"Field '{name}' has two values in this row.")
    error.value = value
    locate(error, name)
    return error

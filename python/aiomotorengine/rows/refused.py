"""What stands in the place of a document that no row could be made into."""

from __future__ import annotations

from typing import Any

from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.errors import InvalidDocumentError, UnknownFieldError
from aiomotorengine.fields.embedded_document_field import has_secrets
from aiomotorengine.locations import locate, shown

__all__ = ["RefusedRow", "UnknownKeys", "twice"]

MOST_REMEMBERED = 100
"""Of how many keys it is remembered what is said of them. Rows may have others each."""


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


class UnknownKeys:
    """Refuses keys that no field of a class has. The same key is often in each of many rows.

    Parameters:
        document_class: the class.
    """

    __slots__ = ("_class", "_has_secrets", "_is_dynamic", "_words")

    def __init__(self, document_class: type[Any]) -> None:
        self._class = document_class
        self._is_dynamic = is_dynamic(document_class)
        # In a class with passwords a value may be one, under a name that was written wrong.
        self._has_secrets = has_secrets(document_class, set())
        self._words: dict[str, str] = {}

    def refusal(self, key: Any, value: Any) -> InvalidDocumentError:
        """The error for a key and its value."""
        # Under None, csv.DictReader gives the values for which its header has no name.
        is_surplus = key is None
        if is_surplus:
            error = InvalidDocumentError(
                "a row must not have more values than the header has names."
            )
        elif self._is_dynamic or not isinstance(key, str):
            error = InvalidDocumentError(f"Field {shown(key)} not found in {self._class.__name__}.")
        else:
            error = UnknownFieldError(self._words_for(key))
        error.code = "unknown"
        error.value = "***" if self._has_secrets else value
        if not is_surplus:
            locate(error, key if isinstance(key, str) else shown(key))
        return error

    def _words_for(self, key: str) -> str:
        """What is said of a key, which takes long: names that are like it are looked for."""
        words = self._words.get(key)
        if words is None:
            words = str(UnknownFieldError.of(self._class, key))
            if len(self._words) < MOST_REMEMBERED:
                self._words[key] = words
        return words


def twice(name: str, value: Any) -> InvalidDocumentError:
    """The error for a field for which a row has two keys."""
    error = InvalidDocumentError(f"Field '{name}' has two values in this row.")
    error.value = value
    locate(error, name)
    return error

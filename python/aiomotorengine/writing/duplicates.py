"""What a server says of a duplicate, without the values of passwords.

Its message and ``keyValue`` quote what a unique index has already. Of a password that is the hash,
which has no place in a log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo.errors import BulkWriteError, DuplicateKeyError

from aiomotorengine.errors import UniqueKeyViolationError, keep_labels
from aiomotorengine.fields.embedded_document_field import has_secrets
from aiomotorengine.fields.stored_key import field_of

__all__ = ["Answers", "unique_violations", "violation"]

HIDDEN = "***"

QUOTING = "dup key: "
"""What stands in a server's message before the values."""


@contextmanager
def unique_violations(document_class: type[Any]) -> Iterator[None]:
    """Raise for the driver's error about a duplicate the library's, without passwords.

    Raises:
        UniqueKeyViolationError: a document or an index of the class met a duplicate.
    """
    try:
        yield
    except DuplicateKeyError as error:
        found = violation(error, document_class)
        try:
            raise found
        finally:
            # Whoever shows an error shows its context as well, and that would be the driver's.
            found.__context__ = None


def violation(error: DuplicateKeyError, document_class: type[Any]) -> UniqueKeyViolationError:
    """The error for the driver's about one document or index, with that as its cause."""
    answer, answers = error.details or {}, Answers(document_class)
    shown = answers.without_secrets(answer)
    cause = error
    if shown is not answer:
        cause = DuplicateKeyError(str(shown.get("errmsg", "")), error.code, shown)
        keep_labels(error, cause)
    found = UniqueKeyViolationError.from_error(cause, document_class)
    found.__cause__ = cause
    return found


class Answers:
    """What servers say of duplicates of one class.

    Parameters:
        document_class: the class.
    """

    def __init__(self, document_class: type[Any]) -> None:
        self._document_class = document_class
        self._has_secrets = has_secrets(document_class, set())

    def without_secrets(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a server says of a document; the very same where it quotes no password."""
        if not self._has_secrets:
            return answer
        changed: dict[str, Any] = {}
        # Before MongoDB 4.4 a server did not say which values belong to which keys.
        shown: Any = HIDDEN
        values = answer.get("keyValue")
        if isinstance(values, Mapping):
            shown = changed["keyValue"] = {key: self._shown(key, values[key]) for key in values}
            if shown == values:
                return answer
        text = answer.get("errmsg")
        if isinstance(text, str) and QUOTING in text:
            changed["errmsg"] = f"{text.partition(QUOTING)[0]}{QUOTING}{shown}"
        return {**answer, **changed} if changed else answer

    def error_without_secrets(self, error: BulkWriteError) -> BulkWriteError:
        """The driver's error about many documents; the very same where it quotes no password."""
        if not self._has_secrets:
            return error
        refusals = error.details["writeErrors"]
        shown = BulkWriteError(
            {**error.details, "writeErrors": list(map(self.without_secrets, refusals))}
        )
        keep_labels(error, shown)
        return shown

    def _shown(self, key: str, value: Any) -> Any:
        field = field_of(self._document_class, key)
        return HIDDEN if field is not None and field._is_secret(value) else value

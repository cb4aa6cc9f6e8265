"""What is raised for a duplicate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo.errors import DuplicateKeyError

from aiomotorengine.errors import UniqueKeyViolationError, raise_alone
from aiomotorengine.server_errors import ServerErrors

__all__ = ["may_be_lost_race", "unique_violations", "violation"]


@contextmanager
def unique_violations(document_class: type[Any]) -> Iterator[None]:
    """Raise for the driver's error about a duplicate the library's, without passwords.

    Raises:
        UniqueKeyViolationError: a document or an index of the class met a duplicate.
    """
    try:
        yield
    except DuplicateKeyError as error:
        raise_alone(violation(error, document_class))


def violation(error: DuplicateKeyError, document_class: type[Any]) -> UniqueKeyViolationError:
    """The error for the driver's about one document or index, with that as its cause."""
    cause = ServerErrors(document_class).error(error)
    found = UniqueKeyViolationError.from_error(cause, document_class)
    found.__cause__ = cause
    return found


def may_be_lost_race(error: DuplicateKeyError, equalities: Mapping[str, Any]) -> bool:
    """Whether an upsert may have met what somebody else has inserted meanwhile.

    Sent again, the upsert finds that, if it is all that the query asks for; and meets the same
    duplicate if it is another document, which has only some of those values, or the ``_id`` that
    the program has chosen for what is inserted.

    Parameters:
        error: the driver's error.
        equalities: what the query asks to be equal, by key.
    """
    violated = (error.details or {}).get("keyPattern") or {}
    return bool(violated) and violated.keys() <= {"_id", *equalities}

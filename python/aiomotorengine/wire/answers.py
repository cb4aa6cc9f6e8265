"""Answers of the server that make no sense.

A driver reads the answers that servers give, and trips over others with a bare ``KeyError`` or
``TypeError``. Programs get a ``ProtocolError`` instead: whatever was asked may have been done.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeGuard

from bson.errors import InvalidBSON
from pymongo.errors import BulkWriteError, OperationFailure, ProtocolError, PyMongoError

from aiomotorengine.errors import keep_labels, raise_alone
from aiomotorengine.server_errors import ServerErrors
from aiomotorengine.wire.nulls import note_null
from aiomotorengine.wire.refusals import is_refusal, validation_error

__all__ = ["checked_count", "is_whole", "protocol_errors"]

ANSWER_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What the drivers raise when they trip over an answer."""


@contextmanager
def protocol_errors(
    document_class: type[Any] | None,
    was_sent: Callable[[], bool] = lambda: True,
    *,
    is_read: bool = False,
) -> Iterator[None]:
    """Turn what a driver raises for an answer that makes no sense into ``ProtocolError``.

    What a server says of a failure is raised without the values of passwords, and where that is
    about a null, with a note; but a ``BulkWriteError`` as it is, since whoever takes it apart hides
    them one by one.

    Parameters:
        document_class: what the driver was asked about; ``None`` where it is not the one to raise.
        was_sent: asked after a failure for which what the driver was given may be the reason as
            well; whether that could be sent.
        is_read: whether nothing was written. Then bytes that do not add up stay ``InvalidBSON``,
            since they may be what is stored.

    Raises:
        pymongo.errors.ProtocolError: the answer makes no sense.
        ServerValidationError: the validator of the collection refuses a document.
    """
    try:
        yield
    except BulkWriteError:
        raise
    except OperationFailure as error:
        note_null(error, document_class)
        shown = error if document_class is None else ServerErrors(document_class).error(error)
        try:
            # Without "ok", PyMongo takes an answer for the refusal of a server of long ago.
            if error.code is None and error.details is not None and "ok" not in error.details:
                raise_alone(nonsense(shown))
            if is_refusal(shown) and not is_read:
                raise_alone(validation_error(shown, document_class))
            if shown is error:
                raise
            raise_alone(shown)
        finally:
            del shown  # its traceback leads here
    except InvalidBSON as error:
        if is_read:
            raise
        raise_alone(nonsense(error))
    except ANSWER_FAILURES as error:
        if was_sent():
            raise_alone(nonsense(error))
        raise


def checked_count(number: Any, most: int | None = None) -> int:
    """A number of documents in an answer, if it is one.

    Parameters:
        number: what the answer says.
        most: how many there can be.

    Raises:
        pymongo.errors.ProtocolError: it is no such number.
    """
    if type(number) is int and number >= 0 and most is None:
        return number  # as in most answers
    if not is_whole(number) or number < 0 or (most is not None and number > most):
        raise ProtocolError(f"the server's answer has no number of documents, but {number!r}")
    return number


def is_whole(number: Any) -> TypeGuard[int]:
    """Whether an answer has a whole number: of 32 bits, or BSON's ``Int64``."""
    return isinstance(number, int) and not isinstance(number, bool)


def nonsense(error: Exception) -> ProtocolError:
    wrapped = ProtocolError(f"the server's answer makes no sense: {type(error).__name__}: {error}")
    wrapped.__cause__ = error
    if isinstance(error, PyMongoError):
        keep_labels(error, wrapped)
    return wrapped

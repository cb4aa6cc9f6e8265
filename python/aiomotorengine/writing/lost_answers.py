"""What a document remembers of a write whose answer was lost.

Nobody knows whether such a write was done. When the save is tried again, what is stored may be what
the first one has written; so what that has sent is sent again, and as whole values: items that were
added to a list would be there twice.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pymongo.errors import (
    ConfigurationError,
    ExecutionTimeout,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

from aiomotorengine.sessions.saved import KnownInTransaction, OfTransaction
from aiomotorengine.storage.derived import is_derived
from aiomotorengine.storage.snapshots import state_of, with_state

__all__ = [
    "WHOLE",
    "AnswerLost",
    "answered",
    "is_in_doubt",
    "known_again",
    "note_lost_answer",
    "noting_lost_answer",
    "unknown_paths",
]

LOST = (PyMongoError, CancelledError)
"""After which of these nobody knows whether a document was written: those that are no refusals."""

NEVER_SENT = (ConfigurationError, InvalidOperation)
"""What the driver raises by itself, before it asks a server."""

Path = tuple[str, ...]
Content = Callable[[], bytes | None]

WHOLE: tuple[Path, ...] = ((),)
"""The path of the whole document."""


class AnswerLost:
    """Stands in ``_is_persisted`` of a document that may have been written, or may not.

    It is true if the document counted as saved before.

    Parameters:
        state: what was there before.
        paths: the keys in MongoDB that lead to what may have been written.
        sent: by what documents are known again that were sent, as ``own_writes.content_of`` has it.
    """

    __slots__ = ("paths", "sent", "state")

    def __init__(self, state: Any, paths: Iterable[Path] = (), sent: Iterable[bytes] = ()) -> None:
        self.state = answered(state)
        self.paths = frozenset(paths) | unknown_paths(state)
        self.sent = frozenset(sent)
        if isinstance(state, AnswerLost):
            self.sent |= state.sent

    def __bool__(self) -> bool:
        return bool(self.state)

    def __copy__(self) -> AnswerLost:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> AnswerLost:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return AnswerLost, (bool(self), self.paths, self.sent)


def answered(state: Any) -> Any:
    """A document's state, once it is known what is stored for it."""
    return state.state if isinstance(state, AnswerLost) else state


def unknown_paths(state: Any) -> frozenset[Path]:
    """The keys that lead to what may be stored otherwise than the document remembers."""
    if isinstance(state, AnswerLost):
        return state.paths | unknown_paths(state.state)
    if isinstance(state, OfTransaction) and not state.holds:
        return frozenset(WHOLE)
    return unknown_paths(state.state) if isinstance(state, KnownInTransaction) else frozenset()


def known_again(state: Any, paths: Iterable[Path]) -> Any:
    """A document's state, once it is known what is stored under some paths."""
    if isinstance(state, KnownInTransaction):
        return KnownInTransaction(state.transaction, known_again(state.state, paths))
    if not isinstance(state, AnswerLost):
        return state
    known = set(paths)
    unknown = {path for path in state.paths if not any(path[: len(one)] == one for one in known)}
    return AnswerLost(state.state, unknown)


def is_refusal(error: BaseException) -> bool:
    """Whether an error says for certain that nothing was written."""
    if isinstance(error, WriteConcernError | ExecutionTimeout):
        return False  # it may be done all the same
    if isinstance(error, OperationFailure):
        return not error.has_error_label("RetryableWriteError")
    return isinstance(error, NEVER_SENT)


def is_in_doubt(document: Any) -> bool:
    """Whether a document counts as saved, and nobody knows whether it is: it was read or written in
    a transaction that was not committed.
    """
    state = document._is_persisted
    if state is True:
        return False
    state = answered(state_of(document))
    return isinstance(state, KnownInTransaction) and not state.holds


@contextmanager
def noting_lost_answer(
    document: Any, paths: Iterable[Path], content: Content | None = None
) -> Iterator[None]:
    """Have a document remember it if nobody knows whether the write in this block was done.

    Parameters:
        document: the document.
        paths: the keys that lead to what is sent.
        content: says by what the document is known again that is sent.
    """
    try:
        yield
    except BaseException as error:
        note_lost_answer(error, document, paths, content)
        raise


def note_lost_answer(
    error: BaseException, document: Any, paths: Iterable[Path], content: Content | None = None
) -> None:
    """The same for the error of a write; the other parameters as above."""
    if not isinstance(error, LOST) or is_refusal(error) or is_derived(document):
        return
    sent = None
    with suppress(Exception):  # the program may have changed it meanwhile
        sent = None if content is None else content()
    state = AnswerLost(state_of(document), paths, [] if sent is None else [sent])
    document._is_persisted = with_state(document._is_persisted, state)

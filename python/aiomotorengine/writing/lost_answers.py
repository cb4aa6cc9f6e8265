"""What a document remembers of a write whose answer was lost.

Nobody knows whether such a write was done. When the save is tried again, what is stored may be what
the first one has written; so what that has sent is sent again, and as whole values: items that were
added to a list would be there twice.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pymongo.errors import PyMongoError

from aiomotorengine.storage.snapshots import state_of, with_state
from aiomotorengine.writing.writes import REFUSALS

__all__ = ["WHOLE", "AnswerLost", "answered", "known_again", "noting_lost_answer", "unknown_paths"]

LOST = (PyMongoError, CancelledError)
"""After which of these nobody knows whether a document was written: those that are no refusals."""

Path = tuple[str, ...]

WHOLE: tuple[Path, ...] = ((),)
"""The path of the whole document."""


class AnswerLost:
    """Stands in ``_is_persisted`` of a document that may have been written, or may not.

    It is true if the document counted as saved before.

    Parameters:
        state: what was there before.
        paths: the keys in MongoDB that lead to what may have been written.
    """

    __slots__ = ("paths", "state")

    def __init__(self, state: Any, paths: Iterable[Path] = ()) -> None:
        self.state = answered(state)
        self.paths = frozenset(paths) | unknown_paths(state)

    def __bool__(self) -> bool:
        return bool(self.state)

    def __copy__(self) -> AnswerLost:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> AnswerLost:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return AnswerLost, (bool(self), self.paths)


def answered(state: Any) -> Any:
    """A document's state, once it is known what is stored for it."""
    return state.state if isinstance(state, AnswerLost) else state


def unknown_paths(state: Any) -> frozenset[Path]:
    """The keys that lead to what may be stored otherwise than the document remembers."""
    return state.paths if isinstance(state, AnswerLost) else frozenset()


def known_again(state: Any, keys: Iterable[str]) -> Any:
    """A document's state, once it is known what is stored under some keys."""
    if not isinstance(state, AnswerLost):
        return state
    known = {(key,) for key in keys}
    return AnswerLost(state.state, {path for path in state.paths if path[:1] not in known})


@contextmanager
def noting_lost_answer(document: Any, paths: Iterable[Path]) -> Iterator[None]:
    """Have a document remember it if nobody knows whether the write in this block was done.

    Parameters:
        document: the document.
        paths: the keys that lead to what is sent.
    """
    try:
        yield
    except LOST as error:
        if not isinstance(error, REFUSALS):
            state = AnswerLost(state_of(document), paths)
            document._is_persisted = with_state(document._is_persisted, state)
        raise

"""One transaction of the library's: what of it is known, and what it has changed in documents."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

from aiomotorengine.sessions.undo import Changes

__all__ = ["Transaction"]


class Transaction:
    """One attempt of a transaction.

    Attributes:
        is_committed: whether it is known that it was committed.
        is_over: whether it has ended, as far as is known.
    """

    def __init__(self) -> None:
        self.is_committed = False
        self.is_over = False
        self._changes = Changes()

    @property
    def holds(self) -> bool:
        """Whether what was read and written in it may be believed: while it goes on, and once it is
        committed.
        """
        return self.is_committed or not self.is_over

    def changing(
        self, documents: Iterable[Any], attributes: Iterable[tuple[Any, str]] = ()
    ) -> AbstractContextManager[None]:
        """Remember what the library changes in documents in this block, as ``Changes`` takes it."""
        return self._changes.made_to(documents, attributes)

    def committed(self) -> None:
        """The server has all of it: what was saved in it counts as saved from now on."""
        self.is_committed = self.is_over = True
        self._changes.forget()

    def aborted(self) -> None:
        """The server has none of it: documents get back what the library has changed."""
        self.is_over = True
        self._changes.undo()

    def unknown(self) -> None:
        """Nobody knows whether the server has it.

        New documents keep their ids and do not count as saved, so that saving them again finds what
        may be there and stores none twice. Others get back the version that they had before: what
        is stored may be that, or what anybody has written since.
        """
        self.is_over = True
        self._changes.undo_versions()

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
    """

    def __init__(self) -> None:
        self.is_committed = False
        self._changes = Changes()

    def changing(
        self, documents: Iterable[Any], attributes: Iterable[tuple[Any, str]] = ()
    ) -> AbstractContextManager[None]:
        """Remember what the library changes in documents in this block, as ``Changes`` takes it."""
        return self._changes.made_to(documents, attributes)

    def committed(self) -> None:
        """The server has all of it: what was saved in it counts as saved from now on."""
        self.is_committed = True
        self._changes.forget()

    def aborted(self) -> None:
        """The server has none of it: documents get back what the library has changed."""
        self._changes.undo()

    def unknown(self) -> None:
        """Nobody knows whether the server has it.

        Documents keep their ids and do not count as saved, so that saving them again finds what
        may be there and stores none twice.
        """
        self._changes.forget()

"""A write that may be sent again, and is done once.

PyMongo sends a retryable write under a number of its session, and again once if that fails. By
these two a server knows what of it was done, and so does the one that takes its place. Whoever
holds the session and has it keep the number may go on where PyMongo ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from pymongo.errors import AutoReconnect, PyMongoError

__all__ = ["RepeatableWrite", "repeatable_write"]

OVERRIDDEN = ("_apply_to", "_start_retryable_write")


class UnknownWriteError(PyMongoError):
    """The server that is here now does not know earlier writes.

    It is no ``ConnectionFailure``: for one that is raised while a connection is out of its pool,
    PyMongo closes the whole pool and looks for the server anew.
    """


class RepeatableWrite:
    """The session of one write, and what was sent in it.

    Parameters:
        session: PyMongo's session, in which nothing else is done.

    Attributes:
        session: what the driver is handed with the write.
        is_under_way: whether a call of the driver may still use the session.
    """

    def __init__(self, session: Any) -> None:
        self.session = session
        self._apply, self._start = session._apply_to, session._start_retryable_write
        for name in OVERRIDDEN:
            setattr(session, name, getattr(self, name))
        self.is_under_way = False
        self._is_started = False
        self._is_repeated = False
        self._keeps_number = False
        self._has_number = True

    @property
    def can_be_repeated(self) -> bool:
        """Whether retryable writes are on, and a server knows again whatever of it was sent."""
        return self._is_started and self._has_number

    def repeat(self) -> None:
        """What is sent next is the same as before."""
        self._is_repeated = self._keeps_number = True

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """What is around each call of the driver that is handed the session.

        Raises:
            pymongo.errors.AutoReconnect: the server that is here now does not know what was sent.
        """
        self.is_under_way = True
        try:
            yield
        except asyncio.CancelledError:
            raise  # and the thread goes on, where the driver has put it into one
        except BaseException as error:
            self.is_under_way = False
            if isinstance(error, UnknownWriteError):
                raise AutoReconnect(str(error)) from error
            raise
        self.is_under_way = False

    def release(self) -> None:
        """Make the session what it was; it and this object hold each other until then."""
        for name in OVERRIDDEN:
            vars(self.session).pop(name, None)

    def _start_retryable_write(self) -> None:
        self._is_started = True
        if self._keeps_number:
            self._keeps_number = False  # it is asked once for each message
        else:
            self._start()

    def _apply_to(
        self, command: MutableMapping[str, Any], is_retryable: bool, mode: Any, connection: Any
    ) -> None:
        # PyMongo leaves the number out where another task has lost its connection a moment ago, and
        # it does not know any more what kind of server this is. The connection does.
        is_member = connection.is_repl or connection.is_mongos
        knows_numbers = connection.supports_sessions and is_member
        self._apply(command, is_retryable or (self._is_started and knows_numbers), mode, connection)
        if "txnNumber" not in command:
            self._has_number = False
            if self._is_repeated:
                raise UnknownWriteError("the server that is here now does not know earlier writes")


def repeatable_write(client: Any) -> RepeatableWrite | None:
    """A write in a session such as PyMongo makes for an operation that is given none.

    Where servers have no sessions it is left out, while one that a program has made is an error.

    Parameters:
        client: PyMongo's client.

    Returns:
        The write; ``None`` where this version of PyMongo does not have the names that it needs.
    """
    start = getattr(client, "_start_session", None)
    session = None if start is None else start(True, causal_consistency=False)
    if all(hasattr(session, name) for name in OVERRIDDEN):
        return RepeatableWrite(session)
    return None

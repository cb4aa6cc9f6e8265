"""When a batch is sent again that the driver could not bring to its end.

A driver tries a write again once. That may meet the member of a replica set that has just stepped
down, or a connection that is lost as well, and an insert of millions is not to end there.

Nothing is stored twice by it: a batch has a session of its own and is sent under the number that it
had in it, and a server, or the one that takes its place, knows by both what of it was done. It is
the same that the driver rests on, and all members of a replica set remember it.
"""

from __future__ import annotations

import asyncio
import random
from time import monotonic
from typing import Any

from pymongo.errors import (
    ConnectionFailure,
    ExecutionTimeout,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

__all__ = ["Retries"]

FIRST_WAIT = 0.05
LONGEST_WAIT = 0.5
"""Seconds. While there is no primary, the driver waits for one by itself."""

RETRYABLE = "RetryableWriteError"
"""The label of a server's errors, after which a write may be sent again."""

TIME_IS_UP = (ServerSelectionTimeoutError, WaitQueueTimeoutError, ExecutionTimeout)
"""What is raised where the driver, or the server, had as long as it was given."""


class Retries:
    """How often one batch is sent again, which begins to be sent now.

    Parameters:
        client: the driver's client, whose settings say for how long.
    """

    def __init__(self, client: Any) -> None:
        self._began = monotonic()
        self._client = client
        self._wait = FIRST_WAIT
        self._last: Exception | None = None

    def error(self, error: Exception, *, was_sent: bool) -> Exception:
        """What is to be said after an attempt has failed: its error, or that of an earlier one.

        One that did not even come to be sent would hide that an earlier one was.

        Parameters:
            error: how it ended.
            was_sent: whether anything of it may have left the process.
        """
        if self._last is None or was_sent:
            self._last = error
        return self._last

    async def wait(self, error: Exception) -> bool:
        """Wait until the batch may be sent again; whether it may.

        Parameters:
            error: how its last attempt ended.
        """
        if not is_retryable(error):
            return False
        # At random, since all programs that have lost the server are waiting to come back.
        wait = self._wait * random.uniform(0.5, 1)
        if monotonic() + wait > self._began + seconds_to_retry(self._client):
            return False
        self._wait = min(2 * self._wait, LONGEST_WAIT)
        await asyncio.sleep(wait)
        return True


def is_retryable(error: Exception) -> bool:
    """Whether another attempt may end otherwise."""
    if isinstance(error, TIME_IS_UP):
        return False
    is_lost = isinstance(error, ConnectionFailure)
    return is_lost or (isinstance(error, PyMongoError) and error.has_error_label(RETRYABLE))


def seconds_to_retry(client: Any) -> float:
    """For how long a batch is sent again: as long as the driver looks for a server.

    With ``timeoutMS`` the driver itself tries again until that is over.
    """
    options = client.options
    return 0.0 if options.timeout is not None else float(options.server_selection_timeout)

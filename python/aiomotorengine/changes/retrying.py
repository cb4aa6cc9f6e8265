"""When a stream of changes is opened again, and how long to wait before."""

from __future__ import annotations

import time
from collections.abc import Callable

from pymongo.errors import ConnectionFailure, OperationFailure

__all__ = ["Retrying", "is_lost", "is_passing"]

SHORTEST_PAUSE = 0.1
LONGEST_PAUSE = 5.0

LOST = frozenset(
    {
        280,  # ChangeStreamFatalError
        286,  # ChangeStreamHistoryLost
    }
)

PASSING = frozenset(
    {
        6,  # HostUnreachable
        7,  # HostNotFound
        43,  # CursorNotFound
        63,  # StaleShardVersion
        89,  # NetworkTimeout
        91,  # ShutdownInProgress
        133,  # FailedToSatisfyReadPreference
        134,  # ReadConcernMajorityNotAvailableYet
        150,  # StaleEpoch
        189,  # PrimarySteppedDown
        234,  # RetryChangeStream
        262,  # ExceededTimeLimit
        9001,  # SocketException
        10107,  # NotWritablePrimary
        11600,  # InterruptedAtShutdown
        11602,  # InterruptedDueToReplStateChange
        13388,  # StaleConfig
        13435,  # NotPrimaryNoSecondaryOk
        13436,  # NotPrimaryOrSecondary
    }
)
"""What servers answer while a replica set, or a cluster, is changing, as drivers have it in common
(the specification of change streams, and that of reads that are tried again)."""


def is_lost(error: Exception) -> bool:
    """Whether the server has no more of what has to be told, however often it is asked."""
    return isinstance(error, OperationFailure) and error.code in LOST


def is_passing(error: Exception) -> bool:
    """Whether the same stream can go on later.

    Example:
        >>> from pymongo.errors import AutoReconnect, OperationFailure
        >>> [is_passing(it) for it in (AutoReconnect(), OperationFailure("no such stage", 40324))]
        [True, False]
    """
    if is_lost(error):
        return False
    if isinstance(error, ConnectionFailure):
        return True
    if not isinstance(error, OperationFailure):
        return False
    return error.has_error_label("ResumableChangeStreamError") or error.code in PASSING


class Retrying:
    """How long to wait before the next attempt, and whether there is one.

    Parameters:
        seconds: for how long it is tried without success; 0 for not at all.
        clock: seconds that only ever grow.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._began: float | None = None
        self._pause = SHORTEST_PAUSE

    def succeeded(self) -> None:
        """Take note that the server has answered."""
        self._began = None
        self._pause = SHORTEST_PAUSE

    def next_pause(self) -> float | None:
        """Take note of a failure: how many seconds to wait; ``None`` for giving up.

        Example:
            >>> now = [0.0]
            >>> retrying = Retrying(3.0, lambda: now[0])
            >>> pauses = []
            >>> while (pause := retrying.next_pause()) is not None:
            ...     pauses.append(pause)
            ...     now[0] += 1
            >>> pauses
            [0.1, 0.2, 0.4]
        """
        now = self._clock()
        if self._began is None:
            self._began = now
        left = self._began + self._seconds - now
        if left <= 0:
            return None
        # The last attempt is when the time is up.
        pause = min(self._pause, left)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        return pause

"""How long, and how often, a transaction or its commit is tried again: as the driver does."""

from __future__ import annotations

import asyncio
import random
import time

from pymongo.errors import OperationFailure, PyMongoError

from aiomotorengine.drivers import private_names

__all__ = ["Retries", "is_transient", "is_unknown", "may_commit_again"]

SECONDS = 120.0
"""Twice as long as servers let a transaction live, by default."""

FIRST_WAIT, GROWTH, LONGEST_WAIT = 0.005, 1.5, 0.5
"""Seconds between two attempts, at most, and how they grow."""

MAX_TIME_EXPIRED = 50


class Retries:
    """The time for further attempts, which begins now."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._count = 0

    async def wait(self) -> bool:
        """Wait for another attempt, unless the time is up; whether it may be made."""
        self._count += 1
        # Transactions that have conflicted would all come back at the same moment.
        longest = min(FIRST_WAIT * GROWTH**self._count, LONGEST_WAIT)
        wait = random.random() * longest
        if time.monotonic() + wait > self._began + SECONDS or private_names.seconds_left() <= wait:
            return False
        await asyncio.sleep(wait)
        return True


def is_transient(error: BaseException) -> bool:
    """Whether the whole transaction may come through if it is tried again."""
    return has_label(error, "TransientTransactionError")


def is_unknown(error: BaseException) -> bool:
    """Whether it is not known if a commit came through."""
    return has_label(error, "UnknownTransactionCommitResult")


def may_commit_again(error: BaseException) -> bool:
    """Whether the commit may be sent again, by which it is done once."""
    is_expired = isinstance(error, OperationFailure) and error.code == MAX_TIME_EXPIRED
    return is_unknown(error) and not is_expired


def has_label(error: BaseException, label: str) -> bool:
    return isinstance(error, PyMongoError) and error.has_error_label(label)

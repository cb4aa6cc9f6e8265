"""How a transaction ends: committed, aborted, or nobody knows; and what documents get back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pymongo
from pymongo.errors import PyMongoError

from aiomotorengine.errors import TransactionAbortedError
from aiomotorengine.sessions.retrying import Retries, is_unknown, may_commit_again
from aiomotorengine.sessions.scope import Scope
from aiomotorengine.sessions.transaction import Transaction

__all__ = ["commit", "roll_back"]


async def commit(scope: Scope, transaction: Transaction) -> None:
    """Wait for the operation under way, and commit.

    Raises:
        TransactionAbortedError: an error had aborted the transaction before.
        pymongo.errors.PyMongoError: it was not committed, or nobody knows, as its labels say.
    """
    await scope.finish()
    if scope.error is not None:
        await roll_back(scope, transaction)
        raise TransactionAbortedError.by(scope.error)
    if not scope.session.in_transaction:
        transaction.unknown()  # the program has ended it by itself
        return
    try:
        await commit_until_known(scope.session)
    except PyMongoError as error:
        if is_unknown(error):
            transaction.unknown()
        else:
            transaction.aborted()
        raise
    except BaseException:
        transaction.unknown()
        raise
    transaction.committed()


async def roll_back(scope: Scope, transaction: Transaction) -> None:
    """Wait for the operation under way, and abort."""
    await scope.finish()
    if not scope.session.in_transaction:
        transaction.unknown()  # the program has ended it by itself
        return
    try:
        # The time that a program gives its calls is up, perhaps, and this has to be sent all the
        # same. Where it cannot be, servers abort the transaction after a minute.
        with pymongo.timeout(None), suppress(PyMongoError):
            await scope.session.abort_transaction()
    finally:
        transaction.aborted()


async def commit_until_known(session: Any) -> None:
    retries = Retries()
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if not may_commit_again(error) or not await retries.wait():
                raise
        else:
            return

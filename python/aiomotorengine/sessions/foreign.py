"""Transactions that a program begins with the driver's own session, and how they end."""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import ref

from aiomotorengine.drivers.private_names import on_end_of_transactions
from aiomotorengine.sessions.saved import of_pymongo
from aiomotorengine.sessions.transaction import Transaction

__all__ = ["transaction_of"]

CURRENT = "_aiomotorengine_transaction"
"""The attribute of PyMongo's session that holds the last of its transactions that was asked for."""


class Current(NamedTuple):
    """A transaction that goes on in a session.

    Attributes:
        options: its options, which the driver makes anew for each transaction.
        transaction: what is known of it.
    """

    options: Any
    transaction: Transaction


def transaction_of(session: Any) -> Transaction | None:
    """The transaction that goes on in a session: the same object for as long as it does.

    Parameters:
        session: the driver's session, or ``None``.

    Returns:
        ``None`` outside of a transaction.
    """
    if session is None or not session.in_transaction:
        return None
    session = of_pymongo(session)
    options, current = options_in(session), getattr(session, CURRENT, None)
    if current is not None and current.options is options:
        found: Transaction = current.transaction
        return found
    transaction = Transaction()
    if options is None:
        transaction.unknown()  # where a driver keeps them elsewhere
        return transaction
    if current is None:
        is_seen = on_end_of_transactions(session, Ending(session))
        if not is_seen:
            transaction.unknown()
    elif not current.transaction.is_over:
        current.transaction.unknown()
    setattr(session, CURRENT, Current(options, transaction))
    return transaction


def options_in(session: Any) -> Any:
    return getattr(getattr(session, "_transaction", None), "opts", None)


class Ending:
    """Tells a session's transaction how it ends.

    Parameters:
        session: PyMongo's session.
    """

    def __init__(self, session: Any) -> None:
        self._session_of = ref(session)

    def __call__(self, is_committed: bool | None) -> None:
        """Take whether it was committed; ``None`` where nobody knows."""
        session = self._session_of()
        current = getattr(session, CURRENT, None)
        if current is None or current.options is not options_in(session):
            return
        if is_committed is None:
            current.transaction.is_over = True  # until it is committed once more
        elif is_committed:
            current.transaction.committed()
        else:
            current.transaction.aborted()

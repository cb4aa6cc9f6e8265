"""What a document says of itself that was saved in a transaction.

Of a transaction that a program began with the driver's session the end is not seen from here: the
driver keeps it to itself whether a commit came through. So a document that was saved in one counts
as saved until the transaction is over, and then as new: saving it again replaces it where it is
there, and inserts it where it is not.
"""

from __future__ import annotations

from typing import Any

from pymongo.write_concern import WriteConcern

__all__ = [
    "SavedInTransaction",
    "has_sent_commands",
    "of_pymongo",
    "suited",
    "transaction_of",
]


def of_pymongo(session: Any) -> Any:
    """PyMongo's session behind one of Motor's, or the very one."""
    return getattr(session, "delegate", session)


def transaction_of(session: Any) -> object | None:
    """An object that is the same for as long as one transaction of a session goes on.

    Parameters:
        session: the driver's session, or ``None``.

    Returns:
        The options of the transaction, which the driver makes anew for each; ``None`` outside of
        one.
    """
    if session is None or not session.in_transaction:
        return None
    # Where a driver keeps them elsewhere, each question is about a transaction of its own.
    transaction = getattr(of_pymongo(session), "_transaction", None)
    return getattr(transaction, "opts", None) or object()


def has_sent_commands(session: Any) -> bool:
    """Whether the server may know of the transaction already."""
    return not getattr(of_pymongo(session), "_starting_transaction", False)


def suited(collection: Any, session: Any) -> Any:
    """The collection as a program uses it while a session is bound to the task.

    A transaction has one write concern, that of its commit, and servers refuse writes in it that
    have another. The driver leaves out the one of ``connect`` where it is handed the session, but
    not where the session is bound.

    Parameters:
        collection: the driver's collection.
        session: PyMongo's session, or ``None``.
    """
    is_in_transaction = session is not None and session.in_transaction
    if is_in_transaction and not collection.write_concern.is_server_default:
        return collection.with_options(write_concern=WriteConcern())
    return collection


class SavedInTransaction:
    """Stands in ``_is_persisted`` for "saved, if this transaction is committed".

    It is false until the transaction is known to be committed: outside of it, the document does not
    count as saved.

    Attributes:
        transaction: the transaction, as ``Target.transaction`` has it.
    """

    __slots__ = ("transaction",)

    def __init__(self, transaction: object) -> None:
        self.transaction = transaction

    def __bool__(self) -> bool:
        # The library's own transactions know; of the driver's nobody does.
        return getattr(self.transaction, "is_committed", False)

    def __copy__(self) -> SavedInTransaction:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> SavedInTransaction:
        return self  # a copy of the document was saved in the same transaction

    def __reduce__(self) -> tuple[Any, ...]:
        return bool, (bool(self),)  # another process takes no part in it

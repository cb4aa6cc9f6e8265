"""What is known of a transaction that a program began with the driver's session.

Its end is not seen from here. The driver keeps it to itself whether a commit came through, so a
document that was saved in a transaction counts as saved until the transaction is over, and then as
new: saving it again replaces it where it is there, and inserts it where it is not.
"""

from __future__ import annotations

from typing import Any

from pymongo.write_concern import WriteConcern

__all__ = ["SavedInTransaction", "has_sent_commands", "suited", "transaction_of"]


def transaction_of(session: Any) -> object | None:
    """An object that is the same for as long as one transaction of a session goes on.

    Parameters:
        session: PyMongo's session, or ``None``.

    Returns:
        The options of the transaction, which the driver makes anew for each; ``None`` outside of
        one.
    """
    if session is None or not session.in_transaction:
        return None
    # Where a driver keeps them elsewhere, each question is about a transaction of its own.
    return getattr(getattr(session, "_transaction", None), "opts", None) or object()


def has_sent_commands(session: Any) -> bool:
    """Whether the server may know of the transaction already."""
    return not getattr(session, "_starting_transaction", False)


def suited(collection: Any, session: Any) -> Any:
    """The collection as it is used while a session is bound to the task.

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

    It is false: outside of the transaction the document does not count as saved.

    Attributes:
        transaction: what ``transaction_of`` returned.
    """

    __slots__ = ("transaction",)

    def __init__(self, transaction: object) -> None:
        self.transaction = transaction

    def __bool__(self) -> bool:
        return False

    def __copy__(self) -> SavedInTransaction:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> SavedInTransaction:
        return self  # a copy of the document was saved in the same transaction

    def __reduce__(self) -> tuple[Any, ...]:
        return bool, ()  # and another process takes no part in it

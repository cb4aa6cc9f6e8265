"""What a document says of itself that was saved or read in a transaction.

It is believed while the transaction goes on, and once it is committed. After any other end a
document that was new counts as new again; of another nobody knows what is stored, or whether
anything is: saving it replaces it where it is there, and inserts it where it is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from pymongo.write_concern import WriteConcern

from aiomotorengine.sessions.transaction import Transaction
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.snapshots import Snapshot, state_of

__all__ = [
    "KnownInTransaction",
    "OfTransaction",
    "SavedInTransaction",
    "counts_as_saved",
    "has_sent_commands",
    "mark_as_read",
    "of_pymongo",
    "state_in",
    "suited",
]


def of_pymongo(session: Any) -> Any:
    """PyMongo's session behind one of Motor's, or the very one."""
    return getattr(session, "delegate", session)


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


class OfTransaction:
    """What stands in ``_is_persisted`` of documents of a transaction.

    Attributes:
        transaction: the transaction, as ``Target.transaction`` has it.
    """

    __slots__ = ("transaction",)

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction

    @property
    def holds(self) -> bool:
        """Whether it may be believed."""
        return self.transaction.holds

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # what is true of the document is true of a copy of it


class SavedInTransaction(OfTransaction):
    """Says "saved, if this transaction is committed".

    It is false until the transaction is known to be committed: outside of it, the document does not
    count as saved.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        return self.transaction.is_committed

    def __reduce__(self) -> tuple[Any, ...]:
        return bool, (bool(self),)  # another process takes no part in it


class KnownInTransaction(OfTransaction):
    """Says "saved; what is stored was read or written in this transaction".

    What was read or written only in part may be of an earlier transaction besides, which has to
    hold as well.

    Attributes:
        state: what it says besides of what is stored.
    """

    __slots__ = ("state",)

    def __init__(self, transaction: Transaction, state: Any = True) -> None:
        super().__init__(transaction)
        while isinstance(state, KnownInTransaction) and (
            state.transaction is transaction or state.transaction.is_committed
        ):
            state = state.state
        self.state: Any = state

    @property
    def holds(self) -> bool:
        return super().holds and (not isinstance(self.state, OfTransaction) or self.state.holds)

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process does not see how it ends.
        if self.transaction.is_committed and self.holds:
            return bool, (True,)
        return unknown_in_transaction, (self.state,)


def unknown_in_transaction(state: Any) -> KnownInTransaction:
    transaction = Transaction()
    transaction.unknown()
    return KnownInTransaction(transaction, state)


def state_in(transaction: Transaction | None, state: Any) -> Any:
    """The state of a document, once it was read or written in a transaction.

    Parameters:
        transaction: the transaction; ``None`` outside of any.
        state: what the document said before. One that does not count as saved goes on like that.
    """
    return KnownInTransaction(transaction, state) if transaction is not None and state else state


def counts_as_saved(document: DocumentStorage, transaction: object | None) -> bool:
    """Whether a document was loaded or saved before, in this transaction or outside of any.

    Parameters:
        document: the document.
        transaction: the transaction in which this is asked.
    """
    state = state_of(document)
    if isinstance(state, SavedInTransaction):
        return state.transaction is transaction or bool(state)
    return bool(state)


def mark_as_read(documents: Iterable[Any], transaction: Transaction | None) -> None:
    """Have documents say that they were read in a transaction, if they were."""
    if transaction is None:
        return
    read = KnownInTransaction(transaction)
    for document in documents:
        if not isinstance(document, DocumentStorage):
            continue  # a class may make anything else of what is stored
        state = document._is_persisted
        if type(state) is Snapshot:
            state.state = read  # all documents of the reply have the same
        elif state:
            document._is_persisted = read

"""What a block of ``transaction`` or ``start_session`` is to the calls that belong to it.

A session does one thing at a time, a transaction ends with the first error of the server, and a
task may outlive the block that it was started in. A scope sees to all three, so that nothing is
written beside a transaction, and nothing that was to be in it is missing from what is committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, TypeVar
from weakref import ref

from bson.errors import InvalidBSON
from pymongo.errors import (
    ConfigurationError,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
)

from aiomotorengine.connection import OpenClient
from aiomotorengine.drivers import private_names
from aiomotorengine.errors import (
    ConcurrentSessionUseError,
    TransactionAbortedError,
    TransactionEndedError,
)
from aiomotorengine.server_errors import ServerErrors
from aiomotorengine.sessions.saved import OfTransaction, has_sent_commands, of_pymongo
from aiomotorengine.sessions.transaction import Transaction
from aiomotorengine.storage.snapshots import state_of

__all__ = ["SCOPES", "Scope", "changing_here", "no_scopes", "scope_here", "scope_of"]

T = TypeVar("T")

NONE: Mapping[OpenClient, Scope] = MappingProxyType({})

SCOPES: ContextVar[Mapping[OpenClient, Scope]] = ContextVar("aiomotorengine_scopes", default=NONE)
"""The innermost scope of each client. A client belongs to one alias and one event loop."""

SCOPE = "_aiomotorengine_scope"
"""The attribute of PyMongo's session that holds its scope, for calls that are handed a session."""

NOT_SENT = (ConfigurationError, InvalidOperation)
"""What the driver raises by itself, before it asks a server."""

ILLEGAL_OPERATION = 20
STANDALONE = "Transaction numbers are only allowed on a replica set member"
STANDALONE_NOTE = "Transactions need a replica set; one of a single member will do."

WRITE_CONFLICT = 112
CONFLICT_NOTE = (
    "Another transaction has changed the same document; run_transaction() tries such again."
)


class Scope:
    """The calls that run in one session, or in one transaction of it.

    Parameters:
        opened: the client.
        session: the driver's session.
        transaction: the transaction; ``None`` for a session without one.

    Attributes:
        opened: the client.
        session: the driver's session.
        transaction: the transaction, if there is one.
        error: what has aborted the transaction, if anything has.
        outer: the scope of the client around it, once it is entered.
    """

    def __init__(self, opened: OpenClient, session: Any, transaction: Transaction | None) -> None:
        self.opened = opened
        self.session = session
        self.transaction = transaction
        self.error: BaseException | None = None
        self.outer: Scope | None = None
        self._under_way: asyncio.Future[Any] | None = None
        self._is_over = False
        self._task: ref[asyncio.Task[Any]] | None = None
        """The task that has entered it."""

    @property
    def _name(self) -> str:
        return "session" if self.transaction is None else "transaction"

    def check(self) -> None:
        """See whether anything may be begun.

        Raises:
            TransactionEndedError: the block is over.
            TransactionAbortedError: the transaction was aborted by an error.
        """
        if self._is_over or (self.transaction is not None and not self.session.in_transaction):
            raise TransactionEndedError.of(self._name)
        if self.error is not None:
            raise TransactionAbortedError.by(self.error)

    def _begin(self) -> None:
        """See whether an operation may begin.

        Raises:
            ConcurrentSessionUseError: another one is under way.
        """
        self.check()
        if self._under_way is not None and not self._under_way.done():
            raise ConcurrentSessionUseError.of(self._name)

    async def run(self, work: Callable[[], Awaitable[T]], document_class: type[Any]) -> T:
        """Run one operation, while which no other may begin.

        If this is cancelled, the operation is under way until the driver has let go of it.

        Parameters:
            work: asks the driver.
            document_class: the class whose documents it is about, and whose passwords must not
                stand in what is said of it later.

        Raises:
            ConcurrentSessionUseError: another one is under way.
            TransactionAbortedError: the transaction was aborted meanwhile, and this with it.
            Exception: as for ``check``; or what the operation raises.
        """
        self._begin()
        is_first = not has_sent_commands(self.session)
        operation: asyncio.Future[T] = asyncio.ensure_future(work())
        self._under_way = operation
        try:
            await asyncio.wait([operation])
        except asyncio.CancelledError as error:
            self.abort(error)  # whether the server has done it is not known
            operation.add_done_callback(look_at)
            if not self.opened.driver.works_in_threads:
                operation.cancel()  # a thread goes on, and is to be seen until its end
            raise
        if self._under_way is operation:
            self._under_way = None
        try:
            result = operation.result()
        except Exception as error:
            if is_of_standalone(error):
                error.add_note(STANDALONE_NOTE)
            elif self.transaction is not None and is_conflict(error):
                error.add_note(CONFLICT_NOTE)
            if ends_transaction(error):
                self.abort(shown(error, document_class))
            elif is_first and self.transaction is not None:
                # It could not be encoded. The driver takes the transaction for begun.
                private_names.begin_again(of_pymongo(self.session))
            raise
        if self.error is not None:
            raise TransactionAbortedError.by(self.error)
        return result

    def abort(self, error: BaseException) -> None:
        """An error has ended the transaction: nothing more is done in it, and it is not committed.

        The first one counts.
        """
        if self.transaction is not None and self.error is None:
            self.error = error

    def leave(self, error: BaseException) -> None:
        """An exception leaves the block: what another task has under way is aborted with it."""
        if self._under_way is not None:  # else tasks would keep its traceback alive for nothing
            self.abort(error)

    async def finish(self) -> None:
        """Wait for the operation that is under way; once the block is left none begins."""
        if self._under_way is not None:
            await asyncio.wait([self._under_way])

    def hold(self) -> asyncio.Future[None]:
        """Let no operation begin until this future is done, as if it were one itself."""
        self._begin()
        held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._under_way = held
        return held

    def was_left_elsewhere(self) -> bool:
        """Whether the running task has entered it, and another one has left it meanwhile.

        So it is where a generator ends early that has a block around its ``yield``: asyncio closes
        it in a task of its own, and what the block has put into the context of the task that ran
        the generator stays there.
        """
        if not self._is_over or self._task is None:
            return False
        return self._task() is asyncio.current_task()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Have the calls in this block, and in tasks that it starts, belong to the scope."""
        session = of_pymongo(self.session)
        task = asyncio.current_task()
        self._task = None if task is None else ref(task)
        self.outer, outer_of_session = scope_here(self.opened), scope_of(session)
        put(self.opened, self)
        setattr(session, SCOPE, self)
        try:
            yield
        finally:
            self._is_over = True
            # In a fixture of a test the end may be in another context than the beginning.
            if SCOPES.get().get(self.opened) is self:
                put(self.opened, self.outer)
            setattr(session, SCOPE, outer_of_session)


def scope_here(opened: OpenClient) -> Scope | None:
    """The innermost scope of a client that the running task is in."""
    scope = found = SCOPES.get().get(opened)
    if found is None:
        return None
    while scope is not None and scope.was_left_elsewhere():
        scope = scope.outer
    if scope is not found:
        put(opened, scope)
    return scope


def scope_of(session: Any) -> Scope | None:
    """The scope of a session, if it is one of the library's."""
    found: Scope | None = getattr(of_pymongo(session), SCOPE, None)
    return found


@contextmanager
def changing_here(document: Any, attributes: Sequence[tuple[Any, str]] = ()) -> Iterator[None]:
    """Remember what the library changes in a document in this block, without a call to a server.

    If one of the transactions that the running task is in does not commit, the document gets it
    back: what it is changed to may be what this transaction has stored.

    Parameters:
        document: the document.
        attributes: as for ``Target.changing``.
    """
    transactions = [scope.transaction for scope in SCOPES.get().values()]
    state = state_of(document)
    if isinstance(state, OfTransaction):
        transactions.append(state.transaction)  # which may be one of the driver's
    with ExitStack() as stack:
        for transaction in set(transactions):
            if transaction is not None and not transaction.is_over:
                stack.enter_context(transaction.changing([document], attributes))
        yield


@contextmanager
def no_scopes() -> Iterator[None]:
    """Have the calls in this block belong to no scope."""
    before = SCOPES.get()
    SCOPES.set(NONE)
    try:
        yield
    finally:
        SCOPES.set(before)


def put(opened: OpenClient, scope: Scope | None) -> None:
    others = {client: other for client, other in SCOPES.get().items() if client is not opened}
    SCOPES.set(others if scope is None else {**others, opened: scope})


def is_conflict(error: Exception) -> bool:
    """Whether two transactions were about to change the same document."""
    return isinstance(error, OperationFailure) and error.code == WRITE_CONFLICT


def ends_transaction(error: Exception) -> bool:
    """Whether an operation's error says that a server has ended the transaction, or may have."""
    if isinstance(error, NOT_SENT):
        return False
    return isinstance(error, PyMongoError | InvalidBSON)


def shown(error: Exception, document_class: type[Any]) -> Exception:
    """An error as it may be shown."""
    if isinstance(error, OperationFailure):
        return ServerErrors(document_class).error(error)
    return error


def is_of_standalone(error: BaseException) -> bool:
    is_refusal = isinstance(error, OperationFailure) and error.code == ILLEGAL_OPERATION
    return is_refusal and STANDALONE in str(error)


def look_at(operation: asyncio.Future[Any]) -> None:
    """Take the error of an operation that nobody waits for any more."""
    if not operation.cancelled():
        operation.exception()

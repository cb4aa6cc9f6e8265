"""``transaction``, ``run_transaction``, ``start_session`` and ``outside_transaction``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from functools import partial
from inspect import iscoroutine
from typing import Any, TypeVar

from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference

from aiomotorengine.connection import DEFAULT_CONNECTION_NAME, OpenClient, client_of
from aiomotorengine.sessions.ending import commit, roll_back
from aiomotorengine.sessions.lease import Lease
from aiomotorengine.sessions.options import WriteConcernLike, write_concern_of
from aiomotorengine.sessions.retrying import Retries, is_transient
from aiomotorengine.sessions.scope import Scope, no_scopes, scope_here
from aiomotorengine.sessions.transaction import Transaction

__all__ = ["outside_transaction", "run_transaction", "start_session", "transaction"]

T = TypeVar("T")


@asynccontextmanager
async def transaction(
    alias: str | None = None,
    *,
    read_concern: ReadConcern | str | None = None,
    write_concern: WriteConcernLike | None = None,
    read_preference: Any = None,
    max_commit_time_ms: int | None = None,
) -> AsyncIterator[Any]:
    """A block of which the server does all or nothing.

    Every call of the library on that connection takes part. The block commits where it ends, and
    aborts if an exception leaves it. Documents then get back what the library had changed in them:
    their ``_id``, whether they count as saved, the dates that saving sets. Inside another
    transaction of the connection it belongs to that one.

    Parameters:
        alias: the connection; by default the default one.
        read_concern: what reads see: a ``pymongo.read_concern.ReadConcern``, or its level, such as
            ``"snapshot"``.
        write_concern: which answer the commit waits for, as for ``QuerySet.using``.
        read_preference: where reads go; MongoDB takes none but the primary, which is the default.
        max_commit_time_ms: how many milliseconds the server may take for the commit.

    Returns:
        The driver's session, for calls of the driver itself: ``session=`` has them take part.

    Raises:
        TransactionAbortedError: an error aborted the transaction, and did not leave the block.
        ConcurrentSessionUseError: a call was begun while another was under way.
        TransactionEndedError: a task that was started in the block goes on after it.
        ValueError: it is inside another one, and options are given.
        pymongo.errors.PyMongoError: it was not committed; with the label
            ``UnknownTransactionCommitResult``, nobody knows.

    Example:
        >>> from aiomotorengine import Document, IntField, transaction
        >>> class Account(Document):
        ...     balance = IntField(default=0)
        >>> async def move(amount, source, target):
        ...     async with transaction():
        ...         source.balance -= amount
        ...         target.balance += amount
        ...         await source.save()
        ...         await target.save()
    """
    opened = opened_as(alias)
    given = settings(read_concern, write_concern, read_preference, max_commit_time_ms)
    outer = scope_here(opened)
    if outer is not None and outer.transaction is not None:
        with joined(outer, given):
            yield outer.session
        return
    lease = await leased(opened, outer)
    try:
        async with attempt(opened, lease, given):
            yield lease.session
    finally:
        await lease.give_back()


async def run_transaction(
    function: Callable[..., Awaitable[T]],
    *args: Any,
    alias: str | None = None,
    read_concern: ReadConcern | str | None = None,
    write_concern: WriteConcernLike | None = None,
    read_preference: Any = None,
    max_commit_time_ms: int | None = None,
) -> T:
    """Call a function in a transaction, again where the server asks for that, until it commits.

    Servers abort transactions that conflict, and those that lose their primary. Both end well when
    they are tried again, which is done for up to two minutes, or for as long as ``pymongo.timeout``
    says. So what the function does besides, it may do more than once. What it assigns to a document
    from outside is assigned once for each attempt: load inside of it what it changes, or let
    ``update`` compute.

    Parameters:
        function: an async function. Inside another transaction of the connection it is called once.
        args: its arguments; ``functools.partial`` takes those that have to be keywords.
        alias: the connection, and the others: as for ``transaction``.

    Returns:
        What the function has returned.

    Raises:
        TypeError: it is no function, but what one has returned.
        Exception: what the function raises, or ``transaction`` does.

    Example:
        >>> from aiomotorengine import Document, IntField, run_transaction
        >>> class Ticket(Document):
        ...     number = IntField(unique=True)
        >>> async def next_ticket():
        ...     last = await Ticket.objects.order_by("-number").first()
        ...     return await Ticket.objects.create(number=last.number + 1 if last else 1)
        >>> async def sell():
        ...     return await run_transaction(next_ticket)
    """
    if not callable(function):
        raise not_to_be_called(function)
    opened = opened_as(alias)
    given = settings(read_concern, write_concern, read_preference, max_commit_time_ms)
    outer = scope_here(opened)
    if outer is not None and outer.transaction is not None:
        with joined(outer, given):
            return await function(*args)
    lease = await leased(opened, outer)
    retries = Retries()
    try:
        while True:
            try:
                async with attempt(opened, lease, given):
                    result = await function(*args)
            except PyMongoError as error:
                if not is_transient(error) or not await retries.wait():
                    raise
            else:
                return result
    finally:
        await lease.give_back()


@asynccontextmanager
async def start_session(
    alias: str | None = None, *, causal_consistency: bool = True, snapshot: bool = False
) -> AsyncIterator[Any]:
    """A block whose calls on a connection belong to one session.

    Inside a transaction of the connection it is the session of that.

    Parameters:
        alias: the connection; by default the default one.
        causal_consistency: whether reads see what was written in the session before, also from
            secondaries.
        snapshot: whether all reads see the data as they were at one moment.

    Returns:
        The driver's session.

    Raises:
        ConcurrentSessionUseError: a call was begun while another was under way.
        TransactionEndedError: a task that was started in the block goes on after it.
        ValueError: it is inside a transaction, and options are given.

    Example:
        >>> from aiomotorengine import Document, IntField, start_session
        >>> class Player(Document):
        ...     score = IntField()
        >>> async def totals():
        ...     async with start_session(snapshot=True):
        ...         return await Player.objects.count(), await Player.objects.find_all()
    """
    opened = opened_as(alias)
    outer = scope_here(opened)
    if outer is not None and outer.transaction is not None:
        if snapshot or not causal_consistency:
            raise ValueError("A session inside a transaction takes no options.")
        outer.check()
        yield outer.session
        return
    lease = await Lease.new(
        opened, causal_consistency=causal_consistency and not snapshot, snapshot=snapshot
    )
    scope = Scope(opened, lease.session, None)
    try:
        with scope.entered():
            yield lease.session
    finally:
        await lease.conclude(scope.finish)
        await lease.give_back()


def outside_transaction() -> AbstractContextManager[None]:
    """A block whose calls belong to no block of ``transaction`` or ``start_session``.

    It is for what must be stored whatever becomes of the transaction, such as a log.

    Example:
        >>> from aiomotorengine import Document, StringField, outside_transaction
        >>> class Attempt(Document):
        ...     user = StringField()
        >>> async def note_attempt(user):
        ...     with outside_transaction():
        ...         await Attempt.objects.create(user=user)
    """
    return no_scopes()


@asynccontextmanager
async def attempt(opened: OpenClient, lease: Lease, given: dict[str, Any]) -> AsyncIterator[None]:
    """A transaction in a session."""
    options = {"read_preference": ReadPreference.PRIMARY, **given}
    await opened.driver.start_transaction(lease.session, **options)
    own = Transaction()
    scope = Scope(opened, lease.session, own)
    try:
        with scope.entered():
            yield
    except BaseException as error:
        scope.leave(error)
        await lease.conclude(partial(roll_back, scope, own))
        raise
    await lease.conclude(partial(commit, scope, own))


@contextmanager
def joined(scope: Scope, given: dict[str, Any]) -> Iterator[None]:
    """A transaction inside another one, of which it is a part."""
    if given:
        raise ValueError("A nested transaction takes no options.")
    scope.check()
    try:
        yield
    except BaseException as error:
        scope.abort(error)  # there is no going back to where it began
        raise


async def leased(opened: OpenClient, outer: Scope | None) -> Lease:
    """The session of a transaction: that of the block around it, or a new one."""
    return await Lease.new(opened) if outer is None else Lease.of(outer)


def not_to_be_called(given: Any) -> TypeError:
    """The error for what is given in the place of a function."""
    if iscoroutine(given):
        given.close()  # nobody will await it
    return TypeError(
        "run_transaction takes a function, which it may call more than once, and its arguments, "
        f"as in run_transaction(move, 5), not {type(given).__name__}; functools.partial holds "
        "keywords."
    )


def opened_as(alias: str | None) -> OpenClient:
    return client_of(alias or DEFAULT_CONNECTION_NAME)


def settings(
    read_concern: ReadConcern | str | None,
    write_concern: WriteConcernLike | None,
    read_preference: Any,
    max_commit_time_ms: int | None,
) -> dict[str, Any]:
    """What was given, as the driver takes it."""
    level = ReadConcern(read_concern) if isinstance(read_concern, str) else read_concern
    concern = None if write_concern is None else write_concern_of(write_concern)
    all_of_them = {
        "read_concern": level,
        "write_concern": concern,
        "read_preference": read_preference,
        "max_commit_time_ms": max_commit_time_ms,
    }
    return {name: value for name, value in all_of_them.items() if value is not None}

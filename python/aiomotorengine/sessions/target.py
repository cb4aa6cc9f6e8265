"""Where a call goes: the collection, and the session in which the driver is asked."""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

import pymongo
from bson.codec_options import CodecOptions

from aiomotorengine.connection import (
    DEFAULT_CONNECTION_NAME,
    OpenClient,
    UnknownAliasError,
    client_of,
    generation,
    is_only_client,
)
from aiomotorengine.documents.conversion import Conversion, conversion_of
from aiomotorengine.drivers import Driver
from aiomotorengine.errors import AbstractClassError
from aiomotorengine.sessions.collections import collection_of, is_settled
from aiomotorengine.sessions.foreign import transaction_of
from aiomotorengine.sessions.options import NO_OPTIONS, UNCHANGED, CallOptions, WriteConcernLike
from aiomotorengine.sessions.scope import SCOPES, Scope, scope_here, scope_of
from aiomotorengine.sessions.transaction import Transaction
from aiomotorengine.utils import running_loop

__all__ = ["Target", "target_beside", "target_of", "target_on"]

FOR_ALL_READS = ("max_time_ms",)
"""What of the options of a read holds for what else is read because of it."""

NOTHING_TO_UNDO: AbstractContextManager[None] = nullcontext()


class Target:
    """Where a call goes. It stays as it is: calls that ask for nothing of their own share one.

    Parameters:
        opened: the client.
        document_class: the class of the query set.
        collection: the driver's collection.
        options: what was asked for.
        scope: the block of the library's to which the call belongs, if there is one.
        session: the driver's session in which it runs, if it runs in one that was begun outside of
            the driver's call.
        matching: what a query of the call says besides its conditions of how they are met, by the
            driver's names: ``collation``, ``hint`` and ``let``.
        reading: what it says of how it is answered, such as ``max_time_ms``.
        read_from: the options that the collection has because of it, such as a read preference.

    Attributes:
        opened, document_class, collection, options, scope, session, matching, reading: as above.
        codec_options: those of the collection.
        conversion: that of the class.
        is_answered: whether the server answers what is written, outside of transactions.
    """

    __slots__ = (
        "_is_bare",
        "_read_from",
        "codec_options",
        "collection",
        "conversion",
        "document_class",
        "is_answered",
        "matching",
        "opened",
        "options",
        "reading",
        "scope",
        "session",
    )

    def __init__(
        self,
        opened: OpenClient,
        document_class: Any,
        collection: Any,
        options: CallOptions = UNCHANGED,
        scope: Scope | None = None,
        session: Any = None,
        matching: Mapping[str, Any] = NO_OPTIONS,
        reading: Mapping[str, Any] = NO_OPTIONS,
        read_from: Mapping[str, Any] = NO_OPTIONS,
    ) -> None:
        self.opened = opened
        self.document_class = document_class
        self.conversion: Conversion = conversion_of(document_class)
        self.collection = collection
        self.codec_options: CodecOptions[Any] = collection.codec_options
        self.is_answered: bool = collection.write_concern.acknowledged
        self.options = options
        self.scope = scope
        self.session = session
        self.matching = matching
        self.reading = reading
        self._read_from = read_from
        self._is_bare = session is None and options.timeout is None and options.comment is None

    @property
    def driver(self) -> Driver:
        """What speaks to the driver."""
        return self.opened.driver

    @property
    def transaction(self) -> Transaction | None:
        """The transaction that goes on in the session; compare it with ``is``."""
        if self.session is None:
            return None
        if self.scope is not None and self.scope.transaction is not None:
            return self.scope.transaction
        return transaction_of(self.session)

    def asked(
        self,
        matching: Mapping[str, Any],
        reading: Mapping[str, Any] = NO_OPTIONS,
        read_from: Mapping[str, Any] = NO_OPTIONS,
    ) -> Target:
        """The same for a query that says more than its conditions; parameters as for the class.

        Its options of the collection go before those that the class sets.
        """
        if not (matching or reading or read_from):
            return self
        collection = self.collection.with_options(**read_from) if read_from else self.collection
        return Target(
            self.opened,
            self.document_class,
            collection,
            self.options,
            self.scope,
            self.session,
            matching,
            reading,
            read_from or self._read_from,
        )

    def of(self, document_class: Any) -> Target:
        """Where the same call goes on with documents of another class.

        Its connection is the class's own, or else the one that the call names. What the call asks
        for holds there as well, but for its session where the connection is another.
        """
        return self.beside(document_class, self.options.alias)

    def beside(self, document_class: Any, alias: str | None) -> Target:
        """The same, with the connection for classes that have none of their own."""
        target = target_beside(document_class, alias, self.options)
        reading = {key: it for key, it in self.reading.items() if key in FOR_ALL_READS}
        return target.asked(NO_OPTIONS, reading, self._read_from)

    def with_class(self, document_class: Any) -> Target:
        """The same collection, in which documents of another class are, too."""
        if document_class is self.document_class:
            return self
        return Target(
            self.opened,
            document_class,
            self.collection,
            self.options,
            self.scope,
            self.session,
            self.matching,
            self.reading,
            self._read_from,
        )

    def plain(self) -> Target:
        """The same collection, asked for a document in hand: whatever else the call asks for, such
        as a collation, is about what it looks for.
        """
        if not self.matching and not self.reading:
            return self
        return Target(
            self.opened,
            self.document_class,
            self.collection,
            self.options,
            self.scope,
            self.session,
            read_from=self._read_from,
        )

    def outside(self, session: Any) -> Target:
        """The same collection in a session that was made for this, outside of the transaction.

        Raises:
            InvalidOperation: nothing may be begun in the transaction, nor be done for it.
        """
        if self.scope is not None:
            self.scope.check()
        options = self.options._replace(session=session)
        return target_in(self.opened, self.document_class, options)

    @property
    def ends_cursors(self) -> bool:
        """Whether the server closes all cursors of the call when its transaction is over."""
        return self.scope is not None and self.scope.transaction is not None

    # -- asking the driver ----------------------------------------------------------------------

    @property
    def arguments(self) -> dict[str, Any]:
        """What each call of the driver gets besides its own arguments."""
        arguments = {}
        if self.session is not None:
            arguments["session"] = self.session
        if self.options.comment is not None:
            arguments["comment"] = self.options.comment
        return arguments

    def call(
        self, method: Callable[..., Awaitable[Any]], *arguments: Any, **options: Any
    ) -> Awaitable[Any]:
        """Ask the driver, as one operation.

        Parameters:
            method: a method of the driver's collection or database.
            arguments: what it takes.
            options: the same, by name.

        Raises:
            InvalidOperation: nothing may be begun in the transaction now.
        """
        if self._is_bare:
            return method(*arguments, **options)
        return self._run(partial(method, *arguments, **self.arguments, **options))

    def asking(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """What asks the driver as ``call`` does: it takes the arguments of the method."""
        return method if self._is_bare else partial(self.call, method)

    def run(self, work: Callable[[], Awaitable[Any]]) -> Awaitable[Any]:
        """Ask the driver more than once, as one operation; ``work`` passes ``arguments`` itself."""
        return work() if self._is_bare else self._run(work)

    async def _run(self, work: Callable[[], Awaitable[Any]]) -> Any:
        seconds = self.options.timeout
        if seconds is not None:
            work = partial(within, seconds, work)
        if self.scope is None:
            return await work()
        return await self.scope.run(work, self.document_class)

    # -- what documents get back -----------------------------------------------------------------

    def changing(
        self, document: Any, attributes: Iterable[tuple[Any, str]] = ()
    ) -> AbstractContextManager[None]:
        """Remember what the library changes in a document in this block.

        If the transaction does not commit, the document gets it back, unless the program has
        assigned something else since. Outside of a transaction nothing is remembered.

        Parameters:
            document: the document.
            attributes: what it sets besides the attributes of the library's own and what each save
                sets: documents, this or those embedded in it, each with a name.
        """
        transaction = self.transaction
        if transaction is None:
            return NOTHING_TO_UNDO
        return transaction.changing([document], attributes)

    def changing_all(self, documents: Iterable[Any]) -> AbstractContextManager[None]:
        """The same for many documents."""
        transaction = self.transaction
        return NOTHING_TO_UNDO if transaction is None else transaction.changing(documents)


class Shared:
    """What calls share that ask for nothing of their own.

    Parameters:
        target: where they go with the client.

    Attributes:
        target: as above.
        generation: that of the connections in which the client is the one of the class's alias,
            whatever else has happened; ``None`` where the alias has to be asked each time.
        loop: the event loop for which it is.
    """

    __slots__ = ("__weakref__", "generation", "loop", "target")

    def __init__(self, target: Target) -> None:
        self.target = target
        self.generation: object = None
        self.loop: AbstractEventLoop | None = None

    def let_go(self) -> None:
        """Be what the class holds no more: its client is closed."""
        conversion = self.target.conversion
        if conversion.target is self:
            conversion.target = None


def target_of(
    document_class: Any,
    alias: str | None = None,
    options: CallOptions = UNCHANGED,
    session: Any = None,
    write_concern: WriteConcernLike | None = None,
) -> Target:
    """Where a call of a class's query set goes.

    Parameters:
        document_class: the class.
        alias: the connection that the call names.
        options: what ``using`` asks for.
        session: the driver's session that the call names.
        write_concern: that which it names.

    Raises:
        UnknownAliasError: there is no such connection.
        AbstractClassError: the class has no collection.
    """
    if session is not None or write_concern is not None:
        options = options.but(session=session, write_concern=write_concern)
    if alias is not None:
        options = options._replace(alias=alias)
    shared: Shared | None = conversion_of(document_class).target
    try:
        loop = get_running_loop()
    except RuntimeError:
        loop = None
    if (
        shared is None
        or shared.generation is not generation.current
        or shared.loop is not loop
        or (options is not UNCHANGED and options.alias is not None)
    ):
        return target_by_alias(document_class, options)
    # Nothing has changed since the last call, as mostly.
    target = shared.target
    binding = target.opened.binding
    if options is UNCHANGED and not SCOPES.get() and binding() is None:
        return target
    return in_session(target, options)


def target_by_alias(document_class: Any, options: CallOptions) -> Target:
    """Where a call of a class's query set goes, by what the connections are now."""
    now = generation.current  # before they are looked at, as they may change meanwhile
    name = options.alias or document_class.__alias__ or DEFAULT_CONNECTION_NAME
    try:
        opened = client_of(name)
    except UnknownAliasError:
        if document_class.__collection__ is None:  # which no connection would change
            raise AbstractClassError.of(document_class) from None
        raise
    target = target_in(opened, document_class, options)
    shared: Shared | None = conversion_of(document_class).target
    if (
        options.alias is None
        and shared is not None
        and shared.target.opened is opened
        and is_settled(document_class, ["__alias__"])
        and is_only_client(opened, name)
    ):
        shared.generation, shared.loop = now, running_loop()
    return target


def target_beside(document_class: Any, alias: str | None, options: CallOptions) -> Target:
    """Where a call goes on with documents of a class that it was not made for.

    Parameters:
        document_class: the class.
        alias: the connection, unless the class has one of its own.
        options: those of the call. A session of theirs holds on its own connection only.
    """
    return target_on(document_class.__alias__ or alias, document_class, options)


def target_on(alias: str | None, document_class: Any, options: CallOptions) -> Target:
    """The same on a connection, whatever the class has.

    Parameters:
        alias: the connection; ``None`` for the default one.
        document_class: the class.
        options: those of the call. A session of theirs holds on its own connection only.
    """
    opened = client_of(alias or DEFAULT_CONNECTION_NAME)
    if options.session is not None and not belongs_to(options.session, opened.client):
        options = options._replace(session=None)
    return target_in(opened, document_class, options)


def target_in(opened: OpenClient, document_class: Any, options: CallOptions) -> Target:
    """Where a call goes with a client.

    Parameters:
        opened: the client.
        document_class: the class.
        options: what is asked for; a session is one of the client's.

    Raises:
        AbstractClassError: the class has no collection.
    """
    conversion = conversion_of(document_class)
    shared: Shared | None = conversion.target
    if shared is not None and shared.target.opened is opened:
        return in_session(shared.target, options)
    target = Target(opened, document_class, collection_of(opened, document_class))
    if is_settled(document_class):
        # A class holds one for the client that was asked last, and no other client.
        conversion.target = shared = Shared(target)
        opened.holders.add(shared)
    return in_session(target, options)


def in_session(bare: Target, options: CallOptions) -> Target:
    """Where a call goes that asks for something, or is in a session.

    Parameters:
        bare: where it goes if it asks for nothing and is in none.
        options: what is asked for; a session is one of the client's.
    """
    opened, session = bare.opened, options.session
    if session is not None:
        scope = scope_of(session)
    else:
        scope = scope_here(opened) if SCOPES.get() else None  # mostly there are none at all
        session = opened.bound_session() if scope is None else scope.session
        if session is None and options is UNCHANGED:
            return bare
    collection, write_concern = bare.collection, options.write_concern
    if write_concern is not None:
        collection = collection.with_options(write_concern=write_concern)
    return Target(opened, bare.document_class, collection, options, scope, session)


def belongs_to(session: Any, client: Any) -> bool:
    """Whether a session is one of a client's, or of PyMongo's client behind one of Motor's."""
    return any(session.client is other for other in (client, vars(client).get("delegate")))


async def within(seconds: float, work: Callable[[], Awaitable[Any]]) -> Any:
    with pymongo.timeout(seconds):
        return await work()

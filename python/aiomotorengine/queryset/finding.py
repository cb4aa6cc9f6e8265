"""All documents that a query set finds."""

from __future__ import annotations

import warnings
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
)
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from aiomotorengine import query_builder, reading
from aiomotorengine.arguments import positive
from aiomotorengine.errors import ResultsTruncatedWarning
from aiomotorengine.queryset.base import R
from aiomotorengine.queryset.loading import Loading
from aiomotorengine.queryset.ordering import Ordering

if TYPE_CHECKING:
    from aiomotorengine.reading.documents import Reading, Unreadable
    from aiomotorengine.reading.finding import Selection
    from aiomotorengine.sessions.target import Target

__all__ = ["DEFAULT_LIMIT", "Finding"]

DEFAULT_LIMIT = 1000
"""How many documents ``find_all`` returns where no ``limit`` was set."""


class Finding(Loading[R], Ordering[R]):
    """A query that gives its documents, as they arrive or in a list."""

    async def find_all(self, lazy: bool | None = None, alias: str | None = None) -> list[R]:
        """The documents that the query finds.

        Without ``limit`` they are at most ``DEFAULT_LIMIT`` (1000), and a
        ``ResultsTruncatedWarning`` says when there are more; ``async for`` has no such limit.

        Parameters:
            lazy: ``False`` loads the references of all documents found. A class with
                ``__lazy__ = False`` always does.
            alias: the connection to use.

        Raises:
            ValueError: the limit or skip is negative, or a filter has a value its field refuses.
            StoredValueError: a stored document has a value that its field cannot read; see
                ``on_unreadable``.
        """
        limit = DEFAULT_LIMIT + 1 if self._limit is None else self._limit
        target = self._source(alias)
        found, seen = await self._read(target, limit)
        if self._limit is None and seen > DEFAULT_LIMIT:
            del found[DEFAULT_LIMIT:]
            warnings.warn(
                f"find_all() left out documents of {self.__klass__.__name__} beyond its default "
                f"limit of {DEFAULT_LIMIT}; set limit(), or read them with 'async for'.",
                ResultsTruncatedWarning,
                stacklevel=2,
            )
        await self._with_references(found, target, self._on_unreadable, lazy=lazy)
        return found

    async def to_list(self, alias: str | None = None) -> list[R]:
        """All documents that the query finds; ``limit`` alone says how many they are at most.

        Parameters:
            alias: the connection to use.

        Raises:
            Exception: as for ``find_all``.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Player(Document):
            ...     score = IntField()
            >>> async def the_best():
            ...     return await Player.objects.order_by("-score")[:10].to_list()
        """
        target = self._source(alias)
        found, _ = await self._read(target, self._limit)
        await self._with_references(found, target, self._on_unreadable)
        return found

    async def _read(self, target: Target, limit: int | None) -> tuple[list[R], int]:
        """The documents that the query finds, and how many there were with those left out."""
        found: list[R] = []
        unreadable = (
            None if self._on_unreadable is None else reading.finding.Counted(self._on_unreadable)
        )
        async with aclosing(self._found(target, limit, unreadable)) as batches:
            async for batch in batches:
                found.extend(batch)
        return found, len(found) + (unreadable.count if unreadable else 0)

    def _found(
        self, target: Target, limit: int | None, on_unreadable: Unreadable | None
    ) -> Reading:
        """What the query finds, batch by batch, whatever is changed here meanwhile."""
        limit = 0 if self._finds_nothing else limit
        selection = self._selection(limit, on_unreadable)
        return reading.finding.batches(target, selection)

    def _selection(self, limit: int | None, on_unreadable: Unreadable | None = None) -> Selection:
        filters = self._query()
        return reading.finding.Selection(
            self.__klass__,
            filters,
            filters.to_query(self.__klass__),
            list(self._order),
            self._skip,
            limit,
            on_unreadable,
            *self._reads(),
        )

    def __aiter__(self) -> AsyncIterator[R]:
        target, unreadable = self._source(), self._on_unreadable
        found = self._found(target, self._limit, unreadable)
        return documents_of(found, self._reference_loader(target, unreadable))

    def tail(self, *, max_await_time_ms: int | None = None) -> AsyncGenerator[R, None]:
        """The documents that the query finds in a capped collection, and those that come later.

        It goes on until the server ends it, as it does where the collection is empty, or what was
        read last is overwritten. Leave it as any generator: ``contextlib.aclosing`` closes the
        server's cursor at once.

        Parameters:
            max_await_time_ms: how long the server waits for the next document before it says that
                there is none yet; by default a second. Nothing is seen of that but the traffic.

        Raises:
            ValueError: an order, skip or limit is set.
            pymongo.errors.OperationFailure: the collection is not capped.

        Example:
            >>> from contextlib import aclosing
            >>> from aiomotorengine import Document, StringField
            >>> class Event(Document):
            ...     __collection_options__ = {"capped": True, "size": 1_000_000}
            ...     kind = StringField()
            >>> async def first_alarm():
            ...     async with aclosing(Event.objects.filter(kind="alarm").tail()) as events:
            ...         async for event in events:
            ...             return event
        """
        if self._order or self._skip or self._limit is not None:
            raise ValueError("tail() reads all in the order of insertion: no order, skip or limit.")
        asked = max_await_time_ms
        if asked is not None:
            asked = positive("max_await_time_ms", asked)
        filters = self._query()
        query = filters.to_query(self.__klass__)
        target, unreadable = self._source(), self._on_unreadable
        if self._finds_nothing:
            return documents_of(self._found(target, 0, unreadable))
        found = reading.documents.tail(
            target,
            query,
            max_await_time_ms=asked,
            on_unreadable=unreadable,
            naming=lambda: query_builder.encoding.naming_values(
                target.collection, (self.__klass__, filters)
            ),
        )
        return documents_of(found, self._reference_loader(target, unreadable))

    async def sample(self, size: int, alias: str | None = None) -> list[R]:
        """Documents that the query finds, chosen at random; at most so many.

        Order, limit and skip do not count.

        Parameters:
            size: how many.
            alias: the connection to use.

        Raises:
            TypeError: the size is no whole number.
            ValueError: it is less than 1; or parts of lists are to be loaded, by ``slice``.
        """
        self._refuse_slice("sample")
        if self._projection is not None and self._projection.slices:
            raise ValueError("sample() loads no parts of lists: leave out slice().")
        size = positive("size", size)
        filters = self._query()
        query = filters.to_query(self.__klass__)
        target, unreadable = self._source(alias), self._on_unreadable
        if self._finds_nothing:
            return []
        found: list[R] = await reading.finding.sample(
            target, filters, query, size, unreadable, *self._reads()
        )
        await self._with_references(found, target, unreadable)
        return found


async def documents_of(
    found: Reading, load: Callable[[list[Any]], Awaitable[None]] | None = None
) -> AsyncGenerator[Any, None]:
    """One document after the other.

    Parameters:
        found: the documents as they arrive. It is closed in every way out.
        load: what loads the documents that they refer to: once for each answer of the server.
    """
    async with aclosing(found if load is None else found.whole_answers()) as batches:
        async for batch in batches:
            if load is not None:
                await load(batch)
            for document in batch:
                yield document

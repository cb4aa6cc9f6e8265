"""What a query set finds in lists, page by page, and in parts for several workers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from copy import copy
from typing import TYPE_CHECKING

from aiomotorengine import reading
from aiomotorengine.arguments import positive
from aiomotorengine.query_builder.node import Q
from aiomotorengine.queryset.base import R
from aiomotorengine.queryset.finding import Finding

if TYPE_CHECKING:
    from typing import Any, Self

    from aiomotorengine.reading.pages import Page

__all__ = ["Pages"]


class Pages(Finding[R]):
    """A query whose documents come in lists, on pages and in parts."""

    def batches(self, size: int = 1000, alias: str | None = None) -> AsyncGenerator[list[R], None]:
        """All documents that the query finds in lists of exactly so many; the last one may be
        shorter.

        It is read as it arrives. Leave it as any generator: ``contextlib.aclosing`` closes the
        server's cursor at once.

        Parameters:
            size: how many documents are in a list.
            alias: the connection to use.

        Raises:
            TypeError: the size is no whole number.
            ValueError: it is less than 1; or as for ``find_all``.
            StoredValueError: as for ``find_all``, after the documents before it.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class User(Document):
            ...     email = StringField()
            >>> async def write_to_all(send):
            ...     async for users in User.objects.batches(500):
            ...         await send([user.email for user in users])
        """
        size = positive("size", size)
        target, unreadable = self._source(alias), self._on_unreadable
        found = self._found(target, self._limit, unreadable)
        return reading.lists.in_lists(found, size, self._reference_loader(target, unreadable))

    async def page(
        self,
        size: int = 20,
        *,
        after: str | None = None,
        before: str | None = None,
        alias: str | None = None,
    ) -> Page[R]:
        """Some of the documents that the query finds, in its order, and how to go on from there.

        What is inserted or deleted meanwhile shifts no other document, and with an index a page
        costs the same wherever it is. Documents with equal values are in the order of their ids.

        Parameters:
            size: how many documents at most.
            after: the ``next`` of a page; what comes after that is wanted.
            before: the ``previous`` of a page; what comes before that is wanted.
            alias: the connection to use.

        Raises:
            InvalidPageTokenError: a token is none of this query: of its collection, order and
                collation.
            ValueError: skip or limit is set, there are two tokens, or the order is by a list, by
                ``"$text_score"``, by distance or by passwords.
            StoredValueError: a document has a value that its field cannot read.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class User(Document):
            ...     name = StringField()
            >>> async def names(token=None):
            ...     page = await User.objects.order_by("name").page(50, after=token)
            ...     return {"names": [user.name for user in page], "next": page.next}
        """
        size = positive("size", size)
        self._refuse_window("page")
        target = self._source(alias)
        found: Page[R] = await reading.pages.page(
            target,
            self._query(),
            self._order,
            size,
            after=after,
            before=before,
            finds_nothing=self._finds_nothing,
            reads=self._reads(),
        )
        await self._with_references(found.items, target)
        return found

    async def partitions(self, count: int, alias: str | None = None) -> list[Self]:
        """Query sets that find together what this one finds, and nothing twice; at most so many.

        They can be sent to other processes (they pickle), and do all that a query set does. They
        have about the same share of the collection, though not of what the filters leave.

        Parameters:
            count: how many.
            alias: the connection to use, for this and by the query sets.

        Raises:
            TypeError: the count is no whole number.
            ValueError: it is less than 1, or skip or limit is set.

        Example:
            >>> import asyncio
            >>> from aiomotorengine import Document, IntField
            >>> class Player(Document):
            ...     score = IntField()
            >>> async def read_by_four(read):
            ...     parts = await Player.objects.partitions(4)
            ...     await asyncio.gather(*(read(part) for part in parts))
        """
        count = positive("count", count)
        self._refuse_window("partitions")
        if self._finds_nothing:
            return []
        found = await reading.partitions.partitions(self._source(alias), count)
        return [self._part(condition, alias) for condition in found]

    def _part(self, condition: Mapping[str, Any], alias: str | None) -> Self:
        """A copy that finds what meets a condition besides."""
        part = copy(self)
        part._filters = self._filters & Q(condition)
        if alias is not None:
            part._using = self._using.but(alias=alias)
        return part

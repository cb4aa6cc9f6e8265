"""RowSet: a query whose terminals give rows of values in the place of documents."""

from __future__ import annotations

import builtins
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from typing import Self

    from pymongo.collation import Collation
    from pymongo.read_concern import ReadConcern

    from aiomotorengine.query_builder.node import QNode

__all__ = ["RowSet"]

R = TypeVar("R")


class RowSet(Generic[R]):
    """What ``values``, ``values_list``, ``scalar`` and ``raw`` of a query set return.

    It is narrowed and read as a query set is, in place or not as its class says; it writes nothing.

    Parameters:
        query: a query set of its own, whose terminals give such rows.

    Example:
        >>> from aiomotorengine import Document, IntField, StringField
        >>> class Player(Document):
        ...     name = StringField()
        ...     score = IntField()
        >>> async def the_best():
        ...     rows = Player.objects.order_by("-score").values_list("name", "score")
        ...     return await rows[:10].to_list()
    """

    __slots__ = ("_query",)

    def __init__(self, query: Any) -> None:
        self._query = query

    def __copy__(self) -> Self:
        return type(self)(copy(self._query))

    def __deepcopy__(self, memo: object) -> Self:
        return copy(self)

    def __repr__(self) -> str:
        return repr(self._query).replace("<QuerySet", "<RowSet", 1)

    def __getitem__(self, part: builtins.slice) -> Self:
        """A copy that finds a part of what this one finds; as for a query set."""
        return type(self)(self._query[part])

    if not TYPE_CHECKING:
        # Python would otherwise try all indexes from 0 on.
        __iter__ = __contains__ = None

    def clone(self) -> Self:
        """A row set of its own, for which all is set that is set on this one."""
        return copy(self)

    def all(self) -> Self:
        """The same as ``clone``."""
        return copy(self)

    def _of(self, query: Any) -> Self:
        """This row set, where its query was changed in place; else one of the query's copy."""
        return self if query is self._query else type(self)(query)

    # -- narrowing: as for a query set ------------------------------------------------------------

    def filter(self, /, *args: QNode | Mapping[str, Any], **kwargs: Any) -> Self:
        return self._of(self._query.filter(*args, **kwargs))

    def filter_not(self, /, *args: QNode | Mapping[str, Any], **kwargs: Any) -> Self:
        return self._of(self._query.filter_not(*args, **kwargs))

    def all_filters_cleared(self) -> Self:
        return self._of(self._query.all_filters_cleared())

    def search_text(self, text: str, language: str | None = None, **options: bool) -> Self:
        return self._of(self._query.search_text(text, language, **options))

    def none(self) -> Self:
        return self._of(self._query.none())

    def limit(self, limit: int | None) -> Self:
        return self._of(self._query.limit(limit))

    def skip(self, skip: int) -> Self:
        return self._of(self._query.skip(skip))

    def order_by(self, *keys: Any, direction: int | None = None) -> Self:
        return self._of(self._query.order_by(*keys, direction=direction))

    def reverse(self) -> Self:
        return self._of(self._query.reverse())

    def on_unreadable(self, how: Any) -> Self:
        return self._of(self._query.on_unreadable(how))

    def using(self, alias: str | None = None, **options: Any) -> Self:
        return self._of(self._query.using(alias, **options))

    def hint(self, index: Any) -> Self:
        return self._of(self._query.hint(index))

    def collation(self, locale: str | Collation | None, **options: Any) -> Self:
        return self._of(self._query.collation(locale, **options))

    def let(self, **values: Any) -> Self:
        return self._of(self._query.let(**values))

    def comment(self, text: Any) -> Self:
        return self._of(self._query.comment(text))

    def max_time_ms(self, milliseconds: int | None) -> Self:
        return self._of(self._query.max_time_ms(milliseconds))

    def batch_size(self, size: int | None) -> Self:
        return self._of(self._query.batch_size(size))

    def allow_disk_use(self, flag: bool | None = True) -> Self:
        return self._of(self._query.allow_disk_use(flag))

    def no_cursor_timeout(self, flag: bool | None = True) -> Self:
        return self._of(self._query.no_cursor_timeout(flag))

    def read_preference(self, mode: Any) -> Self:
        return self._of(self._query.read_preference(mode))

    def read_concern(self, level: str | ReadConcern | None) -> Self:
        return self._of(self._query.read_concern(level))

    def to_query(self) -> dict[str, Any]:
        query: dict[str, Any] = self._query.to_query()
        return query

    # -- reading ----------------------------------------------------------------------------------

    async def to_list(self, alias: str | None = None) -> list[R]:
        """All rows; ``limit`` alone says how many they are at most.

        Raises:
            StoredValueError: a stored document has a value that its field cannot read; see
                ``QuerySet.on_unreadable``.
        """
        rows: list[R] = await self._query.to_list(alias)
        return rows

    async def find_all(self, alias: str | None = None) -> list[R]:
        """The same as ``to_list``."""
        return await self.to_list(alias)

    def __aiter__(self) -> AsyncIterator[R]:
        rows: AsyncIterator[R] = aiter(self._query)
        return rows

    def tail(self, *, max_await_time_ms: int | None = None) -> AsyncGenerator[R, None]:
        """Rows of a capped collection, and those that come later; as for a query set."""
        rows: AsyncGenerator[R, None] = self._query.tail(max_await_time_ms=max_await_time_ms)
        return rows

    async def first(self, alias: str | None = None) -> R | None:
        """The first row, or ``None``."""
        row: R | None = await self._query.first(alias)
        return row

    async def last(self, alias: str | None = None) -> R | None:
        """The last row in the order, or ``None``; without an order, that with the greatest id."""
        row: R | None = await self._query.last(alias)
        return row

    async def get(self, /, id: Any = None, alias: str | None = None, **filters: Any) -> R | None:
        """One row, by the id of its document or by conditions; as for a query set."""
        row: R | None = await self._query.get(id, alias, **filters)
        return row

    async def get_or_none(
        self, /, id: Any = None, alias: str | None = None, **filters: Any
    ) -> R | None:
        """The same as ``get``."""
        return await self.get(id, alias, **filters)

    async def get_one(self, /, id: Any = None, alias: str | None = None, **filters: Any) -> R:
        """The one row that there is; raises as for a query set."""
        row: R = await self._query.get_one(id, alias, **filters)
        return row

    async def in_bulk(self, ids: Iterable[Any], alias: str | None = None) -> dict[Any, R]:
        """The rows of the documents that have these ids, by their ids; as for a query set."""
        rows: dict[Any, R] = await self._query.in_bulk(ids, alias)
        return rows

    async def exists(self, alias: str | None = None) -> bool:
        """Whether there is any."""
        there: bool = await self._query.exists(alias)
        return there

    async def count(self, alias: str | None = None, *, with_limit_and_skip: bool = False) -> int:
        """How many documents there are; as for a query set."""
        number: int = await self._query.count(alias, with_limit_and_skip=with_limit_and_skip)
        return number

    async def explain(
        self, verbosity: str = "queryPlanner", alias: str | None = None
    ) -> dict[str, Any]:
        """How the server would find the rows; as for a query set."""
        found: dict[str, Any] = await self._query.explain(verbosity, alias)
        return found

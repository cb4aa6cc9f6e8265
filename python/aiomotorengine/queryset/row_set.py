"""RowSet: a query that gives rows of values in the place of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiomotorengine.queryset.base import Query, R
from aiomotorengine.queryset.filtering import Filtering
from aiomotorengine.queryset.getting import Getting
from aiomotorengine.queryset.options import Options
from aiomotorengine.queryset.pages import Pages
from aiomotorengine.queryset.summaries import Summaries

if TYPE_CHECKING:
    from typing import Never, Self

    from aiomotorengine.query_builder.row_values import Rows

__all__ = ["RowSet"]


class RowSet(Pages[R], Getting[R], Summaries[R], Filtering[R], Options[R]):
    """What ``values``, ``values_list``, ``scalar`` and ``raw`` of a query set return.

    It is narrowed and read as a query set is, in place or not as its class says; it writes nothing.
    ``find_all`` has no limit of its own here.

    Example:
        >>> from aiomotorengine import Document, IntField, StringField
        >>> class Player(Document):
        ...     name = StringField()
        ...     score = IntField()
        >>> async def the_best():
        ...     rows = Player.objects.order_by("-score").values_list("name", "score")
        ...     return await rows[:10].to_list()
    """

    @classmethod
    def of(cls, query: Query[Any], rows: Rows) -> Self:
        """The rows of what a query finds; the query itself stays as it is.

        Raises:
            ValueError: references are to be loaded with it.
        """
        row_set = query._as(cls)
        if row_set._prefetched:
            raise of_prefetch()
        row_set._rows, row_set._dereferences = rows, False
        return row_set

    def prefetch(self, *paths: Any, queryset: Any = None) -> Never:
        """Not of rows, which have the ids of references.

        Raises:
            ValueError: whatever it is given.
        """
        raise of_prefetch()

    async def find_all(self, lazy: bool | None = None, alias: str | None = None) -> list[R]:
        """The same as ``to_list``.

        Raises:
            ValueError: references are to be loaded, which are ids in rows.
        """
        if lazy is False:
            raise ValueError("Rows have the ids of references: find_all() takes no lazy=False.")
        return await self.to_list(alias)


def of_prefetch() -> ValueError:
    return ValueError("prefetch() has no effect on values() and raw().")

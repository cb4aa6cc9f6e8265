"""The verbs of ``Model.objects``: build the query, await the server, return documents."""

from __future__ import annotations

from aiomotorengine import writing
from aiomotorengine.queryset.aggregating import Aggregating
from aiomotorengine.queryset.as_rows import AsRows
from aiomotorengine.queryset.base import D
from aiomotorengine.queryset.changing import Changing
from aiomotorengine.queryset.deleting import Deleting
from aiomotorengine.queryset.filtering import Filtering
from aiomotorengine.queryset.finding import DEFAULT_LIMIT
from aiomotorengine.queryset.getting import Getting
from aiomotorengine.queryset.inserting import Inserting
from aiomotorengine.queryset.options import Options
from aiomotorengine.queryset.pages import Pages
from aiomotorengine.queryset.projecting import Projecting
from aiomotorengine.queryset.row_set import RowSet
from aiomotorengine.queryset.saving import Saving
from aiomotorengine.queryset.summaries import Summaries
from aiomotorengine.queryset.watching import Watching
from aiomotorengine.update.result import UpdateResult

__all__ = ["DEFAULT_LIMIT", "QuerySet", "RowSet", "UpdateResult"]


class QuerySet(
    Pages[D],
    Watching[D],
    Getting[D],
    Summaries[D],
    Aggregating[D],
    Saving[D],
    Inserting[D],
    Changing[D],
    Deleting[D],
    Filtering[D],
    Options[D],
    Projecting[D],
    AsRows[D],
):
    """A query on one document class, and what can be done with it.

    What narrows the query or says how it is answered (``filter``, ``order_by``, ``limit``, ``hint``
    and their like) changes the query set and returns it; of a class whose ``__querysets__`` is
    ``"copy"``, as that of a ``TypedDocument`` is, it leaves it as it was and returns a copy. What
    was set stays, whatever is asked; ``copy.copy`` makes an independent query set.
    Iterating with ``async for`` reads all that match, batch by batch.

    Parameters:
        document_class: the class whose documents it finds.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class Player(Document):
        ...     score = IntField()
        >>> async def best():
        ...     return await Player.objects.filter(score__gte=100).order_by("-score").find_all()
    """

    async def ensure_index(self, alias: str | None = None) -> int:
        """Ask the server to create the indexes of unique fields.

        Returns:
            The number of unique fields.
        """
        return await writing.indexes.ensure(self._target(alias))

"""The changes to what a query set finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiomotorengine import changes
from aiomotorengine.queryset.base import D
from aiomotorengine.queryset.finding import Finding

if TYPE_CHECKING:
    from typing import Unpack

    from aiomotorengine.changes.arguments import WatchOptions
    from aiomotorengine.changes.stream import ChangeStream

__all__ = ["Watching"]


class Watching(Finding[D]):
    """A query of whose documents changes are told."""

    def watch(
        self, *, alias: str | None = None, **options: Unpack[WatchOptions]
    ) -> ChangeStream[D]:
        """The changes to what the query finds, as they happen. It takes a replica set.

        The filters are asked of a document as it is after its change, and of a deleted one as it
        was before, where ``full_document_before_change`` is given; otherwise deletes are left out.
        Without filters all changes are told.

        Parameters:
            operations: those that are told, such as ``("insert", "update")``; by default all.
            fields: of updates only those that touch one of these fields, a part of it, or what it
                is in; names as for ``order_by``.
            pipeline: stages of the program's own, after those that come of the other arguments.
            full_document: which whole document comes with an update: ``"updateLookup"``, the one
                that is stored when the server tells of it; ``"whenAvailable"`` or ``"required"``,
                the one that the update has left, which a collection keeps if it is told to;
                ``"default"``, none.
            full_document_before_change: ``"whenAvailable"`` or ``"required"``: the document as it
                was before; by default it does not come.
            resume_after: the token of a change, after which to go on.
            start_after: the same, which may be that of an ``invalidate`` as well.
            start_at: the time from which on changes are told; without a time zone it is UTC.
            retry_for: for how many seconds without success the stream is opened again when servers
                can't be reached; 0 leaves that to the driver, which tries once.
            max_await_time_ms: how long the server waits for a change before it says that there is
                none yet; by default a second.
            batch_size: how many changes come with one answer.
            alias: the connection.

        Raises:
            ValueError: an argument says what there is not, or a condition can't be asked of
                changes; or an order, skip or limit is set, or a part of documents is asked for.
            TypeError: an argument is none of what it has to be.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Job(Document):
            ...     state = StringField()
            >>> async def failures():
            ...     async with Job.objects.filter(state="failed").watch() as changes:
            ...         async for change in changes:
            ...             print(change.operation, change.document)
        """
        target = self._source(alias)
        return changes.watching.watch(
            target,
            self._selection(self._limit, self._on_unreadable),
            finds_nothing=self._finds_nothing,
            load=self._reference_loader(target, self._on_unreadable),
            **options,
        )

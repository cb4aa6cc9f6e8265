"""Many documents that are inserted at once."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal

from aiomotorengine import bulk
from aiomotorengine.arguments import duration, positive
from aiomotorengine.queryset.base import D, Query
from aiomotorengine.sessions.options import WriteConcernLike

if TYPE_CHECKING:
    from aiomotorengine.bulk import BulkReport, Destination
    from aiomotorengine.rows import RefusedRow, Rows

__all__ = ["Inserting"]


class Inserting(Query[D]):
    """A query set that takes many documents, whatever it finds."""

    async def bulk_insert(
        self,
        documents: Iterable[D] | AsyncIterable[D] | Rows,
        callback: Any = None,
        alias: str | None = None,
        *,
        ordered: bool = True,
        report: BulkReport | None = None,
        progress: Callable[[BulkReport], object] | None = None,
        rejects: Destination | None = None,
        resume: BulkReport | None = None,
        validate: bool = True,
        hooks: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> list[D] | None:
        """Validate all documents, then insert them.

        Parameters:
            documents: any iterable or async iterable of documents, or ``Rows``. A preset ``_id``
                is used; documents that were loaded or saved before are inserted as copies with new
                ids.
            callback: ignored.
            alias: the connection to use.
            ordered: whether the first document that the server refuses stops the insert; if not,
                all others are inserted.
            report: a new ``BulkReport``, which is filled as batches end.
            progress: called with the report after each batch.
            rejects: where what is refused is written, as for ``insert_stream``.
            resume: the report of a call that failed, given the same documents, to go on with; as
                for ``insert_stream``. What it has settled is not looked at.
            validate: whether documents are validated; without it, what cannot be encoded is still
                refused.
            hooks: whether the hooks of the documents are called.
            session: a session of the driver's, in which they are inserted.
            write_concern: which answer is waited for, as for ``using``.

        Returns:
            The documents as a list, with their ids (the very list that was given, if it was one);
            ``None`` if an overridden ``validate`` returned something falsy.

        Raises:
            ValueError: a document is not valid, or cannot be stored; its number is in the message,
                and nothing was written.
            TypeError: these are no documents, but a text, a mapping or a single document.
            UniqueKeyViolationError: a unique field's value is there already. What was inserted
                before it has its ``_id``.
            pymongo.errors.PyMongoError: the server refused a document for another reason, or the
                connection was lost. ``error.report`` says what became of each document.
        """
        options = bulk.Options(
            ordered=ordered,
            in_flight=1 if ordered else 2,
            report=report,
            progress=progress,
            rejects=rejects,
            resume=resume,
            validate=bool(validate),
            hooks=bool(hooks),
        )
        target = self._target(alias, session, write_concern)
        return await bulk.insert_list(target, documents, options)

    async def insert_stream(
        self,
        source: Iterable[D] | AsyncIterable[D] | Iterable[D | RefusedRow] | Rows,
        *,
        alias: str | None = None,
        ordered: bool = True,
        on_error: Literal["raise", "collect"] = "raise",
        batch_size: int | None = None,
        in_flight: int = 2,
        max_wait: float | None = 1.0,
        report: BulkReport | None = None,
        progress: Callable[[BulkReport], object] | None = None,
        rejects: Destination | None = None,
        resume: BulkReport | None = None,
        validate: bool = True,
        hooks: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> BulkReport:
        """Insert the documents of a source that need not fit into memory.

        They are validated, encoded and sent batch by batch; the next batch is prepared while the
        last is on its way. Nothing is kept of a document but its number in the report.

        Parameters:
            source: an iterable or async iterable of documents, or ``Rows``; ids as for
                ``bulk_insert``.
            alias: the connection to use.
            ordered: whether the first document that is refused ends the stream; if not, all others
                are inserted, and batches may overtake one another.
            on_error: ``"raise"`` what is wrong with documents, or ``"collect"`` it in the report. A
                lost connection, and what the source raises, is raised in any case.
            batch_size: how many documents are sent at once, at most 100,000; by default 1,000, of
                ``Rows`` 2,500, and fewer where the server refuses many. A batch also ends when it
                has 1 MiB, of ``Rows`` 2 MiB.
            in_flight: how many batches may have been taken from the source and not have come to
                their end; memory is bounded by it.
            max_wait: after how many seconds documents are sent that wait for others to fill their
                batch, as those of a source that is slow do; ``None`` to wait as long as it takes.
            report: a new ``BulkReport``, which is filled as batches end.
            progress: called with the report after each batch.
            rejects: where what is refused is written as its batch ends: a path, to whose file lines
                are added; a text file; or ``function(entry, item)``, called with the entry of
                ``report.rejected`` and the document or row.
            resume: the report of a call that failed, to go on where it ended; ``source`` is then
                the same once more, from its start. What that call has settled is taken and
                dropped; what may be in the database is sent under the id that it had. So rows,
                which have no ids, are not stored twice either.
            validate: whether documents are validated; without it, what cannot be encoded is still
                refused.
            hooks: whether the hooks of the documents are called. A document for which one that
                comes before it raises is refused; after one that comes after it and raises, the
                stream stops, and its exception is raised in any case.
            session: a session of the driver's, in which they are inserted: one batch at a time,
                when it is full or the source at its end.
            write_concern: which answer is waited for, as for ``using``.

        Returns:
            The report: what became of each document, by its number in the source; with ``resume``
            of all calls together.

        Raises:
            ValueError: a document is not valid, or cannot be stored; a number among the arguments
                is too small; or no call can go on with the report to resume.
            TypeError: the source is no iterable, a report none of ours, ``progress`` no function
                or one that is async, ``rejects`` nothing to write to, or an argument no number
                where one is wanted.
            OSError: what is refused cannot be written down.
            UniqueKeyViolationError: a unique field's value is there already.
            pymongo.errors.PyMongoError: the server refused a document for another reason, or the
                connection was lost. ``error.report`` is the report.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Reading(Document):
            ...     value = IntField()
            >>> async def load(numbers):
            ...     readings = (Reading(value=number) for number in numbers)
            ...     return await Reading.objects.insert_stream(readings)
        """
        if on_error not in ("raise", "collect"):
            raise ValueError(f"on_error must be 'raise' or 'collect', not {on_error!r}.")
        size = None if batch_size is None else positive("batch_size", batch_size)
        options = bulk.Options(
            ordered=ordered,
            collects=on_error == "collect",
            in_flight=positive("in_flight", in_flight),
            limits=bulk.stream_limits(source, size, duration("max_wait", max_wait)),
            report=report,
            progress=progress,
            rejects=rejects,
            resume=resume,
            validate=bool(validate),
            hooks=bool(hooks),
        )
        target = self._target(alias, session, write_concern)
        return await bulk.insert_stream(target, source, options)

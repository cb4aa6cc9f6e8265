"""Deletes of the documents that a query set finds, of one, or of all."""

from __future__ import annotations

from typing import Any

from aiomotorengine import writing
from aiomotorengine.queryset.base import D
from aiomotorengine.queryset.loading import Loading
from aiomotorengine.sessions.options import WriteConcernLike
from aiomotorengine.storage.discriminators import condition_of

__all__ = ["Deleting"]


class Deleting(Loading[D]):
    """A query whose documents can be deleted."""

    async def find_one_and_delete(
        self,
        *,
        alias: str | None = None,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> D | None:
        """Remove the first document that the query finds in its order, and return it.

        What refers to it is treated as by ``delete``.

        Parameters:
            alias: the connection to use.
            session: the driver's session to use.
            write_concern: as for ``using``.

        Returns:
            The document as it was, or ``None`` where none was found.

        Raises:
            DeleteDeniedError: a document refers to it, and forbids it; nothing was changed.
            StoredValueError: it was removed, and has a value that its field cannot read.

        Example:
            >>> from aiomotorengine import DateTimeField, Document
            >>> class Job(Document):
            ...     made = DateTimeField(auto_now_on_insert=True)
            >>> async def take_the_oldest():
            ...     return await Job.objects.order_by("made").find_one_and_delete()
        """
        self._refuse_slice("find_one_and_delete")
        if self._finds_nothing:
            return None
        target = self._matched(alias, session, write_concern)
        found: D | None = await writing.deletion.deleting.find_one_and_delete(
            target, self._query(), self._order
        )
        return await self._with_references_of_one(found, target)

    async def delete(self, alias: str | None = None, *, hooks: bool = False) -> int:
        """Remove all documents that the query finds (all there are, without a filter).

        Limit and skip do not count. What refers to the documents is treated as the ``on_delete`` of
        its references says.

        Parameters:
            alias: the connection to use.
            hooks: whether the documents are loaded, batch by batch, so that their ``before_delete``
                and ``after_delete`` hooks can be called.

        Returns:
            How many were removed, without those that others took along.

        Raises:
            DeleteDeniedError: a document refers to one of them, and forbids it; nothing was
                changed.
        """
        self._refuse_slice("delete")
        if self._finds_nothing:
            return 0
        return await writing.deletion.deleting.delete_many(
            self._matched(alias), self._query(), hooks=hooks
        )

    async def delete_one(self, *, alias: str | None = None, session: Any = None) -> int:
        """Remove the first document that the query finds in its order; limit and skip do not count.

        Parameters:
            alias: the connection to use.
            session: a session of the driver's, in which that happens.

        Returns:
            1, or 0 where nothing was found.

        Raises:
            DeleteDeniedError: a document refers to it, and forbids it; nothing was changed.

        Example:
            >>> from aiomotorengine import DateTimeField, Document
            >>> class Job(Document):
            ...     made = DateTimeField(auto_now_on_insert=True)
            >>> async def drop_the_oldest():
            ...     return await Job.objects.order_by("made").delete_one()
        """
        self._refuse_slice("delete_one")
        if self._finds_nothing:
            return 0
        target = self._matched(alias, session)
        return await writing.deletion.deleting.delete_first(
            target, self._query(), list(self._order)
        )

    async def remove(self, instance: D | None = None, alias: str | None = None) -> int:
        """Remove one document, or all that the query finds.

        Parameters:
            instance: the document to remove.
            alias: the connection to use.

        Returns:
            How many were removed.

        Raises:
            ValueError: the document is of another class.
            DeleteDeniedError: a document refers to one of them, and forbids it; nothing was
                changed.
        """
        if instance is None:
            self._refuse_slice("remove")
            if self._finds_nothing:
                return 0
            return await writing.deletion.deleting.delete_many(self._matched(alias), self._query())
        writing.saving.refuse_other_class(self.__klass__, instance, "remove")
        return await writing.deletion.deleting.delete_document(self._target(alias), instance)

    async def drop_collection(self, *, alias: str | None = None) -> None:
        """Drop the collection of the class: all documents, and all indexes.

        Those of unique fields are asked for again by the next save. What refers to the documents is
        not looked at; ``delete`` does that, and keeps the indexes.

        Parameters:
            alias: the connection to use.

        Raises:
            ValueError: the query set has filters, is a slice or that of ``none``, which say that
                not all is meant; or the class is stored with others.
            RuntimeError: this is inside a transaction.
        """
        refuse_part_of_collection(self.__klass__)
        self._refuse_slice("drop_collection")
        if self._finds_nothing or not self._filters.empty:
            raise ValueError(
                f"drop_collection() drops all of {self.__klass__.__name__}, whatever the filters "
                "are: call it on a query set without filters, or delete()."
            )
        await writing.deletion.deleting.drop_collection(self._target(alias))


def refuse_part_of_collection(document_class: Any) -> None:
    """Refuse to drop the collection of a class that has only a part of it.

    Raises:
        ValueError: it is stored with others.
    """
    if condition_of(document_class):
        name, root = document_class.__name__, document_class._discriminator.root.__name__
        raise ValueError(
            f"{name} is stored with {root}: delete() its documents, or drop all of them by "
            f"{root}.objects.drop_collection()."
        )

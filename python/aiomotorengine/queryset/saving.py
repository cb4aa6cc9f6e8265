"""Documents that are saved, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine import writing
from aiomotorengine.query_builder.node import QNode, conditions
from aiomotorengine.queryset.base import D, Query
from aiomotorengine.sessions.options import WriteConcernLike

__all__ = ["Saving"]


class Saving(Query[D]):
    """A query set that saves documents, whatever it finds."""

    async def create(self, /, alias: str | None = None, **values: Any) -> D | None:
        """Make a document of these values and save it.

        Returns:
            The document, or ``None`` if an overridden ``validate`` returned something falsy.

        Raises:
            InvalidDocumentError: a field refuses its value.
            UniqueKeyViolationError: another document has the ``_id`` that was given, or the value
                of a unique field.
        """
        document: D = self.__klass__(**values)
        target, options = self._target(alias), writing.options.CREATION
        written = await writing.saving.save(target, document, options)
        saved: D | None = writing.saving.saved_or_refused(document, written)
        return saved

    async def save(
        self,
        document: D,
        alias: str | None = None,
        *,
        upsert: bool = False,
        only_changed: bool | None = None,
        validate: bool = True,
        hooks: bool = True,
        force_insert: bool = False,
        must_exist: bool = False,
        condition: QNode | Mapping[str, Any] | None = None,
        check_version: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> D | None:
        """Insert a document, or replace what is stored under its ``_id``.

        Of a class with ``__track_changes__``, only what has changed is written.

        Parameters:
            document: an instance of the query set's class.
            alias: the connection to use.
            upsert: whether a document that was loaded and is gone by now is written again.
            only_changed: whether only what has changed is written; by default as its class says.
            validate: whether the document is validated.
            hooks: whether its hooks are called.
            force_insert: whether it is inserted in any case, so that an ``_id`` that is taken is a
                violation.
            must_exist: whether it is an error that it is not in the database.
            condition: what the stored document has to meet to be written.
            check_version: whether the stored document has to have the version that was loaded.
            session: a session of the driver's, in which that happens.
            write_concern: which answer is waited for, as for ``using``.

        Returns:
            The document, or ``None`` if an overridden ``validate`` returned something falsy.

        Raises:
            ValueError: the document is of another class, or two arguments exclude one another.
            InvalidDocumentError: a field refuses its value.
            UniqueKeyViolationError: another document has the value of a unique field.
            ChangesNotTrackedError: only what has changed is to be written, and nobody knows what
                that is.
            DoesNotExist: the document is gone, and must exist.
            StaleDocumentError: another version is stored, or what is does not meet the condition.
            Exception: what a hook raises.
        """
        options = writing.options.options_of(
            upsert,
            only_changed,
            validate,
            hooks,
            force_insert,
            must_exist,
            None if condition is None else conditions(self.__klass__, (condition,), {}),
            check_version,
        )
        target = self._target(alias, session, write_concern)
        written = await writing.saving.save(target, document, options)
        saved: D | None = writing.saving.saved_or_refused(document, written)
        return saved

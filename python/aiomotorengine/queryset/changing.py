"""Changes of the documents that a query set finds, or of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Never, overload

from aiomotorengine import update, writing
from aiomotorengine.queryset.base import D
from aiomotorengine.queryset.loading import Loading
from aiomotorengine.sessions.options import WriteConcernLike
from aiomotorengine.update.result import UpdateResult

if TYPE_CHECKING:
    from aiomotorengine.update.update_operator import UpdateOperator
    from aiomotorengine.writing.updating import ArrayFilters

__all__ = ["Changing"]


class Changing(Loading[D]):
    """A query whose documents can be changed."""

    @overload
    async def update(
        self, definition: Mapping[Any, Any], alias: str | None = None
    ) -> UpdateResult: ...
    @overload
    async def update(
        self,
        *changes: UpdateOperator | Mapping[Any, Any],
        alias: str | None = None,
        upsert: bool = False,
        array_filters: ArrayFilters | None = None,
        stamps: bool = True,
        validate: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> UpdateResult: ...
    async def update(
        self,
        *changes: Any,
        alias: str | None = None,
        upsert: bool = False,
        array_filters: ArrayFilters | None = None,
        stamps: bool = True,
        validate: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
        **others: Any,
    ) -> UpdateResult:
        """Change all documents that the query finds; limit and skip do not count.

        Parameters:
            changes: changes such as ``U.inc(visits=1)``. A mapping among them means ``U.set``.
                A single mapping is the definition of 2017: fields or attribute names with their new
                values, which are converted as in a filter. Its dotted paths and the keys of fields
                are keys of MongoDB, with values as they are; other names are dynamic values, as on
                a document. If all keys begin with ``$``, it is sent as the update document itself.
            alias: the connection to use.
            upsert: whether a document is inserted where none is found: a whole one, with the
                defaults of what neither the changes nor the equalities of the filters name.
            array_filters: conditions on the items that a path names with ``$[name]``:
                ``{"name": Q(votes__lt=0)}``; or a list of MongoDB's own.
            stamps: whether automatic dates are set, where ``changes`` are not the definition of
                2017.
            validate: whether fields are asked if they may have their new values, and whether what
                an upsert inserts must be whole.
            session: the driver's session to use.
            write_concern: as for ``using``.

        Returns:
            ``count`` and ``updated_existing``, as entries and attributes; and as attributes
            ``modified`` and ``upserted_id``.

        Raises:
            InvalidDocumentError: a field refuses its new value, or is required and it is empty.
            ValueError: there is no change, one leads nowhere, or they do not go together.
            TypeError: something is no change.
            UniqueKeyViolationError: another document has the value of a unique field.
            pymongo.errors.WriteError: the server refuses the change.

        Example:
            >>> from aiomotorengine import Document, IntField, U
            >>> class Ware(Document):
            ...     stock = IntField()
            >>> async def take(ware_id):
            ...     there = Ware.objects.filter(_id=ware_id, stock__gte=1)
            ...     return (await there.update(U.inc(stock=-1))).count == 1
        """
        given = [others.pop("definition"), *changes] if "definition" in others else list(changes)
        if len(given) == 2 and isinstance(given[1], str | None):
            alias = given.pop()
        update.update_operator.refuse_keywords("update", others)
        self._refuse_slice("update")
        planned = writing.updating.PlannedUpdate(
            self.__klass__, given, upsert, array_filters, stamps, validate, takes_definition=True
        )
        if self._finds_nothing:
            return UpdateResult(0, 0)
        target = self._matched(alias, session, write_concern)
        return await writing.updating.update_many(target, self._query(), planned)

    async def update_one(
        self,
        *changes: UpdateOperator | Mapping[Any, Any],
        alias: str | None = None,
        upsert: bool = False,
        array_filters: ArrayFilters | None = None,
        stamps: bool = True,
        validate: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
        **others: Never,
    ) -> UpdateResult:
        """Change the first document that the query finds in its order; limit and skip do not count.

        Parameters:
            changes: changes such as ``U.inc(visits=1)``. A mapping means ``U.set``.
            alias: the connection to use.
            upsert: as for ``update``, with what follows.
            array_filters: as for ``update``.
            stamps: as for ``update``.
            validate: as for ``update``.
            session: as for ``update``.
            write_concern: as for ``update``.

        Returns:
            As for ``update``. ``modified`` is not known where the query has an order.

        Raises:
            Exception: as for ``update``.

        Example:
            >>> from aiomotorengine import BooleanField, DateTimeField, Document, U
            >>> class Job(Document):
            ...     made = DateTimeField(auto_now_on_insert=True)
            ...     taken = BooleanField(default=False)
            >>> async def take_the_oldest():
            ...     jobs = Job.objects.filter(taken=False).order_by("made")
            ...     return (await jobs.update_one(U.set(taken=True))).updated_existing
        """
        if others:
            update.update_operator.refuse_keywords("update_one", others)
        if self._is_slice:
            self._refuse_slice("update_one")
        planned = writing.updating.update_by(
            self.__klass__, changes, upsert, array_filters, stamps, validate
        )
        if self._finds_nothing:
            return UpdateResult(0, 0)
        target = self._matched(alias, session, write_concern)
        return await writing.updating.update_one(target, self._query(), self._order, planned)

    async def find_one_and_update(
        self,
        *changes: UpdateOperator | Mapping[Any, Any],
        returns: Literal["after", "before"] = "after",
        alias: str | None = None,
        upsert: bool = False,
        array_filters: ArrayFilters | None = None,
        stamps: bool = True,
        validate: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
        **others: Never,
    ) -> D | None:
        """Change the first document that the query finds in its order, and return it.

        Nobody can change it between the two. Its references are loaded as by ``get``.

        Parameters:
            changes: changes such as ``U.inc(visits=1)``. A mapping means ``U.set``.
            returns: whether it comes as it is ``"after"`` the change, or as it was ``"before"``.
            alias: the connection to use.
            upsert: as for ``update``, with what follows.
            array_filters: as for ``update``.
            stamps: as for ``update``.
            validate: as for ``update``.
            session: as for ``update``.
            write_concern: as for ``update``.

        Returns:
            The document, or ``None`` where none was found; with ``returns="before"`` also where one
            was inserted.

        Raises:
            ValueError: ``returns`` is neither.
            StoredValueError: the document was changed, and has a value that its field cannot read.
            Exception: as for ``update``.

        Example:
            >>> from aiomotorengine import Document, IntField, StringField, U
            >>> class Counter(Document):
            ...     name = StringField(unique=True)
            ...     value = IntField(default=0)
            >>> async def next_number(name):
            ...     counter = Counter.objects.filter(name=name)
            ...     return (await counter.find_one_and_update(U.inc(value=1), upsert=True)).value
        """
        if others:
            update.update_operator.refuse_keywords("find_one_and_update", others)
        if self._is_slice:
            self._refuse_slice("find_one_and_update")
        planned = writing.updating.update_by(
            self.__klass__, changes, upsert, array_filters, stamps, validate
        )
        if self._finds_nothing:
            return None
        target = self._matched(alias, session, write_concern)
        found: D | None = await writing.updating.find_one_and_update(
            target, self._query(), self._order, planned, returns
        )
        if self._loads_references:
            await self._with_references_of_one(found, target)
        return found

    async def find_one_and_replace(
        self,
        document: D,
        *,
        returns: Literal["after", "before"] = "after",
        alias: str | None = None,
        upsert: bool = False,
        hooks: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> D | None:
        """Put a document in the place of the first that the query finds in its order.

        What is stored keeps its ``_id``, and the given document its own. It is dated, validated and
        prepared as one that is inserted. A document of a class with a ``VersionField`` only takes
        its own place, where the version is stored that it was loaded with.

        Parameters:
            document: an instance of the query set's class.
            returns: whether what is stored ``"after"`` it is returned, or what was ``"before"``.
            alias: the connection to use.
            upsert: whether it is inserted where none is found; a new document that has an ``_id``
                is inserted under that.
            hooks: whether its hooks are called: ``before_save``, ``before_validate``,
                ``after_save``.
            session: the driver's session to use.
            write_concern: as for ``using``.

        Returns:
            The document, as a new instance; or ``None`` where there is none, or where an overridden
            ``validate`` returned something falsy.

        Raises:
            ValueError: the document is of another class, or ``returns`` is neither; or the class
                has a ``VersionField``, and the document was not loaded, or ``upsert`` is true.
            InvalidDocumentError: a field refuses its value.
            UniqueKeyViolationError: another document has the value of a unique field.
            StaleDocumentError: the class has a ``VersionField``, and the document was changed or
                deleted by someone else since it was loaded.
            StoredValueError: what is returned has a value that its field cannot read.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Setting(Document):
            ...     name = StringField(unique=True)
            ...     value = StringField()
            >>> async def set(name, value):
            ...     setting = Setting(name=name, value=value)
            ...     there = Setting.objects.filter(name=name)
            ...     return await there.find_one_and_replace(setting, upsert=True)
        """
        self._refuse_slice("find_one_and_replace")
        if self._finds_nothing:
            return None
        target = self._matched(alias, session, write_concern)
        found: D | None = await writing.replacing.find_one_and_replace(
            target,
            self._query(),
            self._order,
            document,
            returns=returns,
            upsert=upsert,
            hooks=hooks,
        )
        return await self._with_references_of_one(found, target)

    async def get_or_create(
        self, /, *, defaults: Mapping[str, Any] | None = None, **filters: Any
    ) -> tuple[D | None, bool]:
        """The document that has some values; where there is none, one is made of them.

        It is one command. Of a class with hooks or ``on_save`` the document is looked for, and if
        it is not there, made as ``create`` makes it. Of many that ask for the same at once, one
        makes it, if a unique index is on what they ask for.

        Parameters:
            defaults: what it is made with besides, by attribute names.
            filters: the values, by attribute names. The conditions of ``filter`` hold besides.

        Returns:
            The document, and whether it was made. (``None`` and ``False`` if an overridden
            ``validate`` returned something falsy.)

        Raises:
            ValueError: a name among ``filters`` is a condition, such as ``age__gte``.
            InvalidDocumentError: a field refuses its value, or a required one would have none.
            UniqueKeyViolationError: another document has the value of a unique field.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Tag(Document):
            ...     name = StringField(unique=True)
            ...     colour = StringField()
            >>> async def tag(name):
            ...     tag, created = await Tag.objects.get_or_create(
            ...         name=name, defaults={"colour": "red"}
            ...     )
            ...     return tag
        """
        self._refuse_slice("get_or_create")
        target = self._matched()
        found, created = await writing.getting.get_or_create(
            target, self._query(), filters, defaults or {}
        )
        return await self._with_references_of_one(found, target), created

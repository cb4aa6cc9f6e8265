"""One of the documents that a query set finds, or those of some ids."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from bson.objectid import ObjectId

from aiomotorengine import query_builder, reading
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.ids import chunks, id_key, id_to_find, refuse_other_than_ids
from aiomotorengine.pacing import Pace
from aiomotorengine.query_builder.node import Q, QNode, conditions
from aiomotorengine.queryset.base import EVERYTHING, R
from aiomotorengine.queryset.loading import Loading
from aiomotorengine.queryset.ordering import Ordering
from aiomotorengine.storage.primary_keys import key_of
from aiomotorengine.utils import ONE_VALUE

if TYPE_CHECKING:
    from aiomotorengine.reading.documents import Unreadable
    from aiomotorengine.sessions.target import Target

__all__ = ["Getting"]


class Getting(Loading[R], Ordering[R]):
    """A query that gives one document, or those of some ids."""

    async def first(self, alias: str | None = None) -> R | None:
        """The first document that the query finds in its order, or ``None``."""
        return await self._first(self._query(), alias, self._order, self._skip, self._limit)

    def _first(
        self,
        node: QNode,
        alias: str | None,
        order: Sequence[tuple[str, int]] = (),
        skip: int = 0,
        limit: int | None = None,
    ) -> Awaitable[R | None]:
        """The first document that conditions find, with its references, as far as these are wanted.

        It is no coroutine itself, since each more that waits for the driver costs more than it
        does.

        Parameters:
            node: the conditions.
            alias: the connection to use.
            order: keys and directions.
            skip: how many are left out.
            limit: how many at most.
        """
        query, target = node.to_query(self.__klass__), self._source(alias)
        projection, shape = self._reads()
        if self._finds_nothing:
            limit = 0
        found: Awaitable[R | None] = reading.finding.first(
            target, query, node, order, skip, limit, projection, shape
        )
        return self._first_loaded(found, target) if self._loads_references else found

    async def _first_loaded(self, found: Awaitable[R | None], target: Target) -> R | None:
        return await self._with_references_of_one(await found, target)

    async def last(self, alias: str | None = None) -> R | None:
        """The last document that the query finds in its order, or ``None``; without an order, that
        with the greatest id.

        Raises:
            ValueError: skip or limit is set.
        """
        return await copy(self).reverse().first(alias)

    async def get(self, /, id: Any = None, alias: str | None = None, **filters: Any) -> R | None:
        """One document, by its id or by conditions.

        Parameters:
            id: the id; 24 hex digits and 12 bytes are an ``ObjectId``. Filters then do not count;
                ``get(_id=...)`` keeps them.
            alias: the connection to use.
            filters: conditions as for ``filter``, and-ed with those set before.

        Returns:
            The first document that matches, or ``None``.

        Raises:
            RuntimeError: neither an id nor a filter was given.
            TypeError: the id is a list or a condition, or of a type that MongoDB does not store.
            ValueError: something in the id, or in a filter, can't be encoded; the text names it.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Invoice(Document):
            ...     tenant = StringField()
            >>> async def invoice_of(tenant, invoice_id):
            ...     return await Invoice.objects.get(tenant=tenant, _id=invoice_id)
        """
        if id is None and not filters:
            raise RuntimeError("Either an id or a filter must be provided to get")
        if self._is_slice:
            self._refuse_slice("get")
        by_id = self._query_of_id(id)
        node = self._query(by_id) if by_id is not EVERYTHING else self._query_of_one(by_id, filters)
        return await self._first(node, alias)

    async def get_or_none(
        self, /, id: Any = None, alias: str | None = None, **filters: Any
    ) -> R | None:
        """The first document that matches, or ``None``, as ``get``; but all filters hold for it,
        also beside an id.

        Parameters:
            id: the id, as for ``get``.
            alias: the connection to use.
            filters: conditions as for ``filter``, and-ed with those set before.

        Raises:
            RuntimeError: neither an id nor a filter was given.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Invoice(Document):
            ...     tenant = StringField()
            >>> async def invoice_of(tenant, invoice_id):
            ...     return await Invoice.objects.get_or_none(invoice_id, tenant=tenant)
        """
        if id is None and not filters:
            raise RuntimeError("Either an id or a filter must be provided to get_or_none")
        self._refuse_slice("get_or_none")
        node = self._query_of_one(self._query_of_id(id), filters)
        return await self._first(node, alias)

    async def get_one(self, /, id: Any = None, alias: str | None = None, **filters: Any) -> R:
        """The one document that there is.

        Parameters:
            id: the id, as for ``get``; but all filters hold beside it.
            alias: the connection to use.
            filters: conditions as for ``filter``, and-ed with those set before; those will do.

        Raises:
            DoesNotExist: there is none; of the class's own, ``User.DoesNotExist``.
            MultipleObjectsReturned: there is more than one; ``User.MultipleObjectsReturned``.
            RuntimeError: nothing was given that it is found by.
            Exception: as for ``get``.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class User(Document):
            ...     email = StringField()
            >>> async def name_of(email):
            ...     try:
            ...         return (await User.objects.get_one(email=email)).name
            ...     except User.DoesNotExist:
            ...         return "nobody"
        """
        is_asked = id is not None or filters or not self._filters.empty or self._finds_nothing
        if not is_asked:
            raise RuntimeError("Either an id or a filter must be provided to get_one")
        self._refuse_slice("get_one")
        node, target = self._query_of_one(self._query_of_id(id), filters), self._source(alias)
        query = node.to_query(self.__klass__)
        limit = 0 if self._finds_nothing else 2
        selection = reading.finding.Selection(
            self.__klass__, node, query, [], 0, limit, None, *self._reads()
        )
        found: list[R] = await reading.finding.several(target, selection)
        if not found:
            raise self.__klass__.DoesNotExist.unmatched(self.__klass__)
        if len(found) > 1:
            raise self.__klass__.MultipleObjectsReturned.of(self.__klass__)
        await self._with_references(found, target)
        return found[0]

    def _query_of_id(self, id: Any) -> QNode:
        """What is asked for by the id that ``get`` and its like were given, if any.

        Raises:
            TypeError: it is no id.
        """
        if isinstance(id, QNode):
            raise TypeError(
                "get() takes an id, or conditions as keywords; with others, "
                "await filter(...).first()."
            )
        if id is None:
            return EVERYTHING
        is_ready = type(id) is ObjectId and not self.__klass__._declared_key  # as most are
        return Q({"_id": id if is_ready else self._key_to_find(id)})

    def _query_of_one(self, by_id: QNode, filters: dict[str, Any]) -> QNode:
        """All that one document is asked for by: the query set's filters, an id, conditions."""
        return self._query() & by_id & conditions(self.__klass__, (), filters)

    async def in_bulk(self, ids: Iterable[Any], alias: str | None = None) -> dict[Any, R]:
        """The documents that have these ids, by their ids; those that are missing are left out.

        The filters count, too; order, limit and skip do not.

        Parameters:
            ids: ids as ``get`` takes them, any number of them.
            alias: the connection to use.

        Returns:
            The documents by their ids as attributes read: 24 hex digits that were given are an
            ``ObjectId`` there.

        Raises:
            TypeError: one is no id; or the ids are a text, bytes or a mapping.

        Example:
            >>> from aiomotorengine import Document, ListField, ReferenceField, StringField
            >>> class User(Document):
            ...     name = StringField()
            >>> class Post(Document):
            ...     writers = ListField(ReferenceField(User))
            >>> async def names_of(post):
            ...     users = await User.objects.in_bulk(post.writers)
            ...     return [users[id].name if id in users else "?" for id in post.writers]
        """
        self._refuse_slice("in_bulk")
        if isinstance(ids, ONE_VALUE) or not isinstance(ids, Iterable):
            raise TypeError(f"in_bulk() takes a list of ids, not {type(ids).__name__}.")
        target, unreadable = self._source(alias), self._on_unreadable
        filters = self._query()
        wanted: dict[Any, Any] = {}
        pace = Pace()
        pace.start()
        for given in ids:
            id = self._key_to_find(given)
            wanted[id_key(id)] = id
            await pace.turn_if_due()
        found: dict[Any, R] = {}
        if self._finds_nothing:
            return found
        for some in chunks(wanted):
            documents = await self._with_ids(target, filters, some, unreadable)
            await self._with_references(documents, target, unreadable)
            for id, document in with_their_ids(documents, are_rows=self._rows is not None):
                # Under a collation other spellings of an id are found as well.
                if id_key(id) in wanted:
                    found[key_of(self.__klass__._primary_key, id)] = document
        return found

    async def _with_ids(
        self, target: Target, filters: QNode, ids: Sequence[Any], on_unreadable: Unreadable | None
    ) -> list[Any]:
        """Documents of some ids that meet conditions, whose references stay unloaded; or pairs of
        the ids and rows.
        """
        node = filters & Q({"_id": {"$in": ids}})
        query = node.to_query(self.__klass__)
        reads = self._reads()
        if self._rows is not None:
            reads = query_builder.row_values.keyed(*reads)
        selection = reading.finding.Selection(
            self.__klass__, node, query, [], 0, None, on_unreadable, *reads
        )
        found: list[Any] = await reading.finding.several(target, selection)
        return found

    async def _targets_of(
        self, target: Target, ids: Sequence[Any], on_unreadable: Unreadable | None
    ) -> list[R]:
        """The documents of some ids that it finds, as targets of references."""
        if self._finds_nothing:
            return []
        unreadable = self._on_unreadable or on_unreadable
        return await self._with_ids(target, self._query(), ids, unreadable)

    def _key_to_find(self, value: Any) -> Any:
        """The ``_id`` that is asked for by the value of a primary key.

        Raises:
            TypeError: it is no id, but a list or a condition.
            ValueError: the field of the key can't take it.
        """
        key = declared_key(self.__klass__)
        if key is None:
            return id_to_find(value)
        # Many fields hand a value on as it is, so what is sent must be no condition.
        asked = key.to_query(value)
        refuse_other_than_ids(asked)
        return asked


def with_their_ids(documents: list[Any], *, are_rows: bool) -> list[tuple[Any, Any]]:
    """Documents in pairs with their ids, in which rows have come."""
    return documents if are_rows else [(document._id, document) for document in documents]

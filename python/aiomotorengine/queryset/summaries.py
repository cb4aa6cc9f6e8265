"""What is said of what a query set finds: how many documents, and which values they have."""

from __future__ import annotations

from typing import Any, TypeVar, overload

from aiomotorengine import query_builder, reading
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.query_builder.value_path import value_path
from aiomotorengine.queryset.base import Query, R

__all__ = ["Summaries"]

T = TypeVar("T")


class Summaries(Query[R]):
    """A query that says something of what it finds, without the documents."""

    async def exists(self, alias: str | None = None) -> bool:
        """Whether the query finds any document; limit and skip count.

        Parameters:
            alias: the connection to use.

        Raises:
            ValueError: a filter has a value that its field refuses.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class User(Document):
            ...     email = StringField()
            >>> async def is_taken(email):
            ...     return await User.objects.filter(email=email).exists()
        """
        filters = self._query()
        query, target = filters.to_query(self.__klass__), self._source(alias)
        reading.finding.refuse_out_of_range(self._skip, self._limit)
        if self._limit == 0 or self._finds_nothing:
            return False
        return await reading.existing.exists(target, filters, query, self._skip)

    async def count(self, alias: str | None = None, *, with_limit_and_skip: bool = False) -> int:
        """How many documents the query finds, whatever limit and skip say; of a slice, how many
        it has.

        Parameters:
            alias: the connection to use.
            with_limit_and_skip: whether limit and skip count.

        Raises:
            ValueError: a filter has a value that its field refuses.
            pymongo.errors.PyMongoError: the server could not be asked, or does not take the query;
                in a transaction it takes none with ``$near``, ``$nearSphere`` or ``$where``.
        """
        filters = self._query()
        query, target = filters.to_query(self.__klass__), self._source(alias)
        is_part = with_limit_and_skip or self._is_slice
        skip, limit = (self._skip, self._limit) if is_part else (0, None)
        if is_part:
            reading.finding.refuse_out_of_range(skip, limit)
        if self._finds_nothing:
            return 0
        try:
            return await reading.counting.count(target, query, skip=skip, limit=limit)
        except Exception:
            # Entered here, so that a count that succeeds does not pay for it.
            with query_builder.encoding.naming_values(target.collection, (self.__klass__, filters)):
                raise

    async def estimated_count(self, alias: str | None = None) -> int:
        """How many documents the collection has, as it was counted last: fast, and after a crash
        not exact.

        Parameters:
            alias: the connection to use.

        Raises:
            ValueError: the query has filters, or the class is stored with others.
        """
        self._refuse_slice("estimated_count")
        if self._finds_nothing:
            return 0
        if not self._query().empty:
            raise ValueError("estimated_count() knows no filters; use count().")
        target = self._source(alias)
        return await reading.counting.estimate(target)

    @overload
    async def distinct(self, field: ListField[T], alias: str | None = None) -> list[T]: ...
    @overload
    async def distinct(self, field: BaseField[T], alias: str | None = None) -> list[T]: ...
    @overload
    async def distinct(self, field: str, alias: str | None = None) -> list[Any]: ...
    async def distinct(self, field: Any, alias: str | None = None) -> list[Any]:
        """The values of a field in what the query finds, each once; of a list, those of its items.

        Order, limit and skip do not count. References are ids.

        Parameters:
            field: a field, an attribute's name, or a path into embedded documents.
            alias: the connection to use.

        Raises:
            ValueError: there is no such field, or it has items of several kinds.
            StoredValueError: a stored value is none that the field reads.
            pymongo.errors.PyMongoError: the values have more than 16 MB.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class City(Document):
            ...     state = StringField()
            >>> async def states():
            ...     return sorted(await City.objects.distinct(City.state))
        """
        self._refuse_slice("distinct")
        path = value_path(self.__klass__, field, "Invalid distinct() field '{}'")
        reading.distinct.refuse_several_kinds("distinct", path)
        filters = self._query()
        query, target = filters.to_query(self.__klass__), self._source(alias)
        if self._finds_nothing:
            return []
        return await reading.distinct.distinct(target, filters, query, path)

    async def item_frequencies(
        self, field: BaseField[Any] | str, normalize: bool = False, alias: str | None = None
    ) -> dict[Any, Any]:
        """How often each value of a field occurs in what the query finds, the most frequent first;
        of a list, each item.

        Order, limit and skip do not count.

        Parameters:
            field: a field, an attribute's name, or a path into embedded documents.
            normalize: whether the numbers are shares of all, 1 together.
            alias: the connection to use.

        Raises:
            ValueError: there is no such field, or it has items of several kinds.
            StoredValueError: a stored value is none that the field reads.
            TypeError: a value can be no key of a dict, as a mapping.
        """
        self._refuse_slice("item_frequencies")
        path = value_path(self.__klass__, field, "Invalid item_frequencies() field '{}'")
        reading.distinct.refuse_several_kinds("item_frequencies", path)
        filters = self._query()
        query, target = filters.to_query(self.__klass__), self._source(alias)
        if self._finds_nothing:
            return {}
        found = await reading.distinct.frequencies(target, filters, query, path)
        total = sum(found.values())
        return {it: count / total for it, count in found.items()} if normalize else found

    async def sum(self, field: BaseField[Any] | str, alias: str | None = None) -> Any:
        """The sum of a field's values in what the query finds; 0 without any.

        The items of a list are summed up, too. Order, limit and skip do not count.

        Parameters:
            field: a field, an attribute's name, or a path into embedded documents.
            alias: the connection to use.

        Raises:
            ValueError: there is no such field, or it has no numbers.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Order(Document):
            ...     amount = IntField()
            >>> async def turnover(customer):
            ...     return await Order.objects.filter(customer=customer).sum(Order.amount)
        """
        found = await self._accumulated("sum", field, alias)
        return 0 if found is None else found

    async def avg(self, field: BaseField[Any] | str, alias: str | None = None) -> Any:
        """The average of a field's values; ``None`` without any. Otherwise as ``sum``."""
        return await self._accumulated("avg", field, alias)

    @overload
    async def min(self, field: ListField[T], alias: str | None = None) -> T | None: ...
    @overload
    async def min(self, field: BaseField[T], alias: str | None = None) -> T | None: ...
    @overload
    async def min(self, field: str, alias: str | None = None) -> Any: ...
    async def min(self, field: Any, alias: str | None = None) -> Any:
        """The smallest of a field's values, or the earliest date; ``None`` without any. Otherwise
        as ``sum``.
        """
        return await self._accumulated("min", field, alias)

    @overload
    async def max(self, field: ListField[T], alias: str | None = None) -> T | None: ...
    @overload
    async def max(self, field: BaseField[T], alias: str | None = None) -> T | None: ...
    @overload
    async def max(self, field: str, alias: str | None = None) -> Any: ...
    async def max(self, field: Any, alias: str | None = None) -> Any:
        """The greatest of a field's values, or the latest date; ``None`` without any. Otherwise as
        ``sum``.
        """
        return await self._accumulated("max", field, alias)

    async def _accumulated(self, name: str, field: BaseField[Any] | str, alias: str | None) -> Any:
        self._refuse_slice(name)
        path = value_path(self.__klass__, field, f"Invalid {name}() field '{{}}'")
        reading.numbers.refuse_others(name, path)
        filters = self._query()
        query, target = filters.to_query(self.__klass__), self._source(alias)
        if self._finds_nothing:
            return None
        return await reading.numbers.accumulate(target, filters, query, path, name)

    async def explain(
        self, verbosity: str = "queryPlanner", alias: str | None = None
    ) -> dict[str, Any]:
        """How the server would find the documents: which index it would use, and so on.

        Parameters:
            verbosity: ``"queryPlanner"``, which does not run the query; ``"executionStats"`` or
                ``"allPlansExecution"``, which do.
            alias: the connection to use.

        Returns:
            The answer of the command ``explain``; nothing where nobody would be asked, as of
            ``none()`` or with ``limit(0)``.

        Raises:
            ValueError: there is no such verbosity.
        """
        reading.finding.refuse_out_of_range(self._skip, self._limit)
        if self._finds_nothing or self._limit == 0:
            return {}
        filters = self._query()
        return await reading.explaining.explain(
            self._source(alias),
            filters,
            filters.to_query(self.__klass__),
            verbosity,
            order=self._order,
            skip=self._skip,
            limit=self._limit,
            projection=self._reads()[0],
        )

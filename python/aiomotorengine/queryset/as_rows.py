"""Rows of values in the place of documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from aiomotorengine import query_builder
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.queryset.base import D, Query
from aiomotorengine.queryset.row_set import RowSet

if TYPE_CHECKING:
    from aiomotorengine.codec.shape import Kind
    from aiomotorengine.query_builder.row_values import Rows

__all__ = ["AsRows"]

T = TypeVar("T")


class AsRows(Query[D]):
    """A query that can give rows in the place of documents, by a row set of its own."""

    def values(self, *names: BaseField[Any] | str) -> RowSet[dict[str, Any]]:
        """Dicts of values in the place of documents, in a row set of its own.

        They have what the attributes of a document would read. References are ids, and embedded
        documents are dicts. The ``_id`` comes only if it is named, so that an index may be enough.

        Parameters:
            names: fields, names of attributes, or paths, which are the keys of the dicts;
                ``"$text_score"`` is how well a document fits what is searched for. By default
                ``_id`` and all fields.

        Raises:
            ValueError: there is no such field.

        Example:
            >>> from aiomotorengine import Document, IntField, StringField
            >>> class Ware(Document):
            ...     name = StringField()
            ...     price = IntField()
            >>> async def prices():
            ...     return await Ware.objects.values("name", "price").to_list()
        """
        return self._rows_of("dict", names, "values")

    @overload
    def values_list(
        self, *names: BaseField[Any] | str, flat: Literal[False] = False
    ) -> RowSet[tuple[Any, ...]]: ...
    @overload
    def values_list(self, name: ListField[T], /, *, flat: Literal[True]) -> RowSet[list[T]]: ...
    @overload
    def values_list(self, name: BaseField[T], /, *, flat: Literal[True]) -> RowSet[T | None]: ...
    @overload
    def values_list(self, *names: str, flat: Literal[True]) -> RowSet[Any]: ...
    def values_list(self, *names: Any, flat: bool = False) -> RowSet[Any]:
        """Tuples of values in the place of documents; as for ``values``.

        Parameters:
            names: fields, names of attributes, or paths.
            flat: whether each row is the one value that is named, and no tuple.

        Raises:
            ValueError: there is no such field.
            TypeError: a flat row has more values than one.
        """
        return self._rows_of("flat" if flat else "tuple", names, "values_list")

    @overload
    def scalar(self, field: ListField[T]) -> RowSet[list[T]]: ...
    @overload
    def scalar(self, field: BaseField[T]) -> RowSet[T | None]: ...
    @overload
    def scalar(self, field: str) -> RowSet[Any]: ...
    def scalar(self, field: Any) -> RowSet[Any]:
        """The values of one field in the place of documents; as for ``values``.

        Raises:
            ValueError: there is no such field.
        """
        return self._rows_of("flat", (field,), "scalar")

    def raw(self, projection: Mapping[str, Any] | None = None) -> RowSet[dict[str, Any]]:
        """Documents as the driver gives them, in a row set of its own.

        Parameters:
            projection: which keys, as MongoDB takes it; by default what ``only``, ``exclude`` and
                ``slice`` say.

        Raises:
            TypeError: it is no mapping.
        """
        return self._with_rows(query_builder.row_values.raw_rows(projection))

    def as_pymongo(self) -> RowSet[dict[str, Any]]:
        """The same as ``raw``, as it is called elsewhere."""
        return self.raw()

    def _rows_of(self, kind: Kind, names: Sequence[Any], method: str) -> RowSet[Any]:
        return self._with_rows(
            query_builder.row_values.rows_of(self.__klass__, self._projection, kind, names, method)
        )

    def _with_rows(self, rows: Rows) -> RowSet[Any]:
        return RowSet.of(self, rows)

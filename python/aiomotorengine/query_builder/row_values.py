"""What a query is read as: documents, whole or in part, or rows of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aiomotorengine.codec.shape import RAW, Kind, RowValue, Shape
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query_builder.ordering import BY_SCORE, SCORE, score_key
from aiomotorengine.query_builder.projected_keys import with_keys
from aiomotorengine.query_builder.projected_part import loaded_part_of
from aiomotorengine.query_builder.projecting import path_of
from aiomotorengine.query_builder.projection import EVERYTHING, Projection, outermost
from aiomotorengine.query_builder.projection_document import projection_of

__all__ = ["ReadAs", "Rows", "keyed", "raw_rows", "read_as", "rows_of"]


class Rows(NamedTuple):
    """The rows that a query is asked for.

    Attributes:
        kind: what each of them is.
        values: what is in it; nothing for documents as they are stored.
        projection: for these, what MongoDB is asked for, if the program says it itself.
    """

    kind: Kind
    values: tuple[RowValue, ...] = ()
    projection: Mapping[str, Any] | None = None


class ReadAs(NamedTuple):
    """How the documents of a query are read.

    Attributes:
        projection: which keys, as MongoDB takes it; ``None`` for all.
        shape: what comes of each document; ``None`` for the whole.
    """

    projection: Mapping[str, Any] | None = None
    shape: Shape | None = None


def rows_of(
    document_class: Any,
    projection: Projection | None,
    kind: Kind,
    names: Sequence[Any],
    method: str,
) -> Rows:
    """Rows with the values of fields.

    Parameters:
        document_class: the class of the documents.
        projection: which fields are loaded, where none is named.
        kind: what each row is.
        names: fields, their names or paths; by default the id and all fields.
        method: the method that was called, for errors.

    Raises:
        ValueError: there is no such field.
        TypeError: a name is neither field nor text; or a flat row has several values.
    """
    if kind == "flat" and len(names) != 1:
        raise TypeError("flat=True takes exactly one name.")
    if not names:
        part = loaded_part_of(document_class, projection or EVERYTHING)
        fields = document_class._fields
        names = ["_id", *(name for name in fields if part is None or part.has(name))]
    return Rows(kind, tuple(row_value(document_class, name, method) for name in names))


def row_value(document_class: Any, name: Any, method: str) -> RowValue:
    if name == SCORE and isinstance(name, str):
        return RowValue(name, computed=score_key(document_class))
    called = name.name if isinstance(name, BaseField) else name
    path = path_of(document_class, name, method)
    return RowValue(called, path, is_read=path != () or called != "_id")


def raw_rows(projection: Mapping[str, Any] | None) -> Rows:
    """Documents as they are stored.

    Parameters:
        projection: what MongoDB is asked for; by default what the query set says.

    Raises:
        TypeError: it is no mapping.
    """
    if projection is not None and not isinstance(projection, Mapping):
        raise TypeError(f"raw() takes a projection as MongoDB has it, not {projection!r}.")
    return Rows("raw", projection=None if projection is None else dict(projection))


def keyed(projection: Mapping[str, Any] | None, shape: Shape) -> ReadAs:
    """The same rows, each in a pair behind the ``_id`` of its document.

    Raises:
        ValueError: the projection has something else under ``_id`` than what is stored.
    """
    asked = None if projection is None else with_keys(projection, ["_id"], "in_bulk() is by")
    return ReadAs(asked, shape._replace(is_keyed=True))


def read_as(document_class: Any, projection: Projection | None, rows: Rows | None = None) -> ReadAs:
    """How the documents of a query are read.

    Parameters:
        document_class: the class of the documents.
        projection: which fields are loaded; ``None`` for all.
        rows: what rows are asked for, if any.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class Ware(Document):
        ...     price = IntField(db_field="p")
        >>> read_as(Ware, EVERYTHING, rows_of(Ware, EVERYTHING, "tuple", ["price"], "values_list"))
        ... # doctest: +ELLIPSIS
        ReadAs(projection={'_id': 0, 'p': 1}, shape=Shape(kind='tuple', ...))
    """
    projection = projection or EVERYTHING
    if rows is None:
        part = loaded_part_of(document_class, projection)
        shape = None if part is None else Shape("partial", part)
        return ReadAs(projection_of(document_class, projection), shape)
    if rows.kind == "raw":
        asked = rows.projection
        return ReadAs(projection_of(document_class, projection) if asked is None else asked, RAW)
    paths = outermost(value.path for value in rows.values if not value.computed)
    # Of the lists in a row the query set may load a part.
    loaded = Projection(
        only=paths,
        slices={path: part for path, part in projection.sliced.items() if path in paths},
    )
    part = loaded_part_of(document_class, loaded, is_saved=False)
    sent = dict(row_keys(document_class, loaded, rows.values))
    return ReadAs(sent, Shape(rows.kind, part, rows.values))


def row_keys(
    document_class: Any, projection: Projection, values: Sequence[RowValue]
) -> Iterator[tuple[str, Any]]:
    """What MongoDB is asked for: the ``_id`` only if a row has it, so that an index may do."""
    sent = projection_of(document_class, projection, is_saved=False) or {}
    has_id = any(not value.path and not value.computed for value in values)
    yield "_id", int(has_id or len(sent) == 1)
    yield from (item for item in sent.items() if item[0] != "_id")
    yield from ((value.computed, BY_SCORE) for value in values if value.computed)

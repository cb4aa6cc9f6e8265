"""Rows: a source of rows, with the rules by which they are read."""

from __future__ import annotations

from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from typing import Any, Literal

from aiomotorengine.locations import shown
from aiomotorengine.rows.columns import Columns
from aiomotorengine.rows.reader import RowReader
from aiomotorengine.rows.rules import RowRules
from aiomotorengine.utils import several

__all__ = ["Rows"]

ARROW_METHODS = ("__arrow_c_stream__", "__arrow_c_array__")


class Rows:
    """Rows of a file, of another database, of a table in memory: for ``insert_stream``.

    What is stored, refused and reported is what ``Model(**row)`` of each row would be. A mapping
    where an embedded document belongs is a row of that class, at any depth.

    Parameters:
        source: an iterable or async iterable of mappings; of sequences, with ``columns``; or a
            mapping of names to equally long columns.
        columns: the names of the values of a row that is a sequence.
        rename: ``{"Station ID": "station"}``: other names for columns, before anything else.
        names: whether columns are called as attributes (``"attribute"``) or as keys in MongoDB
            (``"db"``).
        unknown: what a key does that is no field: ``"refuse"`` the row, ``"ignore"`` the key, or
            ``"keep"`` its value, as ``Model(**row)`` does.
        nulls: whether ``None`` is a value (``"keep"``), or as if it were absent (``"default"``).
        parse: whether texts become values, as those of CSV files have to: numbers, dates, JSON.
            Each field says how (``BaseField.parse``).
        null_values: the texts that then mean ``None``, but where the field takes texts.
        id: the column whose value is the ``_id``, or a function of the row that gives it. ``_id``
            is such a column anyway.

    Raises:
        TypeError: the source is none, or an argument of another type.
        ValueError: an argument is none of those that there are, or columns do not fit together.

    Example:
        >>> from aiomotorengine import Document, IntField, Rows, StringField
        >>> class Reading(Document):
        ...     station = StringField(required=True)
        ...     hour = IntField()
        >>> rows = Rows([{"Station": "A", "hour": "7"}], rename={"Station": "station"}, parse=True)
        >>> [reading.to_son() for reading in rows.documents(Reading)]
        [{'station': 'A', 'hour': 7}]
        >>> async def load(rows):
        ...     return await Reading.objects.insert_stream(rows, ordered=False, on_error="collect")
    """

    def __init__(
        self,
        source: Iterable[Any] | AsyncIterable[Any] | Mapping[str, Sequence[Any]],
        *,
        columns: Iterable[str] | None = None,
        rename: Mapping[str, str] | None = None,
        names: Literal["attribute", "db"] = "attribute",
        unknown: Literal["refuse", "ignore", "keep"] = "refuse",
        nulls: Literal["keep", "default"] = "keep",
        parse: bool = False,
        null_values: Iterable[str] = ("",),
        id: str | Callable[[Any], Any] | None = None,
    ) -> None:
        texts_of_nulls = several("null_values", null_values, "several texts")
        if not all(isinstance(text, str) for text in texts_of_nulls):
            raise TypeError(f"null_values must be several texts, not {null_values!r}.")
        if isinstance(source, str | bytes | bytearray | memoryview):
            raise TypeError(
                f"Rows must be given rows, not {shown(source)}; open a file, and read it by "
                "csv.DictReader, say."
            )
        if any(hasattr(source, method) for method in ARROW_METHODS):
            raise TypeError(
                f"Rows can't read the Arrow data of a {type(source).__name__} yet; give it dicts, "
                "as to_dicts(), to_pylist() or to_dict('records') makes them."
            )
        if isinstance(source, Mapping):
            if columns is not None:
                raise ValueError("A mapping of columns has their names; leave out columns.")
            source = Columns(source)
            columns = source.names
        elif not isinstance(source, Iterable | AsyncIterable) and not hasattr(
            source, "__getitem__"
        ):
            if isinstance(source, Coroutine):
                source.close()  # nobody will await it
            raise TypeError(
                f"Rows must be given an iterable or async iterable of rows, not {shown(source)}."
            )
        self.source = source
        """The rows."""
        self.rules = RowRules(
            None if columns is None else several("columns", columns, "several texts"),
            {} if rename is None else rename,
            names,
            unknown,
            nulls,
            parse,
            frozenset(texts_of_nulls),
            id,
            isinstance(source, Columns),
        )
        """How they are read."""

    def reader(self, document_class: type[Any]) -> RowReader:
        """What makes documents of the rows.

        Parameters:
            document_class: the class of the documents.

        Raises:
            ValueError: names that are known beforehand are no fields of the class, or one that is
                required has no column.
        """
        return RowReader(document_class, self.rules)

    def documents(self, document_class: type[Any]) -> Iterator[Any] | AsyncIterator[Any]:
        """The documents of the rows; what stands in ``insert_stream`` for the rows themselves.

        Parameters:
            document_class: their class.

        Returns:
            An iterator, or an async iterator for a source that is async. Where no document can be
            made of a row there is a ``RefusedRow``, which has the reason as ``error``.

        Raises:
            ValueError: as for ``reader``.
        """
        reader = self.reader(document_class)
        if isinstance(self.source, AsyncIterable):
            return reader.read_later(self.source)
        return reader.read_all(self.source)

"""Columns: the rows of a table whose values stand column by column."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from typing import Any

__all__ = ["Columns"]


class Columns(Collection[tuple[Any, ...]]):
    """The rows of equally long columns, one after the other, as often as one goes through them.

    Parameters:
        columns: name -> the values of a column.

    Raises:
        TypeError: a column is nothing that has its values in an order and a length.
        ValueError: the columns are not equally long.

    Example:
        >>> rows = Columns({"station": ["A", "B"], "hour": range(2)})
        >>> rows.names, len(rows), list(rows)
        (('station', 'hour'), 2, [('A', 0), ('B', 1)])
    """

    def __init__(self, columns: Mapping[str, Any]) -> None:
        for name, column in columns.items():
            refuse_no_column(name, column)
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name!r}: {length}" for name, length in lengths.items())
            raise ValueError(f"Columns must be equally long, not of these lengths: {told}.")
        self.names = tuple(columns)
        self._columns = tuple(columns.values())

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        # One that another task makes shorter meanwhile is told, as a source that fails.
        return zip(*self._columns, strict=True)

    def __len__(self) -> int:
        return len(self._columns[0]) if self._columns else 0

    def __contains__(self, row: object) -> bool:
        return any(row == one for one in self)


def refuse_no_column(name: str, column: Any) -> None:
    """Refuse what is no column.

    Raises:
        TypeError: it is none.
    """
    if hasattr(column, "to_pylist"):  # what one goes through there are objects of Arrow's own
        raise TypeError(
            f"Column {name!r} can't be the Arrow data of a {type(column).__name__} yet; give the "
            "list that to_pylist() makes of it."
        )
    # A text has a length as well, sets have no order, and a mapping has its keys.
    if not isinstance(column, Collection) or isinstance(
        column, str | bytes | bytearray | Set | Mapping
    ):
        raise TypeError(f"Column {name!r} must be a sequence, not {type(column).__name__}.")

"""The rules by which rows are read: the arguments of ``Rows``, checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiomotorengine.utils import is_async

__all__ = ["RowRules"]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "names": ("attribute", "db"),
    "unknown": ("refuse", "ignore", "keep"),
    "nulls": ("keep", "default"),
}


@dataclass(frozen=True, slots=True)
class RowRules:
    """What was asked for; ``Rows`` says what it means.

    Attributes:
        are_columns_given: whether the source is a mapping of columns, so that the rows are ours.
    """

    columns: tuple[str, ...] | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    names: str = "attribute"
    unknown: str = "refuse"
    nulls: str = "keep"
    parse: bool = False
    null_values: frozenset[str] = frozenset(("",))
    id: str | Callable[[Any], Any] | None = None
    are_columns_given: bool = False

    def __post_init__(self) -> None:
        """Refuse what would only fail row by row.

        Raises:
            TypeError: an argument is of another type.
            ValueError: it is none of those that there are, or two columns mean the same.
        """
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                wanted = " or ".join(map(repr, choices))
                raise ValueError(f"{name} must be {wanted}, not {getattr(self, name)!r}.")
        if not isinstance(self.parse, bool):
            raise TypeError(f"parse must be True or False, not {self.parse!r}.")
        if not isinstance(self.rename, Mapping):
            raise TypeError(f"rename must be a mapping of names, not {self.rename!r}.")
        if not (self.id is None or isinstance(self.id, str) or callable(self.id)):
            raise TypeError(f"id must be a column or a function of a row, not {self.id!r}.")
        if is_async(self.id):
            raise TypeError(f"id must be a function that is not async, not {self.id!r}.")
        refuse_twice("rename", self.rename.values())
        if self.columns is not None:
            refuse_twice("columns", (self.rename.get(name, name) for name in self.columns))

    def as_given(self, row: Any) -> Any:
        """A row as whoever gave the source knows it: one of columns is a mapping of their names."""
        if self.are_columns_given and self.columns is not None:
            return dict(zip(self.columns, row, strict=True))
        return row

    def column_of_id(self, columns: Collection[str]) -> str | None:
        """The column whose value is the ``_id``, by its name before or after ``rename``."""
        return next((name for name in self.columns_of_id() if name in columns), None)

    def columns_of_id(self) -> list[str]:
        """The names that it may have, the first of which counts."""
        if not isinstance(self.id, str):
            return []
        return [self.id, *(key for key, name in self.rename.items() if name == self.id)]


def refuse_twice(argument: str, names: Any) -> None:
    """Refuse names of which one is there twice.

    Raises:
        ValueError: one is.
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"{argument} has {twice[0]!r} twice.")

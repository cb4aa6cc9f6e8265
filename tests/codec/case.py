"""The two rows of the tables in ``cases/``: a value that a field takes, and one that it refuses."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aiomotorengine import BaseField
from tests.codec import cases

__all__ = ["Case", "Refused", "tables"]

AS_GIVEN = object()


@dataclass(frozen=True)
class Case:
    """A valid value and what becomes of it.

    Attributes:
        field: the field, an instance of its own.
        python: what a program assigns.
        stored: what ``to_son`` of the document gives for it, before BSON sees it.
        reads: what ``get_field_value`` of a loaded document gives; ``python``, if it is not given.
            Documents are equal by identity: compare with ``tests.zoo.compare.snapshot``.
    """

    field: BaseField[Any]
    python: Any
    stored: Any
    reads: Any = AS_GIVEN

    def __post_init__(self) -> None:
        if self.reads is AS_GIVEN:
            object.__setattr__(self, "reads", self.python)

    def __str__(self) -> str:
        return f"{type(self.field).__name__} {self.python!r:.40}"


@dataclass(frozen=True)
class Refused:
    """A value that makes the validation of the document raise ``InvalidDocumentError``.

    Attributes:
        field: the field, an instance of its own.
        python: what a program assigns.
    """

    field: BaseField[Any]
    python: Any

    def __str__(self) -> str:
        return f"{type(self.field).__name__} refuses {self.python!r:.40}"


def tables() -> Iterator[tuple[str, Case | Refused]]:
    """All rows, each with the name of its table and its number there."""
    for module in pkgutil.iter_modules(cases.__path__):
        table = importlib.import_module(f"{cases.__name__}.{module.name}").CASES
        for number, row in enumerate(table):
            yield f"{module.name} {number}", row

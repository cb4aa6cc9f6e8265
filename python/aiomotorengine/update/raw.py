"""A part of an update that is MongoDB's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiomotorengine.documents.conversion import Conversion
from aiomotorengine.fields.stored_key import attribute_path
from aiomotorengine.query_builder.transform import refuse_other_keys
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.update_operator import Operation, UpdateOperator
from aiomotorengine.utils import is_operator

__all__ = ["Raw", "operations_in", "refuse_keys_of_fields"]


class Raw(UpdateOperator):
    """Operators of MongoDB with its keys and values, which are sent as they are.

    Parameters:
        update: what they are given, by operator.

    Raises:
        TypeError: it is no mapping, or a key is no text.
        ValueError: a key is no operator.
    """

    operator = "raw"

    def __init__(self, update: Mapping[str, Any]) -> None:
        if not isinstance(update, Mapping):
            raise TypeError(f"U.raw takes a mapping of operators, not {type(update).__name__}.")
        others = [key for key in update if not is_operator(key)]
        if others:
            raise ValueError(
                f"U.raw takes MongoDB's operators, as in U.raw({{'$set': {{'key': 1}}}}), "
                f"not {', '.join(map(repr, others))}."
            )
        for operator, changes in update.items():
            if not isinstance(changes, Mapping):
                raise TypeError(
                    f"'{operator}' takes a mapping of keys, not {type(changes).__name__}."
                )
        refuse_keys_of_fields(update)
        super().__init__([])
        self.update = dict(update)

    def operations(self, conversion: Conversion, validate: bool = True) -> Iterator[Operation]:
        yield from operations_in(conversion.document_class, self.update)

    def at_once(self, conversion: Conversion, validate: bool) -> None:
        return None  # its operations are its own

    def __repr__(self) -> str:
        return f"<raw {', '.join(self.update)}>"


def operations_in(document_class: Any, update: Mapping[str, Any]) -> Iterator[Operation]:
    """What an update of MongoDB does, path by path."""
    for operator, changes in update.items():
        for key, value in changes.items() if isinstance(changes, Mapping) else ():
            name = ".".join(map(str, attribute_path(document_class, key.split("."))))
            yield operator, UpdatePath(key, None, name), value


def refuse_keys_of_fields(update: Mapping[str, Any]) -> None:
    """Raise ``TypeError`` where an operator of MongoDB has a key that is no text."""
    for operator, changes in update.items():
        if isinstance(changes, Mapping):
            refuse_other_keys(
                changes,
                f"'{operator}'",
                "an update of fields has no operator, as in update({User.name: 'Ada'})",
            )

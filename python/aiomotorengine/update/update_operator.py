"""UpdateOperator: what one operator does to some fields, before the document class is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from aiomotorengine.documents.conversion import Conversion
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.decimal_field import DecimalField
from aiomotorengine.query.values import PLAIN_TYPES
from aiomotorengine.update.as_given import as_given
from aiomotorengine.update.path import DOT, UpdatePath, changed_path

__all__ = ["Operation", "UpdateOperator", "refuse_keywords", "refuse_text", "unfit"]


Operation = tuple[str, UpdatePath, Any]
"""What is done to one path: MongoDB's name of the operator, the path, and what the operator is
given, as MongoDB takes it; or an ``Expression``."""


class UpdateOperator:
    """What one operator does to some fields. ``U`` makes these.

    An operator is a class with ``convert``, entered in ``update/operators.py``.

    Parameters:
        given: fields, paths or keywords, each with what the operator is given.
        separator: what stands between the names of a path or keyword.
    """

    operator: ClassVar[str]
    """MongoDB's name."""
    gives_value: ClassVar[bool] = True
    """Whether a document that an upsert inserts gets a value by it."""

    def __init__(
        self, given: Collection[tuple[BaseField[Any] | str, Any]], separator: str = DOT
    ) -> None:
        self.given = given
        self.separator = separator

    def operations(self, conversion: Conversion, validate: bool = True) -> Iterable[Operation]:
        """What is done, path by path.

        Parameters:
            conversion: that of the class whose documents are changed.
            validate: whether fields are asked if they may have their new values.

        Raises:
            ValueError: a path leads nowhere, or its field has no use for the operator.
            InvalidDocumentError: a field refuses its value.
        """
        done = []
        known = conversion.update_paths
        for key, raw in self.given:
            path = known.get(key) if type(key) is str else None
            if path is None:
                path = self.known_path(conversion, key)
            value = self.convert(path, raw, validate)
            if value is None:
                done.append(self.of_none(conversion, path))
            else:
                done.append((self.operator, path, value))
        return done

    def at_once(self, conversion: Conversion, validate: bool) -> dict[str, Any] | None:
        """What it does by itself, as MongoDB takes it, where that is a plain value for one whole
        field, as mostly; ``None`` where there is more to it.

        Parameters:
            conversion: as above.
            validate: as above.

        Raises:
            InvalidDocumentError: a field refuses its value.
            ValueError: its field has no use for the operator.
        """
        if len(self.given) != 1:
            return None
        [(key, raw)] = self.given
        path = conversion.update_paths.get(key) if type(key) is str else None
        if path is None or not path.is_plain or type(raw) not in PLAIN_TYPES:
            return None
        value = self.convert(path, raw, validate)
        if value is None:
            operator, path, value = self.of_none(conversion, path)
            return {operator: {path.db_name: value}}
        return {self.operator: {path.db_name: value}}

    def known_path(self, conversion: Conversion, key: BaseField[Any] | str) -> UpdatePath:
        """What a field, a path or a keyword names; whole fields are kept, since most are, and a
        class has only so many.
        """
        name: Any = getattr(key, "name", None) if isinstance(key, BaseField) else key
        if type(name) is not str:  # no field has such a name; it may have no hash either
            return self.path(conversion.document_class, key)
        known: UpdatePath | None = conversion.update_paths.get(name)
        if known is not None and known.field is key:
            return known
        path = self.path(conversion.document_class, key)
        field = path.field
        if field is not None and field is conversion.document_class._fields.get(name):
            path.as_given = as_given(field, strict=path.is_strict)
            conversion.update_paths[name] = path
        return path

    def path(self, document_class: Any, key: BaseField[Any] | str) -> UpdatePath:
        """What a field, a path or a keyword names."""
        return changed_path(document_class, key, self.separator)

    def convert(self, path: UpdatePath, raw: Any, validate: bool) -> Any:
        """What the operator is given, as MongoDB takes it.

        Parameters:
            path: what is changed.
            raw: what the program gave.
            validate: whether the field is asked if it may have it.
        """
        raise NotImplementedError(f"{type(self).__name__} has no convert of its own.")

    def of_none(self, conversion: Conversion, path: UpdatePath) -> Operation:
        """What it does where ``convert`` has given ``None``.

        Parameters:
            conversion: as above.
            path: what is changed.
        """
        return self.operator, path, None

    @staticmethod
    def expression(path: str, value: Any) -> Any:
        """What sets a path to the same in a pipeline; ``NotImplemented`` if nothing does.

        Parameters:
            path: the path, as expressions have it: ``"$home.road"``.
            value: what the operator is given, as an expression.
        """
        return NotImplemented

    def __repr__(self) -> str:
        return f"<{self.operator} {', '.join(str(key) for key, _ in self.given)}>"


def unfit(path: UpdatePath, operator: str, wanted: str) -> ValueError:
    """The error for an operator that can do nothing with values of a field."""
    error = ValueError(f"Field '{path.field.name}' can't be used with {operator}.")
    error.add_note(f"It takes {wanted}.")
    return error


def refuse_keywords(verb: str, names: Iterable[str]) -> None:
    """Raise ``TypeError`` for a keyword of an update that would be a change in other libraries."""
    for name in names:
        raise TypeError(
            f"{verb}() takes changes such as U.inc(visits=1), not the keyword '{name}'."
        )


def refuse_text(path: UpdatePath, operator: str) -> None:
    """Raise ``ValueError`` where numbers are stored as text, which the server can't count with."""
    if isinstance(path.field, DecimalField):
        raise ValueError(
            f"Field '{path.field.name}' is stored as text and can't be used with {operator}."
        )

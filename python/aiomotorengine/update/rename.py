"""``$rename``: a key gets another name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiomotorengine.documents.conversion import Conversion
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.update.path import UpdatePath, changed_path
from aiomotorengine.update.unset import refuse_required
from aiomotorengine.update.update_operator import Operation, UpdateOperator
from aiomotorengine.utils import is_operator

__all__ = ["Rename"]


class Rename(UpdateOperator):
    """Keys that get another name. The old one may be one that no field has any more."""

    operator = "$rename"
    gives_value = False

    def operations(self, conversion: Conversion, validate: bool = True) -> Iterator[Operation]:
        document_class = conversion.document_class
        for old, new in self.given:
            path = self.old_path(document_class, old)
            if validate:
                refuse_required(path)
            yield self.operator, path, changed_path(document_class, new).db_name

    def at_once(self, conversion: Conversion, validate: bool) -> None:
        return None  # its operations are its own

    @staticmethod
    def old_path(document_class: Any, old: BaseField[Any] | str) -> UpdatePath:
        """What is renamed: a field, a path, or else a key of MongoDB."""
        try:
            return changed_path(document_class, old)
        except ValueError:
            if isinstance(old, BaseField) or not old or any(map(is_operator, old.split("."))):
                raise
        return UpdatePath(old, None, old)

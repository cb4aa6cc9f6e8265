"""``$unset``: a key is removed."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.refusals import required
from aiomotorengine.locations import locate
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.update_operator import UpdateOperator

__all__ = ["Unset", "refuse_required"]


class Unset(UpdateOperator):
    """Keys that are removed. An item of a list becomes null."""

    operator = "$unset"
    gives_value = False

    def convert(self, path: UpdatePath, raw: Any, validate: bool) -> str:
        if validate:
            refuse_required(path)
        return ""


def refuse_required(path: UpdatePath) -> None:
    """Raise ``InvalidDocumentError`` for a field that would have no value without its key."""
    if path.field is not None and path.field._must_be_given and not path.is_item:
        error = required(path.field.name, None)
        locate(error, path.field.name)
        raise error

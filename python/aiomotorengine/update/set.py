"""``$set``: new values."""

from __future__ import annotations

from typing import Any

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.update.path import UpdatePath

__all__ = ["set_value"]


def set_value(path: UpdatePath, value: Any) -> Any:
    """The value that ``$set`` stores: as the field converts it, or as it is.

    Raises:
        InvalidDocumentError: the field refuses the value.
    """
    field = path.field
    if field is None:
        return value
    if field.required and field.is_empty(value):
        raise InvalidDocumentError.required(field.name)
    return field.to_update(value)

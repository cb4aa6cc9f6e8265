"""``$set``: new values."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.refusals import located, required
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
    try:
        if field.required and field.is_empty(value):
            raise required(field.name, value)
        return field.to_update(value)
    except Exception as error:
        raise located(error, field, "to_update", value, field.name)  # noqa: B904

"""Which stored document is meant: by its id."""

from __future__ import annotations

from reprlib import repr as short_repr
from typing import Any

from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.utils import is_condition

__all__ = ["by_id"]


def by_id(document: DocumentStorage) -> dict[str, Any]:
    """The query for one document by its id.

    Raises:
        ValueError: MongoDB would take the id for a condition, and another document for this one.
    """
    id = document._id
    if is_condition(id):
        raise ValueError(
            f"The _id of this {type(document).__name__} can't be {short_repr(id)}: "
            "it would be taken for a condition on the ids of other documents."
        )
    return {"_id": id}

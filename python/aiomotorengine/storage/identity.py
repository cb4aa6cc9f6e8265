"""Which stored document is meant: by its id, and its shard key where it has one."""

from __future__ import annotations

from reprlib import repr as short_repr
from typing import Any

from bson.objectid import ObjectId

from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.shard_keys import stored_shard_key
from aiomotorengine.utils import is_condition

__all__ = ["identity_query"]


def identity_query(document: DocumentStorage) -> dict[str, Any]:
    """The query for one document: its ``_id``, and what its ``__shard_key__`` names.

    Servers send a write to the one shard that has the document if its shard key stands in the query
    by itself; in an ``$and`` they do not look for it.

    Raises:
        ValueError: MongoDB would take the id for a condition, and another document for this one.
    """
    id = document._id
    if type(id) is not ObjectId and is_condition(id):  # as nearly all are
        raise ValueError(
            f"The _id of this {type(document).__name__} can't be {short_repr(id)}: "
            "it would be taken for a condition on the ids of other documents."
        )
    document_class: Any = type(document)
    if document_class.__shard_key__:
        return {"_id": id, **stored_shard_key(document)}
    return {"_id": id}

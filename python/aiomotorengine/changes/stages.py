"""The stages of a pipeline that chooses among changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiomotorengine.changes.conditions import conditions_under
from aiomotorengine.changes.touching import updates_touching

__all__ = ["AFTER", "BEFORE", "OPERATIONS", "changes_of", "chosen", "of_collections"]

AFTER, BEFORE = "fullDocument", "fullDocumentBeforeChange"
"""Where the whole document stands in a change: as it is after it, and as it was before."""

WITH_DOCUMENT = ("insert", "replace", "update")
"""The operations that leave a document."""

OF_DOCUMENTS = (*WITH_DOCUMENT, "delete")

OF_DATABASES = ("dropDatabase", "invalidate")

OPERATIONS = (*OF_DOCUMENTS, "drop", "rename", *OF_DATABASES)
"""What can happen: to documents, and to a collection as a whole."""


def chosen(
    *,
    operations: Sequence[str] | None = None,
    keys: Sequence[str] = (),
    condition: Mapping[str, Any] | None = None,
) -> list[Mapping[str, Any]]:
    """The stages that let only some changes pass.

    Parameters:
        operations: those that are wanted; ``None`` for all.
        keys: the keys in MongoDB of which an update has to touch one; empty for any.
        condition: what is asked of changes besides.

    Example:
        >>> chosen(operations=["insert"])
        [{'$match': {'operationType': {'$in': ['insert']}}}]
    """
    conditions: list[Mapping[str, Any]] = []
    if operations is not None:
        conditions.append({"operationType": {"$in": list(operations)}})
    if keys:
        conditions.append(updates_touching(keys))
    if condition:
        conditions.append(condition)
    return [{"$match": it} for it in conditions]


def changes_of(query: Mapping[str, Any], *, has_before: bool) -> dict[str, Any]:
    """What a ``$match`` lets pass: changes of documents that a query finds, and what happens to a
    collection as a whole.

    A deleted document is known only as it was before. A change without its document is left out,
    or a condition such as ``{"age": None}`` would be met by what is not there at all.

    Parameters:
        query: the conditions, as MongoDB takes them.
        has_before: whether changes bring documents as they were before.

    Raises:
        ValueError: a condition can't be asked of changes.
    """
    passing: list[dict[str, Any]] = [
        {"operationType": {"$nin": list(OF_DOCUMENTS)}},
        with_document(WITH_DOCUMENT, AFTER, query),
    ]
    if has_before:
        passing.append(with_document(("delete",), BEFORE, query))
    return {"$or": passing}


def of_collections(conditions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What a ``$match`` lets pass: changes in some collections of a database, and what happens to
    the database as a whole.

    Parameters:
        conditions: what is asked of the changes in each, by names of collections.

    Example:
        >>> of_collections({"users": {}})["$or"][0]
        {'ns.coll': 'users'}
    """
    passing: list[dict[str, Any]] = [
        {"ns.coll": name, **condition} for name, condition in conditions.items()
    ]
    return {"$or": [*passing, {"operationType": {"$in": list(OF_DATABASES)}}]}


def with_document(operations: Sequence[str], key: str, query: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "operationType": {"$in": list(operations)},
        key: {"$type": "object"},
        # By itself, since it may have any operator at its top.
        "$and": [conditions_under(key, query)],
    }

"""ensure_all: the collections and indexes of all classes that there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiomotorengine import registry
from aiomotorengine.documents.embedded import embedded_fields
from aiomotorengine.errors import IndexConflictError
from aiomotorengine.indexes import ensuring
from aiomotorengine.indexes.classes import alias_of, place_of
from aiomotorengine.indexes.report import IndexReport
from aiomotorengine.schema import collection
from aiomotorengine.sessions.target import target_of

__all__ = ["ensure_all", "with_collections"]


async def ensure_all(
    alias: str | None = None,
    *,
    dry_run: bool = False,
    modify: bool = False,
    drop_stale: bool = False,
) -> list[IndexReport]:
    """Bring the collections of all document classes in line, and then their indexes.

    It knows the classes whose modules were imported. Left out are abstract and embedded ones, and
    those that another class embeds and that set no ``__collection__``.

    Parameters:
        alias: the connection of classes without an ``__alias__`` of their own.
        dry_run: whether nothing is changed, and the reports say what would be.
        modify: whether indexes that are different are changed, or dropped and created anew.
        drop_stale: whether indexes that no class declares are dropped.

    Returns:
        A report for each collection.

    Raises:
        RuntimeError: this is inside a transaction.
        CollectionOptionsError: an option of a collection is different and can't be changed.
        IndexConflictError: an index is different, and is not to be modified. All other collections
            were brought in line.
        UniqueKeyViolationError: documents that are stored already break a unique index.

    Example:
        >>> from aiomotorengine import connect, ensure_all
        >>> async def start():
        ...     connect("shop")
        ...     for report in await ensure_all():
        ...         print(report)
    """
    targets = [target_of(one, alias_of(one, alias)) for one in with_collections(alias)]
    for target in targets:
        if target.document_class.__collection_options__ and not dry_run:
            await collection.ensure(target)
    reports, conflicts = [], []
    for target in targets:
        if dry_run:
            reports.append(await ensuring.compare(target))
            continue
        try:
            reports.append(await ensuring.ensure(target, modify=modify, drop_stale=drop_stale))
        except IndexConflictError as error:
            conflicts.append(error)
    if conflicts:
        first, *others = conflicts
        for other in others:
            first.add_note(str(other))
        raise first
    return reports


def with_collections(alias: str | None = None) -> Iterator[Any]:
    """A class for each collection: the first, unless a later one says how it is created.

    Parameters:
        alias: the connection of classes without an ``__alias__`` of their own.
    """
    classes = registry.documents()
    embedded = {inner for one in classes for inner in embedded_in(one) if inner is not one}
    found: dict[Any, Any] = {}
    for one in classes:
        if one.__collection__ is None:
            continue
        if one in embedded and one.__collection__ == one.__name__:
            continue
        place = place_of(one, alias)
        if place not in found or not found[place].__collection_options__:
            found[place] = one
    yield from found.values()


def embedded_in(document_class: Any) -> Iterator[Any]:
    for field in document_class._fields.values():
        for inner in embedded_fields(field):
            yield inner.embedded_type

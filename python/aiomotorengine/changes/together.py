"""Changes to documents of several classes of one database, in one stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aiomotorengine import references
from aiomotorengine.changes.arguments import WatchOptions, asked
from aiomotorengine.changes.decoding import ChangeDecoder
from aiomotorengine.changes.stages import changes_of, chosen, of_collections
from aiomotorengine.changes.stream import ChangeStream, Watch
from aiomotorengine.sessions.target import Target, target_of
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.discriminators import condition_of, root_of

if TYPE_CHECKING:
    from typing import Unpack

__all__ = ["watch_together"]


def watch_together(
    database: Any, classes: Sequence[Any], alias: str | None, **options: Unpack[WatchOptions]
) -> ChangeStream[Any]:
    """The stream of changes to documents of some classes; nothing is asked yet.

    Parameters:
        database: the driver's database.
        classes: the classes.
        alias: the connection of those that have none of their own.
        options: as for ``QuerySet.watch``, but ``fields``, which are those of one class.

    Raises:
        ValueError: a class is kept elsewhere, or an argument says what there is not.
        TypeError: an argument is none of what it has to be.
    """
    if options.get("fields") is not None:
        raise ValueError("fields are those of one class: watch classes one by one for that.")
    wanted = asked(**options)
    refuse_other_than_classes(classes)
    targets: dict[str, Target] = {}
    queries: dict[str, list[Mapping[str, Any]]] = {}
    for document_class in classes:
        target = target_of(document_class, document_class.__alias__ or alias)
        collection = target.collection
        if collection.database != database:
            raise ValueError(
                f"{document_class.__name__} is kept in the database '{collection.database.name}' "
                f"of another connection, or of another name than '{database.name}'."
            )
        if collection.name in targets:
            # Of several classes in one collection, each document says of which it is.
            target = target.with_class(root_of(document_class))
        targets[collection.name] = target
        queries.setdefault(collection.name, []).append(condition_of(document_class))
    first = next(iter(targets.values()))
    if wanted.may_lack_documents and any(all(them) for them in queries.values()):
        raise ValueError(
            "watch(full_document='default') brings updates without their documents, which say of "
            "which class they are: use 'updateLookup', or operations without 'update'."
        )
    conditions = {
        # A class that has its collection to itself asks nothing of documents.
        name: changes_of({"$or": them}, has_before=wanted.has_before) if all(them) else {}
        for name, them in queries.items()
    }

    async def load(documents: list[Any]) -> None:
        for document in documents:
            if not type(document).__lazy__:
                found_in = targets[type(document).__collection__]
                await references.loading.load([document], found_in=found_in)

    stages = chosen(operations=wanted.operations, condition=of_collections(conditions))
    return ChangeStream(
        Watch(
            target=first,
            watched=database,
            pipeline=[*stages, *wanted.pipeline],
            options=wanted.options,
            position=wanted.position,
            decoder=ChangeDecoder(targets),
            retry_for=wanted.retry_for,
            load=load,
        )
    )


def refuse_other_than_classes(classes: Sequence[Any]) -> None:
    """Raise ``TypeError`` for what is no document class."""
    for it in classes:
        if not (isinstance(it, type) and issubclass(it, DocumentStorage)):
            raise TypeError(f"watch() takes document classes, not {it!r}.")

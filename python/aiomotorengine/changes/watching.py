"""What ``watch`` is asked for becomes a stream of changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiomotorengine.changes.arguments import WatchOptions, asked, keys_of
from aiomotorengine.changes.decoding import ChangeDecoder
from aiomotorengine.changes.stages import changes_of, chosen
from aiomotorengine.changes.stream import ChangeStream, Watch
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.reading.finding import Selection
from aiomotorengine.sessions.target import Target

if TYPE_CHECKING:
    from typing import Unpack

__all__ = ["watch"]


def watch(
    target: Target,
    selection: Selection,
    *,
    finds_nothing: bool = False,
    load: Callable[[list[Any]], Awaitable[None]] | None = None,
    **options: Unpack[WatchOptions],
) -> ChangeStream[Any]:
    """The stream of changes to what a query finds; nothing is asked yet.

    Parameters:
        target: where the documents are.
        selection: which of them are meant.
        finds_nothing: whether none are, and nobody is asked.
        load: what loads the documents that they refer to; by default these stay unloaded.
        options: as for ``QuerySet.watch``.

    Raises:
        ValueError: an argument says what there is not, or does not go with the query.
        TypeError: an argument is none of what it has to be.
    """
    refuse_what_changes_have_not(target, selection)
    # What the query set says holds where the call says nothing.
    options.setdefault("batch_size", target.reading.get("batch_size"))
    wanted = asked(**options)
    document_class, query = selection.document_class, selection.query
    if query and wanted.may_lack_documents:
        raise ValueError(
            "watch(full_document='default') brings updates without their documents, so filters "
            "can't be asked of them: use 'updateLookup', or operations without 'update'."
        )
    stages = chosen(
        operations=wanted.operations,
        keys=keys_of(document_class, wanted.fields or ()),
        condition=changes_of(query, has_before=wanted.has_before) if query else None,
    )

    return ChangeStream(
        Watch(
            target=target,
            watched=target.collection,
            pipeline=[*stages, *wanted.pipeline],
            options=wanted.options,
            position=wanted.position,
            decoder=ChangeDecoder({target.collection.name: target}, selection.on_unreadable),
            retry_for=wanted.retry_for,
            tells_nothing=finds_nothing,
            load=load,
            naming=lambda: naming_values(target.collection, (document_class, selection.filters)),
        )
    )


def refuse_what_changes_have_not(target: Target, selection: Selection) -> None:
    """Raise ``ValueError`` for what a query says that is not asked of changes."""
    if selection.order or selection.skip or selection.limit is not None:
        raise ValueError("watch() tells changes as they happen: no order, skip or limit.")
    if selection.projection is not None:
        raise ValueError("watch() tells of whole documents: no only(), exclude() or slice().")
    if "collation" in target.matching:
        # The driver takes one, and does not send it.
        raise ValueError("watch() knows no collation(): texts are compared byte by byte.")

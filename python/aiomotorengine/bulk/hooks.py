"""The hooks of the documents of one call: before they are prepared, and when they are written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.pacing import Pace
from aiomotorengine.writing.hooks import after_saving, before_saving

__all__ = ["HookCaller"]


class HookCaller:
    """Calls the hooks of documents that are inserted, each document's in the order of the source.

    Parameters:
        document_class: the class of the query set.
        wanted: whether hooks are called at all.

    Attributes:
        are_wanted: the same.
        may_be_needed: whether the class, or one derived from it, has any.
        are_needed: whether a document has come that has any.
    """

    def __init__(self, document_class: type[Any], *, wanted: bool) -> None:
        self.may_be_needed = wanted and has_saving_hooks(document_class)
        self.are_needed = False
        self.are_wanted = wanted

    def are_of(self, kinds: Iterable[type[Any]]) -> bool:
        """Whether documents of one of some classes, which have come, have hooks to be called."""
        if self.are_wanted and any(conversion_of(kind).saving_hooks for kind in kinds):
            self.are_needed = True
            return True
        return False

    async def before(self, document: Any) -> None:
        """Call what is to be called before a document is dated, validated and sent."""
        hooks = conversion_of(type(document)).saving_hooks
        if hooks is not None:
            await before_saving(hooks, document, creating=True)

    async def after(self, documents: Iterable[Any]) -> None:
        """Call what is to be called when documents are written."""
        pace = Pace()
        pace.start()
        for document in documents:
            hooks = conversion_of(type(document)).saving_hooks
            if hooks is not None:
                await after_saving(hooks, document, creating=True)
                await pace.turn_if_due()


def has_saving_hooks(document_class: Any) -> bool:
    """Whether a save calls anything with documents of a class, or of one derived from it."""
    if conversion_of(document_class).saving_hooks is not None:
        return True
    return any(map(has_saving_hooks, document_class.__subclasses__()))

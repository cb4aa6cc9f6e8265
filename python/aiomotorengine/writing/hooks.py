"""When the hooks of a document are called, by a save and by a deletion of it.

A save calls ``before_save``, then ``before_insert`` or ``before_update``, then ``before_validate``,
all of them before anything else is done with the document; and when it is written, ``after_insert``
or ``after_update``, then ``after_save``. So what they set is dated, validated and stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from inspect import isawaitable, iscoroutine
from typing import Any

from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.documents.embedded import embedded_documents
from aiomotorengine.documents.hooks import Hook, SavingHooks
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.discriminators import family_of
from aiomotorengine.storage.values import value_of

__all__ = [
    "after_deleting",
    "after_replacing",
    "after_saving",
    "before_deleting",
    "before_replacing",
    "before_saving",
    "has_delete_hooks",
]


async def before_saving(hooks: SavingHooks, document: Any, *, creating: bool) -> None:
    """Call what is to be called before a document is dated, validated and written.

    Parameters:
        hooks: those of its class.
        document: the document.
        creating: whether it is inserted.

    Raises:
        Exception: what a hook raises.
        TypeError: a ``before_validate`` hook has returned something to be awaited.
    """
    await call(hooks.before_insert if creating else hooks.before_update, document)
    call_before_validate(hooks, document, set())


async def after_saving(hooks: SavingHooks, document: Any, *, creating: bool) -> None:
    """Call what is to be called when a document is written; parameters as above."""
    await call(hooks.after_insert if creating else hooks.after_update, document)


async def before_replacing(document: Any) -> None:
    """Call what is to be called before a document takes the place of whatever a query finds, of
    which nobody knows whether it is there.
    """
    conversion = conversion_of(type(document))
    await call(conversion.hooks.get("before_save", ()), document)
    if conversion.saving_hooks is not None:
        call_before_validate(conversion.saving_hooks, document, set())


async def after_replacing(document: Any) -> None:
    """Call what is to be called when it has."""
    await call(conversion_of(type(document)).hooks.get("after_save", ()), document)


def has_delete_hooks(document_class: type[Any]) -> bool:
    """Whether anything is called when a document of a class is deleted."""
    hooks = [conversion_of(it).hooks for it in family_of(document_class)]
    return any("before_delete" in it or "after_delete" in it for it in hooks)


async def before_deleting(document: DocumentStorage) -> None:
    """Call what is to be called before a document is deleted."""
    await call(conversion_of(type(document)).hooks.get("before_delete", ()), document)


async def after_deleting(document: DocumentStorage) -> None:
    """Call what is to be called when a document was deleted."""
    await call(conversion_of(type(document)).hooks.get("after_delete", ()), document)


async def call(functions: Iterable[Hook], document: Any) -> None:
    """Call one after another, and await what is to be awaited."""
    for function in functions:
        answer = function(document)
        if answer is not None and isawaitable(answer):
            await answer


def call_before_validate(hooks: SavingHooks, document: Any, called: set[int]) -> None:
    """Call the hooks of a document, then those of the documents in it, each document's once.

    Parameters:
        hooks: those of its class.
        document: the document.
        called: the documents whose hooks were called, by ``id``. One may be in another twice, or
            contain itself, which validation is to say.
    """
    called.add(id(document))
    for function in hooks.before_validate:
        answer = function(document)
        if answer is not None and isawaitable(answer):
            if iscoroutine(answer):
                answer.close()  # nobody will await it
            kind = type(document).__name__
            name = getattr(function, "__name__", repr(function))
            raise TypeError(
                f"{kind}.{name} can't be a before_validate hook: what it returns is awaitable, and "
                "nothing is awaited there."
            )
    for name in hooks.embedded:
        for embedded in embedded_documents(value_of(document, name)):
            inner = conversion_of(type(embedded)).saving_hooks
            if inner is not None and id(embedded) not in called:
                call_before_validate(inner, embedded, called)

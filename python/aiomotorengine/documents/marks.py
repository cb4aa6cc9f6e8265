"""The marks that make a method a hook: called when a document is saved or deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from aiomotorengine.documents import hooks

__all__ = [
    "after_delete",
    "after_insert",
    "after_save",
    "after_update",
    "before_delete",
    "before_insert",
    "before_save",
    "before_update",
    "before_validate",
]

Method = TypeVar("Method", bound=Callable[[Any], object])
"""A method of a document without other arguments, async or not."""

SyncMethod = TypeVar("SyncMethod", bound=Callable[[Any], None])
"""One that is not async, and returns nothing."""


def before_save(method: Method) -> Method:
    """Call a method first of all when a document is saved, be it inserted or changed.

    What it sets is validated and stored. If it raises, nothing is written, and its exception comes
    through; in a bulk insert the document is refused.

    Parameters:
        method: a method without arguments, async or not. What it returns is ignored.

    Raises:
        TypeError: it can't be one; what is found only with the class is said when that is made.

    Example:
        >>> from aiomotorengine import Document, StringField, before_save
        >>> class Note(Document):
        ...     title = StringField(required=True)
        ...     slug = StringField(required=True)
        ...
        ...     @before_save
        ...     def make_slug(self):
        ...         self.slug = self.title and self.title.lower()
    """
    return hooks.mark("before_save", method)


def before_insert(method: Method) -> Method:
    """Call a method before a document is inserted, after ``before_save``; otherwise as that.

    Example:
        >>> from aiomotorengine import Document, StringField, before_insert
        >>> class Invoice(Document):
        ...     number = StringField(required=True)
        ...
        ...     @before_insert
        ...     async def take_number(self):
        ...         self.number = f"2026-{await Invoice.objects.count() + 1}"
    """
    return hooks.mark("before_insert", method)


def before_update(method: Method) -> Method:
    """Call a method before what is stored is replaced or changed by a save of its document.

    It comes after ``before_save``, and is otherwise as that.

    Example:
        >>> from aiomotorengine import Document, IntField, before_update
        >>> class Draft(Document):
        ...     edits = IntField(default=0)
        ...
        ...     @before_update
        ...     def count(self):
        ...         self.edits += 1
    """
    return hooks.mark("before_update", method)


def before_validate(method: SyncMethod) -> SyncMethod:
    """Call a method right before a save validates its document, also one that is embedded.

    It comes after the other ``before_`` hooks. ``validate()`` alone does not call it, and
    ``save(validate=False)`` does.

    Parameters:
        method: a method without arguments that is not async and returns nothing.

    Raises:
        TypeError: it can't be one; what is found only with the class is said when that is made.

    Example:
        >>> from aiomotorengine import Document, StringField, before_validate
        >>> class Address(Document):
        ...     country = StringField(max_length=2)
        ...
        ...     @before_validate
        ...     def tidy(self):
        ...         self.country = self.country and self.country.strip().upper()
    """
    return hooks.mark("before_validate", method)


def after_save(method: Method) -> Method:
    """Call a method last of all when a document was saved, be it inserted or changed.

    If it raises, the document is written all the same, and its exception comes through; a stream
    stops.

    Parameters:
        method: a method without arguments, async or not. What it returns is ignored.

    Raises:
        TypeError: it can't be one; what is found only with the class is said when that is made.

    Example:
        >>> from aiomotorengine import Document, StringField, after_save
        >>> class Page(Document):
        ...     url = StringField()
        ...
        ...     @after_save
        ...     async def refresh(self):
        ...         print(f"{self.url} has changed")
    """
    return hooks.mark("after_save", method)


def after_insert(method: Method) -> Method:
    """Call a method when a document was inserted, before ``after_save``; otherwise as that.

    Example:
        >>> from aiomotorengine import Document, StringField, after_insert
        >>> class User(Document):
        ...     email = StringField()
        ...
        ...     @after_insert
        ...     async def welcome(self):
        ...         print(f"Welcome, {self.email}")
    """
    return hooks.mark("after_insert", method)


def after_update(method: Method) -> Method:
    """Call a method when a save has replaced or changed what is stored, before ``after_save``.

    It is not called for a document that is gone meanwhile and was not written again. Otherwise it
    is as ``after_save``.

    Example:
        >>> from aiomotorengine import Document, StringField, after_update
        >>> class Setting(Document):
        ...     value = StringField()
        ...
        ...     @after_update
        ...     def tell(self):
        ...         print(f"now {self.value}")
    """
    return hooks.mark("after_update", method)


def before_delete(method: Method) -> Method:
    """Call a method before a document is deleted by its own ``delete()``, if nothing denies that.

    If it raises, nothing is deleted.

    Parameters:
        method: a method without arguments, async or not. What it returns is ignored.

    Raises:
        TypeError: it can't be one; what is found only with the class is said when that is made.

    Example:
        >>> from aiomotorengine import BooleanField, Document, before_delete
        >>> class Account(Document):
        ...     is_open = BooleanField(default=True)
        ...
        ...     @before_delete
        ...     def refuse_open(self):
        ...         if self.is_open:
        ...             raise ValueError("close the account first")
    """
    return hooks.mark("before_delete", method)


def after_delete(method: Method) -> Method:
    """Call a method when a document was deleted by its own ``delete()``, if it was still there.

    If it raises, the document is gone all the same.

    Parameters:
        method: a method without arguments, async or not. What it returns is ignored.

    Raises:
        TypeError: it can't be one; what is found only with the class is said when that is made.

    Example:
        >>> from pathlib import Path
        >>> from aiomotorengine import Document, StringField, after_delete
        >>> class Upload(Document):
        ...     path = StringField()
        ...
        ...     @after_delete
        ...     def remove_file(self):
        ...         Path(self.path).unlink(missing_ok=True)
    """
    return hooks.mark("after_delete", method)

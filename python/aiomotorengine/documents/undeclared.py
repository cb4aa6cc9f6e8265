"""Names that no field declares, in classes whose documents have no other values than fields.

Python's own stay what they are: names with an underscore in front, and those of attributes that the
class has.
"""

from __future__ import annotations

from typing import Any

from aiomotorengine.errors import UnknownFieldError
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.classes import watch_new_attributes

__all__ = ["is_dynamic", "set_declared", "watch_assignments"]


def is_dynamic(names: Any) -> bool:
    """Whether documents may have values that no field declares.

    Parameters:
        names: a document class, or what else gives names a meaning, as after a group.
    """
    dynamic: bool = getattr(names, "__dynamic__", True)
    return dynamic


def watch_assignments(document_class: Any) -> None:
    """See to it that undeclared names are refused when they are assigned to, or are no more.

    Parameters:
        document_class: the class, whose subclasses may have a setting of their own.
    """
    refuse = None if document_class.__dynamic__ else refuse_undeclared
    watch_new_attributes(document_class, refuse, set_declared)
    for derived in type.__subclasses__(document_class):
        watch_assignments(derived)


def refuse_undeclared(document: DocumentStorage, name: str) -> None:
    """Refuse an attribute that neither the document nor its class has.

    Raises:
        UnknownFieldError: it is not Python's own.
    """
    if not name.startswith("_"):
        raise UnknownFieldError.of(type(document), name)


def set_declared(document: DocumentStorage, name: str, value: Any) -> None:
    """The ``__setattr__`` of classes that refuse undeclared names, where Python keeps the values.

    The ``__setattr__`` of a program's class may hand on to it, and decides for itself.
    """
    if not name.startswith("_"):  # as those have that each new document is given
        kind = type(document)
        if kind.__setattr__ is set_declared and not any(name in vars(it) for it in kind.__mro__):
            refuse_undeclared(document, name)
    object.__setattr__(document, name, value)

"""Which classes have their documents in one collection."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from aiomotorengine import registry
from aiomotorengine.connection import DEFAULT_CONNECTION_NAME, database_of

__all__ = ["alias_of", "classes_beside", "place_of"]


def classes_beside(document_class: Any, alias: str | None = None) -> list[Any]:
    """The classes with documents in the collection of a class: itself, and others after it.

    Parameters:
        document_class: the class.
        alias: the connection that a call names, by which it goes to another collection than that of
            the class, or to the same one.
    """
    places = {place_of(document_class)}
    if alias is not None:
        places.add((database_of(alias), document_class.__collection__))
    others = (
        other
        for other in registry.documents()
        if other.__collection__ == document_class.__collection__
        and (place_of(other) in places or place_of(other, alias) in places)
    )
    return [document_class, *(other for other in others if other is not document_class)]


def place_of(document_class: Any, otherwise: str | None = None) -> tuple[Hashable, str]:
    """The collection of a class; equal for two aliases of one database.

    Parameters:
        document_class: the class.
        otherwise: its connection, where it has none of its own.
    """
    return database_of(alias_of(document_class, otherwise)), document_class.__collection__


def alias_of(document_class: Any, otherwise: str | None = None) -> str:
    """The connection of a class: its own, the one that is named, or the default one."""
    alias: str = document_class.__alias__ or otherwise or DEFAULT_CONNECTION_NAME
    return alias

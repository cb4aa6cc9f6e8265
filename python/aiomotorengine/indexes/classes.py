"""Which classes have their documents in one collection."""

from __future__ import annotations

from typing import Any

from aiomotorengine import registry
from aiomotorengine.connection import DEFAULT_CONNECTION_NAME

__all__ = ["alias_of", "classes_beside"]


def classes_beside(document_class: Any) -> list[Any]:
    """The classes with documents in the collection of a class: itself, and others after it."""
    place = place_of(document_class)
    others = (other for other in registry.documents() if place_of(other) == place)
    return [document_class, *(other for other in others if other is not document_class)]


def place_of(document_class: Any) -> tuple[str, str]:
    return alias_of(document_class), document_class.__collection__


def alias_of(document_class: Any, otherwise: str | None = None) -> str:
    """The connection of a class: its own, the one that is named, or the default one."""
    alias: str = document_class.__alias__ or otherwise or DEFAULT_CONNECTION_NAME
    return alias

"""The document classes of the shapes as other libraries have them, to compare construction with.

The peers are made of a document class: they have fields of the same names, ``None`` by default.
None of them validates what it is given, as a document does not before it is saved.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from aiomotorengine import EmbeddedDocumentField, ListField

__all__ = ["PEERS", "builder", "dataclass_of", "itself", "plain_dict", "struct_of"]

Make = Callable[..., Any]


def itself(document_class: Any) -> Make:
    made: Make = document_class
    return made


@cache
def struct_of(document_class: Any) -> Make:
    """A msgspec ``Struct``."""
    fields = [(name, Any, None) for name in document_class._fields]
    return msgspec.defstruct(document_class.__name__, fields)


@cache
def dataclass_of(document_class: Any) -> Make:
    """A dataclass with slots."""
    fields = [(name, Any, dataclasses.field(default=None)) for name in document_class._fields]
    return dataclasses.make_dataclass(document_class.__name__, fields, slots=True)


def plain_dict(document_class: Any) -> Make:
    return dict


PEERS: dict[str, Callable[[Any], Make]] = {
    "aiomotorengine": itself,
    "dataclass": dataclass_of,
    "dict": plain_dict,
}


def builder(document_class: Any, peer: Callable[[Any], Make] = itself) -> Callable[[Any], Any]:
    """Makes an object of values by name, with objects for the dicts of embedded documents."""
    make = peer(document_class)
    one: list[tuple[str, Callable[[Any], Any]]] = []
    many: list[tuple[str, Callable[[Any], Any]]] = []
    for name, field in document_class._fields.items():
        if isinstance(field, EmbeddedDocumentField):
            one.append((name, builder(field.embedded_type, peer)))
        item = field._base_field if isinstance(field, ListField) else None
        if isinstance(item, EmbeddedDocumentField):
            many.append((name, builder(item.embedded_type, peer)))
    if not one and not many:
        return lambda values: make(**values)

    def build(values: Any) -> Any:
        embedded = {name: make_one(values[name]) for name, make_one in one}
        for name, make_one in many:
            embedded[name] = [make_one(item) for item in values[name]]
        return make(**values | embedded)

    return build

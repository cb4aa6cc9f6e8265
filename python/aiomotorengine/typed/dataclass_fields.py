"""What ``dataclasses`` and those who ask like it see of a typed document class."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from typing import Any

from aiomotorengine.documents.conversion import default_factory, dynamic_attributes
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.storage.loaded import is_loaded
from aiomotorengine.storage.values import value_of
from aiomotorengine.typed.names import annotations_in

__all__ = ["DataclassFields", "taken_over"]


class DataclassFields:
    """``__dataclass_fields__``: the id and the fields of a class, made when somebody asks for them.

    Fields that are to be left out of what a document becomes for others are not among them, so that
    ``asdict`` gives no password away. Nor is the id one that ``replace`` takes over, unless it is a
    field of the class: what ``replace`` makes is a new document.

    Asked of a document, it has what else ``replace`` takes over as well: pseudo-fields, which are
    none of ``dataclasses.fields``, for what is left out for others and for dynamic values.
    """

    def __get__(self, document: Any, owner: Any) -> dict[str, dataclasses.Field[Any]]:
        made: dict[str, dataclasses.Field[Any]] | None = vars(owner).get("_dataclass_fields")
        if made is None:
            made = dataclass_fields(owner)
            type.__setattr__(owner, "_dataclass_fields", made)
        if document is None:
            return made
        others = [
            *(name for name, field in owner._fields.items() if field._settings.exclude),
            *(name for name, _ in dynamic_attributes(document)),
        ]
        return {**made, **pseudo_fields(others)} if others else made


def pseudo_fields(names: list[str]) -> dict[str, dataclasses.Field[Any]]:
    """What ``replace`` takes over, and nothing else sees."""
    described = ("it", dataclasses.InitVar, dataclasses.field(default=None))
    made: Any = dataclasses.make_dataclass("Other", [described], init=False, kw_only=True)
    fields: dict[str, dataclasses.Field[Any]] = {}
    for name in names:
        field = fields[name] = copy.copy(made.__dataclass_fields__["it"])
        field.name = name  # which may be a keyword, that make_dataclass would refuse
    return fields


def taken_over(document: Any) -> dict[str, Any]:
    """The values that a new document has like another, by the names its class takes them by."""
    document_class = type(document)
    values = {
        # As it is kept: reading a reference asks for the document, which may not be loaded.
        name: value_of(document, name) if is_loaded(document, name) else getattr(document, name)
        for name in document_class._fields
    }
    key = declared_key(document_class)
    if key is not None:
        values[key.name] = getattr(document, key.name)
    return values | dict(dynamic_attributes(document))


def dataclass_fields(document_class: Any) -> dict[str, dataclasses.Field[Any]]:
    made: Any = dataclasses.make_dataclass(
        document_class.__name__,
        list(described_fields(document_class)),
        init=False,
        repr=False,
        eq=False,
        kw_only=True,
    )
    fields: dict[str, dataclasses.Field[Any]] = made.__dataclass_fields__
    return fields


def described_fields(document_class: Any) -> Iterator[tuple[str, Any, Any]]:
    """Name and type of each field, with what ``dataclasses`` is told of it."""
    types: dict[str, Any] = {}
    for base in reversed(document_class.__mro__):
        types.update(annotations_in(vars(base)))
    if declared_key(document_class) is None and not document_class._is_embedded:
        yield "id", Any, dataclasses.field(default=None, init=False)
    for field in (*document_class._declared_key, *document_class._fields.values()):
        if not field._settings.exclude:
            yield field.name, types.get(field.name, Any), described(field)


def described(field: BaseField[Any]) -> Any:
    factory = default_factory(field.default)
    metadata = field._settings.metadata
    if factory is not None:
        return dataclasses.field(default_factory=factory, metadata=metadata)
    if field.default is None and field._is_needed:
        return dataclasses.field(metadata=metadata)
    if getattr(field.default, "__hash__", None) is None:  # which are refused as defaults
        return dataclasses.field(default_factory=lambda: field.default, metadata=metadata)
    return dataclasses.field(default=field.default, metadata=metadata)

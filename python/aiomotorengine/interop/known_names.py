"""Names in ``include`` and ``exclude`` that documents can't have, at any depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.documents.computed import computed_fields
from aiomotorengine.errors import UNKNOWN_CLASS, UnknownFieldError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.dict_field import DictField
from aiomotorengine.fields.document_id import primary_key
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.interop.selection import Tree, names_items

__all__ = ["refuse_unknown"]


def refuse_unknown(document_class: Any, tree: Tree) -> None:
    """Refuse names that documents of a class can't have, nor those that are embedded in them.

    A name that is mistyped would leave in what was to be left out.

    Parameters:
        document_class: the class.
        tree: the names, with those below them.

    Raises:
        UnknownFieldError: there is one.
    """
    known = {primary_key(document_class).name, "id", "_id", *computed_fields(document_class)}
    if document_class._discriminator is not None:
        known.add(document_class._discriminator.key)
    for name, below in tree.items():
        field = document_class._fields.get(name)
        if field is not None:
            refuse_unknown_in(field, below or {})
        elif name not in known and not document_class.__dynamic__:
            raise UnknownFieldError.of(document_class, name)


def refuse_unknown_in(field: BaseField[Any], tree: Tree) -> None:
    """The same for names below that of a field."""
    inner = field._inner_fields
    if isinstance(field, EmbeddedDocumentField):
        refuse_unknown_in_embedded(field, tree)
    elif isinstance(field, DictField) or names_items(tree):
        for below in tree.values():
            refuse_unknown_in_any(inner, below or {})
    else:
        refuse_unknown_in_any(inner, tree)


def refuse_unknown_in_any(fields: tuple[BaseField[Any], ...], tree: Mapping[Any, Any]) -> None:
    """The same where a value is one of several fields: a name may be known by any of them."""
    for name, below in tree.items():
        refusals = []
        for field in fields:
            try:
                refuse_unknown_in(field, {name: below})
            except UnknownFieldError as error:
                refusals.append(error)
        if refusals and len(refusals) == len(fields):
            raise refusals[0]


def refuse_unknown_in_embedded(field: EmbeddedDocumentField[Any], tree: Tree) -> None:
    try:
        document_class = field.embedded_type
    except UNKNOWN_CLASS:
        return  # there is no value of it that could be shown
    if document_class._discriminator is None:  # else a document may be of a class with more fields
        refuse_unknown(document_class, tree)

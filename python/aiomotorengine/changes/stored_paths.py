"""What the keys of an update mean, as a server tells it: names of attributes, and fields."""

from __future__ import annotations

from itertools import chain
from typing import Any, NamedTuple

from aiomotorengine.documents.embedded import embedded_fields
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.storage.discriminators import family_of

__all__ = ["StoredPath", "stored_path"]


class StoredPath(NamedTuple):
    """What a key of MongoDB means.

    Attributes:
        name: the names of attributes, with dots and indexes; the key itself where no field
            declares it.
        field: the field that reads what is stored there; ``None`` where there is none.
        is_alias: whether the field reads it only where its own key is absent.
    """

    name: str
    field: Any  # a BaseField or None; the name of the type would make a descriptor of it
    is_alias: bool = False


def stored_path(document_class: Any, key: str) -> StoredPath:
    """What a key of MongoDB means for documents of a class.

    Parameters:
        document_class: the class. Of those that its documents may be of, the first one that has the
            field says what is meant.
        key: the key, with dots, and with indexes of lists.

    Example:
        >>> from aiomotorengine import Document, EmbeddedDocumentField, ListField, StringField
        >>> class Home(Document):
        ...     road = StringField(db_field="r")
        >>> class User(Document):
        ...     homes = ListField(EmbeddedDocumentField(Home), db_field="h")
        >>> stored_path(User, "h.2.r")
        StoredPath(name='homes.2.road', field=<StringField road>, is_alias=False)
        >>> stored_path(User, "h.2.town")
        StoredPath(name='h.2.town', field=None, is_alias=False)
    """
    names: list[str] = []
    classes = list(family_of(document_class))
    field: BaseField[Any] | None = None
    is_alias = False
    for part in key.split("."):
        inner = None if field is None else field._under_key(part)
        if inner is not None:
            field = inner
            names.append(part)
            continue
        if field is not None:
            embedded = (it.embedded_type for it in embedded_fields(field))
            classes = [kind for it in embedded for kind in family_of(it)]
        field = declared(classes, part)
        if field is None:
            return StoredPath(key, None)
        is_alias = is_alias or part != field.db_field
        names.append(field.name)
    return StoredPath(".".join(names), field, is_alias)


def declared(classes: list[Any], key: str) -> BaseField[Any] | None:
    """The field that the first of some classes has under a key, or under an alias."""
    found = ((it, it._reverse_db_field_map.get(key)) for it in classes)
    own = (it._fields[name] for it, name in found if name in it._fields)
    fields = (field for it in classes for field in it._fields.values())
    with_alias = (field for field in fields if key in field._settings.aliases)
    return next(chain(own, with_alias), None)

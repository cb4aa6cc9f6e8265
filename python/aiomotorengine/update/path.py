"""What the key of an update names: a field, a dynamic value, or a key of MongoDB."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiomotorengine.fields.base_field import BaseField

__all__ = ["UpdatePath", "path_of"]


class UpdatePath(NamedTuple):
    """What is changed.

    Attributes:
        db_name: the key in MongoDB, with dots.
        field: the field that converts the new value; ``None`` leaves it as it is.
    """

    db_name: str
    field: Any  # a BaseField or None; the name of the type would make a descriptor of it


def path_of(document_class: Any, key: Any) -> UpdatePath:
    """What a field object or a text means in an update.

    A text is an attribute's name. If it is none, dotted paths and the keys of fields are taken as
    MongoDB's; any other name is that of a dynamic value, which is stored as a save would store it.

    Parameters:
        document_class: the class whose documents are changed.
        key: the field or text.

    Raises:
        ValueError: the field belongs to another class.
        TypeError: it is neither field nor text.

    Example:
        >>> from aiomotorengine import Document, StringField
        >>> class User(Document):
        ...     name = StringField(db_field="n")
        >>> [path_of(User, key).db_name for key in ("name", "n", "home.road", "colour")]
        ['n', 'n', 'home.road', '_colour']
    """
    fields = document_class._fields
    if isinstance(key, BaseField):
        if fields.get(getattr(key, "name", None)) is not key:
            raise ValueError(f"{key!r} is no field of {document_class.__name__}.")
        return UpdatePath(key.db_field, key)
    if not isinstance(key, str):
        raise TypeError(f"An update names fields or texts, not {type(key).__name__}.")
    if key in fields:
        return UpdatePath(fields[key].db_field, fields[key])
    if "." in key or key in document_class._reverse_db_field_map:
        return UpdatePath(key, None)
    return UpdatePath("_" + key.removeprefix("_"), None)

"""What ``order_by`` sorts by: a field, its name or a path becomes a key of MongoDB."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, DESCENDING

from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.errors import UnknownFieldError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.query_builder.ownership import refuse_other_class
from aiomotorengine.storage.discriminators import declaring

__all__ = ["sort_key"]


def sort_key(document_class: Any, field: BaseField[Any] | str) -> tuple[str, int]:
    """The key in MongoDB, and the direction that a sign in front of a text asks for.

    Parameters:
        document_class: the class whose documents are sorted.
        field: a field, an attribute name, a dotted path, ``"id"`` or ``"_id"``.

    Raises:
        ValueError: there is no such field, it is a list field, or it is another class's.
        TypeError: it is neither field nor text.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class Player(Document):
        ...     score = IntField(db_field="s")
        >>> sort_key(Player, "-score"), sort_key(Player, Player.score), sort_key(Player, "id")
        (('s', -1), ('s', 1), ('_id', 1))
    """
    if isinstance(field, ListField):
        raise ValueError(
            "Can't order by a list field. Use an aggregation (Document.objects.aggregate), or "
            "keep the length of the list in an IntField of its own and order by that."
        )
    name = getattr(field, "name", None) if isinstance(field, BaseField) else field
    if not isinstance(name, str):
        raise TypeError(
            f"Order by a field of {document_class.__name__} or by its name, not by {field!r}."
        )
    sign = ASCENDING
    if name not in document_class._fields and name[:1] in ("-", "+"):
        sign, name = (DESCENDING if name[0] == "-" else ASCENDING), name[1:]
    if name in ("id", "_id") and name not in document_class._fields:
        return "_id", sign
    discriminator = document_class._discriminator
    if discriminator is not None and name == discriminator.key:
        return name, sign
    try:
        path = declaring(document_class, name.partition(".")[0]).get_fields(name)
    except ValueError:
        if not is_dynamic(document_class):
            raise UnknownFieldError.of(document_class, name) from None
        raise ValueError(
            f"Invalid order by field '{name}': Field not found in '{document_class.__name__}'."
        ) from None
    if isinstance(field, BaseField):
        refuse_other_class(document_class, field)
    return ".".join(part.db_field for part in path), sign

"""What ``order_by`` sorts by: fields, their names and paths become keys of MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymongo import ASCENDING, DESCENDING

from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.errors import UnknownFieldError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.families import declaring
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.query_builder.ownership import refuse_other_class
from aiomotorengine.storage.discriminators import family_of
from aiomotorengine.utils import sort_direction

__all__ = [
    "BY_SCORE",
    "SCORE",
    "Order",
    "ordered",
    "reversed_order",
    "score_key",
    "sort_key",
    "without_score",
]

Order = list[tuple[str, Any]]
"""Keys of MongoDB, and in which direction; that of how well a text fits is a mapping."""

SCORE = "$text_score"
BY_SCORE = {"$meta": "textScore"}
"""How well documents fit what is searched for, from the best on."""


def ordered(document_class: Any, order: Order, keys: Sequence[Any], direction: Any) -> Order:
    """An order with more keys; one that is there already keeps its place.

    Parameters:
        document_class: the class whose documents are sorted.
        order: the keys so far.
        keys: fields or names, each by itself or in a pair with its direction; or two things, a
            field or name and a number, as in 2017.
        direction: the direction of those that have none of their own.

    Raises:
        ValueError: there is no such field, it is a list field, or it is another class's; or a
            direction is none.
        TypeError: a key is nothing of the kind.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class Player(Document):
        ...     score = IntField(db_field="s")
        ...     level = IntField()
        >>> ordered(Player, [("s", 1)], ["-level", ("score", -1)], None)
        [('s', -1), ('level', -1)]
    """
    if len(keys) == 2 and isinstance(keys[1], int) and direction is None:
        keys, direction = keys[:1], keys[1]
    found = dict(order)
    for key in keys:
        is_pair = isinstance(key, tuple) and len(key) == 2
        name, its_direction = key if is_pair else (key, direction)
        wanted = ASCENDING if its_direction is None else sort_direction(its_direction)
        if isinstance(name, str) and name.lstrip("+-") == SCORE:
            if name.startswith("-") or wanted != ASCENDING:
                raise ValueError("'$text_score' sorts from the best on, and in no other direction.")
            found[score_key(document_class)] = BY_SCORE
            continue
        db_name, sign = sort_key(document_class, name)
        found[db_name] = wanted * sign
    return list(found.items())


def without_score(order: Order) -> Order:
    """An order that needs no text search."""
    return [(key, direction) for key, direction in order if direction != BY_SCORE]


def score_key(document_class: Any) -> str:
    """The key that an order by how well a text fits has: MongoDB needs one, and any will do that
    is no field's.

    Example:
        >>> from aiomotorengine import Document, IntField, StringField
        >>> class Article(Document):
        ...     title = StringField()
        >>> class Player(Document):
        ...     score = IntField()
        >>> score_key(Article), score_key(Player)
        ('score', 'text_score')
    """
    fields = (field for it in family_of(document_class) for field in it._fields.values())
    stored = {key for field in fields for key in (field.db_field, *field._settings.aliases)}
    key = "score"
    while key in stored:
        key = f"text_{key}"
    return key


def reversed_order(order: Order) -> Order:
    """The order in which the last comes first. Without one it is by the id, from the last on.

    Raises:
        ValueError: it is by how well a text fits.
    """
    if any(not isinstance(direction, int) for _, direction in order):
        raise ValueError("An order by '$text_score' has no reverse.")
    return [(key, -direction) for key, direction in order] or [("_id", DESCENDING)]


def sort_key(document_class: Any, field: BaseField[Any] | str) -> tuple[str, int]:
    """The key in MongoDB, and the direction that a sign in front of a text asks for.

    Parameters:
        document_class: the class whose documents are sorted.
        field: a field, an attribute name, a path with dots or with two underscores, ``"id"`` or
            ``"_id"``.

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
    for path in dict.fromkeys((name, name.replace("__", "."))):
        first = path.partition(".")[0]
        holder = declaring(document_class, first, f"order by field '{name}'", is_converted=False)
        try:
            fields = holder.get_fields(path)
        except ValueError:
            continue
        if isinstance(field, BaseField):
            refuse_other_class(document_class, field)
        return ".".join(part.db_field for part in fields), sign
    if not is_dynamic(document_class):
        raise UnknownFieldError.of(document_class, name)
    raise ValueError(
        f"Invalid order by field '{name}': Field not found in '{document_class.__name__}'."
    )

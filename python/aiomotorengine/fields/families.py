"""What a name means where documents may be of several classes.

A class that others derive from, which share its collection, may be asked for what only these
declare; so may a union of classes. Two of them may have a field of one name, and mean something
else by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from aiomotorengine.errors import UNKNOWN_CLASS
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.map_field import MapField
from aiomotorengine.storage.discriminators import family_of

__all__ = ["convert_alike", "declaring", "refuse_different"]

DOCUMENT_CLASSES = ("embedded_type", "reference_type")


def declaring(document_class: Any, name: str, call: str, *, is_converted: bool = True) -> Any:
    """The class that declares a field: a class itself, or one that derives from it and whose
    documents are found with its own.

    Parameters:
        document_class: the class.
        name: the name of the field.
        call: what errors say is invalid, as ``"filter 'size'"``.
        is_converted: whether the field is to convert a value.

    Returns:
        The class itself where none declares it.

    Raises:
        ValueError: several of those below declare it, and not alike.
    """
    if name in document_class._fields:
        return document_class
    below = [it for it in family_of(document_class) if name in it._fields]
    declared = [(it, it._fields[name]) for it in below]
    refuse_different(declared, call, below=document_class, is_converted=is_converted)
    return below[0] if below else document_class


def refuse_different(
    declared: Sequence[tuple[Any, BaseField[Any]]],
    call: str,
    *,
    below: Any = None,
    is_converted: bool = True,
) -> None:
    """Raise ``ValueError`` for fields of one name that are no one field.

    Parameters:
        declared: classes, each with its field.
        call: what errors say is invalid.
        below: the class that they derive from, if they are found by it.
        is_converted: whether a value is to be converted.
    """
    keys = sorted({field.db_field for _, field in declared})
    if len(keys) > 1:
        names = ", ".join(it.__name__ for it, _ in declared)
        who = names if below is None else f"classes below {below.__name__}"
        raise ValueError(f"Invalid {call}: {who} store it under different keys: {', '.join(keys)}.")
    if not is_converted:
        return
    for other, field in declared[1:]:
        first, known = declared[0]
        if not convert_alike(known, field):
            raise ValueError(
                f"Invalid {call}: it is another field in {other.__name__} than in "
                f"{first.__name__}; ask for documents of one of them, or write it as MongoDB's own."
            )


def convert_alike(one: BaseField[Any], other: BaseField[Any]) -> bool:
    """Whether two fields store a value in the same form."""
    if one is other:
        return True
    if type(one) is not type(other) or forms_of(one) != forms_of(other):
        return False
    if any(class_in(one, name) is not class_in(other, name) for name in DOCUMENT_CLASSES):
        return False
    inner, others = inside_of(one), inside_of(other)
    return len(inner) == len(others) and all(map(convert_alike, inner, others))


def forms_of(field: BaseField[Any]) -> list[tuple[Any, str]]:
    """What a field's class says of the form in which it stores. As texts, too: 0.0 is no other
    number than 0.00, and another precision.
    """
    given = [attrgetter(name)(field) for name in field._stored_by]
    return [(it, str(it)) for it in given]


def class_in(field: BaseField[Any], name: str) -> Any:
    """The document class that a field holds or refers to."""
    try:
        return getattr(field, name, None)
    except UNKNOWN_CLASS:  # which the field raises again as soon as it has a value
        return None


def inside_of(field: BaseField[Any]) -> tuple[BaseField[Any], ...]:
    """The fields of what a value consists of; those of the keys of mappings, too."""
    keys = (field._keys,) if isinstance(field, MapField) and field._keys is not None else ()
    return (*keys, *field._inner_fields)

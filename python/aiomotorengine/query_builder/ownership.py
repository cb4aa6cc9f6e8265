"""Whose field it is that a query names."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.base_field import BaseField, document_classes

__all__ = ["are_related", "refuse_other_class"]


def refuse_other_class(document_class: Any, field: BaseField[Any]) -> None:
    """Refuse a field that no document of a class can have.

    It may be the class's own, or that of a class above or below it: both may have documents in one
    collection. A field that was made for no class is let through.

    Parameters:
        document_class: the class whose documents are queried.
        field: the field.

    Raises:
        ValueError: it is a field of other classes only.

    Example:
        >>> from aiomotorengine import Document, StringField
        >>> class User(Document):
        ...     name = StringField()
        >>> class Team(Document):
        ...     title = StringField()
        >>> refuse_other_class(User, Team.title)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        ValueError: <StringField title> is no field of User, but of Team. Name ...
    """
    owners = list(document_classes.get(field, ()))
    if owners and not any(are_related(document_class, owner) for owner in owners):
        names = ", ".join(sorted(owner.__name__ for owner in owners))
        raise ValueError(
            f"{field!r} is no field of {document_class.__name__}, but of {names}. Name what is "
            "inside of embedded documents by its path, as in 'home.road'."
        )


def are_related(one: type[Any], other: type[Any]) -> bool:
    return issubclass(one, other) or issubclass(other, one)

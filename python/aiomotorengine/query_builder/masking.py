"""Queries as they may be shown: without what passwords are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.fields.embedded_document_field import has_secrets
from aiomotorengine.fields.stored_key import field_of
from aiomotorengine.utils import is_operator

__all__ = ["masked", "shortened"]

MASK = "***"
LONGEST_REPR = 500
PROGRAMS = frozenset({"$where", "$function", "$accumulator"})
"""The operators that run JavaScript."""
SOURCES = frozenset({"body", "init", "accumulate", "merge", "finalize"})
"""Where ``$function`` and ``$accumulator`` have the texts of their functions."""


def masked(document_class: Any, query: Any) -> Any:
    """A query, or the stages of a pipeline, in which the values of passwords are ``'***'``.

    So is JavaScript, where documents of the class have passwords, since it can hold their values
    anywhere.

    Parameters:
        document_class: the class whose keys they are.
        query: what is to be shown. It is not changed.

    Example:
        >>> from aiomotorengine import Document, PasswordField, StringField
        >>> class User(Document):
        ...     name = StringField()
        ...     password = PasswordField(db_field="pw")
        >>> masked(User, {"name": "Ada", "$or": [{"pw": {"$in": ["secret"]}}, {"pw": None}]})
        {'name': 'Ada', '$or': [{'pw': {'$in': ['***']}}, {'pw': None}]}
    """
    return masked_under(document_class, query, document_class)


def masked_under(document_class: Any, query: Any, root: Any) -> Any:
    """The same for a part of a query.

    Parameters:
        document_class: the class whose keys are in this part.
        query: the part.
        root: the class of the documents that are queried, in which all paths begin.
    """
    if isinstance(query, list | tuple):
        # In an expression, values stand beside the paths that they are compared with.
        is_secret = any(names_secret(root, item) for item in query)
        return [
            mask(item)
            if is_secret and not is_expression(item)
            else masked_under(document_class, item, root)
            for item in query
        ]
    if not isinstance(query, Mapping):
        return query
    shown = {}
    for key, value in query.items():
        field = None if is_operator(key) else field_of(document_class, str(key))
        embedded = getattr(field, "embedded_type", None)
        if field is not None and embedded is None and field._is_secret(value):
            shown[key] = mask(value)
        elif key in PROGRAMS and has_secrets(root, set()):
            shown[key] = without_sources(document_class, value, root)
        else:
            # Under a key that is no field's, in a $facet for instance, the keys are the same.
            shown[key] = masked_under(embedded or document_class, value, root)
    return shown


def without_sources(document_class: Any, program: Any, root: Any) -> Any:
    """What is shown of an operator that runs JavaScript: only what it is called with."""
    if not isinstance(program, Mapping):
        return MASK
    return {
        key: MASK if key in SOURCES else masked_under(document_class, value, root)
        for key, value in program.items()
    }


def is_expression(item: Any) -> bool:
    """Whether an item of an expression is a path or another expression, and no value."""
    if isinstance(item, Mapping):
        return any(map(is_operator, item)) and "$literal" not in item
    return is_operator(item)


def names_secret(document_class: Any, item: Any) -> bool:
    """Whether an item of an expression is the path of a password, or may be: a variable, as that
    of a ``$filter``, stands for values of anywhere.
    """
    if not isinstance(item, str) or not is_operator(item):
        return False
    if item.startswith("$$") and item[2:3].islower():  # MongoDB's own begin with capitals
        return has_secrets(document_class, set())
    path = item.removeprefix("$$ROOT.").removeprefix("$$CURRENT.").lstrip("$")
    field = field_of(document_class, path)
    return field is not None and field._is_secret(None)


def mask(value: Any) -> Any:
    """What is shown for a password, or for what a password is compared with."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        return [mask(item) for item in value]
    if isinstance(value, Mapping) and all(map(is_operator, value)):
        return {operator: mask(operand) for operator, operand in value.items()}
    return MASK


def shortened(text: str) -> str:
    """A text for ``repr``, cut where it would fill the screen."""
    return text if len(text) <= LONGEST_REPR else text[: LONGEST_REPR - 1] + "…"

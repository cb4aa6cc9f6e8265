"""What classes with an ``__init__`` or ``__new__`` of their own can be called with."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import Any

__all__ = ["keywords_needed"]


def keywords_needed(document_class: Any) -> frozenset[str] | None:
    """The keywords without which a class can't be called.

    Returns:
        Names of fields, and ``_id``; or ``None`` if the class can't be called with what is stored
        at all, since its ``__init__`` has other parameters than the id and the fields, or lacks
        some. Such a class is filled without being called.
    """
    values = dict.fromkeys(("_id", *document_class._fields))
    needed: set[str] = set()
    for constructor in (document_class.__new__, document_class.__init__):
        try:
            taken = signature(constructor)
        except (TypeError, ValueError):
            continue  # written in C, which tells nothing of its parameters
        try:
            taken.bind(None, **values)
        except TypeError:
            return None
        if any(map(takes_no_keyword, list(taken.parameters.values())[1:])):
            return None  # Python 3.13.0 binds a keyword of that name to ``**values`` and goes on
        needed.update(
            name
            for name, parameter in taken.parameters.items()
            if name in values and parameter.default is Parameter.empty
        )
    return frozenset(needed)


def takes_no_keyword(parameter: Parameter) -> bool:
    """Whether a parameter must be given by its place."""
    return parameter.kind is Parameter.POSITIONAL_ONLY and parameter.default is Parameter.empty

"""``to_dict`` and ``to_json``."""

from __future__ import annotations

import json
from typing import Any

from aiomotorengine.interop.extended_json import extended, is_extended
from aiomotorengine.interop.forms import Forms
from aiomotorengine.interop.known_names import refuse_unknown
from aiomotorengine.interop.selection import Names, Selection, tree_of

__all__ = ["to_dict", "to_json"]

ENCODER = json.JSONEncoder(check_circular=False)
"""As ``json.dumps``, for what holds itself nowhere."""


def to_dict(
    document: Any,
    *,
    mode: str = "python",
    include: Names = None,
    exclude: Names = None,
    by_alias: bool = False,
    exclude_none: bool = False,
) -> dict[str, Any]:
    """A document as a dict.

    Raises:
        UnknownFieldError: ``include`` or ``exclude`` has a name that the document can't have.
        ValueError: there is no such mode.
        TypeError: JSON has no form for a value.
    """
    if mode not in ("python", "json"):
        raise ValueError(f"mode must be 'python' or 'json', not {mode!r}.")
    selection = selection_of(type(document), include, exclude)
    forms = Forms(
        is_json=mode == "json", selection=selection, by_alias=by_alias, exclude_none=exclude_none
    )
    return forms.document(document)


def to_json(
    document: Any,
    *,
    mode: str = "plain",
    indent: int | str | None = None,
    include: Names = None,
    exclude: Names = None,
    by_alias: bool = False,
    exclude_none: bool = False,
    **options: Any,
) -> str:
    """A document as a text of JSON; in the other modes, what is stored, as Extended JSON.

    Raises:
        As above.
    """
    if is_extended(mode):
        selection = selection_of(type(document), include, exclude)
        return extended(document, mode, selection, exclude_none, indent=indent, **options)
    form = to_dict(
        document,
        mode="json",
        include=include,
        exclude=exclude,
        by_alias=by_alias,
        exclude_none=exclude_none,
    )
    if indent is None and not options:
        return ENCODER.encode(form)
    return json.dumps(form, indent=indent, **options)


def selection_of(document_class: Any, include: Names, exclude: Names) -> Selection | None:
    """What is shown of a document of a class.

    Raises:
        UnknownFieldError: a name is none of a class's, whose documents have no others.
    """
    if include is None and exclude is None:
        return None
    for names in (include, exclude):
        if names is not None:
            refuse_unknown(document_class, tree_of(names))
    return Selection.of(include, exclude)

"""``to_dict`` and ``to_json``."""

from __future__ import annotations

import json
from typing import Any

from aiomotorengine.documents.computed import computed_fields
from aiomotorengine.errors import UnknownFieldError
from aiomotorengine.fields.document_id import primary_key
from aiomotorengine.interop.extended_json import extended, is_extended
from aiomotorengine.interop.forms import Forms
from aiomotorengine.interop.selection import Names, Selection, names_in

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
        UnknownFieldError: a name is none of the class's, whose documents have no others.
    """
    if include is None and exclude is None:
        return None
    if not document_class.__dynamic__:
        known = {primary_key(document_class).name, "id", "_id", *document_class._fields}
        known |= computed_fields(document_class).keys()
        for name in (*names_in(include), *names_in(exclude)):
            if name not in known:
                raise UnknownFieldError.of(document_class, name)
    return Selection.of(include, exclude)

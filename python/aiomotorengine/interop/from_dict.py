"""``from_dict`` and ``from_json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.errors import FieldError, InvalidDocumentError
from aiomotorengine.interop.extended_json import is_extended, loaded, read_extended
from aiomotorengine.interop.reading import read
from aiomotorengine.locations import copy_location

__all__ = ["from_dict", "from_json", "refuse_all"]


def from_dict(document_class: Any, mapping: Mapping[str, Any], *, validate: bool = True) -> Any:
    """A new document of what ``to_dict`` has given, in either mode, by attribute or by key.

    Raises:
        InvalidDocumentError: it is not valid; ``errors`` has all that is wrong.
        TypeError: it is no mapping.
    """
    if not isinstance(mapping, Mapping):
        name = document_class.__name__
        raise TypeError(f"A {name} is made of a mapping, not of {type(mapping).__name__}.")
    document, refusals = read(document_class, mapping, validate=validate)
    refuse_all(refusals)
    return document


def from_json(
    document_class: Any,
    text: str | bytes | bytearray,
    *,
    mode: str = "plain",
    validate: bool = True,
) -> Any:
    """The same of a text of JSON; in the other modes, of MongoDB's Extended JSON.

    Raises:
        InvalidDocumentError: it is not valid; or no JSON object, or nested too deeply.
        ValueError: it is no JSON, or there is no such mode.
    """
    if is_extended(mode):
        document, refusals = read_extended(document_class, text, validate=validate)
        refuse_all(refusals)
        return document
    return from_dict(document_class, loaded(document_class, text), validate=validate)


def refuse_all(refusals: list[Exception]) -> None:
    """Raise the first of several refusals, which has all of them in its ``errors``.

    What a method of the program's raises that is no ``ValueError`` is none, and goes out as it is.
    """
    for refusal in refusals:
        if not isinstance(refusal, ValueError):
            raise refusal
    if not refusals:
        return
    first = refusals[0]
    if not isinstance(first, InvalidDocumentError):
        error = InvalidDocumentError(str(first))
        copy_location(first, error)
        error.__cause__ = first
        first = error
    first.errors = tuple(map(FieldError.of, refusals))
    raise first

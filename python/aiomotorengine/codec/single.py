"""One document through a codec, which converts many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from aiomotorengine.codec.contract import Codec, DocumentError

__all__ = ["by_itself", "encoded", "is_valid"]

P = ParamSpec("P")
T = TypeVar("T")


def by_itself(convert: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """What a codec makes of a single document.

    Raises:
        Exception: what the document's own method raises, as if it alone had been called.
    """
    try:
        return convert(*arguments, **options)
    except DocumentError as error:
        refusal = cause_of(error)
    raise refusal  # out of the handler, so that the codec's error is not its context


def is_valid(codec: Codec, document: Any) -> bool:
    """Whether a document's ``validate`` is truthy.

    Raises:
        Exception: what it raises.
    """
    try:
        return codec.validate_many([document])
    except DocumentError as error:
        refusal = cause_of(error)
    raise refusal


def encoded(codec: Codec, document: Any, id: Any) -> bytes:
    """The BSON of a document.

    Raises:
        Exception: what its own method raises, or the encoder.
    """
    try:
        return codec.encode_many([document], [id])[0]
    except DocumentError as error:
        refusal = cause_of(error)
    raise refusal


def cause_of(error: DocumentError) -> BaseException:
    assert error.__cause__ is not None
    return error.__cause__

"""One document through a codec, which converts many."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from aiomotorengine.codec.contract import DocumentError

__all__ = ["by_itself"]

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
        refusal = error.__cause__
    # Out of the handler, so that the codec's error is not the context of this one.
    assert refusal is not None
    raise refusal

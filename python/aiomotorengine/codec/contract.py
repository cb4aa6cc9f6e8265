"""What both sides of the door promise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from bson.codec_options import CodecOptions

from aiomotorengine.codec.plan import DocumentPlan

__all__ = ["CONTRACT", "Codec", "DocumentError", "Implementation"]

CONTRACT = 1
"""Raised with every change of what is promised here; an extension of another number is refused."""


class DocumentError(Exception):
    """One document of many was refused; ``__cause__`` is what its own method raised.

    Attributes:
        index: which document, counted from 0 in the call.
    """

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


class Codec(Protocol):
    """A compiled plan: converts many documents of one class.

    Attributes:
        stepped_back: how many documents a native codec gave to the Python side because it would
            not go on with them.
    """

    stepped_back: int

    def validate_many(self, documents: Sequence[Any]) -> bool:
        """``True`` if every document's ``validate`` is truthy; stops at the first that is not.

        Raises:
            DocumentError: a document's ``validate`` raised.
        """

    def encode_many(self, documents: Sequence[Any], ids: Sequence[Any]) -> list[bytes]:
        """One BSON document for each, as ``bson.encode({"_id": id, **document.to_son()})``.

        Raises:
            DocumentError: a document cannot be converted or encoded.
        """

    def decode_many(self, batch: bytes) -> list[Any]:
        """A document for each of the BSON documents that ``batch`` holds end to end.

        Raises:
            bson.errors.InvalidBSON: the bytes are no BSON.
        """


class Implementation(Protocol):
    """One of the two sides: the module ``codec.pure``, or the extension."""

    CONTRACT: int
    IMPLEMENTATION: str

    def compile_plan(self, plan: DocumentPlan, codec_options: CodecOptions[Any]) -> Codec:
        """A codec for one document class; made once per class and codec options."""

"""The three laws, written out: what converting many documents means.

The native codec is held to these results byte for byte, object for object, error for error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bson
from bson.codec_options import CodecOptions

from aiomotorengine.codec.contract import CONTRACT, DocumentError
from aiomotorengine.codec.plan import DocumentPlan

__all__ = ["CONTRACT", "IMPLEMENTATION", "Codec", "compile_plan"]

IMPLEMENTATION = "python"


class Codec:
    """Converts by the documents' own methods and PyMongo's ``bson``."""

    def __init__(self, plan: DocumentPlan, codec_options: CodecOptions[Any]) -> None:
        self._document_class: Any = plan.document_class
        self._codec_options = codec_options
        self.stepped_back = 0

    def validate_many(self, documents: Sequence[Any]) -> bool:
        for index, document in enumerate(documents):
            try:
                if not document.validate():
                    return False
            except Exception as error:
                raise DocumentError(index) from error
        return True

    def encode_many(self, documents: Sequence[Any], ids: Sequence[Any]) -> list[bytes]:
        encoded: list[bytes] = []
        options = self._codec_options
        try:
            for document, id in zip(documents, ids, strict=True):
                encoded.append(bson.encode({"_id": id, **document.to_son()}, codec_options=options))
        except Exception as error:
            raise DocumentError(len(encoded)) from error
        return encoded

    def decode_many(self, batch: bytes) -> list[Any]:
        from_son = self._document_class.from_son
        return [from_son(mapping) for mapping in bson.decode_all(batch, self._codec_options)]


def compile_plan(plan: DocumentPlan, codec_options: CodecOptions[Any]) -> Codec:
    return Codec(plan, codec_options)

"""The native codec: the same promises as ``codec/pure.py``, kept by Rust."""

from collections.abc import MutableMapping, Sequence
from typing import Any

from bson.codec_options import CodecOptions
from bson.objectid import ObjectId

from aiomotorengine.codec.contract import Codec
from aiomotorengine.codec.plan import DocumentPlan

__all__ = [
    "CONTRACT",
    "IMPLEMENTATION",
    "compile_plan",
    "cut_reply",
    "new_object_ids",
    "wrap_many",
]

CONTRACT: int
IMPLEMENTATION: str

def compile_plan(plan: DocumentPlan, codec_options: CodecOptions[Any]) -> Codec: ...
def new_object_ids(count: int) -> list[ObjectId]: ...
def wrap_many(encoded: Sequence[bytes], ids: Sequence[Any]) -> list[MutableMapping[str, Any]]: ...
def cut_reply(raw: bytes) -> tuple[bytes, str, list[int]] | None: ...

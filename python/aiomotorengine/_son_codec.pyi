"""The native codec: the same promises as ``codec/pure.py``, kept by Rust."""

from typing import Any

from bson.codec_options import CodecOptions

from aiomotorengine.codec.contract import Codec
from aiomotorengine.codec.plan import DocumentPlan

__all__ = ["CONTRACT", "IMPLEMENTATION", "compile_plan"]

CONTRACT: int
IMPLEMENTATION: str

def compile_plan(plan: DocumentPlan, codec_options: CodecOptions[Any]) -> Codec: ...

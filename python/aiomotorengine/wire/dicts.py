"""Documents as dicts, whatever a program reads them as."""

from __future__ import annotations

from typing import Any

from bson.codec_options import CodecOptions

__all__ = ["as_dicts"]


def as_dicts(options: CodecOptions[Any]) -> CodecOptions[dict[str, Any]]:
    """The same options, by which documents are read as dicts."""
    changed: CodecOptions[dict[str, Any]] = options.with_options(document_class=dict)
    return changed

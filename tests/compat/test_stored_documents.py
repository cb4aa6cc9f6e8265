"""No stored byte differs for classes that ask for nothing that came after 2017."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pytest

from aiomotorengine.codec import codec_for
from tests.compat.stored_documents import FILE, OPTIONS, documents, stored_by

DOCUMENTS = list(documents())


def stored() -> Iterator[bytes]:
    """The documents of the file."""
    rest = FILE.read_bytes()
    while rest:
        (length,) = struct.unpack_from("<i", rest)
        yield rest[:length]
        rest = rest[length:]


EACH = pytest.mark.parametrize(
    ("document", "raw"), [*zip(DOCUMENTS, stored(), strict=True)], ids=range(len(DOCUMENTS))
)


@EACH
def test_documents_are_stored_as_ever(document: Any, raw: bytes, codec: str) -> None:
    assert stored_by(document) == raw
    side = codec_for(type(document), OPTIONS)
    assert side.encode_many([document], [document._id], validate=True) == [raw]


@EACH
def test_what_was_stored_is_read_and_stored_again(document: Any, raw: bytes, codec: str) -> None:
    side = codec_for(type(document), OPTIONS)
    (loaded,) = side.decode_many(raw)
    assert side.encode_many([loaded], [loaded._id], validate=True) == [raw]
    assert stored_by(loaded) == raw

"""A ``__del__`` is called once for each document, and for nothing that never was one."""

from __future__ import annotations

from typing import Any, NoReturn

import bson
import pytest
from bson import CodecOptions

from aiomotorengine import Document, EmbeddedDocumentField, IntField, StringField
from aiomotorengine.codec import codec_for

gone: list[tuple[Any, Any]] = []


class Counted(Document):
    name = StringField()
    size = IntField(default=5)

    def __del__(self) -> None:
        gone.append((self._id, self._is_persisted))


class Outer(Document):
    inner = EmbeddedDocumentField(Counted)
    name = StringField()


@pytest.fixture(autouse=True)
def nothing_is_gone() -> None:
    gone.clear()


@pytest.mark.parametrize(
    "values", [{"name": "a"}, {"name": "a", "extra": 3}, {"_id": 7, "size": 1}]
)
def test_a_document_that_is_made(values: dict[str, Any]) -> None:
    document = Counted(**values)
    assert gone == []
    del document
    assert gone == [(values.get("_id"), False)]


def test_a_document_whose_default_cannot_be_made() -> None:
    def refuse() -> NoReturn:
        raise RuntimeError("no default")

    class Refused(Counted):
        kind = StringField(default=refuse)

    with pytest.raises(RuntimeError, match="no default"):
        Refused(_id=7, name="a")
    assert gone == [(7, False)]


def test_a_document_whose_value_cannot_be_converted() -> None:
    class Refusing(StringField):
        def get_value(self, value: Any) -> Any:
            return value

        def _kept(self, value: Any) -> NoReturn:
            raise RuntimeError("not kept")

    class Refused(Counted):
        kind = Refusing()

    with pytest.raises(RuntimeError, match="not kept"):
        Refused(_id=7, kind="a")
    assert gone == [(7, False)]


# All but the first are begun by the native codec, and left to Python in the middle.
STORED: list[Any] = [
    {"_id": 1, "name": "a"},
    {"_id": 1, "name": "a", "$key": "as references of the old kind have"},
    {"_id": 1, "name": "a", "_size": 3},
    {"_id": 1, "name": "a", "size": "3"},
]


@pytest.mark.parametrize("stored", STORED, ids=str)
def test_documents_that_are_loaded(codec: str, stored: Any) -> None:
    side = codec_for(Counted, CodecOptions())
    documents = side.decode_many(bson.encode(stored) * 2)
    assert gone == []
    del documents
    assert gone == [(1, True)] * 2


def test_documents_in_documents_that_are_loaded(codec: str) -> None:
    side = codec_for(Outer, CodecOptions())
    documents = side.decode_many(bson.encode({"_id": 1, "inner": {"name": "b"}, "name": "a"}))
    assert gone == []
    del documents
    assert gone == [(None, True)]


def test_a_method_that_comes_later_counts(codec: str) -> None:
    class Later(Document):
        name = StringField()
        size = IntField()

    bytes_ = bson.encode({"_id": 1, "name": "a", "$key": 1})
    Later(name="a", extra=3)
    codec_for(Later, CodecOptions()).decode_many(bytes_)
    Later.__del__ = Counted.__del__  # type: ignore[attr-defined]
    document = Later(name="a", extra=3)
    documents = codec_for(Later, CodecOptions()).decode_many(bytes_)
    assert gone == []
    del document, documents
    assert gone == [(None, False), (1, True)]

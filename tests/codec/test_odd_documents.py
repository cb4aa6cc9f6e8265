"""Documents and classes that are not what the library makes of them: the laws hold all the same."""

from __future__ import annotations

import ctypes
import sys
from abc import ABCMeta, abstractmethod
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

import bson
import pytest
from bson.objectid import ObjectId

from aiomotorengine import (
    BaseField,
    BinaryField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    ReferenceField,
    StringField,
)
from aiomotorengine.codec import DocumentError, codec_for
from aiomotorengine.metaclasses import DocumentMetaClass
from tests.codec.laws import STANDARD, read, validate, write
from tests.zoo.compare import outcome

pytestmark = pytest.mark.usefixtures("codec")

IDS = [ObjectId("0123456789abcdef01234567")]


class Pair(Document):
    first = StringField()
    second = IntField()


class Bare(Document):
    pass


class Household(Document):
    pair = EmbeddedDocumentField(Pair)
    pairs = ListField(EmbeddedDocumentField(Pair))


def hold_to_laws(document: Any) -> Any:
    """Convert a document by the codec and by its own methods; what comes of writing it."""
    codec = codec_for(type(document), STANDARD)
    assert outcome(codec.validate_many, [document]) == outcome(validate, [document])
    written = outcome(codec.encode_many, [document], IDS)
    assert written == outcome(write, [document], IDS, STANDARD)
    return written


# -- what an instance lacks, or has besides -----------------------------------------------------


@pytest.mark.parametrize("lost", ["first", "second"])
def test_a_dynamic_value_is_written_where_a_field_was_deleted(lost: str) -> None:
    document: Any = Pair(first="a", second=1)
    delattr(document, lost)
    document.third = 3
    _, written = hold_to_laws(document)
    assert b"_third" in repr(written).encode()


@pytest.mark.parametrize("slot", ["_hidden", "_stored_keys"])
@pytest.mark.parametrize("model", [Pair, Bare])
def test_a_document_may_have_lost_a_slot(model: Any, slot: str) -> None:
    document = model()
    delattr(document, slot)
    hold_to_laws(document)


@pytest.mark.parametrize("model", [Pair, Bare])
def test_a_document_may_have_nothing_at_all(model: Any) -> None:
    hold_to_laws(model.__new__(model))


@pytest.mark.parametrize("method", ["to_son", "validate", "validate_fields"])
def test_a_method_of_the_instance_itself_is_called(method: str) -> None:
    document: Any = Pair(first="a")
    setattr(document, method, lambda: {})
    hold_to_laws(document)
    hold_to_laws(Household(pair=document, pairs=[document]))


# -- what fields were given ---------------------------------------------------------------------


ODD_FIELDS = {
    "required by a number": lambda: StringField(required=1),  # type: ignore[arg-type]
    "required by nothing": lambda: StringField(required=None),  # type: ignore[arg-type]
    "no length": lambda: StringField(max_length=-1),
    "length with a fraction": lambda: StringField(max_length=2.5),  # type: ignore[arg-type]
    "length beyond all": lambda: StringField(max_length=2**70),
    "length of a truth value": lambda: StringField(max_length=True),
    "bytes with a fraction": lambda: BinaryField(max_bytes=2.5),  # type: ignore[arg-type]
    "stamped by a number": lambda: DateTimeField(auto_now_on_insert=1),  # type: ignore[arg-type]
    "key of no UTF-8": lambda: StringField(db_field="\udc80"),
    "key of no text": lambda: StringField(db_field=5),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", ODD_FIELDS)
@pytest.mark.parametrize("value", ["", "a", "ab", "abc", b"ab", b"abc", datetime(2000, 1, 1)])
def test_arguments_of_fields_mean_what_python_makes_of_them(name: str, value: Any) -> None:
    model = DocumentMetaClass("Model", (Document,), {"value": ODD_FIELDS[name]()})
    hold_to_laws(model(value=value))


class Lost(Document):
    one: ReferenceField[Any] = ReferenceField("nowhere.to.be.Found")


class AllLost(Document):
    many: ListField[Any] = ListField(ReferenceField("nowhere.to.be.Found"))


@pytest.mark.parametrize(
    "document", [Lost(), Lost(one=IDS[0]), AllLost(), AllLost(many=[None]), AllLost(many=IDS)]
)
def test_a_referenced_class_that_is_nowhere_is_complained_of(document: Any) -> None:
    hold_to_laws(document)
    hold_to_laws(document)


# -- what classes do to their instances ---------------------------------------------------------


class KeptElsewhere(Document):
    text = StringField()

    @property
    def _id(self) -> Any:
        return self.__dict__.get("_key")

    @_id.setter
    def _id(self, value: Any) -> None:
        self.__dict__["_key"] = value


class OwnSlot(Document):
    __slots__ = ("_id",)

    text = StringField()


class Watched(Document):
    text = StringField()

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__.setdefault("_set", []).append(name)
        super().__setattr__(name, value)


class Frozen(Document):
    text = StringField()

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} cannot be set")


class AbstractType(DocumentMetaClass, ABCMeta):
    pass


class Unfinished(Document, metaclass=AbstractType):
    text = StringField()

    @abstractmethod
    def finish(self) -> None: ...


class Pointer(Document):
    collection = StringField()
    key = IntField()


class Pointing(Document):
    one = EmbeddedDocumentField(Pointer)
    many = ListField(EmbeddedDocumentField(Pointer))


@pytest.mark.parametrize(
    ("model", "stored"),
    [
        (KeptElsewhere, {"_id": 1, "text": "a"}),
        (OwnSlot, {"_id": 1, "text": "a"}),
        (Watched, {"_id": 1, "text": "a"}),
        (Frozen, {"_id": 1, "text": "a"}),
        (Unfinished, {"_id": 1, "text": "a"}),
        (Pointer, {"_id": 1, "$ref": "a", "$id": 1}),
        (Pointing, {"_id": 1, "one": {"$ref": "a", "$id": 1}}),
        (Pointing, {"_id": 1, "many": [{"$ref": "a", "$id": 1}]}),
    ],
)
def test_a_loaded_instance_is_what_from_son_makes(model: Any, stored: dict[str, Any]) -> None:
    def looked_at(load: Callable[..., Any], *arguments: Any) -> Any:
        return [(document._id, document.__dict__) for document in load(*arguments)]

    raw = bson.encode(stored)
    codec = codec_for(model, STANDARD)
    assert outcome(looked_at, codec.decode_many, raw) == outcome(
        looked_at, read, model, [raw], STANDARD
    )


class Posing(Document):
    text = StringField()

    def __getattribute__(self, name: str) -> Any:
        return (lambda: {"text": "posed"}) if name == "to_son" else super().__getattribute__(name)


def test_a_class_with_an_access_of_its_own_is_converted_by_its_own_methods() -> None:
    _, written = hold_to_laws(Posing(text="real"))
    assert "posed" in repr(written)


class Masked(Document):
    text = StringField()

    def __getattribute__(self, name: str) -> Any:
        return "***" if name == "text" else super().__getattribute__(name)


def test_what_a_class_shows_in_the_place_of_a_value_is_not_stored() -> None:
    document = Masked(text="real")
    assert document.text == "***"
    _, written = hold_to_laws(document)
    assert "real" in repr(written)
    assert "*" not in repr(written)


class Drained(BaseField[list[int]]):
    """Stores what is left in a queue, and empties it."""

    def to_son(self, value: Any) -> Any:
        taken, value[:] = list(value), []
        return taken


class Job(Document):
    queue = Drained()
    counts = BaseField()


class Color(StrEnum):
    RED = "red"


class Name(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "counts", [{Color.RED: 1}, {"a": {Name("b"): [1]}}, [{"a": 1, Color.RED: {Color.RED: 2}}]]
)
def test_a_method_is_called_once_whatever_the_keys_of_a_dict_are(counts: Any) -> None:
    job = Job(queue=[1, 2, 3], counts=counts)
    [encoded] = codec_for(Job, STANDARD).encode_many([job], IDS, validate=True)
    assert encoded == bson.encode({"_id": IDS[0], "queue": [1, 2, 3], "counts": counts})


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="there are no such strings any more")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("text", ["hello", "h\u00e9llo", "\u4e2d\u6587", "a\U0001f600"])
def test_a_string_that_an_old_extension_has_left_unfinished(text: str) -> None:
    def unfinished() -> str:
        made = make(None, len(text))
        ctypes.memmove(data(made), (ctypes.c_wchar * len(text))(*text), 4 * len(text))
        return made

    make: Any = ctypes.pythonapi.PyUnicode_FromUnicode
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_ssize_t]
    data: Any = ctypes.pythonapi.PyUnicode_AsUnicode
    data.restype, data.argtypes = ctypes.c_void_p, [ctypes.py_object]

    codec = codec_for(Short, STANDARD)
    page = Short()
    vars(page)["text"] = unfinished()
    [encoded] = codec.encode_many([page], IDS)
    assert bson.decode(encoded)["text"] == text
    page = Short()
    vars(page)["text"] = unfinished()
    with pytest.raises(DocumentError):
        codec.validate_many([page])


class Short(Document):
    text = StringField(max_length=1)

"""Which side converts whole documents, and why: by their class, and by the codec options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import GetSetDescriptorType
from typing import Any, NamedTuple

from bson.codec_options import CodecOptions, DatetimeConversion
from bson.tz_util import utc

from aiomotorengine.documents.naming import class_attribute
from aiomotorengine.documents.undeclared import set_declared
from aiomotorengine.fields.datetime_field import StampedAttribute
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.descriptors import (
    ConvertedAttribute,
    ReferenceAttribute,
    StoredAttribute,
    way_of_reading,
)

__all__ = [
    "NATIVE",
    "Route",
    "document_routes",
    "has_own",
    "options_obstacle",
    "overridden_method",
    "owner_of",
    "python",
]

# What these do to a whole document, a codec must leave to the class.
DOCUMENT_METHODS: Mapping[str, tuple[str, ...]] = {
    "validate": ("validate", "validate_fields", "get_field_value", "__getattribute__"),
    "to_son": ("to_son", "get_field_value", "__getattribute__"),
    "from_son": ("from_son", "get_field_by_db_name", "__setattr__"),
}

# Where the native codec reads and fills instances without asking anybody.
SLOTS = ("_id", "_is_persisted", "_stored_keys", "_hidden")

# The ways of reading a value that it knows: as it is kept, or by ``get_value``.
ATTRIBUTES = (StoredAttribute, ConvertedAttribute, ReferenceAttribute, StampedAttribute)

# What the library itself gives classes as ``__setattr__``: none of the values of fields goes by it.
OWN_SETTERS = (set_declared, object.__setattr__)

IS_ABSTRACT = 1 << 20
"""The flag of a class with abstract methods, as CPython's ``object.h`` has it."""


class Route(NamedTuple):
    """Which side runs a method.

    Attributes:
        native: whether the native codec may run it.
        reason: why not, in words.
    """

    native: bool
    reason: str = ""

    def __str__(self) -> str:
        return "native" if self.native else "python"


NATIVE = Route(native=True)


def python(reason: str) -> Route:
    """The route of a method that only Python can run."""
    return Route(native=False, reason=reason)


def document_routes(document_class: Any, stamped_override: str = "") -> dict[str, Route]:
    """Which side validates, writes and reads whole documents of a class.

    Parameters:
        document_class: the class.
        stamped_override: why dates that set themselves keep its documents in Python, if they do.
    """
    always = next(obstacles(document_class), "")
    writing = always or stamped_override
    reading = always or finalizer(document_class)
    return {
        method: route_of(
            overridden_method(document_class, names)
            or (reading if method == "from_son" else writing)
        )
        for method, names in DOCUMENT_METHODS.items()
    }


def has_own(document_class: type, conversion: str) -> bool:
    """Whether ``validate``, ``to_son`` or ``from_son`` of a class is not the library's own."""
    return bool(overridden_method(document_class, DOCUMENT_METHODS[conversion]))


def route_of(reason: str) -> Route:
    return python(reason) if reason else NATIVE


def overridden_method(document_class: type, names: tuple[str, ...]) -> str:
    """Which of the methods that decide a conversion the class has otherwise than Document."""
    mro = document_class.__mro__
    built_in = mro[mro.index(DocumentStorage) - 1]
    for name in names:
        found = class_attribute(document_class, name)
        if found is not class_attribute(built_in, name) and found not in OWN_SETTERS:
            return f"{name} overridden by {owner_of(document_class, name)}"
    return ""


def obstacles(document_class: Any) -> Iterator[str]:
    """Why documents of a class can neither be written nor made but by Python."""
    for name in SLOTS:
        if class_attribute(document_class, name) is not class_attribute(DocumentStorage, name):
            yield f"{name} replaced by {owner_of(document_class, name)}"
    if type(class_attribute(document_class, "__dict__")) is not GetSetDescriptorType:
        yield f"__dict__ replaced by {owner_of(document_class, '__dict__')}"
    if document_class.__flags__ & IS_ABSTRACT:
        yield f"{document_class.__name__} is abstract"
    for name, field in document_class._fields.items():
        kind = way_of_reading(type(class_attribute(document_class, name)))
        if kind not in ATTRIBUTES:
            yield f"{name} is read by {kind.__name__}"
        if not is_storable(field.db_field):
            yield f"{name} has a key that BSON cannot hold"


def is_storable(key: Any) -> bool:
    """Whether a key is a text that can be written in UTF-8, without the NUL that would end it."""
    try:
        return isinstance(key, str) and b"\0" not in key.encode()
    except UnicodeEncodeError:
        return False


def finalizer(document_class: type) -> str:
    """Whose ``__del__`` a class has. It is not to be called for what never became a document: what
    was begun of one that Python has to read after all.
    """
    if class_attribute(document_class, "__del__") is None:
        return ""
    return f"{owner_of(document_class, '__del__')} has a __del__"


def options_obstacle(options: CodecOptions[Any]) -> str:
    """Why a client's options leave all of its documents to Python; empty if they do not."""
    registry = options.type_registry
    if options.document_class is not dict:
        return f"documents are read as {options.document_class!r}"
    if registry.codecs or registry.fallback_encoder is not None:
        return "a type registry converts values"
    if options.unicode_decode_error_handler not in (None, "strict"):
        return "text that is no UTF-8 is not refused"
    if options.datetime_conversion != DatetimeConversion.DATETIME:
        return "dates are read as something else than datetime"
    if options.tzinfo is not None and options.tzinfo is not utc:
        return f"dates are read in the time zone {options.tzinfo}"
    return ""


def owner_of(cls: type, name: str) -> str:
    return next(base.__name__ for base in cls.__mro__ if name in vars(base))

"""The driver's collection of a document class, with what the class asks of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from aiomotorengine.connection import OpenClient
from aiomotorengine.errors import AbstractClassError
from aiomotorengine.storage.base import DocumentStorage

__all__ = ["collection_of", "is_settled"]

SETTINGS = (
    "__collection__",
    "__codec_options__",
    "__read_preference__",
    "__write_concern__",
    "__read_concern__",
)
"""What a class says of its collection."""

KEPT_AS = "_aiomotorengine_with_options"
"""The attribute of a collection under which those with other options are kept."""


def collection_of(opened: OpenClient, document_class: Any) -> Any:
    """The driver's collection.

    Parameters:
        opened: the client.
        document_class: the class.

    Raises:
        AbstractClassError: the class has no collection.
    """
    name = document_class.__collection__
    if name is None:
        raise AbstractClassError.of(document_class)
    collection = opened.collection(name)
    codec_options = document_class.__codec_options__
    read_preference = document_class.__read_preference__
    write_concern = document_class.__write_concern__
    read_concern = document_class.__read_concern__
    if codec_options is read_preference is write_concern is read_concern is None:
        return collection
    given = (codec_options, read_preference, write_concern, read_concern)
    kept: dict[tuple[int, ...], Any] = vars(collection).setdefault(KEPT_AS, {})
    # Not all of them have a hash. What is kept holds them, so that their numbers stay theirs.
    key = tuple(map(id, given))
    if key not in kept:
        kept[key] = given, with_options(collection, *given)
    return kept[key][1]


def is_settled(document_class: Any, settings: Iterable[str] = SETTINGS) -> bool:
    """Whether the collection of a class stays the same until a document class is told otherwise.

    It may be another one each time where a setting is a property of the class's, and where it is a
    mixin's, which may change without notice.

    Parameters:
        document_class: the class.
        settings: the names of those that matter.
    """
    holders = document_class.__mro__
    for name in settings:
        holder = next(it for it in holders if name in vars(it))
        is_computed = hasattr(type(vars(holder)[name]), "__get__")
        if is_computed or not issubclass(holder, DocumentStorage):
            return False
    return True


def with_options(
    collection: Any,
    codec_options: CodecOptions[Any] | None,
    read_preference: Any,
    write_concern: Any,
    read_concern: Any,
) -> Any:
    """The same collection with these options, and with its own where they are ``None``."""
    if (
        codec_options is not None
        and codec_options.uuid_representation == UuidRepresentation.UNSPECIFIED
    ):
        representation = collection.codec_options.uuid_representation
        codec_options = codec_options.with_options(uuid_representation=representation)
    return collection.with_options(codec_options, read_preference, write_concern, read_concern)

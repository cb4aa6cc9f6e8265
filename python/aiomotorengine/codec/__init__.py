"""The interface between what documents mean and how they become bytes.

``AIOMOTORENGINE_CODEC`` chooses the side: ``auto`` (the extension if it can be had), ``native``
(an ``ImportError`` that says why, if it cannot) or ``python`` (the extension is never touched).

Attributes:
    implementation: ``"native"`` or ``"python"``, the side in use.
    reason: why, in a sentence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, cast

from bson.codec_options import CodecOptions
from bson.objectid import ObjectId

from aiomotorengine import extension, on_demand
from aiomotorengine.codec import pure
from aiomotorengine.codec.contract import (
    CONTRACT,
    Codec,
    DocumentError,
    Implementation,
    RowCodec,
)
from aiomotorengine.codec.elements import DifferingValue
from aiomotorengine.codec.plan import DocumentPlan, plan_of
from aiomotorengine.codec.routes import options_obstacle
from aiomotorengine.codec.shape import Shape
from aiomotorengine.fields.field_methods import generation
from aiomotorengine.storage.loaded_part import LoadedPart

__all__ = [
    "CONTRACT",
    "Codec",
    "DocumentError",
    "RowCodec",
    "available",
    "codec_for",
    "cut_found",
    "cut_reply",
    "decoder_of",
    "differing_values",
    "implementation",
    "kept_plan",
    "new_object_ids",
    "raw_values",
    "reason",
    "use",
    "wrap_many",
]

VARIABLE = "AIOMOTORENGINE_CODEC"
EXTENSION = extension.NAME

__getattr__ = on_demand.attributes(__name__)  # explain.py, for whoever asks

SHAPED = "shaped"
"""Where a class keeps the codecs of its shapes, apart from that of its whole documents."""

MOST_SHAPES = 64
"""How many of these it keeps."""

LAST = "last"
"""Where it keeps the codec of whole documents that was asked for last, and what it was made for."""

NONE_YET = None, None, None, None

PLAN = "plan"
"""Where it keeps its plan."""

lock = Lock()
"""Several threads may read documents of one class."""

implementation: str
reason: str
_side: Implementation


def load_native() -> Implementation:
    """The extension.

    Raises:
        ImportError: it is not there, was built for another version of the library, or Python runs
            without the lock that it counts on.
    """
    return cast(Implementation, extension.load())


def choose(setting: str) -> tuple[Implementation, str]:
    """The side that a setting asks for, and why it is that one.

    Raises:
        ImportError: ``native`` is asked for and cannot be had.
        ValueError: the setting is none of the three.
    """
    if setting == "python":
        return cast(Implementation, pure), f"{VARIABLE}=python asks for it"
    if setting == "native":
        return load_native(), f"{VARIABLE}=native asks for it"
    if setting != "auto":
        raise ValueError(f"{VARIABLE} must be auto, native or python, not {setting!r}.")
    try:
        return load_native(), "the extension is there"
    except ImportError as error:
        return cast(Implementation, pure), str(error)


def select(setting: str) -> None:
    """Make a codec the one that is used."""
    global _side, implementation, reason
    _side, reason = choose(setting)
    implementation = _side.IMPLEMENTATION


@contextmanager
def use(setting: str) -> Iterator[None]:
    """Use another codec for a while; for tests and benches."""
    global _side, implementation, reason
    before = _side, implementation, reason
    select(setting)
    try:
        yield
    finally:
        _side, implementation, reason = before


def available() -> list[str]:
    """The sides that can be had here."""
    try:
        load_native()
    except ImportError:
        return ["python"]
    return ["python", "native"]


def codec_for(
    document_class: Any, codec_options: CodecOptions[Any], shape: Shape | None = None
) -> Codec:
    """The codec of a document class, compiled once for each side, class, codec options and shape.

    Of a class's shapes those are kept that were asked for last.
    """
    codecs: dict[Any, Any] = document_class._codecs
    codec: Codec | None
    if shape is None:
        # A program mostly has one client, and asks for one codec of a class again and again.
        last: Codec
        side, options_then, generation_then, last = codecs.get(LAST, NONE_YET)
        if options_then is codec_options and side is _side and generation_then == generation.number:
            return last
    # A type registry has no hash, so options that differ only there take turns in one place.
    key: Any = _side.IMPLEMENTATION, codec_options.tz_aware, codec_options.uuid_representation
    if shape is not None:
        codecs = codecs.setdefault(SHAPED, {})
        key = *key, shape_key(shape)
    generation_then, options_then, codec = codecs.get(key, (None, None, None))
    is_same = options_then is codec_options or options_then == codec_options
    if codec is None or generation_then != generation.number or not is_same:
        side = cast(Implementation, pure) if options_obstacle(codec_options) else _side
        plan = plan_of(document_class) if shape is None else kept_plan(document_class)
        codec = side.compile_plan(plan, codec_options, shape)
        codecs[key] = generation.number, codec_options, codec
    if shape is None:
        codecs[LAST] = _side, codec_options, generation.number, codec
    else:
        put_last(codecs, key)
    return codec


def kept_plan(document_class: Any) -> DocumentPlan:
    """The plan of a class, kept until something changes that it says, for whoever asks again and
    again: the codecs of shapes, and each call that is given rows. To make it takes longer than what
    they do with it.
    """
    codecs: dict[Any, Any] = document_class._codecs
    generation_now = generation.number
    plan: DocumentPlan | None
    generation_then, plan = codecs.get(PLAN, (None, None))
    if plan is None or generation_then != generation_now:
        plan = plan_of(document_class)
        codecs[PLAN] = generation_now, plan
    return plan


def shape_key(shape: Shape) -> Any:
    """What two shapes have in common that are the same; mappings have no hash."""
    part = None if shape.part is None else part_key(shape.part)
    return shape._replace(part=part)


def part_key(part: LoadedPart) -> Any:
    inside = frozenset((name, part_key(inner)) for name, inner in part.inside.items())
    return part.names, part.leaves_out, inside, part.lists, part.in_part


def put_last(codecs: dict[Any, Any], key: Any) -> None:
    """Put a codec behind all others of a class, and let go of the first if they are too many."""
    with lock:
        entry = codecs.pop(key, None)
        if entry is not None:
            codecs[key] = entry
        while len(codecs) > MOST_SHAPES:
            del codecs[next(iter(codecs))]


def decoder_of(codec_options: CodecOptions[Any]) -> Callable[[bytes], dict[str, Any]]:
    """What decodes a document as ``bson.decode`` does, by the side that is in use now.

    Example:
        >>> import bson
        >>> from bson.codec_options import CodecOptions
        >>> from aiomotorengine.codec import decoder_of
        >>> decoder_of(CodecOptions(tz_aware=True))(bson.encode({"ok": 1.0}))
        {'ok': 1.0}
    """
    # What is done about text that is no UTF-8 makes no difference to any other.
    obstacle = options_obstacle(codec_options.with_options(unicode_decode_error_handler="strict"))
    side = cast(Implementation, pure) if obstacle else _side
    return side.compile_decoder(codec_options)


def new_object_ids(count: int) -> list[ObjectId]:
    """So many new ids, unique across processes and forks.

    Example:
        >>> from aiomotorengine.codec import new_object_ids
        >>> len(set(new_object_ids(1000)))
        1000
    """
    return _side.new_object_ids(count)


def wrap_many(encoded: Sequence[bytes]) -> list[MutableMapping[str, Any]]:
    """Encoded documents as the driver takes them: mappings that are copied from their bytes."""
    return _side.wrap_many(encoded)


def cut_reply(raw: bytes) -> tuple[bytes, str, list[int]] | None:
    """A reply without its batch, the batch's key, and where each of its documents begins."""
    return _side.cut_reply(raw)


def cut_found(raw: bytes) -> tuple[bytes, int] | None:
    """A reply without the document that was found, and where that begins."""
    return _side.cut_found(raw)


def raw_values(raw: bytes) -> dict[str, bytes]:
    """The values of a document by their keys, each as bytes with its type in front.

    Example:
        >>> import bson
        >>> from aiomotorengine.codec import raw_values
        >>> raw_values(bson.encode({"age": 36, "name": None}))
        {'age': b'\\x10$\\x00\\x00\\x00', 'name': b'\\n'}
    """
    return _side.raw_values(raw)


def differing_values(stored: bytes, before: bytes, now: bytes) -> list[DifferingValue]:
    """The values that differ between what is stored, what a document wrote before, and now.

    Example:
        >>> import bson
        >>> from aiomotorengine.codec import differing_values
        >>> differing_values(*map(bson.encode, ({"old": True}, {"old": True}, {"old": None})))
        [('old', b'\\x08\\x01', b'\\x08\\x01', b'\\n')]
    """
    return _side.differing_values(stored, before, now)


select(os.environ.get(VARIABLE, "auto"))

"""The native codec: the same promises as ``codec/pure.py``, kept by Rust."""

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

from bson.codec_options import CodecOptions
from bson.objectid import ObjectId
from typing_extensions import disjoint_base

from aiomotorengine.codec.contract import Codec
from aiomotorengine.codec.elements import DifferingValue
from aiomotorengine.codec.plan import DocumentPlan
from aiomotorengine.codec.shape import Shape
from aiomotorengine.storage.base import PythonDescriptor, PythonStorage

__all__ = [
    "CONTRACT",
    "IMPLEMENTATION",
    "FieldDescriptor",
    "Storage",
    "StorageMeta",
    "classes_of",
    "compile_decoder",
    "compile_plan",
    "cut_found",
    "cut_reply",
    "differing_values",
    "forget_constructions",
    "initializer",
    "new_instance",
    "new_object_ids",
    "origins_of",
    "others",
    "raw_values",
    "set_construction",
    "set_lasting",
    "set_layout",
    "set_origins",
    "setter_changed",
    "take_values",
    "value",
    "values_of",
    "watch_new_attributes",
    "wrap_many",
]

CONTRACT: int
IMPLEMENTATION: str

def compile_plan(
    plan: DocumentPlan, codec_options: CodecOptions[Any], shape: Shape | None = None
) -> Codec: ...
def compile_decoder(codec_options: CodecOptions[Any]) -> Callable[[bytes], dict[str, Any]]: ...
def new_object_ids(count: int) -> list[ObjectId]: ...
def wrap_many(encoded: Sequence[bytes]) -> list[MutableMapping[str, Any]]: ...
def cut_reply(raw: bytes) -> tuple[bytes, str, list[int]] | None: ...
def cut_found(raw: bytes) -> tuple[bytes, int] | None: ...
def raw_values(raw: bytes) -> dict[str, bytes]: ...
def differing_values(stored: bytes, before: bytes, now: bytes) -> list[DifferingValue]: ...

# -- storage: the twins are in storage/base.py ----------------------------------------------------

@disjoint_base
class Storage(PythonStorage): ...

@disjoint_base
class FieldDescriptor(PythonDescriptor): ...

@disjoint_base
class StorageMeta(type): ...

def set_layout(cls: type, names: tuple[str, ...]) -> None: ...
def setter_changed(cls: type) -> None: ...
def watch_new_attributes(class_: type, function: Callable[[Any, str], None] | None) -> None: ...
def forget_constructions() -> None: ...
def initializer(cls: type) -> Any: ...
def new_instance(cls: type[Any], /, *_arguments: Any, **_named: Any) -> Any: ...
def set_lasting(cls: type, lasts: bool) -> None: ...
def set_construction(
    cls: type,
    has_own_constructor: bool,
    defaults: dict[str, Any],
    converters: list[tuple[str, Callable[[Any], Any]]],
    factories: list[tuple[str, Callable[[], Any]]],
) -> None: ...
def classes_of(documents: Sequence[Any], /) -> set[type[Any]]: ...
def origins_of(documents: Sequence[Any], /) -> tuple[list[Any], list[Any]]: ...
def set_origins(documents: Sequence[Any], ids: Sequence[Any], is_persisted: Any, /) -> None: ...
def others(document: Any, /) -> dict[str, Any] | None: ...
def take_values(document: Any, values: dict[str, Any], /) -> bool: ...
def value(document: Any, name: str, default: Any = None, /) -> Any: ...
def values_of(document: Any, /) -> dict[str, Any]: ...

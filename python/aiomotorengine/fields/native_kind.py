"""The mark "Rust knows this kind": which class it stands on, and what that class looked like."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, TypeVar

__all__ = ["NativeKind", "native_kind"]

F = TypeVar("F", bound=type)


class NativeKind:
    """What a built-in field class was when it was marked.

    Attributes:
        name: the name of the kind, the stem of its file in ``rust/son_codec/src/kinds``.
        marked: the class that carries the mark.
        attributes: every function and value that an instance of the class found by name.
            A subclass in which one of them is another object no longer is that kind in full.
        constants: what the native codec needs besides the arguments of a field.
    """

    def __init__(self, name: str, marked: type, constants: dict[str, Any]) -> None:
        self.name = name
        self.marked = marked
        self.constants = MappingProxyType(constants)
        found: dict[str, Any] = {}
        for base in reversed(marked.__mro__[:-1]):
            found.update(vars(base))
        self.attributes = MappingProxyType(found)

    def __repr__(self) -> str:
        return f"<kind {self.name}>"


def native_kind(name: str, **constants: Any) -> Callable[[F], F]:
    """Mark a field class as one whose meaning the native codec knows under ``name``.

    Parameters:
        name: the name of the kind.
        constants: what the native codec needs besides the arguments of a field, such as a class of
            which it makes instances.
    """

    def mark(field_class: F) -> F:
        field_class.__native_kind__ = NativeKind(name, field_class, constants)  # type: ignore[attr-defined]
        return field_class

    return mark

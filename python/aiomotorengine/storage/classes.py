"""What the storage is told of a class: which values its instances have, and how they are made."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiomotorengine.storage.base import DocumentStorage, Storage
from aiomotorengine.storage.choice import native
from aiomotorengine.storage.descriptors import ShadowedAttribute

__all__ = [
    "construct_directly",
    "fill_directly",
    "forget_constructions",
    "lay_out",
    "own_dict",
    "setter_changed",
    "shadowed",
    "watch_new_attributes",
]


def own_dict(bases: Iterable[type]) -> dict[str, Any]:
    """What has to stand in the body of a class for ``__dict__`` to be the storage's, also where a
    mixin comes first: that one's would show nothing that lies in the instance, or something else.

    Parameters:
        bases: what the class is to derive from.
    """
    own = vars(Storage)["__dict__"]
    kinds = {kind for base in bases for kind in base.__mro__}
    has_another = any(vars(kind).get("__dict__", own) is not own for kind in kinds)
    return {"__dict__": own} if has_another else {}


def lay_out(document_class: Any, names: Iterable[str]) -> None:
    """Say which values the instances of a class will have."""
    if native is None:
        return
    native.set_layout(document_class, tuple(names))
    makers = [vars(base)["__new__"] for base in document_class.__mro__ if "__new__" in vars(base)]
    if makers[0] is native.new_instance and makers[1] is not object.__new__:
        # That of a mixin behind the library's classes, which has none with Python's storage.
        type.__setattr__(document_class, "__new__", makers[1])


def setter_changed(document_class: Any) -> None:
    """Say that a class, and all that derive from it, have another ``__setattr__`` than before."""
    if native is not None:
        native.setter_changed(document_class)
        for derived in type.__subclasses__(document_class):
            setter_changed(derived)


def watch_new_attributes(
    document_class: Any,
    refuse: Callable[[Any, str], None] | None,
    setter: Callable[[Any, str, Any], None],
) -> None:
    """Say what is asked before an instance gets an attribute that its class does not know.

    A class with a ``__setattr__`` of the program's decides for itself.

    Parameters:
        document_class: the class.
        refuse: called with the instance and the name; ``None`` where nothing is asked.
        setter: the ``__setattr__`` that does so, where Python keeps the values.
    """
    if native is not None:
        native.watch_new_attributes(document_class, refuse)
        return
    found = document_class.__setattr__
    if refuse is not None and found is object.__setattr__:
        type.__setattr__(document_class, "__setattr__", setter)
    elif refuse is None and found is setter:
        type.__setattr__(document_class, "__setattr__", object.__setattr__)


def construct_directly(
    document_class: Any,
    defaults: dict[str, Any],
    converters: Mapping[str, Callable[[Any], Any]],
    factories: Mapping[str, Callable[[], Any]],
    *,
    has_own_constructor: bool,
    makes_keys: bool,
) -> None:
    """Say how the instances of a class are made and filled, until hooks change.

    Parameters:
        document_class: the class.
        defaults: the values of all fields that are not given.
        converters: what turns given values into those that are kept.
        factories: what makes values that are not given.
        has_own_constructor: whether it has an ``__init__`` or ``__new__`` of its own.
        makes_keys: whether an instance may be given an ``_id``, which only Python does.
    """
    if native is None or not is_stored_plainly(document_class):
        return
    native.set_lasting(document_class, lasts(document_class))
    if not makes_keys:
        named = list(converters.items()), list(factories.items())
        native.set_construction(document_class, has_own_constructor, defaults, *named)


def fill_directly(document_class: Any) -> None:
    """Have the ``__init__`` of the base of all documents called at less cost, where it can be."""
    if native is not None:
        document_class.__init__ = native.initializer(document_class)


def forget_constructions() -> None:
    """Say that classes may make their instances otherwise from now on."""
    if native is not None:
        native.forget_constructions()


def lasts(document_class: type) -> bool:
    """Whether a class is found under its name, and so is there as long as its module.

    Native instances of others are known to the collector from the beginning: a class that nobody
    else holds goes with its last instance, even if that is its own attribute.
    """
    found: Any = sys.modules.get(document_class.__module__)
    for name in document_class.__qualname__.split("."):
        found = getattr(found, "__dict__", {}).get(name)
    return found is document_class


def is_stored_plainly(document_class: type) -> bool:
    """Whether a class has nothing of its own where the storage keeps what is no value."""
    kept = ("__dict__", "_hidden", "_id", "_is_persisted", "_stored_keys")
    return all(
        inspect.getattr_static(document_class, name)
        is inspect.getattr_static(DocumentStorage, name)
        for name in kept
    )


def shadowed(document_class: Any, name: str, value: Any) -> Any:
    """What to put into a class, where instances have values of that name, for a value.

    Parameters:
        document_class: the class.
        name: the attribute's name.
        value: what the program wants there; ``ABSENT`` for nothing.

    Returns:
        The value itself where instances look for it first, as for a property, or have no values.
    """
    if native is None or hasattr(type(value), "__set__") or hasattr(type(value), "__delete__"):
        return value
    return ShadowedAttribute(value, name) if has_values(document_class, name) else value


def has_values(document_class: Any, name: str) -> bool:
    """Whether there is a field of that name, in the class or in one derived from it."""
    if name in getattr(document_class, "_fields", ()):
        return True
    return any(has_values(derived, name) for derived in type.__subclasses__(document_class))

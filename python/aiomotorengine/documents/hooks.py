"""Hooks: the methods of a class that are called when its documents are saved or deleted.

A mark (``marks.py``) names the event at which a method is called. Hooks are inherited, those of the
bases first, each class's in the order in which they are written. What overrides a method stands in
its place, also where it has no mark of its own; what can't be called (``None``, say) takes it away.

They are found by name when a class is compiled, so a method that is patched later is called like
one that was written in the class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, update_wrapper
from inspect import isasyncgenfunction, isgeneratorfunction, signature
from types import FunctionType
from typing import Any, NamedTuple, TypeVar, cast

from aiomotorengine.documents.embedded import embedded_fields
from aiomotorengine.documents.naming import class_attribute
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.utils import is_async

__all__ = [
    "EVENTS",
    "INSERTING",
    "SAVING",
    "Hook",
    "SavingHooks",
    "check_hooks",
    "compiled_hooks",
    "has_hook",
    "mark",
    "marked_in",
    "saving_hooks",
]

Hook = Callable[[Any], Any]

M = TypeVar("M")

SAVING = (
    "before_save",
    "before_insert",
    "before_update",
    "before_validate",
    "after_insert",
    "after_update",
    "after_save",
)
"""What happens to a document that is saved, in this order."""

INSERTING = tuple(event for event in SAVING if "update" not in event)
"""What happens to one that is inserted."""

EVENTS = (*SAVING, "before_delete", "after_delete")

NOT_AWAITED = "before_validate"
"""The event whose hooks are called where nothing can be awaited."""

MARK = "__events__"
"""The attribute of a function that has its events."""

NOT_OF_A_DOCUMENT = (staticmethod, classmethod, property, cached_property)
"""What is called with something else than the document, or not at all."""


def mark(event: str, method: M) -> M:
    """A method like this one that is called at an event, beside those that it has already.

    The one that was given stays as it is: a function may be a hook of several classes, at other
    events in each.

    Raises:
        TypeError: it is no method that takes the document alone.
    """
    refused = f"{event} marks a method that takes the document alone, not {type(method).__name__}."
    if not callable(method) or isinstance(method, NOT_OF_A_DOCUMENT):
        raise TypeError(refused)
    try:
        marked = copied(method)
        setattr(marked, MARK, (*events_of(method), event))
    except AttributeError:
        raise TypeError(refused) from None
    return marked


def copied(method: M) -> M:
    """Another function that does the same; what is no function of Python's is the very same."""
    if not isinstance(method, FunctionType):
        return method
    code, names, closure = method.__code__, method.__globals__, method.__closure__
    copy = FunctionType(code, names, method.__name__, method.__defaults__, closure)
    copy.__kwdefaults__ = method.__kwdefaults__
    update_wrapper(copy, method)
    del copy.__dict__["__wrapped__"]  # it wraps nothing
    return cast(M, copy)


def events_of(value: Any) -> tuple[str, ...]:
    """The events that a class attribute, or the function in it, is marked with."""
    if isinstance(value, property):
        value = value.fget
    elif isinstance(value, staticmethod | classmethod):
        value = value.__func__
    elif isinstance(value, cached_property):
        value = value.func
    events: tuple[str, ...] = getattr(value, "__dict__", {}).get(MARK, ())
    return events


def marked_in(namespace: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The names in a class body that are marked, with their events."""
    found = ((name, events_of(value)) for name, value in namespace.items())
    return {name: events for name, events in found if events}


def names_of(document_class: type[Any]) -> dict[str, tuple[str, ...]]:
    """Name of each hook of a class -> its events, in the order in which they are called."""
    found: dict[str, tuple[str, ...]] = {}
    for base in reversed(document_class.__mro__):
        found.update(own_names_of(base))
    return found


def own_names_of(cls: type[Any]) -> Mapping[str, tuple[str, ...]]:
    """The same of the class itself, which may be no document class, and so know nothing of it."""
    own = vars(cls)
    marked: Mapping[str, tuple[str, ...]] | None = own.get("__hooks__")
    if marked is not None or cls is object:
        return marked or {}
    return marked_in(own)


def has_hook(document_class: type[Any], name: str) -> bool:
    """Whether a name of a class is that of a hook."""
    return any(
        name in vars(base).get("__hooks__", ()) or events_of(vars(base).get(name))
        for base in document_class.__mro__
    )


# -- what can be a hook --------------------------------------------------------------------------


def check_hooks(document_class: type[Any]) -> None:
    """Refuse what can't be called at its event.

    Raises:
        TypeError: it is no method of a document, takes more than the document, or is async where
            nothing is awaited.
    """
    for name, events in names_of(document_class).items():
        for event in events:
            if reason := obstacle(document_class, name, event):
                raise TypeError(
                    f"{document_class.__name__}.{name} can't be a {event} hook: {reason}"
                )


def obstacle(document_class: type[Any], name: str, event: str) -> str:
    """Why what a class has under a name can't be a hook; empty if it can."""
    value = class_attribute(document_class, name)
    if isinstance(value, NOT_OF_A_DOCUMENT):
        return f"it is a {type(value).__name__}, and no method that takes the document."
    function = getattr(document_class, name)
    if not callable(function) or isinstance(function, BaseField):
        return ""  # it took the hook away
    return obstacle_of(function, event)


def obstacle_of(function: Callable[..., Any], event: str) -> str:
    """Why a function can't be called with a document at an event; empty if it can."""
    if isgeneratorfunction(function) or isasyncgenfunction(function):
        return "it has a yield, so that calling it does nothing."
    if event == NOT_AWAITED and is_async(function):
        return "it must not be async, since it is only called."
    try:
        signature(function).bind(None)
    except TypeError:
        return "it must take the document alone."
    except ValueError:  # of one that is not written in Python, and does not say
        return ""
    return ""


# -- what a class compiles -----------------------------------------------------------------------


def compiled_hooks(document_class: type[Any]) -> dict[str, tuple[Hook, ...]]:
    """The functions that are called with a document of a class, by event."""
    found: dict[str, list[Hook]] = {}
    for name, events in names_of(document_class).items():
        function = getattr(document_class, name, None)
        if callable(function) and not isinstance(function, BaseField):
            for event in events:
                found.setdefault(event, []).append(function)
    return {event: tuple(found[event]) for event in EVENTS if event in found}


class SavingHooks(NamedTuple):
    """What a save calls with a document and with those embedded in it.

    Attributes:
        before_insert: what is called before an insert, ``before_save`` first.
        before_update: what is called before what is stored is changed, ``before_save`` first.
        before_validate: what is called next.
        after_insert: what is called after an insert, ``after_save`` last.
        after_update: what is called after a change, ``after_save`` last.
        embedded: the fields that may hold documents with ``before_validate`` hooks of their own.
    """

    before_insert: tuple[Hook, ...]
    before_update: tuple[Hook, ...]
    before_validate: tuple[Hook, ...]
    after_insert: tuple[Hook, ...]
    after_update: tuple[Hook, ...]
    embedded: tuple[str, ...]

    @property
    def set_values(self) -> bool:
        """Whether anything is called that may set values before an insert."""
        return bool(self.before_insert or self.before_validate or self.embedded)


def saving_hooks(
    document_class: type[Any], hooks: Mapping[str, tuple[Hook, ...]]
) -> SavingHooks | None:
    """What a save calls; ``None`` if that is nothing.

    Parameters:
        document_class: the class of the document.
        hooks: the hooks of the class.
    """
    embedded = tuple(fields_with_hooks(document_class))
    if not embedded and not any(event in hooks for event in SAVING):
        return None

    def of(*events: str) -> tuple[Hook, ...]:
        return tuple(function for event in events for function in hooks.get(event, ()))

    return SavingHooks(
        of("before_save", "before_insert"),
        of("before_save", "before_update"),
        of("before_validate"),
        of("after_insert", "after_save"),
        of("after_update", "after_save"),
        embedded,
    )


def fields_with_hooks(document_class: Any) -> Iterator[str]:
    """The fields whose documents may have hooks that are called before they are validated."""
    for name, field in document_class._fields.items():
        if any(validates_with_hooks(it.embedded_type, set()) for it in embedded_fields(field)):
            yield name


def validates_with_hooks(document_class: Any, seen: set[Any]) -> bool:
    """Whether a document of a class, or of one derived from it, or one embedded in it has any."""
    if document_class in seen:
        return False
    seen.add(document_class)
    if "before_validate" in compiled_hooks(document_class):
        return True
    fields = document_class._fields.values()
    classes: Iterable[Any] = (
        *(inner.embedded_type for field in fields for inner in embedded_fields(field)),
        *document_class.__subclasses__(),
    )
    return any(validates_with_hooks(it, seen) for it in classes)

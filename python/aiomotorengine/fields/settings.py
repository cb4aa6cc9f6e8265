"""What a field is asked for besides the arguments of 2017: its options."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import Enum
from types import MappingProxyType
from typing import Any, Protocol, TypedDict

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.choices import Choices
from aiomotorengine.utils import is_async, several

__all__ = [
    "ChoicesLike",
    "FieldOptions",
    "FieldSettings",
    "OptionsWithoutDefault",
    "PasswordHasher",
    "pattern_of",
    "settings_of",
    "whole_number",
]

ChoicesLike = Iterable[Any] | type[Enum] | Callable[[], Iterable[Any]]
"""What ``choices=`` takes: values, pairs of a value and its label, an enum, or what gives them."""


class PasswordHasher(Protocol):
    """What ``PasswordField(hasher=…)`` takes; ``argon2.PasswordHasher`` is one."""

    def hash(self, text: str, /) -> str:
        """The text that is stored for a password."""

    def verify(self, stored: Any, text: Any, /) -> bool:
        """Whether a password is the one of a stored text; it may also raise if it is not."""

    def check_needs_rehash(self, stored: Any, /) -> bool:
        """Whether the password should be hashed again, by what is thought safe today."""


class OptionsWithoutDefault(TypedDict, total=False):
    """The arguments that every field takes after its own, but for the default."""

    db_field: str | None
    required: bool
    on_save: Callable[[Any, bool], Any] | None
    unique: bool | None
    choices: ChoicesLike | None
    validators: Iterable[Callable[[Any], Any]]
    strict: bool | None
    allow_empty: bool
    omit_none: bool | None
    immutable: bool
    aliases: Sequence[str]
    primary_key: bool
    exclude: bool
    index: bool | int | str
    sparse: bool
    unique_with: str | Sequence[str]
    expires: float | timedelta | None
    title: str | None
    description: str | None
    examples: Sequence[Any]
    deprecated: bool
    metadata: Mapping[str, Any] | None


class FieldOptions(OptionsWithoutDefault, total=False):
    """The arguments that every field takes after its own."""

    default: Any


class FieldSettings:
    """The options of a field, which it keeps as ``_settings``.

    They are no attributes of the field itself, since field classes of 2017 have some of the same
    names, ``choices`` or ``pattern``, that mean something else.

    Attributes:
        choices: the only valid values.
        validators: functions that refuse values.
        strict: whether values are taken without conversion only; ``None`` leaves it to the class.
        allow_empty: whether ``required`` takes what is empty and not ``None``.
        omit_none: whether ``None`` is not stored at all; ``None`` leaves it to the class.
        immutable: whether the value stays once the document is stored.
        aliases: keys in MongoDB that are read where ``db_field`` is absent.
        primary_key: whether the value is the document's ``_id``.
        exclude: whether it is left out of what a document becomes for others.
        index: the kind of index; ``False`` for none.
        sparse: whether the index leaves out documents without a value.
        unique_with: the names of the attributes that are unique together with this one.
        expires: how long after the date that it holds a document is deleted.
        title, description, examples, deprecated, metadata: what is said of it in JSON schemas.
        min_length, max_length: of text, how many characters; of a list, how many items.
        pattern: what a text must match somewhere.
        strip_whitespace: whether a text loses what is blank at its ends.
        to_lower, to_upper: whether its letters are made small, or capital.
        unique_items: whether no two items of a list may be equal.
        bits: how many bits a whole number has: 32, or 64 if it is always stored in as many.
        null: whether an unset truth is stored as null.
        tz: the time zone of a date.
        min_value, max_value: the earliest and latest valid date.
        hasher: what hashes a password.
        takes_none: whether ``None`` may be among the items of which this is the field.
    """

    choices: Choices | None = None
    validators: tuple[Callable[[Any], Any], ...] = ()
    strict: bool | None = None
    allow_empty: bool = False
    omit_none: bool | None = None
    immutable: bool = False
    aliases: tuple[str, ...] = ()
    primary_key: bool = False
    exclude: bool = False
    index: bool | int | str = False
    sparse: bool = False
    unique_with: tuple[str, ...] = ()
    expires: timedelta | None = None
    title: str | None = None
    description: str | None = None
    examples: tuple[Any, ...] = ()
    deprecated: bool = False
    metadata: Mapping[str, Any] = MappingProxyType({})

    # Those of some fields.
    min_length: int | None = None
    max_length: int | None = None
    pattern: re.Pattern[str] | None = None
    strip_whitespace: bool = False
    to_lower: bool = False
    to_upper: bool = False
    unique_items: bool = False
    bits: int | None = None
    null: bool = False
    tz: tzinfo | None = None
    min_value: datetime | None = None
    max_value: datetime | None = None
    hasher: PasswordHasher | None = None
    takes_none: bool = True

    def __init__(self, **options: Any) -> None:
        others = {it: value for it, value in options.items() if value != getattr(type(self), it)}
        vars(self).update(others)  # what is not said is found in the class

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"Fields may share their options, so '{name}' stays what it is.")

    def but(self, **options: Any) -> FieldSettings:
        """The same, but for what is given."""
        return FieldSettings(**{**vars(self), **options})


NO_SETTINGS = FieldSettings()


def settings_of(**options: Any) -> FieldSettings:
    """The settings that a field's options say, each checked.

    Raises:
        TypeError: a validator is async, or an option has a value of a wrong kind.
        InvalidDocumentError: a choice is not hashable.
    """
    options["choices"] = None if options["choices"] is None else Choices(options["choices"])
    options["validators"] = functions(options["validators"])
    options["aliases"] = texts("aliases", options["aliases"])
    unique_with = options["unique_with"]
    options["unique_with"] = texts(
        "unique_with", (unique_with,) if isinstance(unique_with, str) else unique_with
    )
    if options["expires"] is not None and not isinstance(options["expires"], timedelta):
        options["expires"] = timedelta(seconds=options["expires"])
    options["examples"] = several("examples", options["examples"], "a list of values")
    options["metadata"] = dict(options["metadata"] or {})
    settings = FieldSettings(**options)
    return settings if vars(settings) else NO_SETTINGS


def functions(validators: Iterable[Any]) -> tuple[Callable[[Any], Any], ...]:
    found = several("validators", validators, "a list of functions")
    for validator in found:
        if is_async(validator):
            # What it returns would count as "yes", and nobody would await it.
            raise TypeError(f"validators must not be async: {validator!r}.")
        if not callable(validator):
            raise TypeError(f"validators must be functions, not {validator!r}.")
    return found


def texts(option: str, names: Any) -> tuple[str, ...]:
    found = several(option, names, "a list of names")
    if not all(isinstance(name, str) for name in found):
        raise TypeError(f"{option} must be a list of names, not {names!r}.")
    return found


def pattern_of(given: str | re.Pattern[str] | None) -> re.Pattern[str] | None:
    """A pattern for texts, compiled.

    Raises:
        InvalidDocumentError: it is none.
    """
    try:
        pattern = None if given is None else re.compile(given)
        if pattern is not None and not isinstance(pattern.pattern, str):
            raise TypeError("it is for bytes")
    except (re.error, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise InvalidDocumentError(f"{given!r} is no pattern for texts: {error}.") from error
    return pattern


def whole_number(option: str, given: int | None) -> int | None:
    """How many there must or may be, if that is said.

    Raises:
        ValueError: it is no whole number, or negative.
    """
    if given is not None and (not isinstance(given, int) or given < 0):
        raise ValueError(f"{option} must be a whole number, 0 or more, not {given!r}.")
    return given

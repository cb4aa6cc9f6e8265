"""Small things that several packages need: classes by dotted name, JSON text, kinds of values."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from inspect import iscoroutinefunction
from itertools import chain
from types import NoneType
from typing import Any

from bson import json_util
from bson.binary import UuidRepresentation
from bson.dbref import DBRef
from bson.errors import BSONError
from bson.objectid import ObjectId
from bson.regex import Regex
from pymongo import ASCENDING, DESCENDING

__all__ = [
    "ONE_VALUE",
    "USUAL_COLLECTIONS",
    "deserialize",
    "escaped",
    "get_class",
    "has_operators",
    "is_async",
    "is_collection",
    "is_condition",
    "is_operator",
    "is_unicode",
    "is_unicode_throughout",
    "running_loop",
    "serialize",
    "several",
    "sort_direction",
    "stages_given",
    "without_underscores",
]

PATTERNS = (re.Pattern, Regex)

NUMBERS = frozenset({int, float, bool, NoneType})
"""The types of values that have no text, and that most are of."""

# Old rows are found by comparing their text, so the text must never depend on versions.
WRITING = json_util.JSONOptions(json_mode=json_util.JSONMode.LEGACY)
READING = json_util.JSONOptions(
    json_mode=json_util.JSONMode.LEGACY,
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
)


def is_async(function: Any) -> bool:
    """Whether what a function or another callable returns has to be awaited."""
    return iscoroutinefunction(function) or (
        callable(function) and iscoroutinefunction(type(function).__call__)
    )


def serialize(value: Any) -> str:
    """Write a value as JSON text, in the one format that JSON fields store.

    It is the standard library's layout, with MongoDB's legacy extended JSON for what plain JSON
    lacks: dates, UUIDs, ObjectIds, bytes. A mapping of the program's own that reads like extended
    JSON, such as ``{"$date": 0}``, is written with its dollars doubled, and so comes back.

    Parameters:
        value: anything that JSON can hold, in that sense.

    Raises:
        TypeError: it holds something that JSON cannot.
        ValueError: it contains itself.

    Example:
        >>> from aiomotorengine.utils import serialize
        >>> serialize({"n": 10, "è": [True, None]})
        '{"n": 10, "\\\\u00e8": [true, null]}'
    """
    text = json.dumps(value, default=_extended)
    if '"$' not in text:
        return text
    return json.dumps(_with_doubled_dollars(value), default=_extended)


def deserialize(text: str) -> Any:
    """Read what ``serialize`` wrote, and the newer forms of extended JSON as well.

    Dates come back aware, in UTC.

    Raises:
        ValueError: the text is no JSON.

    Example:
        >>> from aiomotorengine.utils import deserialize
        >>> deserialize('{"at": {"$date": 1000}}')["at"].isoformat()
        '1970-01-01T00:00:01+00:00'
    """
    return json.loads(text, object_hook=_plain)


def _extended(value: Any) -> Any:
    if isinstance(value, DBRef):  # which may hold mappings of the program's own
        return {key: _with_doubled_dollars(item) for key, item in value.as_doc().items()}
    return json_util.default(value, WRITING)


def _plain(value: dict[str, Any]) -> Any:
    if not has_operators(value):
        return value
    if any(map(_is_doubled, value)):
        return {key[1:] if is_operator(key) else key: item for key, item in value.items()}
    try:
        read = json_util.object_hook(dict(value), READING)
    except (ArithmeticError, AttributeError, BSONError, LookupError, TypeError, ValueError):
        return value  # somebody's own key that only looks like extended JSON
    return value if isinstance(read, dict) else read


def _with_doubled_dollars(value: Any) -> Any:
    """A value in which those mappings have ``$$`` for ``$`` that reading would take for another."""
    if isinstance(value, dict):
        doubles = any(map(is_operator, value)) and _plain(value) is not value
        return {
            f"${key}" if doubles and is_operator(key) else key: _with_doubled_dollars(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_with_doubled_dollars(item) for item in value]
    return value


def _is_doubled(key: Any) -> bool:
    return isinstance(key, str) and key.startswith("$$")


def get_class(path: str, name: str | None = None) -> Any:
    """Import a class by its dotted path.

    Parameters:
        path: ``"package.module.Class"``; or the module alone, with the class in ``name``.
        name: the class's name, if ``path`` does not end in it.

    Raises:
        ImportError: there is no such module, or nothing of that name in it.

    Example:
        >>> from aiomotorengine.utils import get_class
        >>> get_class("decimal.Decimal") is get_class("decimal", "Decimal")
        True
    """
    module_name, class_name = path.rpartition(".")[::2] if name is None else (path, name)
    if not module_name or module_name.startswith("."):
        raise ImportError(f"Can't find class {path}.")
    module = import_module(module_name)
    try:
        return getattr(module, class_name)
    except AttributeError:
        raise ImportError(f"Can't find class {class_name} in module {module_name}.") from None


USUAL_COLLECTIONS = (list, tuple, set, frozenset)
"""What most collections are. A tuple is there already, where ``list | tuple`` is made each time."""

ONE_VALUE = (str, bytes, bytearray, memoryview, Mapping)
"""What Python can iterate over, and is a single value all the same."""


def is_collection(value: Any) -> bool:
    """Whether a value holds several: an iterable that can be walked twice, no text, no mapping.

    Example:
        >>> from aiomotorengine.utils import is_collection
        >>> [is_collection(value) for value in ([1], {1}, (), "ab", {}, iter([1]), 5)]
        [True, True, True, False, False, False, False]
    """
    if isinstance(value, USUAL_COLLECTIONS):
        return True
    return isinstance(value, Iterable) and not isinstance(value, (*ONE_VALUE, Iterator))


def several(argument: str, values: Any, wanted: str) -> tuple[Any, ...]:
    """The values of an argument that takes several: of a list, or of any other iterable.

    Raises:
        TypeError: it is a single one.

    Example:
        >>> from aiomotorengine.utils import several
        >>> several("fields", iter(["name", "age"]), "a list of names")
        ('name', 'age')
        >>> several("fields", "name", "a list of names")
        Traceback (most recent call last):
            ...
        TypeError: fields must be a list of names, not 'name'.
    """
    if isinstance(values, list | tuple):
        return tuple(values)
    if isinstance(values, ONE_VALUE) or not isinstance(values, Iterable):
        raise TypeError(f"{argument} must be {wanted}, not {values!r}.")
    return tuple(values)


def stages_given(argument: str, stages: Any) -> list[Mapping[str, Any]]:
    """The stages of an argument that takes a pipeline as MongoDB has it.

    Raises:
        TypeError: it is a single one, or something in it is no mapping.
    """
    found = several(argument, stages, "a list of stages")
    for stage in found:
        if not isinstance(stage, Mapping):
            raise TypeError(f"{argument} must be a list of stages, each a mapping, not {stage!r}.")
    return list(found)


def is_condition(value: Any) -> bool:
    """Whether MongoDB takes a value, where it stands for an id, for a condition on many.

    Example:
        >>> import re
        >>> from aiomotorengine.utils import is_condition
        >>> is_condition({"$ne": None}), is_condition(re.compile("a")), is_condition("a")
        (True, True, False)
    """
    if type(value) is ObjectId:
        return False  # as nearly all are
    if isinstance(value, PATTERNS):
        return True
    return isinstance(value, Mapping) and has_operators(value)


def has_operators(mapping: Mapping[Any, Any]) -> bool:
    """Whether a mapping has keys that MongoDB takes for operators, such as ``$gt``."""
    return any(map(is_operator, mapping))


def is_operator(key: Any) -> bool:
    """Whether MongoDB takes a key for an operator."""
    return isinstance(key, str) and key.startswith("$")


def is_unicode(text: str) -> bool:
    """Whether UTF-8 can have a text, which it can't if there is half of a surrogate pair."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_unicode_throughout(value: Any) -> bool:
    """The same of all texts that a value is made of, those of keys among them; also where there are
    more levels than Python goes down, for which a value is refused anyway.
    """
    try:
        return are_texts_unicode(value)
    except RecursionError:
        return True


def are_texts_unicode(value: Any) -> bool:
    if type(value) is dict or isinstance(value, Mapping):
        parts: Iterable[Any] = chain(value, value.values())
    elif isinstance(value, (list, tuple, set, frozenset)):  # faster than a union
        parts = value
    else:
        return not isinstance(value, str) or is_unicode(value)
    for part in parts:
        kind = type(part)
        if kind is str:
            if not part.isascii() and not is_unicode(part):
                return False
        elif kind not in NUMBERS and not are_texts_unicode(part):
            return False
    return True


def escaped(text: str) -> str:
    """A text as it is shown where it must be UTF-8.

    Example:
        >>> from aiomotorengine.utils import escaped
        >>> escaped("a\\ud800")
        'a\\\\ud800'
    """
    return text.encode(errors="backslashreplace").decode()


def without_underscores(text: str) -> str:
    """The text of a number, unless it is one only in the source of a program: ``1_000``.

    Raises:
        ValueError: it has an underscore.
    """
    if "_" in text:
        raise ValueError(f"{text!r} is no number.")
    return text


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs in this thread, if one does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def sort_direction(direction: Any) -> int:
    """A direction to sort in.

    Raises:
        ValueError: it is neither ``ASCENDING`` nor ``DESCENDING``.
    """
    if direction not in (ASCENDING, DESCENDING):
        raise ValueError(
            f"Invalid order by direction {direction!r}: use ASCENDING (1) or DESCENDING (-1)."
        )
    return int(direction)

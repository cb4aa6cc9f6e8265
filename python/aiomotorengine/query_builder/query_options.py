"""How the server goes about a query: what it is told besides the conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.collation import Collation
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query.values import Computed, stored_alone
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.query_builder.ordering import BY_SCORE, ordered
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.utils import is_collection

__all__ = [
    "changed",
    "collation_of",
    "flag_of",
    "hint_of",
    "read_concern_of",
    "read_preference_of",
    "refuse_other_verbosity",
    "variables_of",
]

VERBOSITIES = ("queryPlanner", "executionStats", "allPlansExecution")
"""How much the command ``explain`` can say."""

PREFERENCES = {
    "primary": ReadPreference.PRIMARY,
    "primaryPreferred": ReadPreference.PRIMARY_PREFERRED,
    "secondary": ReadPreference.SECONDARY,
    "secondaryPreferred": ReadPreference.SECONDARY_PREFERRED,
    "nearest": ReadPreference.NEAREST,
}

NO_VALUES = (BaseField, Computed, DocumentStorage, QNode)

LEVELS = ("local", "available", "majority", "linearizable", "snapshot")
"""The read concerns of MongoDB."""


def changed(options: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Options with another value for one; ``None`` takes it back.

    Example:
        >>> changed({"hint": "a"}, "max_time_ms", 5), changed({"hint": "a"}, "hint", None)
        ({'hint': 'a', 'max_time_ms': 5}, {})
    """
    others = {key: options[key] for key in options if key != name}
    return others if value is None else {**others, name: value}


def hint_of(document_class: Any, index: Any) -> Any:
    """What the driver takes for an index: its name, or keys with directions.

    Parameters:
        document_class: the class whose documents are looked for.
        index: the name of an index, or a list of what ``order_by`` takes.

    Raises:
        ValueError: a key is no field, or ``"$text_score"``.
        TypeError: it is neither.
    """
    if index is None or (isinstance(index, str) and index):
        return index
    if isinstance(index, str) or not is_collection(index) or not index:
        raise TypeError(f"hint() takes the name of an index, or a list of its keys, not {index!r}.")
    keys = ordered(document_class, [], [*index], None)
    if any(direction is BY_SCORE for _, direction in keys):
        raise ValueError("hint() takes the keys of an index, and '$text_score' is in none.")
    return keys


def collation_of(locale: Any, options: Mapping[str, Any]) -> Collation | None:
    """A collation, by its locale or as the driver has it.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(locale, str):
        return Collation(locale, **options)
    if options or not isinstance(locale, Collation | None):
        raise TypeError(
            "collation() takes a locale with options, as in collation('en', strength=2), or a "
            f"pymongo.collation.Collation, not {locale!r}."
        )
    return locale


def variables_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Variables of expressions, each of which is a value and nothing that the server computes.

    Raises:
        ValueError: MongoDB takes no variable of that name.
        TypeError: a value is a document, a field, a condition or an expression.

    Example:
        >>> variables_of({"least": "$m"})
        {'least': {'$literal': '$m'}}
    """
    for name, value in values.items():
        if not is_variable(name):
            raise ValueError(
                f"let() takes names that begin with a small letter, and have letters, digits and "
                f"underscores, not {name!r}."
            )
        if isinstance(value, NO_VALUES):
            raise TypeError(f"let({name}=...) takes a value, not {type(value).__name__}.")
    return {name: {"$literal": stored_alone(value)} for name, value in values.items()}


def is_variable(name: str) -> bool:
    """Whether MongoDB takes a name for that of a variable; letters beyond ASCII are small ones."""
    begins = name[:1].islower() or not name[:1].isascii()
    return begins and all(it == "_" or it.isalnum() or not it.isascii() for it in name)


def flag_of(name: str, flag: Any) -> bool | None:
    """Whether something is asked for; ``None`` takes it back.

    Raises:
        TypeError: it is no truth value.
    """
    if not isinstance(flag, bool | None):
        raise TypeError(f"{name}() takes True, False or None, not {flag!r}.")
    return flag


def read_preference_of(mode: Any) -> Any:
    """A read preference, by its name or as the driver has it.

    Raises:
        ValueError: there is none of that name.
        TypeError: it is neither.
    """
    if isinstance(mode, str):
        if mode not in PREFERENCES:
            raise ValueError(
                f"read_preference() takes one of {', '.join(PREFERENCES)}, not {mode!r}."
            )
        return PREFERENCES[mode]
    if mode is not None and not hasattr(mode, "mongos_mode"):
        raise TypeError(
            f"read_preference() takes a name or a read preference of the driver's, not {mode!r}."
        )
    return mode


def read_concern_of(level: Any) -> ReadConcern | None:
    """A read concern, by its level or as the driver has it.

    Raises:
        ValueError: there is no such level.
        TypeError: it is neither.
    """
    if isinstance(level, str):
        if level not in LEVELS:
            raise ValueError(f"read_concern() takes one of {', '.join(LEVELS)}, not {level!r}.")
        return ReadConcern(level)
    if not isinstance(level, ReadConcern | None):
        raise TypeError(
            f"read_concern() takes a level or a pymongo.read_concern.ReadConcern, not {level!r}."
        )
    return level


def refuse_other_verbosity(verbosity: str) -> None:
    """Refuse what the command ``explain`` does not know.

    Raises:
        ValueError: there is no such verbosity.
    """
    if verbosity not in VERBOSITIES:
        raise ValueError(f"verbosity must be one of {', '.join(VERBOSITIES)}, not {verbosity!r}.")

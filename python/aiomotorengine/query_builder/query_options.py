"""How the server goes about a query: what it is told besides the conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.collation import Collation
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference

from aiomotorengine.query_builder.ordering import ordered
from aiomotorengine.utils import is_collection

__all__ = [
    "changed",
    "collation_of",
    "flag_of",
    "hint_of",
    "read_concern_of",
    "read_preference_of",
    "refuse_other_verbosity",
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
        ValueError: a key is no field.
        TypeError: it is neither.
    """
    if index is None or (isinstance(index, str) and index):
        return index
    if isinstance(index, str) or not is_collection(index) or not index:
        raise TypeError(f"hint() takes the name of an index, or a list of its keys, not {index!r}.")
    return ordered(document_class, [], [*index], None)


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
        TypeError: it is neither.
    """
    if isinstance(level, str):
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

"""What is different between an index that is declared and one that is there.

Servers complete what they were asked for: a text index gets its weights and its language, and a
collation all that its locale says. So both sides are compared in that form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pymongo import ASCENDING, DESCENDING, TEXT

from aiomotorengine.indexes.collation import completed_collation, told, without_version
from aiomotorengine.indexes.definition import IndexDefinition

__all__ = [
    "StoredIndex",
    "changes",
    "collation_of",
    "has_same_keys",
    "is_own",
    "stored_indexes",
]

Changes = dict[str, tuple[Any, Any]]
"""What is there and what should be, by the name of an option."""

ID_INDEX = "_id_"

ABOUT_STORAGE = frozenset({"key", "name", "ns", "v", "background"})
"""What a listing says of an index besides its options."""

DEFAULTS: Mapping[str, Any] = {
    "unique": False,
    "sparse": False,
    "hidden": False,
    "expireAfterSeconds": None,
    "partialFilterExpression": None,
    "collation": None,
    "weights": None,
    "default_language": None,
    "language_override": None,
    "wildcardProjection": None,
    "bits": 26,
    "min": -180,
    "max": 180,
}
"""The options that are compared, with what holds where nothing is said. Others are compared only
where they are declared."""

TEXT_DEFAULTS = {"default_language": "english", "language_override": "language"}
TEXT_KEYS = (("_fts", TEXT), ("_ftsx", ASCENDING))
"""What stands in a listing for the keys of a text index, which are among its weights."""


class StoredIndex(NamedTuple):
    """An index that is there.

    Attributes:
        name: its name.
        keys: its keys, as a listing has them.
        options: its options, as a listing has them.
    """

    name: str
    keys: tuple[tuple[str, Any], ...]
    options: Mapping[str, Any]

    @property
    def shown_keys(self) -> dict[str, Any]:
        """The keys as they were given when it was made; those of a text index in any order."""
        return dict(self._given())

    def _given(self) -> Iterator[tuple[str, Any]]:
        for key, kind in self.keys:
            if (key, kind) == TEXT_KEYS[0]:
                for weighed in self.options.get("weights", ()):
                    yield weighed, TEXT
            elif key != TEXT_KEYS[1][0]:
                yield key, kind

    @property
    def definition(self) -> IndexDefinition:
        """What makes the same index again."""
        options = {name: value for name, value in self.options.items() if name in MADE_AGAIN}
        return IndexDefinition(tuple(self.shown_keys.items()), options, self.name, is_named=True)


MADE_AGAIN = frozenset(DEFAULTS) | {"storageEngine"}


def stored_indexes(information: Mapping[str, Mapping[str, Any]]) -> list[StoredIndex]:
    """The indexes of a collection, as the driver's ``index_information`` tells of them."""
    return [
        StoredIndex(
            name,
            tuple(dict(described["key"]).items()),
            {option: it for option, it in described.items() if option not in ABOUT_STORAGE},
        )
        for name, described in information.items()
    ]


def changes(
    declared: IndexDefinition, stored: StoredIndex, collation: Mapping[str, Any] | None = None
) -> Changes:
    """What would have to change for an index to be as it is declared.

    Parameters:
        declared: the index as it should be.
        stored: the index as it is.
        collation: that of the collection, which indexes without one of their own have.
    """
    found: Changes = {}
    if declared.is_named and declared.name != stored.name:
        found["name"] = stored.name, declared.name
    if keys_of(declared.keys) != keys_of(stored.keys):
        found["key"] = stored.shown_keys, dict(declared.keys)
    is_text = TEXT in dict(declared.keys).values()
    wanted = {**declared.options}
    if is_text:
        wanted = {**TEXT_DEFAULTS, **wanted, "weights": weights_of(declared)}
    for option in {**DEFAULTS, **wanted}:
        if option in ABOUT_STORAGE:
            continue
        default = DEFAULTS.get(option)
        there, should = stored.options.get(option, default), wanted.get(option, default)
        if option == "collation":
            should = collation if should is None else should
            if without_version(there) != completed_collation(should):
                found[option] = told(there), told(should)
        elif normal(option, there) != normal(option, should):
            found[option] = there, should
    return found


def is_own(index: StoredIndex) -> bool:
    """Whether it is the index of ``_id``, which every collection has and nobody declares."""
    return index.name == ID_INDEX or "clustered" in index.options


def collation_of(there: Iterable[StoredIndex]) -> Mapping[str, Any] | None:
    """The collation of a collection, which its index of ``_id`` has as well."""
    return next((index.options.get("collation") for index in there if is_own(index)), None)


def has_same_keys(declared: IndexDefinition, stored: StoredIndex) -> bool:
    return keys_of(declared.keys) == keys_of(stored.keys)


def keys_of(keys: tuple[tuple[str, Any], ...]) -> list[tuple[str, Any]]:
    """Keys as a listing has them; any number means a direction."""
    found: list[tuple[str, Any]] = []
    for key, kind in keys:
        if kind == TEXT and key != TEXT_KEYS[0][0]:
            if TEXT_KEYS[0] not in found:
                found += TEXT_KEYS
        elif isinstance(kind, int | float):
            found.append((key, ASCENDING if kind > 0 else DESCENDING))
        else:
            found.append((key, kind))
    return found


def weights_of(declared: IndexDefinition) -> dict[str, Any]:
    return {
        **{key: 1 for key, kind in declared.keys if kind == TEXT},
        **declared.options.get("weights", {}),
    }


def normal(option: str, value: Any) -> Any:
    """A value in a form in which two that mean the same are equal."""
    if option == "wildcardProjection" and isinstance(value, Mapping):
        return {path: bool(taken) for path, taken in flattened(value)}
    return comparable(value)


def flattened(projection: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in projection.items():
        if isinstance(value, Mapping):
            yield from flattened(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def comparable(value: Any) -> Any:
    if isinstance(value, bool):
        return ("bool", value)  # which would be equal to 1
    if isinstance(value, Mapping):
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [comparable(item) for item in value]
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=aware.microsecond // 1000 * 1000)
    return value

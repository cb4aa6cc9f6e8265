"""An index as MongoDB is asked for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pymongo.operations import IndexModel

from aiomotorengine.indexes.keys import Key

__all__ = ["IndexDefinition", "name_for"]


@dataclass(frozen=True)
class IndexDefinition:
    """An index, with the names that keys have in MongoDB.

    Attributes:
        keys: the keys.
        options: what ``createIndexes`` takes besides, without the name.
        name: its name.
        is_named: whether the name was given, and is not made of the keys.
        title: what messages call it.
        signature: a text that two indexes have in common if they are the same.
    """

    keys: tuple[Key, ...]
    options: Mapping[str, Any]
    name: str
    is_named: bool = False
    title: str = field(default="", compare=False)
    signature: str = field(init=False, compare=False)

    @classmethod
    def of(
        cls, keys: tuple[Key, ...], options: Mapping[str, Any], name: str | None, title: str
    ) -> IndexDefinition:
        return cls(keys, options, name or name_for(keys), name is not None, title)

    @property
    def model(self) -> IndexModel:
        """What the driver takes."""
        named = {"name": self.name} if self.is_named else {}
        return IndexModel(list(self.keys), **self.options, **named)

    def __post_init__(self) -> None:
        text = f"{self.name} {self.keys} {sorted(self.options.items(), key=str)}"
        object.__setattr__(self, "signature", text)


def name_for(keys: tuple[Key, ...]) -> str:
    """The name that the driver and MongoDB's shell make of keys."""
    return "_".join(part for key, kind in keys for part in pair(key, kind))


def pair(key: str, kind: Any) -> Iterator[str]:
    yield key
    yield str(kind)

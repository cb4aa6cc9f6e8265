"""CollectionReport: what is different between a collection and what its class says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["CollectionReport"]


@dataclass
class CollectionReport:
    """A collection, and the options that were not as declared.

    Attributes:
        collection: the collection's name.
        created: whether the collection was created.
        modified: what was there and what is now, by the name of an option that was changed.
        impossible: what is there and what should be, by the name of an option that servers do not
            change once the collection is there.
    """

    collection: str
    created: bool = False
    modified: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    impossible: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the collection is as declared now."""
        return not self.impossible

    def __str__(self) -> str:
        lines = [f"{self.collection}: created" if self.created else f"{self.collection}:"]
        for verb, options in (("modified", self.modified), ("impossible", self.impossible)):
            lines += [f"{verb}  {name}: {is_!r} -> {to!r}" for name, (is_, to) in options.items()]
        return (
            "\n".join(lines)
            if len(lines) > 1 or self.created
            else f"{self.collection}: as declared"
        )

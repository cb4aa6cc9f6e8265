"""What a migration has done so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

__all__ = ["FailedDocument", "MigrationReport"]

MOST_LISTED = 1000
"""How many documents a report lists: a document of MongoDB has to hold it."""


@dataclass(frozen=True, slots=True)
class FailedDocument:
    """A document that could not be converted, or not be stored.

    Attributes:
        id: its ``_id``.
        message: what was raised.
    """

    id: Any
    message: str


@dataclass(frozen=True)
class MigrationReport:
    """What a migration has done, in all of its runs together.

    Attributes:
        name: the migration's name.
        total: how many documents there were when it began.
        read: how many of them were seen.
        changed: how many were changed.
        left: how many stayed as they are.
        deleted: how many were removed.
        conflicts: how many were changed by somebody else again and again, and stayed as they are.
        failed: those that could not be converted, where the migration lists them: of very many
            the first ones, since they are kept with each batch.
        failures: how many these were.
        resumed: whether an earlier run had begun it.
        done: whether all documents were seen.
    """

    name: str
    total: int = 0
    read: int = 0
    changed: int = 0
    left: int = 0
    deleted: int = 0
    conflicts: int = 0
    failed: tuple[FailedDocument, ...] = ()
    failures: int = 0
    resumed: bool = False
    done: bool = False

    @property
    def ok(self) -> bool:
        """Whether it is done, and no document had to be left as it is."""
        return self.done and not self.failures and not self.conflicts

    def plus(self, *, failed: tuple[FailedDocument, ...] = (), **counts: int) -> MigrationReport:
        """The report after so many more documents."""
        values = {name: getattr(self, name) + count for name, count in counts.items()}
        values["failures"] = self.failures + len(failed)
        return replace(self, failed=(self.failed + failed)[:MOST_LISTED], **values)

    def stored(self) -> dict[str, Any]:
        """What is kept of it for the next run."""
        kept = asdict(self)
        del kept["name"], kept["resumed"]
        return kept

    @classmethod
    def of_stored(cls, name: str, stored: Mapping[str, Any]) -> MigrationReport:
        """The report that an earlier run has kept."""
        failed = tuple(FailedDocument(**one) for one in stored["failed"])
        counted = {"failures": len(failed), **stored, "failed": failed}
        return cls(name, **counted, resumed=True)

    def __str__(self) -> str:
        kinds = ("read", "changed", "left", "deleted", "conflicts")
        counts = [f"{getattr(self, kind)} {kind}" for kind in kinds]
        state = "done" if self.done else "not done"
        head = f"{self.name}: {state}, {', '.join(counts)}, {self.failures} failed"
        lines = [f"failed  {one.id!r}: {one.message}" for one in self.failed]
        if self.failures > len(lines):
            lines.append(f"failed  and {self.failures - len(lines)} more")
        return "\n".join([head, *lines])

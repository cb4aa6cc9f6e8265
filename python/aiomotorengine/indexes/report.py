"""IndexReport: what is different between the indexes that are declared and those that are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["IndexReport", "ReportedIndex"]


@dataclass(frozen=True)
class ReportedIndex:
    """An index in a report.

    Attributes:
        name: its name.
        keys: its keys, with their kinds.
        options: its options, in MongoDB's words.
        changes: of one that differs, what is there and what should be, by option.
    """

    name: str
    keys: Mapping[str, Any]
    options: Mapping[str, Any]
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass
class IndexReport:
    """The indexes of a collection; as a text, a table of those that are not as declared.

    Attributes:
        collection: the collection's name.
        missing: those that are declared and not there.
        different: those that are there, and not as declared.
        extra: those that are there and not declared.
        same: those that are there as declared.
        created: the names of those that the call has created.
        modified: the names of those that it has changed, or dropped and created anew.
        dropped: the names of those that it has dropped.
    """

    collection: str
    missing: list[ReportedIndex] = field(default_factory=list)
    different: list[ReportedIndex] = field(default_factory=list)
    extra: list[ReportedIndex] = field(default_factory=list)
    same: list[ReportedIndex] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    modified: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether all that is declared is there as declared; others may be there, too."""
        return not self.missing and not self.different

    def __str__(self) -> str:
        counts = [
            f"{len(getattr(self, kind))} {kind}"
            for kind in ("missing", "different", "extra", "same")
        ]
        counts += [
            f"{len(names)} {verb}"
            for verb in ("created", "modified", "dropped")
            if (names := getattr(self, verb))
        ]
        lines = list(self._lines())
        kinds = max((len(kind) for kind, _, _ in lines), default=0)
        names = max((len(name) for _, name, _ in lines), default=0)
        table = [f"{kind:{kinds}}  {name:{names}}  {text}".rstrip() for kind, name, text in lines]
        return "\n".join([f"{self.collection}: {', '.join(counts)}", *table])

    def _lines(self) -> Iterator[tuple[str, str, str]]:
        for index in self.missing:
            yield "missing", index.name, described(index)
        for index in self.different:
            shown = (f"{option}: {is_!r} -> {to!r}" for option, (is_, to) in index.changes.items())
            yield "different", index.name, ", ".join(shown)
        for index in self.extra:
            yield "extra", index.name, described(index)
        for name in self.created:
            yield "created", name, ""
        for name in self.modified:
            yield "modified", name, ""
        for name in self.dropped:
            yield "dropped", name, ""


def described(index: ReportedIndex) -> str:
    options = [f"{name}: {value!r}" for name, value in index.options.items()]
    return ", ".join([repr(dict(index.keys)), *options])

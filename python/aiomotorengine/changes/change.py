"""Change: what has happened to a document, or to a collection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bson.timestamp import Timestamp

from aiomotorengine.locations import shown

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Change"]

D = TypeVar("D")


class Change(Generic[D]):
    """What has happened to a document, or to a collection as a whole.

    Attributes:
        operation: ``"insert"``, ``"update"``, ``"replace"``, ``"delete"``; ``"drop"``,
            ``"rename"``, ``"dropDatabase"``, ``"invalidate"``, which are about no document.
        id: the document's id; ``None`` where it is about none.
        document: the document after it. With ``full_document="updateLookup"`` that of an update is
            what is stored when the server tells of it, other changes included. ``None`` for a
            delete, and where it was not found any more.
        before: the document before it, where ``full_document_before_change`` asks for it and the
            collection keeps it.
        updated: what an update has set: values by attribute names, with dots and indexes. What no
            field declares stands under its key in MongoDB, as it is stored.
        removed: the names of what an update has removed.
        truncated: the names of lists that an update has shortened, with how long they are now.
        cluster_time: when, in the server's log.
        wall_time: when, by the clock of the server; ``None`` before MongoDB 6.0.
        token: what a later ``watch(resume_after=…)`` goes on after. Keep it when the work that
            the change asks for is done: then each change is told at least once.
        document_class: the class that its document is of; ``None`` where several are watched, and
            it is about their database as a whole.
    """

    __slots__ = (
        "_raw",
        "before",
        "cluster_time",
        "document",
        "document_class",
        "id",
        "operation",
        "removed",
        "token",
        "truncated",
        "updated",
        "wall_time",
    )

    def __init__(
        self,
        operation: str,
        *,
        document_class: type[D] | None,
        token: Mapping[str, Any],
        raw: Callable[[], dict[str, Any]],
        id: Any = None,
        document: D | None = None,
        before: D | None = None,
        updated: Mapping[str, Any] | None = None,
        removed: list[str] | None = None,
        truncated: Mapping[str, int] | None = None,
        cluster_time: Timestamp | None = None,
        wall_time: datetime | None = None,
    ) -> None:
        self.operation = operation
        self.document_class = document_class
        self.token = token
        self._raw = raw
        self.id = id
        self.document = document
        self.before = before
        self.updated = dict(updated or {})
        self.removed = removed or []
        self.truncated = dict(truncated or {})
        self.cluster_time = cluster_time
        self.wall_time = wall_time

    @property
    def raw(self) -> dict[str, Any]:
        """The change as the driver gives it; it is decoded anew each time."""
        return self._raw()

    def __repr__(self) -> str:
        of = "" if self.document_class is None else f" of {self.document_class.__name__}"
        id = "" if self.id is None else f" {shown(self.id)}"
        return f"<Change: {self.operation}{of}{id}>"

"""UpdateResult: what an update did."""

from __future__ import annotations

from typing import Any

__all__ = ["UpdateResult"]


class UpdateResult(dict[str, Any]):
    """What an update did: ``count`` (how many matched) and ``updated_existing`` (whether any did),
    as entries and as attributes.

    Parameters:
        count: how many documents matched.
        modified: how many of them are other than before; ``None`` where it is not known.
        upserted_id: the ``_id`` of the document that was inserted; ``None`` if none was.

    Attributes:
        modified: as above.
        upserted_id: as above.
    """

    __slots__ = ("modified", "upserted_id")

    def __init__(self, count: int, modified: int | None = None, upserted_id: Any = None) -> None:
        self["count"] = count
        self["updated_existing"] = count > 0
        self.modified = modified
        self.upserted_id = upserted_id

    @property
    def count(self) -> int:
        matched: int = self["count"]
        return matched

    @property
    def updated_existing(self) -> bool:
        return self.count > 0

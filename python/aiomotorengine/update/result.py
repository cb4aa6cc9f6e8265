"""UpdateResult: what an update did."""

from __future__ import annotations

from typing import Any

__all__ = ["UpdateResult"]


class UpdateResult(dict[str, Any]):
    """What an update did: ``count`` (how many matched) and ``updated_existing`` (whether any did),
    as entries and as attributes.
    """

    @property
    def count(self) -> int:
        matched: int = self["count"]
        return matched

    @property
    def updated_existing(self) -> bool:
        return self.count > 0

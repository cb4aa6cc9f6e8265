"""Collections that stand in the place of the driver's."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine.queryset import QuerySet

__all__ = ["replace_collection"]


def replace_collection(monkeypatch: pytest.MonkeyPatch, collection: Any) -> None:
    """Have all query sets work on this collection."""
    target_of = QuerySet._target

    def target(self: Any, *arguments: Any, **options: Any) -> Any:
        made = target_of(self, *arguments, **options)
        made.collection = collection
        return made

    monkeypatch.setattr(QuerySet, "_target", target)

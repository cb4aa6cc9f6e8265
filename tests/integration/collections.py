"""Collections that stand in the place of the driver's."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine.sessions import target

__all__ = ["replace_collection"]


def replace_collection(monkeypatch: pytest.MonkeyPatch, collection: Any) -> None:
    """Have all query sets work on this collection."""
    target_of = target.target_of

    def replaced(*arguments: Any, **options: Any) -> Any:
        made = target_of(*arguments, **options)
        made.collection = collection
        return made

    monkeypatch.setattr(target, "target_of", replaced)

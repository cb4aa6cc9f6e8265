"""``$addToSet``: items are added to a list that has no equal ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiomotorengine.update.change import Change
from aiomotorengine.update.items import stored_items
from aiomotorengine.update.path import UpdatePath

__all__ = ["AddToSet"]


class AddToSet(Change):
    """Items that are added to a list unless it has them."""

    operator = "$addToSet"

    def convert(self, path: UpdatePath, raw: Sequence[Any], validate: bool) -> dict[str, Any]:
        return {"$each": stored_items(path, self.operator, raw, validate=validate)}

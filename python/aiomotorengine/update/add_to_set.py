"""``$addToSet``: items are added to a list that has no equal ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiomotorengine.update.items import stored_items
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.update_operator import UpdateOperator

__all__ = ["AddToSet"]


class AddToSet(UpdateOperator):
    """Items that are added to a list unless it has them."""

    operator = "$addToSet"

    def convert(self, path: UpdatePath, raw: Sequence[Any], validate: bool) -> dict[str, Any]:
        return {"$each": stored_items(path, self.operator, raw, validate=validate)}

"""``$pop``: the first or the last item of a list is removed."""

from __future__ import annotations

from typing import Any

from aiomotorengine.update.items import field_of_items
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.update_operator import UpdateOperator

__all__ = ["Pop"]


class Pop(UpdateOperator):
    """The first or the last item, which is removed."""

    operator = "$pop"
    gives_value = False

    def convert(self, path: UpdatePath, raw: Any, validate: bool) -> int:
        field_of_items(path, self.operator)
        if not isinstance(raw, bool):  # MongoDB's -1 is true, and means the first
            raise TypeError(f"U.pop takes True for the last item or False, not {raw!r}.")
        return 1 if raw else -1

"""Rows: what a file or another database gives, with the rules by which it becomes documents."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.rows.reader import RowReader
    from aiomotorengine.rows.refused import RefusedRow
    from aiomotorengine.rows.source import Rows
else:
    __getattr__ = on_demand.attributes(
        __name__,
        {
            "RefusedRow": "aiomotorengine.rows.refused",
            "RowReader": "aiomotorengine.rows.reader",
            "Rows": "aiomotorengine.rows.source",
        },
    )

__all__ = ["RefusedRow", "RowReader", "Rows"]

"""Rows: what a file or another database gives, with the rules by which it becomes documents."""

from aiomotorengine.rows.reader import RowReader
from aiomotorengine.rows.refused import RefusedRow
from aiomotorengine.rows.source import Rows

__all__ = ["RefusedRow", "RowReader", "Rows"]

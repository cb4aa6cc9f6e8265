"""Indexes that classes declare: compared with those that are there, and brought in line."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.indexes import ensuring as ensuring
else:
    __getattr__ = on_demand.attributes(__name__)

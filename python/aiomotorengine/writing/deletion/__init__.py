"""Deleting documents, and what becomes of those that refer to them."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.writing.deletion import deleting as deleting
else:
    __getattr__ = on_demand.attributes(__name__)

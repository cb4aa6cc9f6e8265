"""From filters, ``Q`` and their combinations to the queries that MongoDB takes."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.query_builder import encoding as encoding
else:
    __getattr__ = on_demand.attributes(__name__, for_calls=True)

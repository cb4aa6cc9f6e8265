"""From filters, ``Q`` and their combinations to the queries that MongoDB takes."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.query_builder import encoding as encoding
    from aiomotorengine.query_builder import projecting as projecting
    from aiomotorengine.query_builder import projection as projection
    from aiomotorengine.query_builder import row_values as row_values
else:
    __getattr__ = on_demand.attributes(__name__, for_calls=True)

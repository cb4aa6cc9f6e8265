"""What a query finds: as documents, in batches, or counted."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.reading import aggregating as aggregating
    from aiomotorengine.reading import counting as counting
    from aiomotorengine.reading import distinct as distinct
    from aiomotorengine.reading import documents as documents
    from aiomotorengine.reading import existing as existing
    from aiomotorengine.reading import explaining as explaining
    from aiomotorengine.reading import finding as finding
    from aiomotorengine.reading import lists as lists
    from aiomotorengine.reading import numbers as numbers
    from aiomotorengine.reading import pages as pages
    from aiomotorengine.reading import partitions as partitions
    from aiomotorengine.reading import window as window
else:
    __getattr__ = on_demand.attributes(__name__, for_calls=True)

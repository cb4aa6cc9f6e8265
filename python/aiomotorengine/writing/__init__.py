"""Saving and changing documents: where, in which transaction, under which indexes."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.writing import deletion as deletion
    from aiomotorengine.writing import getting as getting
    from aiomotorengine.writing import in_place as in_place
    from aiomotorengine.writing import indexes as indexes
    from aiomotorengine.writing import options as options
    from aiomotorengine.writing import reloading as reloading
    from aiomotorengine.writing import replacing as replacing
    from aiomotorengine.writing import saving as saving
    from aiomotorengine.writing import tracking as tracking
    from aiomotorengine.writing import updating as updating
else:
    __getattr__ = on_demand.attributes(__name__, for_calls=True)

"""From the changes that a program names to the update that MongoDB takes."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.update import update_operator as update_operator
else:
    __getattr__ = on_demand.attributes(__name__, for_calls=True)

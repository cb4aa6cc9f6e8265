"""Sessions and transactions: which one a call belongs to, and what they mean for documents."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.sessions import saved as saved
    from aiomotorengine.sessions import target as target
else:
    __getattr__ = on_demand.attributes(__name__, for_calls=True)

"""Search indexes that classes declare: for ``$search`` and ``$vectorSearch``."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.search import ensuring as ensuring
else:
    __getattr__ = on_demand.attributes(__name__)

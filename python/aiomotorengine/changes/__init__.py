"""What happens to documents, as it happens: change streams."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.changes import together as together
    from aiomotorengine.changes import watching as watching
else:
    __getattr__ = on_demand.attributes(__name__)

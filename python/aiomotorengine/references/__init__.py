"""References: where they stand in documents, and loading what they lead to."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.references import loading as loading
    from aiomotorengine.references import paths as paths
    from aiomotorengine.references import prefetching as prefetching
else:
    __getattr__ = on_demand.attributes(__name__, for_calls=True)

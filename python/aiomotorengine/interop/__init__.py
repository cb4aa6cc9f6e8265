"""Documents as dicts, as JSON and as types of pydantic, and back."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.interop import from_dict as from_dict
    from aiomotorengine.interop import pydantic_models as pydantic_models
    from aiomotorengine.interop import pydantic_types as pydantic_types
    from aiomotorengine.interop import to_dict as to_dict
else:
    __getattr__ = on_demand.attributes(__name__)

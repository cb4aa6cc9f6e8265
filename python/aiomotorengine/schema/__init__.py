"""What a class says of its documents to others: to the server, and as JSON schemas."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.schema import bson_schema as bson_schema
    from aiomotorengine.schema import collection as collection
    from aiomotorengine.schema import json_schema as json_schema
else:
    __getattr__ = on_demand.attributes(__name__)

"""Aggregation pipelines: the stages, and one accumulator a file."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.aggregation import base as base
else:
    __getattr__ = on_demand.attributes(__name__, for_calls=True)

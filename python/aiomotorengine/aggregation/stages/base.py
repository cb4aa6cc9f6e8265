"""PipelineOperation: what every stage of a pipeline can do."""

from __future__ import annotations

from typing import Any

from aiomotorengine.aggregation.names import Naming

__all__ = ["PipelineOperation"]


class PipelineOperation:
    """One stage of a pipeline; the base of all of them.

    Parameters:
        aggregation: the pipeline, as it is before this stage.
    """

    def __init__(self, aggregation: Naming) -> None:
        self.aggregation = aggregation

    def to_query(self) -> dict[str, Any]:
        """The stage as MongoDB takes it."""
        raise NotImplementedError(f"{type(self).__name__} has no to_query of its own.")

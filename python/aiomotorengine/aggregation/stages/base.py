"""PipelineOperation: what every stage of a pipeline can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from aiomotorengine.aggregation.names import Naming
from aiomotorengine.query_builder.masking import masked
from aiomotorengine.query_builder.node import QNode

__all__ = ["FirstOperation", "PipelineOperation"]


class PipelineOperation:
    """One stage of a pipeline; the base of all of them.

    Parameters:
        aggregation: the pipeline, as it is before this stage.

    Attributes:
        aggregation: the pipeline.
        names: what names meant before this stage.
    """

    keeps_documents: ClassVar[bool] = False
    """Whether it leaves the documents that it lets through as they are stored."""

    is_last: ClassVar[bool] = False
    """Whether no stage may follow."""

    def __init__(self, aggregation: Naming) -> None:
        self.aggregation = aggregation
        self.names = aggregation.names

    def to_query(self) -> dict[str, Any]:
        """The stage as MongoDB takes it."""
        raise NotImplementedError(f"{type(self).__name__} has no to_query of its own.")

    def to_stages(self) -> list[dict[str, Any]]:
        """The same where it may be several, or none."""
        return [self.to_query()]

    def shown(self, document_class: Any) -> Any:
        """The stages as they may be shown: without what passwords are compared with.

        Parameters:
            document_class: the class whose documents the pipeline begins with.
        """
        shown = masked(document_class, self.to_stages())
        # What was joined or put elsewhere is known by its name only.
        return shown if self.names is document_class else masked(self.names, shown)

    def conditions(self) -> Iterator[tuple[Any, QNode]]:
        """The conditions in it, each with what names mean there."""
        return iter(())

    def names_after(self) -> Any:
        """What names mean in the next stage."""
        return self.names


class FirstOperation(PipelineOperation):
    """A stage that nothing may precede, not even the filters of the query set."""

    method: ClassVar[str]
    """What the method is called that adds it."""

    def after_filters(self, filters: dict[str, Any]) -> list[dict[str, Any]]:
        """The stages for what the query set's filters find: they follow."""
        return [*self.to_stages(), *([{"$match": filters}] if filters else [])]

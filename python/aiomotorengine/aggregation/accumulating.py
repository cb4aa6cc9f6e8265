"""Accumulators: what ``Aggregation.sum`` and its like make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from aiomotorengine.aggregation.avg import AverageAggregation
from aiomotorengine.aggregation.of_values import OperatorAggregation
from aiomotorengine.aggregation.percentiles import MedianAggregation, PercentileAggregation
from aiomotorengine.aggregation.ranked import RankedAggregation, SeveralAggregation
from aiomotorengine.aggregation.sum import SumAggregation
from aiomotorengine.aggregation.windowed import Window
from aiomotorengine.expressions.expression import Expression
from aiomotorengine.fields.base_field import BaseField

__all__ = ["Accumulators", "Source"]

Source = BaseField[Any] | str | Expression
"""What is accumulated."""


class Accumulators:
    """What a group can compute of its documents. All take parameters as ``sum`` does, but a text is
    an attribute's name first.
    """

    @staticmethod
    def sum(field: Source, alias: str | None = None) -> SumAggregation:
        """The sum of a field's values in a group.

        Parameters:
            field: a field; a text, which is a key in MongoDB, a dotted path, or an alias of an
                earlier group; or an expression, such as ``F("price") * F("count")``.
            alias: the result's key; by default the field's key in MongoDB, of a path the last one.
                A keyword of ``group_by`` sets it, too.
        """
        return SumAggregation(field, alias)

    @staticmethod
    def avg(field: Source, alias: str | None = None) -> AverageAggregation:
        """The average of a field's values in a group; parameters as for ``sum``."""
        return AverageAggregation(field, alias)

    @staticmethod
    def min(field: Source, alias: str | None = None) -> OperatorAggregation:
        """The least of a group's values."""
        return OperatorAggregation("$min", field, alias)

    @staticmethod
    def max(field: Source, alias: str | None = None) -> OperatorAggregation:
        """The greatest of a group's values."""
        return OperatorAggregation("$max", field, alias)

    @staticmethod
    def last(field: Source, alias: str | None = None) -> OperatorAggregation:
        """The value of a group's last document, in the order of the stages before."""
        return OperatorAggregation("$last", field, alias)

    @staticmethod
    def push(field: Source, alias: str | None = None) -> OperatorAggregation:
        """A list of all values of a group."""
        return OperatorAggregation("$push", field, alias)

    @staticmethod
    def add_to_set(field: Source, alias: str | None = None) -> OperatorAggregation:
        """A list of a group's values, each once, in no order."""
        return OperatorAggregation("$addToSet", field, alias)

    @staticmethod
    def std_dev_pop(field: Source, alias: str | None = None) -> OperatorAggregation:
        """The standard deviation of a group's values, which are all there are."""
        return OperatorAggregation("$stdDevPop", field, alias)

    @staticmethod
    def std_dev_samp(field: Source, alias: str | None = None) -> OperatorAggregation:
        """The standard deviation of a group's values, which are a sample of others."""
        return OperatorAggregation("$stdDevSamp", field, alias)

    @staticmethod
    def merge_objects(field: Source, alias: str | None = None) -> OperatorAggregation:
        """One document of all documents that a group has there; the later value wins."""
        return OperatorAggregation("$mergeObjects", field, alias)

    @staticmethod
    def top(
        output: Source | Sequence[Any], order_by: Any, alias: str | None = None
    ) -> RankedAggregation:
        """What a group's first document has, by an order of its own (servers from 5.2).

        Parameters:
            output: a field, a text, an expression, or a list of them.
            order_by: a key as ``order_by`` takes it, or a list of such.
            alias: the result's key.
        """
        return RankedAggregation("$top", output, order_by, None, alias)

    @staticmethod
    def bottom(
        output: Source | Sequence[Any], order_by: Any, alias: str | None = None
    ) -> RankedAggregation:
        """What a group's last document has; parameters as for ``top``."""
        return RankedAggregation("$bottom", output, order_by, None, alias)

    @staticmethod
    def top_n(
        output: Source | Sequence[Any], order_by: Any, n: int, alias: str | None = None
    ) -> RankedAggregation:
        """What each of a group's first documents has; ``n`` is how many at most, the rest is as for
        ``top``.
        """
        return RankedAggregation("$topN", output, order_by, n, alias)

    @staticmethod
    def bottom_n(
        output: Source | Sequence[Any], order_by: Any, n: int, alias: str | None = None
    ) -> RankedAggregation:
        """What each of a group's last documents has; parameters as for ``top_n``."""
        return RankedAggregation("$bottomN", output, order_by, n, alias)

    @staticmethod
    def first_n(field: Source, n: int, alias: str | None = None) -> SeveralAggregation:
        """The values of a group's first documents (servers from 5.2)."""
        return SeveralAggregation("$firstN", field, n, alias)

    @staticmethod
    def last_n(field: Source, n: int, alias: str | None = None) -> SeveralAggregation:
        """The values of a group's last documents (servers from 5.2)."""
        return SeveralAggregation("$lastN", field, n, alias)

    @staticmethod
    def min_n(field: Source, n: int, alias: str | None = None) -> SeveralAggregation:
        """A group's least values (servers from 5.2)."""
        return SeveralAggregation("$minN", field, n, alias)

    @staticmethod
    def max_n(field: Source, n: int, alias: str | None = None) -> SeveralAggregation:
        """A group's greatest values (servers from 5.2)."""
        return SeveralAggregation("$maxN", field, n, alias)

    @staticmethod
    def median(field: Source, alias: str | None = None) -> MedianAggregation:
        """The median of a group's values (servers from 7.0)."""
        return MedianAggregation(field, alias)

    @staticmethod
    def percentile(
        field: Source, p: Iterable[float], alias: str | None = None
    ) -> PercentileAggregation:
        """Percentiles of a group's values (servers from 7.0); ``p`` are numbers from 0 to 1."""
        return PercentileAggregation(field, p, alias)

    @staticmethod
    def window(
        function: Any,
        documents: Sequence[Any] | None = None,
        range: Sequence[Any] | None = None,  # noqa: A002  # MongoDB's name
        unit: str | None = None,
    ) -> Window:
        """What is computed over the neighbours of a document, for ``set_window_fields``.

        Parameters:
            function: an accumulator, or an operator of windows such as ``Func("rank")``.
            documents: from which to which document, as numbers of places from this one;
                ``"unbounded"`` is the end of the partition, ``"current"`` this document.
            range: the same as distances in the value of what it is ordered by.
            unit: in which unit, where that is a date.
        """
        return Window(function, documents, range, unit)

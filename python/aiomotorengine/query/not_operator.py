"""``__not``: the opposite of another operator, or of equality."""

from __future__ import annotations

from typing import Any

from aiomotorengine.query.base import QueryOperator
from aiomotorengine.query.expressions import negate

__all__ = ["NotOperator"]


class NotOperator(QueryOperator):
    """Documents that another operator does not find: ``age__not__gt=5``, ``age__not=5`` (K24).

    Example:
        >>> from aiomotorengine.query.greater_than import GreaterThanQueryOperator
        >>> NotOperator().to_query("age", GreaterThanQueryOperator(), 10)
        {'age': {'$not': {'$gt': 10}}}
    """

    def to_query(  # type: ignore[override]  # it has an operator between the two
        self, db_name: str, operator: QueryOperator | type[QueryOperator], value: Any
    ) -> dict[str, Any]:
        """The opposite of what ``operator`` asks for.

        Parameters:
            db_name: the key in MongoDB.
            operator: the operator that is negated, or its class.
            value: what that operator's ``get_value`` returned.
        """
        negates = operator() if isinstance(operator, type) else operator
        return negate(negates.to_query(db_name, value))

"""The table of operators: what an update can do to a field."""

from __future__ import annotations

from aiomotorengine.update.add_to_set import AddToSet
from aiomotorengine.update.arithmetic import Inc, Mul
from aiomotorengine.update.bit import Bit
from aiomotorengine.update.bounds import Max, Min
from aiomotorengine.update.current_date import CurrentDate
from aiomotorengine.update.pop import Pop
from aiomotorengine.update.pull import Pull, PullAll
from aiomotorengine.update.push import Push
from aiomotorengine.update.rename import Rename
from aiomotorengine.update.set import Set, SetOnInsert
from aiomotorengine.update.unset import Unset
from aiomotorengine.update.update_operator import UpdateOperator

__all__ = ["OPERATORS", "gives_value"]

OPERATORS: dict[str, type[UpdateOperator]] = {
    change.operator: change
    for change in (
        AddToSet,
        Bit,
        CurrentDate,
        Inc,
        Max,
        Min,
        Mul,
        Pop,
        Pull,
        PullAll,
        Push,
        Rename,
        Set,
        SetOnInsert,
        Unset,
    )
}
"""The operators of updates, by MongoDB's names."""


def gives_value(operator: str) -> bool:
    """Whether a document that an upsert inserts gets a value by an operator."""
    known = OPERATORS.get(operator)
    return known is None or known.gives_value

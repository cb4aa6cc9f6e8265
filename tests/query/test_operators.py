"""The operators by themselves, and operators of a program's own."""

from __future__ import annotations

import pytest

from aiomotorengine import BaseField, Document, IntField, Q, StringField
from aiomotorengine.query import less_than, less_than_or_equal
from aiomotorengine.query.base import QueryOperator
from aiomotorengine.query.exists import ExistsQueryOperator
from aiomotorengine.query.greater_than import GreaterThanQueryOperator
from aiomotorengine.query.greater_than_or_equal import GreaterThanOrEqualQueryOperator
from aiomotorengine.query.in_operator import InQueryOperator
from aiomotorengine.query.is_null import IsNullQueryOperator
from aiomotorengine.query.lesser_than import LesserThanQueryOperator
from aiomotorengine.query.lesser_than_or_equal import LesserThanOrEqualQueryOperator
from aiomotorengine.query.not_equal import NotEqualQueryOperator
from aiomotorengine.query.not_operator import NotOperator
from aiomotorengine.query_builder.transform import OPERATORS, DefaultOperator, update


@pytest.mark.parametrize(
    ("name", "operator", "value", "expected"),
    [
        ("exists", ExistsQueryOperator, True, {"f": {"$exists": True}}),
        ("gt", GreaterThanQueryOperator, 1, {"f": {"$gt": 1}}),
        ("gte", GreaterThanOrEqualQueryOperator, 1, {"f": {"$gte": 1}}),
        ("lt", LesserThanQueryOperator, 1, {"f": {"$lt": 1}}),
        ("lte", LesserThanOrEqualQueryOperator, 1, {"f": {"$lte": 1}}),
        ("in", InQueryOperator, [1], {"f": {"$in": [1]}}),
        ("is_null", IsNullQueryOperator, True, {"f": None}),
        ("is_null", IsNullQueryOperator, False, {"f": {"$exists": True, "$ne": None}}),
        ("ne", NotEqualQueryOperator, 1, {"f": {"$ne": 1}}),
        ("ne", NotEqualQueryOperator, {"x": 1}, {"f": {"$ne": {"x": 1}}}),
        ("ne", NotEqualQueryOperator, {}, {"f": {"$ne": {}}}),
        (None, DefaultOperator, 1, {"f": 1}),
    ],
)
def test_an_operator_makes_a_condition(name, operator, value, expected):
    assert issubclass(operator, QueryOperator)
    assert operator().to_query("f", value) == expected
    if name:
        assert OPERATORS[name] is operator


@pytest.mark.parametrize("operator", [GreaterThanQueryOperator, GreaterThanQueryOperator()])
def test_not_wraps_another_operator(operator):
    assert NotOperator().to_query("f", operator, 10) == {"f": {"$not": {"$gt": 10}}}
    assert OPERATORS["not"] is NotOperator


def test_the_manuals_names_of_two_modules_are_aliases():
    assert less_than.LesserThanQueryOperator is LesserThanQueryOperator
    assert less_than_or_equal.LesserThanOrEqualQueryOperator is LesserThanOrEqualQueryOperator


def test_an_operators_value_goes_through_the_field():
    class Upper(StringField):
        def to_son(self, value):
            return value.upper()

    for operator in (DefaultOperator, GreaterThanQueryOperator, NotEqualQueryOperator):
        assert operator().get_value(Upper(), "x") == "X"
    assert InQueryOperator().get_value(Upper(), ["x", "y"]) == ["X", "Y"]
    assert ExistsQueryOperator().get_value(Upper(), "x") == "x"
    assert IsNullQueryOperator().get_value(Upper(), "x") == "x"


class Doubled(QueryOperator):
    def to_query(self, db_name, value):
        return {db_name: {"$mod": [value, 0]}}

    def get_value(self, field, raw):
        return 2 * field.to_query(raw)


def test_a_program_can_add_its_own_operator(monkeypatch):
    class Number(Document):
        n = IntField(db_field="m")

    with pytest.raises(ValueError, match="Invalid operator"):
        Q(n__doubled=1).to_query(Number)
    query = Q(n__doubled="3")
    monkeypatch.setitem(OPERATORS, "doubled", Doubled)
    assert query.to_query(Number) == {"m": {"$mod": [6, 0]}}
    assert Q(n__not__doubled=3).to_query(Number) == {"m": {"$not": {"$mod": [6, 0]}}}
    assert Number.objects.filter(n__doubled=3).to_query() == {"m": {"$mod": [6, 0]}}
    with pytest.raises(ValueError, match="field 'n' in filter 'n__doubled'"):
        Q(n__doubled="x").to_query(Number)


def test_a_key_is_read_by_the_operators_that_there_are_when_it_is_used(monkeypatch):
    class Bag(Document):
        n = IntField(db_field="m")
        any = BaseField()

    query = Bag.objects.filter(any__doubled=1, n__gt=1)
    assert query.to_query() == {"any.doubled": 1, "m": {"$gt": 1}}
    monkeypatch.setitem(OPERATORS, "doubled", Doubled)
    monkeypatch.setitem(OPERATORS, "gt", Doubled)
    assert query.to_query() == {"any": {"$mod": [2, 0]}, "m": {"$mod": [2, 0]}}
    monkeypatch.delitem(OPERATORS, "gt")
    with pytest.raises(ValueError, match="Invalid operator"):
        query.to_query()
    monkeypatch.undo()
    assert query.to_query() == {"any.doubled": 1, "m": {"$gt": 1}}


def test_an_operator_may_make_a_condition_on_no_field(monkeypatch):
    class Compared(QueryOperator):
        def to_query(self, db_name, value):
            return {"$expr": {"$gt": [f"${db_name}", value]}}

    class Number(Document):
        n = IntField(db_field="m")

    monkeypatch.setitem(OPERATORS, "compared", Compared)
    compared = {"$expr": {"$gt": ["$m", 3]}}
    assert Q(n__compared=3).to_query(Number) == compared
    assert Q(n__not__compared=3).to_query(Number) == {"$nor": [compared]}
    assert (Q(n__compared=3) & Q(n__compared=3)).to_query(Number) == {"$and": [compared, compared]}


def test_update_merges_in_depth():
    values = {"a": {"x": 1, "y": {"z": 1}}, "b": 1}
    inner = values["a"]
    assert update(values, {"a": {"y": {"w": 2}}, "b": {"c": 3}}) is values
    assert values == {"a": {"x": 1, "y": {"z": 1, "w": 2}}, "b": {"c": 3}}
    assert inner == {"x": 1, "y": {"z": 1}}

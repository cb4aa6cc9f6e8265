"""Q: combining, negating, and what it compiles to."""

from __future__ import annotations

import copy
import pickle
import re

import pytest
from bson import Regex

from aiomotorengine import Document, IntField, ListField, Q, QNot, StringField
from aiomotorengine.query_builder.node import (
    DuplicateQueryConditionsError,
    QCombination,
    QNode,
    QNodeVisitor,
    QueryCompilerVisitor,
    SimplificationVisitor,
    conditions,
)
from tests.integration.commands import watch
from tests.query.models import Deep, Thing


class Row(Document):
    a = IntField()
    b = IntField(db_field="bb")
    s = StringField()
    nums = ListField(IntField())


class Other(Document):
    a = StringField(db_field="aa")
    b = StringField()


ROWS = [
    (Q(), {}),
    (Q(a__gt=1, a__lt=5), {"a": {"$gt": 1, "$lt": 5}}),
    (Q(a=1) & Q(b=2), {"a": 1, "bb": 2}),
    (Q(a__gt=1) & Q(a__lt=5), {"a": {"$gt": 1, "$lt": 5}}),
    (Q(a=1) & Q(a=2), {"$and": [{"a": 1}, {"a": 2}]}),
    (Q(a=1) & Q(b=2) & Q(a=3), {"$and": [{"a": 1}, {"bb": 2}, {"a": 3}]}),
    (Q(a=1) | Q(b=2) | Q(s="x"), {"$or": [{"a": 1}, {"bb": 2}, {"s": "x"}]}),
    ((Q(a=1) & Q(b=2)) | Q(s="x"), {"$or": [{"a": 1, "bb": 2}, {"s": "x"}]}),
    (Q(a=1) & (Q(b=2) | Q(s="x")), {"$and": [{"a": 1}, {"$or": [{"bb": 2}, {"s": "x"}]}]}),
    (Q({"x": 1}) & Q(a=1), {"a": 1, "x": 1}),
    (Q({"x": 1}) & Q({"y": 1}), {"$and": [{"x": 1}, {"y": 1}]}),
    (~Q(a=1), {"a": {"$ne": 1}}),
    (~Q(a__gt=1), {"a": {"$not": {"$gt": 1}}}),
    (~Q(a__in=[1]), {"a": {"$not": {"$in": [1]}}}),
    (~Q(a=1, b__gt=2), {"a": {"$ne": 1}, "bb": {"$not": {"$gt": 2}}}),
    (~Q(nums=[1]), {"nums": {"$not": {"$all": [1]}}}),
    (~Q(s=["x", "y"]), {"s": {"$nin": ["x", "y"]}}),
    (~Q(a__is_null=True), {"a": {"$ne": None}}),
    (~~Q(a=1), {"a": {"$not": {"$ne": 1}}}),
    (~Q(a__in=[1]) & Q(b=2), {"$and": [{"a": {"$not": {"$in": [1]}}}, {"bb": 2}]}),
    (~(Q(a=1) | Q(b=2)), {"$nor": [{"a": 1}, {"bb": 2}]}),
]


@pytest.mark.parametrize(("query", "expected"), ROWS)
def test_an_expression_compiles_to_a_query(query, expected):
    assert query.to_query(Row) == expected


def test_a_raw_query_comes_last():
    assert list((Q({"x": 1}) & Q(a=1)).to_query(Row)) == ["a", "x"]
    assert list(Q({"x": 1}, a=1).to_query(Row)) == ["a", "x"]


@pytest.mark.parametrize(("query", "expected"), ROWS)
def test_k52_compiling_changes_nothing(query, expected):
    before = pickle.dumps(query)
    assert query.to_query(Row) == query.to_query(Row) == expected
    assert pickle.dumps(query) == before


def test_k52_a_query_can_be_used_with_several_classes():
    query = (Q(a="1") & Q(b="2") | Q(b="3")) & ~Q(a="4")
    expected = {
        "$and": [{"$or": [{"a": 1, "bb": 2}, {"bb": 3}]}, {"a": {"$ne": 4}}],
    }
    assert query.to_query(Row) == expected
    assert query.to_query(Other) == {
        "$and": [{"$or": [{"aa": "1", "b": "2"}, {"b": "3"}]}, {"aa": {"$ne": "4"}}],
    }
    assert query.to_query(Row) == expected


def test_k52_the_mappings_of_a_raw_query_stay_as_they_are():
    raw = {"a": {"$gt": 1}}
    assert (Q(raw) & Q(a__lt=5)).to_query(Row) == {"a": {"$gt": 1, "$lt": 5}}
    assert raw == {"a": {"$gt": 1}}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Q(a=5) & Q(a__gt=1), [{"a": 5}, {"a": {"$gt": 1}}]),
        (Q(a=None, a__ne=3), [{"a": None}, {"a": {"$ne": 3}}]),
        (Q(a=None, a__ne=3, b=2), [{"a": None}, {"a": {"$ne": 3}}, {"bb": 2}]),
        (
            Q(s__is_null=False) & Q(s__ne="y"),
            [{"s": {"$exists": True, "$ne": None}}, {"s": {"$ne": "y"}}],
        ),
        (
            Q(s__is_null=False, s__ne="y"),
            [{"s": {"$exists": True, "$ne": None}}, {"s": {"$ne": "y"}}],
        ),
        (Q({"a": "x"}) & Q(a=1), [{"a": "x"}, {"a": 1}]),
        (Q({"a": "x"}, a=1), [{"a": 1}, {"a": "x"}]),
        (Q({"a": {"$gt": 1}}) & Q(a__gt=2), [{"a": {"$gt": 1}}, {"a": {"$gt": 2}}]),
        (Q(nums=[1]) & Q(nums=[2]), [{"nums": {"$all": [1]}}, {"nums": {"$all": [2]}}]),
        (Q(a__not__gt=5, a__not__lt=1), [{"a": {"$not": {"$gt": 5}}}, {"a": {"$not": {"$lt": 1}}}]),
        (
            Q({"$or": [{"x": 1}]}) & Q({"$or": [{"y": 1}]}),
            [{"$or": [{"x": 1}]}, {"$or": [{"y": 1}]}],
        ),
    ],
)
def test_k50_two_conditions_on_one_field_are_both_kept(query, expected):
    assert query.to_query(Row) == {"$and": expected}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Q(a__ne=1) & Q(a__in=[2]), {"a": {"$ne": 1, "$in": [2]}}),
        (Q(a__is_null=False) & Q(a__gt=2), {"a": {"$exists": True, "$ne": None, "$gt": 2}}),
        (Q({"a": {"$gt": 1}}) & Q(a__lt=2), {"a": {"$gt": 1, "$lt": 2}}),
        (Q({"$or": [{"x": 1}]}) & Q(a=2), {"a": 2, "$or": [{"x": 1}]}),
    ],
)
def test_k50_different_operators_are_merged(query, expected):
    assert query.to_query(Row) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (~(Q(a=1) & Q(a=2)), {"$nor": [{"$and": [{"a": 1}, {"a": 2}]}]}),
        (
            ~(Q(a=1) & (Q(b=2) | Q(b=3))),
            {"$nor": [{"$and": [{"a": 1}, {"$or": [{"bb": 2}, {"bb": 3}]}]}]},
        ),
        (~~(Q(a=1) | Q(b=2)), {"$nor": [{"$nor": [{"a": 1}, {"bb": 2}]}]}),
        (~Q({"$or": [{"x": 1}], "y": 2}), {"y": {"$ne": 2}, "$nor": [{"x": 1}]}),
        (~Q({"$expr": {"$gt": ["$a", "$b"]}}), {"$nor": [{"$expr": {"$gt": ["$a", "$b"]}}]}),
        (~(Q(a=1) | Q(b=2)) & Q(s="x"), {"$and": [{"$nor": [{"a": 1}, {"bb": 2}]}, {"s": "x"}]}),
    ],
)
def test_k28_negated_combinations(query, expected):
    assert query.to_query(Row) == expected


def test_k28_a_mapping_that_is_a_value_is_no_mapping_of_operators():
    assert (~Q(sub__deep=Deep(text="x"))).to_query(Thing) == {"ss.dp": {"$ne": {"t": "x"}}}
    assert (~Q({"homes": {"road": "Loop"}})).to_query(Row) == {"homes": {"$ne": {"road": "Loop"}}}
    assert (~Q({"homes": {}})).to_query(Row) == {"homes": {"$ne": {}}}


def test_a_pattern_is_negated_as_the_server_wants_it():
    for pattern in (re.compile("^x"), Regex("^x")):
        assert (~Q({"s": pattern})).to_query(Row) == {"s": {"$not": pattern}}


def test_k29_a_negated_and_negates_every_condition():
    assert (~(Q(a=1) & Q(b=2))).to_query(Row) == {"a": {"$ne": 1}, "bb": {"$ne": 2}}
    assert (~Q(a=1) | ~Q(b=2)).to_query(Row) == {"$or": [{"a": {"$ne": 1}}, {"bb": {"$ne": 2}}]}


def test_an_empty_query_asks_for_nothing_and_leaves_the_other_side():
    query = Q(a=1)
    for empty in (Q(), Q({}), ~Q(), QCombination(QNode.AND, []), None, 5, "x"):
        assert query & empty is query
        assert query | empty is query
    assert Q() & query is query
    assert Q() | query is query
    assert Q().empty
    assert not query.empty
    assert not Q({"x": 1}).empty
    assert not (~query).empty
    assert not (query | query).empty


def test_empty_parts_are_left_out_of_what_is_sent():
    empty = QCombination(QNode.OR, [Q(), ~Q()])
    assert empty.empty
    assert empty.to_query(Row) == {}
    assert (~empty).to_query(Row) == {}
    assert QCombination(QNode.AND, []).to_query(Row) == {}
    assert QCombination(QNode.OR, [Q(), Q(a=1)]).to_query(Row) == {"a": 1}


def test_a_mapping_beside_a_query_is_a_raw_query():
    assert (Q(a=1) & {"x": 2}).to_query(Row) == {"a": 1, "x": 2}
    assert (Q(a=1) | {"x": 2}).to_query(Row) == {"$or": [{"a": 1}, {"x": 2}]}


def test_a_combination_takes_in_children_of_its_own_operation():
    assert (QNode.AND, QNode.OR) == (0, 1)
    either = Q(a=1) | Q(b=2) | (Q(s="x") | Q(s="y"))
    assert isinstance(either, QCombination)
    assert either.operation == QNode.OR
    assert len(either.children) == 4
    both = either & Q(a=3)
    assert both.operation == QNode.AND
    assert [type(child) for child in both.children] == [QCombination, Q]


def test_nodes_are_made_by_operators():
    assert isinstance(~Q(a=1), QNot)
    for node in (Q(a=1), QNot(Q(a=1)), Q(a=1) | Q(b=1)):
        assert isinstance(node, QNode)
        assert copy.deepcopy(node).to_query(Row) == node.to_query(Row)
    assert QNot(Q(a=1)).to_query(Row) == {"a": {"$ne": 1}}


@pytest.mark.parametrize("argument", [5, "a", [("a", 1)], Q(a=1)])
def test_k27_q_takes_no_other_positional_argument(argument):
    with pytest.raises(TypeError, match="mapping"):
        Q(argument)


def test_k27_q_takes_a_raw_query_and_keywords_together():
    assert Q({"x": 1}, a=1).to_query(Row) == {"a": 1, "x": 1}


def test_visitors_can_be_written_by_programs():
    class Names(QNodeVisitor):
        def visit_query(self, query):
            return sorted(query.query)

        def visit_not(self, negation):
            return negation.query.accept(self)

        def visit_combination(self, combination):
            return [name for child in combination.children for name in child.accept(self)]

    query = (Q(a=1) | ~Q(b=2)) & Q(s="x")
    assert query.accept(Names()) == ["a", "b", "s"]
    assert query.accept(SimplificationVisitor()).accept(QueryCompilerVisitor(Row)) == (
        query.to_query(Row)
    )
    assert issubclass(DuplicateQueryConditionsError, RuntimeError)


def filtered(*args, **kwargs):
    return Row.objects.filter(*args, **kwargs).to_query()


def filtered_not(*args, **kwargs):
    return Row.objects.filter_not(*args, **kwargs).to_query()


def test_k27_filter_keeps_all_of_its_arguments():
    assert filtered() == {}
    assert filtered(a=1, b=2) == {"a": 1, "bb": 2}
    assert filtered(Q(a=1), Q(b=2)) == {"a": 1, "bb": 2}
    assert filtered(Q(a=1) | Q(a=2), b=2) == {"$and": [{"$or": [{"a": 1}, {"a": 2}]}, {"bb": 2}]}
    assert filtered({"x": 2}, a=1) == {"a": 1, "x": 2}
    assert filtered(Q(a=1), {"x": 2}, ~Q(b=3)) == {"$and": [{"a": 1}, {"x": 2}, {"bb": {"$ne": 3}}]}
    assert Row.objects.filter(a=1).filter({"x": 2}).to_query() == {"a": 1, "x": 2}


def test_k27_filter_not_takes_what_filter_takes():
    assert filtered_not({"x": 2}) == {"x": {"$ne": 2}}
    assert filtered_not(~Q(a=1)) == {"a": {"$not": {"$ne": 1}}}
    assert filtered_not(Q(a=1) | Q(b=2)) == {"$nor": [{"a": 1}, {"bb": 2}]}
    assert filtered_not(Q(a=1), b=2) == {"$and": [{"a": {"$ne": 1}}, {"bb": {"$ne": 2}}]}
    assert filtered_not() == {}


@pytest.mark.parametrize("key", [Row.a, 5, None, b"a", ("a",)])
def test_a_raw_query_has_texts_as_keys(key):
    text = r"^The keys of a raw query are MongoDB's, as texts, not .*fields are compared by keyword"
    for make in (Q, Row.objects.filter, Row.objects.filter_not, Row.objects.aggregate.match):
        with pytest.raises(TypeError, match=text):
            make({"b": 1, key: 1})
    with pytest.raises(TypeError, match=text):
        Q(raw={key: 1}).to_query(Row)


def test_what_fields_are_compared_with_is_told():
    with pytest.raises(TypeError, match=r"not bool\.\nFields are compared by keywords"):
        Row.objects.filter(Row.a == 5)


@pytest.mark.parametrize("argument", [5, None, "a", [Q(a=1)], Row, Q])
def test_k27_anything_else_is_refused(argument):
    for negated in (False, True):
        with pytest.raises(TypeError, match="Filters are queries"):
            conditions(Row, (Q(a=1), argument), {}, negated=negated)
    with pytest.raises(TypeError, match="not int"):
        Row.objects.filter(5)
    with pytest.raises(TypeError, match="not int"):
        Row.objects.filter_not(5)


def test_k30_filter_not_keeps_what_was_set_before():
    query = Row.objects.filter(s="x").filter_not(a=1).filter_not(a=2, b=3)
    assert query.to_query() == {
        "$and": [{"s": "x"}, {"a": {"$ne": 1}}, {"a": {"$ne": 2}, "bb": {"$ne": 3}}]
    }


async def test_k37_get_keeps_the_filters_set_before(mongo):
    commands = watch(mongo)
    assert await Row.objects.filter(a=1).get(b=2) is None
    (command,) = commands.of("find")
    assert command["filter"] == {"a": 1, "bb": 2}

"""The stages that an aggregation sends."""

from __future__ import annotations

from datetime import datetime

import pytest

from aiomotorengine import (
    DESCENDING,
    Aggregation,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    Q,
    StringField,
)
from aiomotorengine.aggregation.avg import AverageAggregation
from aiomotorengine.aggregation.base import (
    BaseAggregation,
    GroupBy,
    Match,
    OrderBy,
    PipelineOperation,
    Unwind,
)
from aiomotorengine.aggregation.sum import SumAggregation


class Mayor(Document):
    name = StringField(db_field="nm")


class Bridge(Document):
    river = StringField(db_field="r")
    length = IntField(db_field="l")


class City(Document):
    name = StringField(db_field="n")
    state = StringField()
    people = IntField(db_field="p")
    tags = ListField(StringField(), db_field="ts")
    founded = DateTimeField(db_field="f")
    mayor = EmbeddedDocumentField(Mayor, db_field="m")
    bridges = ListField(EmbeddedDocumentField(Bridge), db_field="b")


def pipeline(queryset=None):
    return (queryset or City.objects).aggregate


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [
        (pipeline(), []),
        (pipeline().match(people__gt=3), [{"$match": {"p": {"$gt": 3}}}]),
        (pipeline().match(mayor__name="x"), [{"$match": {"m.nm": "x"}}]),
        (pipeline().match(undeclared=1), [{"$match": {"_undeclared": 1}}]),
        (
            pipeline().group_by(City.name, "state", Aggregation.sum(City.people, alias="total")),
            [{"$group": {"_id": {"n": "$n", "state": "$state"}, "total": {"$sum": "$p"}}}],
        ),
        (
            pipeline().group_by(City.name).group_by(City.name),
            [{"$group": {"_id": {"n": "$n"}}}, {"$group": {"_id": {"n": "$_id.n"}}}],
        ),
        (pipeline().group_by(), [{"$group": {"_id": {}}}]),
        (pipeline().unwind(City.tags), [{"$unwind": "$ts"}]),
        (pipeline().order_by(City.name), [{"$sort": {"n": 1}}]),
        (pipeline().order_by(City.name, DESCENDING), [{"$sort": {"n": -1}}]),
        (pipeline().order_by(City.name, direction=DESCENDING), [{"$sort": {"n": -1}}]),
    ],
)
def test_a_call_adds_a_stage(aggregation, expected):
    assert aggregation.to_query() == expected
    assert aggregation.to_query() == expected


def test_calls_change_the_aggregation_and_return_it():
    aggregation = City.objects.aggregate
    assert isinstance(aggregation, Aggregation)
    assert aggregation.match(people=1) is aggregation
    assert aggregation.unwind(City.tags) is aggregation
    assert aggregation.order_by(City.tags) is aggregation
    assert aggregation.group_by(City.tags) is aggregation
    assert [type(stage) for stage in aggregation.pipeline] == [Match, Unwind, OrderBy, GroupBy]
    assert all(isinstance(stage, PipelineOperation) for stage in aggregation.pipeline)
    assert aggregation.raw([]) is aggregation
    assert City.objects.aggregate.pipeline == []


def test_raw_replaces_every_other_stage():
    stages = [{"$match": {"x": 1}}, {"$limit": 3}]
    aggregation = pipeline().match(people=2).raw(stages)
    assert aggregation.order_by(City.name).to_query() == stages
    assert pipeline().raw([]).to_query() == []


def test_the_filters_come_before_raw_stages():
    first = {"$match": {"p": 1}}
    stages = [{"$match": {"x": 1}}, {"$limit": 3}]
    query_set = City.objects.filter(people=1)
    assert pipeline(query_set).match(people=2).raw(stages).to_query() == [first, *stages]
    assert pipeline(query_set).raw([]).to_query() == [first]
    aggregation = pipeline().raw(iter(stages))
    aggregation.queryset.filter(people=1)
    assert aggregation.to_query() == aggregation.to_query() == [first, *stages]
    assert stages == [{"$match": {"x": 1}}, {"$limit": 3}]


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("$geoNear", {"$geoNear": {"near": [1, 2], "query": {}}}),
        ("$search", {"$search": {}}),
        ("$vectorSearch", {"$vectorSearch": {}}),
        ("$collStats", {"$collStats": {}}),
        ("$text", {"$match": {"n": "x", "$text": {"$search": "x"}}}),
    ],
)
def test_filters_do_not_go_before_what_must_come_first(name, stage):
    refusal = (
        rf"^raw\(\) begins with \{name}, so the filters can't come first: "
        r"put them into its query\.$"
    )
    with pytest.raises(ValueError, match=refusal):
        pipeline(City.objects.filter(people=1)).raw([stage])
    aggregation = pipeline().raw([stage, {"$limit": 1}])
    assert aggregation.to_query() == [stage, {"$limit": 1}]
    aggregation.queryset.filter(people=1)
    with pytest.raises(ValueError, match=refusal):
        aggregation.to_query()
    assert pipeline(City.objects.filter(people=1)).raw([{"$limit": 1}, stage]).to_query()


@pytest.mark.parametrize(
    ("make", "kind", "operator"),
    [(Aggregation.sum, SumAggregation, "$sum"), (Aggregation.avg, AverageAggregation, "$avg")],
)
def test_accumulators(make, kind, operator):
    aggregation = pipeline()
    assert isinstance(make(City.people), kind)
    assert isinstance(make(City.people), BaseAggregation)
    assert make(City.people).to_query(aggregation) == {"p": {operator: "$p"}}
    assert make(City.people, alias="x").to_query(aggregation) == {"x": {operator: "$p"}}
    assert make("people", "x").to_query(aggregation) == {"x": {operator: "$people"}}
    assert make("a.b", "x").to_query(aggregation) == {"x": {operator: "$a.b"}}


def test_an_accumulator_of_a_programs_own():
    class Most(BaseAggregation):
        def to_query(self, aggregation):
            path = aggregation.get_field_name(self.field)
            return {self.alias: {"$max": f"${path}"}, f"{self.alias}_seen": {"$sum": 1}}

    aggregation = pipeline().group_by(City.state, Most(City.people, "most"))
    assert aggregation.match(most_seen__gt=2).order_by("most").to_query() == [
        {
            "$group": {
                "_id": {"state": "$state"},
                "most": {"$max": "$p"},
                "most_seen": {"$sum": 1},
            }
        },
        {"$match": {"most_seen": {"$gt": 2}}},
        {"$sort": {"most": 1}},
    ]


def test_k49_filters_of_the_query_set_are_the_first_stage():
    query_set = City.objects.filter(people__gt=3).filter_not(name="x")
    assert query_set.aggregate.match(state="s").to_query() == [
        {"$match": {"$and": [{"p": {"$gt": 3}}, {"n": {"$ne": "x"}}]}},
        {"$match": {"state": "s"}},
    ]


@pytest.mark.parametrize(
    ("args", "filters", "expected"),
    [
        ((Q(people=1) | Q(name="x"),), {}, {"$or": [{"p": 1}, {"n": "x"}]}),
        (({"x": 1},), {}, {"x": 1}),
        (
            (~Q(people=1), {"x": 1}),
            {"name": "x"},
            {"$and": [{"p": {"$ne": 1}}, {"x": 1}, {"n": "x"}]},
        ),
    ],
)
def test_k49_match_takes_queries_and_mappings(args, filters, expected):
    assert pipeline().match(*args, **filters).to_query() == [{"$match": expected}]


def test_match_refuses_anything_else():
    with pytest.raises(TypeError, match="not int"):
        pipeline().match(5)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("tags", "ts"),
        ("ts", "ts"),
        ("mayor.name", "m.nm"),
        ("m.nm", "m.nm"),
        ("_id", "_id"),
        ("id", "_id"),
        ("unknown", "unknown"),
    ],
)
def test_k49_text_names_an_attribute_or_a_key(text, path):
    assert pipeline().unwind(text).order_by(text, DESCENDING).to_query() == [
        {"$unwind": f"${path}"},
        {"$sort": {path: -1}},
    ]


def after_group(aggregation):
    """The stages after the first, of a pipeline that begins with the group of these tests."""
    return aggregation.to_query()[1:]


@pytest.fixture
def grouped():
    return pipeline().group_by(
        City.state,
        City.name,
        City.founded,
        Aggregation.sum(City.people),
        Aggregation.avg(City.people, alias="mean"),
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"mean__gte": 3}, {"mean": {"$gte": 3}}),
        ({"p__gte": 3}, {"p": {"$gte": 3}}),
        ({"people__gte": "3"}, {"p": {"$gte": 3}}),
        ({"name": "x"}, {"_id.n": "x"}),
        ({"n": "x"}, {"_id.n": "x"}),
        ({"state__in": {"x"}}, {"_id.state": {"$in": ["x"]}}),
        (
            {"founded__lt": "2010-01-01 00:00:00"},
            {"_id.f": {"$lt": datetime(2010, 1, 1)}},
        ),
        ({"_id": {"n": "x"}}, {"_id": {"n": "x"}}),
    ],
)
def test_k49_match_after_a_group(grouped, filters, expected):
    assert after_group(grouped.match(**filters)) == [{"$match": expected}]


def test_k49_queries_in_match_after_a_group(grouped):
    matched = grouped.match(Q(name="x") | ~Q(mean=3), {"_id.n": "y"})
    assert after_group(matched) == [
        {"$match": {"$and": [{"$or": [{"_id.n": "x"}, {"mean": {"$ne": 3}}]}, {"_id.n": "y"}]}}
    ]
    with pytest.raises(ValueError, match="Invalid operator"):
        grouped.match(mean__foo=1)
    with pytest.raises(ValueError, match="field 'mean'"):
        grouped.match(mean={"$gt": 1}).to_query()


@pytest.mark.parametrize(
    ("field", "path"),
    [
        (City.name, "_id.n"),
        ("name", "_id.n"),
        ("n", "_id.n"),
        ("_id.n", "_id.n"),
        ("mean", "mean"),
        (City.people, "p"),
        ("people", "p"),
        ("p", "p"),
        ("_id", "_id"),
    ],
)
def test_k49_names_after_a_group(grouped, field, path):
    aggregation = grouped.order_by(field).unwind(field)
    assert after_group(aggregation) == [{"$sort": {path: 1}}, {"$unwind": f"${path}"}]
    assert aggregation.get_field_name(field) == path


def test_k49_a_second_group_refers_to_the_first(grouped):
    again = grouped.group_by(
        City.state, "mean", Aggregation.sum("mean", alias="sum"), Aggregation.avg(City.people)
    )
    assert after_group(again) == [
        {
            "$group": {
                "_id": {"state": "$_id.state", "mean": "$mean"},
                "sum": {"$sum": "$mean"},
                "p": {"$avg": "$p"},
            }
        }
    ]
    last = again.match(state="x", mean=1, sum__gt=2).group_by("state", Aggregation.sum("sum"))
    assert last.to_query()[2:] == [
        {"$match": {"_id.mean": 1, "_id.state": "x", "sum": {"$gt": 2}}},
        {"$group": {"_id": {"state": "$_id.state"}, "sum": {"$sum": "$sum"}}},
    ]


def test_k49_a_grouped_field_is_accumulated_where_it_is():
    aggregation = (
        pipeline()
        .group_by(City.state, City.people)
        .group_by(City.state, Aggregation.sum(City.people), Aggregation.avg("people", "mean"))
    )
    assert after_group(aggregation) == [
        {
            "$group": {
                "_id": {"state": "$_id.state"},
                "p": {"$sum": "$_id.p"},
                "mean": {"$avg": "$_id.p"},
            }
        }
    ]


def test_k49_an_alias_wins_over_a_grouped_name():
    aggregation = pipeline().group_by(City.state, Aggregation.sum(City.people, alias="state"))
    assert after_group(aggregation.match(state__gt=3).order_by("state")) == [
        {"$match": {"state": {"$gt": 3}}},
        {"$sort": {"state": 1}},
    ]


def test_groups_do_not_change_what_an_earlier_stage_meant():
    aggregation = pipeline().match(name="x").order_by("name").group_by(City.name)
    assert aggregation.match(name="y").to_query() == [
        {"$match": {"n": "x"}},
        {"$sort": {"n": 1}},
        {"$group": {"_id": {"n": "$n"}}},
        {"$match": {"_id.n": "y"}},
    ]


@pytest.mark.parametrize("wrong", [5, None, City, {"a": 1}])
def test_what_is_neither_field_nor_text_is_refused(wrong):
    for call in (
        lambda: pipeline().group_by(wrong),
        lambda: pipeline().unwind(wrong),
        lambda: pipeline().order_by(wrong),
        lambda: pipeline().group_by(Aggregation.sum(wrong)),
        lambda: pipeline().group_by(City.name).order_by(wrong),
    ):
        with pytest.raises(TypeError, match="field or its name"):
            call()


def test_values_of_match_are_converted_late():
    aggregation = pipeline().match(people="x")
    with pytest.raises(ValueError, match="field 'people'"):
        aggregation.to_query()


def test_stages_that_are_handed_out_are_the_callers_own():
    aggregation = pipeline().group_by(City.name)
    aggregation.to_query()[0]["$group"]["_id"]["x"] = 1
    assert aggregation.to_query() == [{"$group": {"_id": {"n": "$n"}}}]


@pytest.mark.parametrize(
    "groups",
    [
        (Aggregation.sum(City.people), Aggregation.avg(City.people)),
        (Aggregation.sum(City.people, alias="x"), Aggregation.avg("other", alias="x")),
        (Aggregation.sum(City.people, alias="_id"),),
    ],
)
def test_results_of_a_group_do_not_take_each_others_place(groups):
    with pytest.raises(ValueError, match="give what it computes another alias"):
        pipeline().group_by(City.state, *groups)


def test_k49_what_was_computed_of_a_field_is_no_value_of_it():
    groups = pipeline().group_by(City.state, Aggregation.avg(City.people))
    assert groups.match(people__gte=1.5).to_query()[-1] == {"$match": {"p": {"$gte": 1.5}}}


def test_k49_paths_below_what_was_grouped():
    groups = pipeline().group_by(City.mayor)
    assert groups.order_by("mayor.name").to_query()[-1] == {"$sort": {"_id.m.nm": 1}}
    groups = pipeline().group_by(City.mayor)
    assert groups.order_by("mayor.undeclared").to_query()[-1] == {"$sort": {"_id.m.undeclared": 1}}


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (("mayor.name",), {"m": {"nm": "$m.nm"}}),
        (("m.nm",), {"m": {"nm": "$m.nm"}}),
        (("mayor.unknown", "a.b"), {"mayor": {"unknown": "$mayor.unknown"}, "a": {"b": "$a.b"}}),
        (
            ("bridges.river", City.state, "bridges.length"),
            {"b": {"r": "$b.r", "l": "$b.l"}, "state": "$state"},
        ),
        (("_id.part",), {"part": "$_id.part"}),
    ],
)
def test_a_path_groups_by_what_is_embedded(groups, expected):
    assert pipeline().group_by(*groups).to_query() == [{"$group": {"_id": expected}}]


def test_names_after_a_group_by_what_is_embedded():
    grouped = pipeline().unwind("bridges").group_by("bridges.river", Aggregation.sum(City.people))
    for name in ("bridges.river", "b.r", "_id.b.r"):
        assert grouped.get_field_name(name) == "_id.b.r"
    assert grouped.get_field_name(City.bridges) == "_id.b"
    again = grouped.match(bridges__river="x").group_by("bridges.river", Aggregation.avg("p"))
    assert again.order_by("bridges.river").to_query()[2:] == [
        {"$match": {"_id.b.r": "x"}},
        {"$group": {"_id": {"b": {"r": "$_id.b.r"}}, "p": {"$avg": "$p"}}},
        {"$sort": {"_id.b.r": 1}},
    ]


def test_a_path_is_accumulated_under_its_last_key():
    sums = (Aggregation.sum("bridges.length"), Aggregation.avg("bridges.length", alias="mean"))
    assert pipeline().group_by(*sums).to_query() == [
        {"$group": {"_id": {}, "l": {"$sum": "$b.l"}, "mean": {"$avg": "$b.l"}}}
    ]


@pytest.mark.parametrize("groups", [(City.mayor, "mayor.name"), ("mayor.name", "m")])
def test_a_group_is_not_by_something_and_a_part_of_it(groups):
    with pytest.raises(ValueError, match=r"^A group by 'm' can't be by 'm\.nm', a part of it"):
        pipeline().group_by(*groups)


def test_a_sign_turns_the_order_round():
    assert pipeline().order_by("-people").to_query() == [{"$sort": {"p": -1}}]
    assert pipeline().order_by("-people", DESCENDING).to_query() == [{"$sort": {"p": 1}}]
    assert pipeline().order_by("+mayor.name").to_query() == [{"$sort": {"m.nm": 1}}]


def test_any_name_may_be_matched():
    expected = [{"$match": {"_aggregation": 1, "_self": 2}}]
    assert pipeline().match(aggregation=1, self=2).to_query() == expected

"""Query sets before they are sent: every method changes the query set and returns it."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import (
    ASCENDING,
    DESCENDING,
    Aggregation,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    Q,
    StringField,
)
from aiomotorengine.query_builder.transform import OPERATORS
from aiomotorengine.queryset import DEFAULT_LIMIT, QuerySet


class Home(Document):
    road = StringField(db_field="r")


class Row(Document):
    n = IntField()
    word = StringField(db_field="w")
    home = EmbeddedDocumentField(Home, db_field="h")
    homes = ListField(EmbeddedDocumentField(Home))
    marks = ListField(IntField(), db_field="m")


def query(query_set: QuerySet[Any]) -> dict[str, Any]:
    """What a query set asks the server for."""
    return query_set.to_query()


def test_the_default_limit() -> None:
    assert DEFAULT_LIMIT == 1000


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.filter(n=1),
        lambda found: found.filter_not(n=1),
        lambda found: found.limit(1),
        lambda found: found.skip(1),
        lambda found: found.order_by("n"),
    ],
    ids=["filter", "filter_not", "limit", "skip", "order_by"],
)
def test_each_method_returns_the_very_query_set(change: Any) -> None:
    found = Row.objects
    assert change(found) is found


def test_aggregate_is_new_each_time() -> None:
    found = Row.objects
    assert isinstance(found.aggregate, Aggregation)
    assert found.aggregate is not found.aggregate


# -- filters -------------------------------------------------------------------------------------


def test_filters_of_several_calls_must_all_hold() -> None:
    found = Row.objects.filter(n__gt=1)
    found.filter(word="a")
    found.filter(Q(n__lt=9))
    assert query(found) == {"n": {"$gt": 1, "$lt": 9}, "w": "a"}


def test_k27_all_arguments_of_a_call_must_hold() -> None:
    found = Row.objects.filter(Q(n__gt=1), {"x": 1}, word="a")
    assert query(found) == {"n": {"$gt": 1}, "w": "a", "x": 1}


def test_k27_a_raw_query_narrows_what_was_set_before() -> None:
    assert query(Row.objects.filter(n=1).filter({"x": 2})) == {"n": 1, "x": 2}


@pytest.mark.parametrize("method", ["filter", "filter_not"])
@pytest.mark.parametrize("argument", [5, "n", None, [1], [Q(n=1)]])
def test_k27_what_is_no_query_is_refused(method: str, argument: Any) -> None:
    found = Row.objects.filter(n=1)
    with pytest.raises(TypeError):
        getattr(found, method)(argument)
    assert query(found) == {"n": 1}


def test_k30_filter_not_keeps_what_was_set_before() -> None:
    assert query(Row.objects.filter(word="a").filter_not(n=1)) == {
        "$and": [{"w": "a"}, {"n": {"$ne": 1}}]
    }
    assert query(Row.objects.filter_not(n=1).filter_not(n=2)) == {
        "$and": [{"n": {"$ne": 1}}, {"n": {"$ne": 2}}]
    }


def test_filter_not_negates_each_condition() -> None:
    assert query(Row.objects.filter_not(n=1, word="a")) == {"n": {"$ne": 1}, "w": {"$ne": "a"}}


def test_k27_filter_not_takes_raw_queries_and_negations() -> None:
    assert query(Row.objects.filter_not(~Q(n=1))) != {}
    assert query(Row.objects.filter_not({"n": 1})) != {}


@pytest.mark.parametrize("method", ["filter", "filter_not"])
def test_a_raw_query_is_no_keyword(method: str) -> None:
    found = Row.objects.filter(n=1)
    with pytest.raises(ValueError, match="raw"):
        getattr(found, method)(raw={"$where": "true"})
    assert query(found) == {"n": 1}


async def test_a_raw_query_is_no_keyword_of_get() -> None:
    with pytest.raises(ValueError, match="raw"):
        await Row.objects.get(raw={"$where": "true"})


def test_k31_a_field_called_raw_is_a_field() -> None:
    class Fish(Document):
        raw = StringField(db_field="r")

    assert query(Fish.objects.filter(raw="a")) == {"r": "a"}


@pytest.mark.parametrize("method", ["filter", "filter_not"])
def test_keys_are_checked_at_once(method: str) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the text follows
        getattr(Row.objects, method)(n__foo=1)
    assert str(refusal.value) == (
        "Invalid filter 'n__foo': Invalid operator (if this is a sub-property, then it must be "
        "used in embedded document fields)."
    )
    [note] = refusal.value.__notes__
    assert note == (
        f"The operators are {', '.join(sorted(OPERATORS))}. MongoDB's others stand in raw queries, "
        "such as filter({'$jsonSchema': {...}})."
    )


def test_a_refused_filter_leaves_the_query_set_as_it_was() -> None:
    found = Row.objects.filter(n=1)
    with pytest.raises(ValueError, match="Invalid filter"):
        found.filter(word="a", n__foo=1)
    assert query(found) == {"n": 1}


def test_query_sets_of_one_class_do_not_know_each_other() -> None:
    first, second = Row.objects.filter(n=1), Row.objects
    assert query(second) == {}
    assert query(first) == {"n": 1}


# -- order_by ------------------------------------------------------------------------------------


def order(query_set: QuerySet[Any]) -> list[tuple[str, int]]:
    return query_set._order


def test_order_by_appends_keys_by_name_or_field() -> None:
    found = Row.objects.order_by("word").order_by(Row.n, DESCENDING)
    assert order(found) == [("w", ASCENDING), ("n", DESCENDING)]
    assert order(Row.objects.order_by(Row.word, direction=DESCENDING)) == [("w", -1)]


def test_order_by_an_unknown_name() -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the text follows
        Row.objects.order_by("nope")
    assert str(refusal.value) == "Invalid order by field 'nope': Field not found in 'Row'."


def test_order_by_a_list_field_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^Can't order by a list field\.") as refusal:
        Row.objects.order_by(Row.marks)
    assert "aggregat" in str(refusal.value)
    assert "IntField" in str(refusal.value)


def test_order_by_a_list_field_given_by_name_is_accepted() -> None:
    assert order(Row.objects.order_by("marks")) == [("m", ASCENDING)]


def test_order_by_a_field_of_another_class_is_refused() -> None:
    class Other(Document):
        size = IntField()

    with pytest.raises(ValueError, match="Field not found in 'Row'"):
        Row.objects.order_by(Other.size)


@pytest.mark.parametrize("name", ["id", "_id"])
def test_k35_order_by_the_id(name: str) -> None:
    assert order(Row.objects.order_by(name)) == [("_id", ASCENDING)]
    assert order(Row.objects.order_by(f"-{name}")) == [("_id", DESCENDING)]


def test_k35_a_field_called_id_wins() -> None:
    class Numbered(Document):
        id = IntField(db_field="number")

    assert order(Numbered.objects.order_by("id")) == [("number", ASCENDING)]
    assert order(Numbered.objects.order_by("_id")) == [("_id", ASCENDING)]


def test_k35_order_by_a_path_into_embedded_documents() -> None:
    assert order(Row.objects.order_by("home.road")) == [("h.r", ASCENDING)]
    assert order(Row.objects.order_by("homes.road", DESCENDING)) == [("homes.r", DESCENDING)]


@pytest.mark.parametrize("path", ["home.nope", "n.road", "home.", ".road", ""])
def test_k35_order_by_a_path_that_leads_nowhere(path: str) -> None:
    with pytest.raises(ValueError, match=f"^Invalid order by field '{path}': Field not found"):
        Row.objects.order_by(path)


@pytest.mark.parametrize(("sign", "direction"), [("-", DESCENDING), ("+", ASCENDING)])
def test_k35_order_by_with_a_sign(sign: str, direction: int) -> None:
    assert order(Row.objects.order_by(f"{sign}word")) == [("w", direction)]
    assert order(Row.objects.order_by(f"{sign}home.road")) == [("h.r", direction)]


def test_k35_an_unknown_name_with_a_sign() -> None:
    with pytest.raises(ValueError, match="^Invalid order by field 'nope'"):
        Row.objects.order_by("-nope")


@pytest.mark.parametrize("field", [5, None, {}, ["n"], StringField()], ids=str)
def test_order_by_what_is_neither_field_nor_text(field: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="(?i)order by"):
        Row.objects.order_by(field)


@pytest.mark.parametrize("method", ["limit", "skip"])
@pytest.mark.parametrize("number", ["x", "5", 1.5, [], True])
def test_limit_and_skip_take_whole_numbers(method: str, number: Any) -> None:
    with pytest.raises(TypeError, match=method):
        getattr(Row.objects, method)(number)


@pytest.mark.parametrize("direction", [0, 2, "up"])
def test_order_by_a_direction_that_is_none(direction: Any) -> None:
    with pytest.raises(ValueError, match="direction"):
        Row.objects.order_by("n", direction=direction)


# -- where ---------------------------------------------------------------------------------------


def test_the_class_and_its_laziness() -> None:
    class Eager(Document):
        __lazy__ = False

    assert Row.objects.__klass__ is Row
    assert Row.objects.is_lazy is True
    assert Eager.objects.is_lazy is False


async def test_get_takes_no_query() -> None:
    with pytest.raises(TypeError, match=r"with others, await filter\(\.\.\.\)\.first\(\)"):
        await Row.objects.get(Q(n=1))

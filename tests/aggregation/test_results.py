"""What fetching an aggregation gives, and how it fails."""

from __future__ import annotations

import asyncio
import copy
import pickle

import pytest
from pymongo.errors import (
    AutoReconnect,
    ExecutionTimeout,
    OperationFailure,
    ProtocolError,
    ServerSelectionTimeoutError,
)

from aiomotorengine import Aggregation, Document, EmbeddedDocumentField, IntField, StringField
from aiomotorengine.aggregation.result import AggregationResult
from aiomotorengine.errors import AggregationError


class Part(Document):
    items = IntField()


class City(Document):
    name = StringField(db_field="n")
    items = IntField()
    part = EmbeddedDocumentField(Part)


class Answers:
    """A query set of which the server's answers are known."""

    def __init__(self, answer):
        self.query_set = City.objects.filter(items=1)
        self.query_set.coll = self.coll
        self.query_set._aggregate = self.aggregate
        self.answer = answer
        self.asked = []

    def coll(self, alias=None):
        if alias == "unknown":
            raise KeyError(alias)

    async def aggregate(self, pipeline, alias):
        self.asked.append((pipeline, alias))
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


async def fetch(*documents):
    return await Answers(list(documents)).query_set.aggregate.fetch()


async def test_fetch_sends_the_stages_and_returns_results():
    answers = Answers([{"_id": 1}, {"_id": 2}])
    aggregation = answers.query_set.aggregate.order_by(City.name)
    results = await aggregation.fetch(alias="elsewhere")
    assert results == [{"_id": 1}, {"_id": 2}]
    assert {type(result) for result in results} == {AggregationResult}
    assert answers.asked == [([{"$match": {"items": 1}}, {"$sort": {"n": 1}}], "elsewhere")]


async def test_entries_are_attributes_in_depth():
    (result,) = await fetch({"_id": 1, "a": {"b": [{"c": 2}, [{"d": 3}]]}})
    assert result.a.b[0].c == 2
    assert result["a"]["b"][0]["c"] == 2
    assert result.a.b[1][0].d == 3


async def test_entries_of_a_mapping_id_are_the_results_own():
    (result,) = await fetch({"_id": {"email": "x", "total": 5}, "total": 3})
    assert (result.email, result._id.email) == ("x", "x")
    assert (result.total, result._id.total) == (5, 5)
    (result,) = await fetch({"_id": "plain", "total": 3})
    assert result == {"_id": "plain", "total": 3}


def test_a_key_wins_over_a_method():
    values = {"items": 1, "count": 2, "get": 3, "keys": 4, "update": 5, "_id": {"values": 6}}
    result = AggregationResult.of(values)
    assert (result.items, result.count, result.get, result.keys) == (1, 2, 3, 4)
    assert (result.update, result.values, result._id.values) == (5, 6, 6)
    assert dict(result) == values | {"values": 6}
    assert AggregationResult({"a": 1}).get("a") == 1


def test_a_missing_key_is_an_attribute_error():
    result = AggregationResult({"a": 1})
    with pytest.raises(AttributeError):
        _ = result.missing
    with pytest.raises(KeyError):
        result["missing"]
    assert getattr(result, "missing", None) is None
    with pytest.raises(AttributeError):
        del result.missing


def test_attributes_can_be_set():
    result = AggregationResult({"a": 1, "items": 2})
    result.b = 3
    result.items = 4
    del result.a
    assert result == {"items": 4, "b": 3}


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda result: pickle.loads(pickle.dumps(result))],
)
def test_results_can_be_copied_and_pickled(duplicate):
    result = AggregationResult.of(
        {"_id": {"x": 1}, "items": [{"keys": 2}], "__reduce_ex__": 3, "__class__": 4}
    )
    again = duplicate(result)
    assert again == result
    assert type(again) is AggregationResult
    assert again["items"][0].keys == 2
    assert again.x == 1


async def test_get_instance_makes_a_document():
    answers = Answers([{"_id": 7, "n": "x", "items": 3, "part": {"items": 4}}])
    aggregation = answers.query_set.aggregate
    (result,) = await aggregation.fetch()
    city = aggregation.get_instance(result)
    assert isinstance(city, City)
    assert (city._id, city.name, city.items, city.part.items) == (7, "x", 3, 4)
    assert aggregation.get_instance({"n": "y"}).name == "y"


async def test_a_failure_is_a_runtime_error_with_its_cause():
    error = OSError("no answer")
    with pytest.raises(RuntimeError, match=r"^Aggregation failed due to: no answer$") as caught:
        await Answers(error).query_set.aggregate.fetch()
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    "duplicate", [lambda error: error, copy.copy, lambda error: pickle.loads(pickle.dumps(error))]
)
async def test_an_error_of_the_driver_keeps_its_class_code_and_labels(duplicate):
    details = {"codeName": "WriteConflict", "errorLabels": ["TransientTransactionError"]}
    error = OperationFailure("conflict", 112, details)
    error._add_error_label("RetryableWriteError")  # as the driver does by itself
    with pytest.raises(OperationFailure) as caught:
        await Answers(error).query_set.aggregate.fetch()
    assert caught.value.__cause__ is error
    raised = duplicate(caught.value)
    assert isinstance(raised, RuntimeError)
    assert isinstance(raised, AggregationError)
    assert isinstance(raised, OperationFailure)
    assert str(raised) == f"Aggregation failed due to: {error}"
    assert (raised.code, raised.details) == (112, details)
    assert raised.has_error_label("TransientTransactionError")
    assert raised.has_error_label("RetryableWriteError")
    raised._remove_error_label("RetryableWriteError")
    assert error.has_error_label("RetryableWriteError")


@pytest.mark.parametrize(
    "error",
    [
        AutoReconnect("gone", {"errorLabels": ["a"]}),
        ServerSelectionTimeoutError("nobody"),
        ProtocolError("nonsense"),
        ExecutionTimeout("late", 50, {}),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_every_error_of_the_driver_can_be_caught_by_its_class(error):
    with pytest.raises(type(error), match=r"^Aggregation failed due to: ") as caught:
        await Answers(error).query_set.aggregate.fetch()
    assert isinstance(caught.value, RuntimeError)
    assert caught.value.timeout == error.timeout


async def test_a_value_that_a_field_refuses_is_a_failure_too():
    aggregation = Answers([]).query_set.aggregate.match(items="x")
    with pytest.raises(RuntimeError, match=r"^Aggregation failed due to: .*field 'items'"):
        await aggregation.fetch()


async def test_errors_of_the_connection_are_not_wrapped():
    with pytest.raises(KeyError):
        await Answers([]).query_set.aggregate.fetch(alias="unknown")


async def test_cancelling_is_not_wrapped():
    with pytest.raises(asyncio.CancelledError):
        await Answers(asyncio.CancelledError()).query_set.aggregate.fetch()


async def test_two_aggregations_of_a_query_set_are_independent():
    answers = Answers([])
    first = answers.query_set.aggregate.group_by(City.name, Aggregation.sum(City.items))
    second = answers.query_set.aggregate.match(name="x")
    assert len(first.pipeline) == len(second.pipeline) == 1
    assert second.to_query()[1] == {"$match": {"n": "x"}}

"""What ``watch`` refuses, before anything is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf, nan
from typing import Any

import pytest
from bson.timestamp import Timestamp

from aiomotorengine import Document, EmbeddedDocumentField, IntField, StringField
from aiomotorengine.changes.arguments import asked, keys_of
from aiomotorengine.changes.position import Position
from tests.harness import Mongo
from tests.integration.commands import watch


class Job(Document):
    state = StringField(db_field="s")
    n = IntField()


class Home(Document):
    road = StringField(db_field="r", aliases=["street"])


class User(Document):
    name = StringField(aliases=["nm", "n"])
    home = EmbeddedDocumentField(Home, aliases=["h"])


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"operations": "insert"}, TypeError, "operations must be a list of names"),
        ({"operations": []}, ValueError, "operations is empty"),
        ({"operations": ["insert", "upsert"]}, ValueError, "There is no operation 'upsert'"),
        ({"operations": [{"$ne": 1}]}, ValueError, "There is no operation"),
        ({"fields": "state"}, TypeError, "fields must be a list"),
        ({"fields": ()}, ValueError, "fields is empty"),
        ({"pipeline": {"$match": {}}}, TypeError, "pipeline must be a list of stages"),
        ({"pipeline": ["$match"]}, TypeError, "pipeline must be a list of stages"),
        ({"full_document": "all"}, ValueError, "full_document must be one of default, update"),
        ({"full_document": None}, ValueError, "full_document must be one of"),
        (
            {"full_document_before_change": "updateLookup"},
            ValueError,
            "full_document_before_change must be one of off, whenAvailable, required",
        ),
        ({"resume_after": "82"}, TypeError, "resume_after must be the token of a change"),
        ({"start_after": []}, TypeError, "start_after must be the token of a change"),
        ({"start_at": 5}, TypeError, "start_at must be a datetime or a Timestamp"),
        (
            {"resume_after": {"_data": "1"}, "start_at": Timestamp(1, 1)},
            ValueError,
            "begins at one place: give resume_after or start_at",
        ),
        ({"retry_for": -1}, ValueError, "retry_for must be 0 or more seconds"),
        ({"retry_for": nan}, ValueError, "retry_for must be 0 or more seconds"),
        ({"retry_for": True}, TypeError, "retry_for must be a number of seconds"),
        ({"max_await_time_ms": 0}, ValueError, "max_await_time_ms must be 1 or more"),
        ({"batch_size": 0}, ValueError, "batch_size must be 1 or more"),
        ({"limit": 5}, TypeError, r"watch\(\) got an unexpected keyword argument 'limit'"),
    ],
)
def test_what_is_refused(options: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        asked(**options)


def test_what_is_handed_to_the_driver() -> None:
    wanted = asked(
        full_document="required",
        full_document_before_change="required",
        max_await_time_ms=50,
        batch_size=7,
        retry_for=inf,
        start_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert wanted.options == {
        "full_document": "required",
        "full_document_before_change": "required",
        "max_await_time_ms": 50,
        "batch_size": 7,
    }
    assert wanted.has_before
    assert not asked(full_document_before_change="off").has_before
    assert wanted.position == Position(time=Timestamp(1767225600, 0))
    assert asked(start_after={"_data": "1"}).position == Position({"_data": "1"}, is_start=True)


def test_what_a_query_says_that_changes_have_not(mongo: Mongo) -> None:
    for query in (Job.objects.order_by("n"), Job.objects.skip(1), Job.objects.limit(5)):
        with pytest.raises(ValueError, match="no order, skip or limit"):
            query.watch()
    with pytest.raises(ValueError, match="no order, skip or limit"):
        Job.objects[2:].watch()
    with pytest.raises(ValueError, match="no only"):
        Job.objects.only("state").watch()
    with pytest.raises(ValueError, match=r"watch\(\) knows no collation\(\)"):
        Job.objects.collation("en").watch()
    with pytest.raises(ValueError, match=r"can't look for documents by search_text\(\)"):
        Job.objects.search_text("a").watch()
    with pytest.raises(ValueError, match=r"^Invalid watch\(\) field 'stat': Field not found in"):
        Job.watch(fields=["stat"])


@pytest.mark.parametrize("name", ["$where", "home.$[]", "home.road.0", "ho.*", "", ".", "_x"])
def test_names_of_strangers_are_no_fields(mongo: Mongo, name: str) -> None:
    with pytest.raises(ValueError, match=r"^Invalid watch\(\) field "):
        User.watch(fields=[name])


def test_fields_are_looked_for_under_their_aliases_too() -> None:
    assert keys_of(User, ["id", User.name]) == ["_id", "name", "nm", "n"]
    assert keys_of(User, ["home.road"]) == ["home.r", "home.street", "h.r", "h.street"]


def test_filters_are_asked_of_documents_which_have_to_come(mongo: Mongo) -> None:
    jobs = Job.objects.filter(n=1)
    with pytest.raises(ValueError, match="brings updates without their documents"):
        jobs.watch(full_document="default")
    jobs.watch(full_document="default", operations=["insert", "delete"])
    Job.watch(full_document="default")


async def test_a_query_for_nothing_is_told_nothing_and_asks_nobody(mongo: Mongo) -> None:
    commands = watch(mongo)
    async with Job.objects.none().watch() as changes:
        assert [change async for change in changes] == []
        assert await changes.try_next() is None
        assert not changes.alive
    assert commands.names == []
    with pytest.raises(ValueError, match="operations is empty"):
        Job.objects.none().watch(operations=[])

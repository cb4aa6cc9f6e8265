"""What is declared, compared with what a server has, and brought in line by the command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    StringField,
    connect,
    registry,
)
from aiomotorengine.commands.indexes import indexes
from aiomotorengine.connection import disconnect
from tests.commands.programs import run
from tests.harness import Mongo

MODELS = """
from aiomotorengine import *


class Event(Document):
    __collection__ = "events"
    name = StringField(unique=True)
    at = DateTimeField(expires=60)


class Old(Document):
    __alias__ = "archive"
    __collection__ = "old"
    name = StringField(index=True)
"""


def event(seconds: int) -> Any:
    class Event(Document):
        __collection__ = "events"
        name = StringField(unique=True)
        at = DateTimeField(expires=seconds)

    return Event


async def names_in(mongo: Mongo, collection: str) -> set[str]:
    information = await mongo.database[collection].index_information()
    return set(information) - {"_id_"}


def only(monkeypatch: pytest.MonkeyPatch, *classes: Any) -> None:
    monkeypatch.setattr(registry, "documents", lambda: list(classes))


# -- the function ------------------------------------------------------------------------------


async def test_nothing_is_changed_unless_that_is_asked_for(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, event(60))
    report = await indexes()
    assert not report.ok
    assert str(report).splitlines() == [
        f"default: database '{mongo.database.name}'",
        "events: 2 missing, 0 different, 0 extra, 0 same",
        "missing  name_1  {'name': 1}, unique: True",
        "missing  at_1    {'at': 1}, expireAfterSeconds: 60",
        "Nothing was changed; --apply would create 2 indexes.",
    ]
    assert await mongo.database.list_collection_names() == []


async def test_what_is_missing_is_created(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, event(60))
    report = await indexes(apply=True)
    assert report.ok
    assert report.collections[0].indexes.created == ["name_1", "at_1"]
    assert await names_in(mongo, "events") == {"name_1", "at_1"}
    again = await indexes()
    assert again.ok
    assert str(again).splitlines()[1:] == [
        "events: 0 missing, 0 different, 0 extra, 2 same",
        "Nothing was changed; --apply would change nothing.",
    ]


async def test_what_is_different_is_changed_if_that_is_asked_for(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    await event(60).ensure_indexes()
    only(monkeypatch, event(90))
    report = await indexes()
    assert not report.ok
    assert str(report).splitlines()[2:] == [
        "different  at_1  expireAfterSeconds: 60 -> 90",
        "Nothing was changed; --apply would change nothing.",
        "--apply --modify would change 1 index.",
    ]
    would = await indexes(modify=True)
    assert not would.ok
    assert str(would).endswith("--apply would change 1 index.")
    assert not (await indexes(apply=True)).ok
    assert (await indexes(apply=True, modify=True)).ok
    assert (await indexes()).ok


async def test_what_is_not_declared_is_dropped_if_that_is_asked_for(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, event(60))
    await event(60).ensure_indexes()
    await mongo.database.events.create_index("old")
    assert (await indexes()).ok
    would = await indexes(drop_stale=True)
    assert not would.ok
    assert str(would).endswith("--apply would drop 1 index.")
    assert (await indexes(apply=True)).ok
    assert "old_1" in await names_in(mongo, "events")
    assert (await indexes(apply=True, drop_stale=True)).ok
    assert await names_in(mongo, "events") == {"name_1", "at_1"}


async def test_what_goes_wrong_in_one_collection_is_reported_and_the_others_are_done(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Odd(Document):
        __indexes__ = ["nmae"]

    class Last(Document):
        name = StringField(index=True)

    await mongo.database.events.insert_many([{"name": "a"}, {"name": "a"}])
    only(monkeypatch, event(60), Odd, Last)
    report = await indexes(apply=True)
    assert not report.ok
    events, odd, last = report.collections
    assert "documents that are stored already have the same 'name'" in events.error
    assert odd.error == "Index ('nmae',): Odd has no field 'nmae'."
    assert odd.indexes is None
    assert (last.error, last.indexes.created) == ("", ["name_1"])


@pytest.mark.mongod_only("SecantusDB's collections have no options")
async def test_collections_with_options_are_created_and_changed(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    def log(**options: Any) -> Any:
        class Log(Document):
            __collection__ = "logs"
            __collection_options__ = options
            text = StringField()

        return Log

    only(monkeypatch, log(validationLevel="moderate"))
    would = await indexes()
    assert not would.ok
    assert str(would).splitlines()[1:] == [
        "logs: not there",
        "logs: 0 missing, 0 different, 0 extra, 0 same",
        "Nothing was changed; --apply would create 1 collection.",
    ]
    assert await mongo.database.list_collection_names() == []
    assert "logs: created" in str(await indexes(apply=True))

    only(monkeypatch, log(validationLevel="off"))
    assert "--apply would change 1 collection." in str(await indexes())
    assert (await indexes(apply=True)).ok
    assert (await indexes()).ok

    only(monkeypatch, log(capped=True, size=4096))
    assert "logs: capped: False -> True, which servers do not change" in str(await indexes())
    report = await indexes(apply=True)
    assert not report.ok
    assert "Collection 'logs' can't be changed: capped is False" in report.collections[0].error


async def test_classes_with_an_alias_are_where_that_is(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Old(Document):
        __alias__ = "archive"
        name = StringField(index=True)

    class Part(Document):
        name = StringField(index=True)

    class New(Document):
        part = EmbeddedDocumentField(Part)
        number = IntField(index=True)

    name = f"{mongo.database.name}_archive"
    connect(name, alias="archive", host=mongo.uri)
    try:
        only(monkeypatch, New, Part, Old)
        report = await indexes()
    finally:
        disconnect("archive")
    assert [(one.database, one.collection) for one in report.collections] == [
        (f"archive: database '{name}'", "Old"),
        (f"default: database '{mongo.database.name}'", "New"),
    ]


# -- the program -------------------------------------------------------------------------------


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A directory with a module of a program."""
    (tmp_path / "models.py").write_text(MODELS)
    return tmp_path


@pytest.fixture
async def archive(mongo: Mongo) -> AsyncIterator[str]:
    """The name of another database."""
    name = f"test_{uuid4().hex}"
    yield name
    await mongo.database.connection.drop_database(name)


def uri_of(mongo: Mongo, database: str) -> str:
    address, question, options = mongo.uri.partition("?")
    return f"{address.rstrip('/')}/{database}{question}{options}"


async def test_the_program_changes_nothing_unless_it_is_told_to(
    mongo: Mongo, models: Path, archive: str
) -> None:
    here, there = uri_of(mongo, mongo.database.name), uri_of(mongo, archive)
    arguments = ["indexes", "models", "--uri", here, "--uri", f"archive={there}"]
    told = run(models, *arguments)
    assert (told.code, told.err) == (1, "")
    assert told.out.endswith("Nothing was changed; --apply would create 3 indexes.\n")
    assert await mongo.database.list_collection_names() == []

    told = run(models, *arguments, "--apply")
    assert (told.code, told.err) == (0, "")
    assert await names_in(mongo, "events") == {"name_1", "at_1"}
    client = mongo.database.connection
    assert "name_1" in await client[archive].old.index_information()

    await mongo.database.events.create_index("stale")
    assert run(models, *arguments).code == 0
    assert run(models, *arguments, "--drop-stale").code == 1
    assert run(models, *arguments, "--apply", "--modify", "--drop-stale").code == 0
    assert await names_in(mongo, "events") == {"name_1", "at_1"}


async def test_an_alias_that_is_not_connected_is_asked_for(mongo: Mongo, models: Path) -> None:
    told = run(models, "indexes", "models", "--uri", uri_of(mongo, mongo.database.name), "--apply")
    assert (told.code, told.out) == (2, "")
    says = "the classes with the alias 'archive' are stored: --uri archive=mongodb://host/database"
    assert says in " ".join(told.err.split())
    assert await mongo.database.list_collection_names() == []
    told = run(models, "indexes", "models")
    assert "say where the classes are stored: --uri mongodb://host/database" in " ".join(
        told.err.split()
    )


async def test_the_environment_may_name_the_server(mongo: Mongo, models: Path) -> None:
    archive = ["--uri", f"archive={uri_of(mongo, mongo.database.name)}"]
    uri = uri_of(mongo, mongo.database.name)
    told = run(models, "indexes", "models", *archive, "--apply", MONGODB_URI=uri)
    assert (told.code, told.err) == (0, "")
    assert await names_in(mongo, "events") == {"name_1", "at_1"}


async def test_modules_may_connect_by_themselves(mongo: Mongo, models: Path) -> None:
    uri = uri_of(mongo, mongo.database.name)
    (models / "shop.py").write_text(
        "from aiomotorengine import connect\nimport models\n\n"
        f"connect(host={uri!r}, driver={mongo.driver!r})\n"
        f"connect(host={uri!r}, alias='archive')\n"
    )
    told = run(models, "indexes", "shop", "--apply", MONGODB_URI="mongodb://localhost:1/none")
    assert (told.code, told.err) == (0, "")
    assert await names_in(mongo, "events") == {"name_1", "at_1"}


def test_a_uri_without_a_database_ends_with_2(models: Path) -> None:
    (models / "one.py").write_text(MODELS.partition("\n\nclass Old")[0])
    told = run(models, "indexes", "one", "--uri", "mongodb://localhost:1")
    assert (told.code, told.out) == (2, "")
    assert "no database is named" in told.err

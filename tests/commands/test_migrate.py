"""Migrations that are run by the command."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from bson.binary import Binary, UuidRepresentation
from bson.codec_options import CodecOptions

from tests.commands.programs import run, started
from tests.commands.test_indexes import uri_of
from tests.harness import Mongo

UPGRADES = """
from aiomotorengine import *
from aiomotorengine import migration


class OldUser(Document):
    __collection__ = "users"
    name = StringField()


class User(Document):
    __collection__ = "users"
    first = StringField(required=True)


@migration(OldUser, User, name="first-names", batch_size=2)
def first_names(old):
    return User(first=old.name)


@migration(OldUser, User, name="listing", on_error="collect")
def listing(old):
    return User(first=old.name)
"""


@pytest.fixture
def upgrades(tmp_path: Path) -> Path:
    """A directory with a module of a program."""
    (tmp_path / "upgrades.py").write_text(UPGRADES)
    return tmp_path


async def test_it_is_tried_out_and_run(mongo: Mongo, upgrades: Path) -> None:
    users = mongo.database.users
    await users.insert_many([{"name": name} for name in "abc"])
    uri = ["--uri", uri_of(mongo, mongo.database.name)]
    tried = run(upgrades, "migrate", "upgrades:first_names", *uri, "--dry-run")
    assert (tried.code, tried.err.splitlines()) == (0, ["2 of 3", "3 of 3"])
    says = "3 read, 3 changed, 0 left, 0 deleted, 0 conflicts, 0 failed\n"
    assert tried.out == f"first-names: done, {says}"
    assert await users.count_documents({"first": {"$exists": True}}) == 0
    done = run(upgrades, "migrate", "upgrades:first_names", *uri)
    assert (done.code, done.out) == (0, tried.out)
    assert await users.distinct("first") == ["a", "b", "c"]
    again = run(upgrades, "migrate", "upgrades:first_names", *uri)
    assert again == (0, tried.out, "")


CONNECTED = """
from aiomotorengine import *
from aiomotorengine import migration

connect("mongodb://ada:secret@localhost:1/shop?uuidRepresentation=pythonLegacy", tls=True, w=3)


class OldWare(Document):
    __collection__ = "wares"
    code = UUIDField()


class Ware(Document):
    __collection__ = "wares"
    number = UUIDField()


@migration(OldWare, Ware, name="numbers")
def numbers(old):
    return Ware(number=old.code)
"""


@pytest.mark.parametrize(("option", "subtype"), [("", 3), ("uuidRepresentation=standard", 4)])
async def test_documents_mean_what_they_do_in_the_program(
    mongo: Mongo, upgrades: Path, option: str, subtype: int
) -> None:
    (upgrades / "shop.py").write_text(CONNECTED)
    wares = mongo.database.wares
    await wares.insert_one({"code": Binary(bytes(16), subtype)})
    uri = uri_of(mongo, mongo.database.name)
    uri += option and f"{'&' if '?' in uri else '?'}{option}"
    told = run(upgrades, "migrate", "shop:numbers", "--uri", uri)
    assert told.code == 0, told.err
    raw = wares.with_options(CodecOptions(uuid_representation=UuidRepresentation.UNSPECIFIED))
    assert (await raw.find_one())["number"] == Binary(bytes(16), subtype)


async def test_it_ends_with_1_where_a_document_can_not_be_converted(
    mongo: Mongo, upgrades: Path
) -> None:
    await mongo.database.users.insert_many([{"name": name} for name in ("a", "b", None)])
    uri = ["--uri", uri_of(mongo, mongo.database.name)]
    stopped = run(upgrades, "migrate", "upgrades:first_names", *uri)
    assert stopped.code == 1
    assert stopped.out.startswith("first-names: not done, 2 read, 2 changed")
    assert "Migration 'first-names' stopped at ObjectId" in stopped.err
    await mongo.database.users.drop()
    await mongo.database.users.insert_many([{"name": "a"}, {"name": None}])
    listed = run(upgrades, "migrate", "upgrades:listing", *uri)
    assert listed.code == 1
    assert listed.out.startswith("listing: done, 2 read, 1 changed, 0 left, 0 deleted, 0 conflicts")
    assert "InvalidDocumentError: Field 'first' is required." in listed.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["upgrades:User"], "'upgrades:User' is no migration."),
        (["upgrades:split"], "Module 'upgrades' has no 'split'."),
        (["upgrades:first_names"], "say where the classes are stored"),
    ],
    ids=["no migration", "no name", "no server"],
)
def test_a_wrong_call_ends_with_2(upgrades: Path, arguments: list[str], says: str) -> None:
    told = run(upgrades, "migrate", *arguments)
    assert (told.code, told.out) == (2, "")
    assert says in " ".join(told.err.split())


ENDLESS = (
    UPGRADES
    + """

@migration(OldUser, User, name="killed", batch_size=2)
def killed(old):
    import os, time

    if old.name == "d" and "WAITS" in os.environ:
        print("waits", flush=True)
        time.sleep(600)
    return User(first=old.name)
"""
)


async def test_one_that_is_killed_goes_on_where_it_was(mongo: Mongo, tmp_path: Path) -> None:
    (tmp_path / "upgrades.py").write_text(ENDLESS)
    await mongo.database.users.insert_many([{"name": name} for name in "abcdef"])
    arguments = ["migrate", "upgrades:killed", "--uri", uri_of(mongo, mongo.database.name)]
    with started(tmp_path, *arguments, WAITS="1") as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "waits\n"
        program.kill()
    assert await mongo.database.users.count_documents({"first": {"$exists": True}}) == 2
    early = run(tmp_path, *arguments)
    assert early.code == 2
    assert "Migration 'killed' is being run by" in " ".join(early.err.split())
    kept = mongo.database.aiomotorengine_migrations
    await kept.update_one({"_id": "killed"}, {"$set": {"seen": datetime(2020, 1, 1)}})
    told = run(tmp_path, *arguments)
    assert (told.code, told.err.splitlines()) == (0, ["4 of 6", "6 of 6"])
    assert told.out.startswith("killed: done, 6 read, 6 changed, 0 left")
    assert await mongo.database.users.distinct("first") == [*"abcdef"]

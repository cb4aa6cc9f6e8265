"""Where calls go: what they share, and what they do not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import pymongo
import pytest
from bson.codec_options import CodecOptions
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from aiomotorengine import Document, IntField, connect
from aiomotorengine.connection import (
    Connections,
    UnknownAliasError,
    connection_of,
    disconnect,
    in_place_of_all,
    register_connection,
)
from aiomotorengine.metaclasses import classproperty
from aiomotorengine.sessions.target import Target, target_of

ALIAS = "of_targets"


class Parcel(Document):
    __alias__ = ALIAS
    weight = IntField()


class Letter(Parcel):
    __alias__ = ALIAS


@pytest.fixture(autouse=True)
def connected(driver: str) -> Iterator[None]:
    """Nothing is sent to a server here, so none has to be there."""
    connect("targets", alias=ALIAS, host="localhost", port=1, driver=driver)
    yield
    disconnect(ALIAS)


async def test_calls_that_ask_for_nothing_share_one() -> None:
    first = target_of(Parcel)
    assert target_of(Parcel) is first and Parcel.objects.filter(weight=1)._source() is first
    assert target_of(Letter) is not first


SAID: dict[str, Any] = {
    "max_time_ms": lambda: Parcel.objects.max_time_ms(5)._source(),
    "collation": lambda: Parcel.objects.collation("en")._matched(),
    "read_preference": lambda: Parcel.objects.read_preference("secondary")._source(),
    "write_concern": lambda: Parcel.objects.using(write_concern=2)._target(),
    "timeout": lambda: Parcel.objects.using(timeout=5)._target(),
    "comment": lambda: Parcel.objects.comment("nightly")._target(),
}


@pytest.mark.parametrize("what", SAID)
async def test_what_one_call_asks_for_is_nothing_to_others(what: str) -> None:
    before = target_of(Parcel)
    asked: Target = SAID[what]()
    assert asked is not before
    assert target_of(Parcel) is before
    assert (before.matching, before.reading, before.arguments) == ({}, {}, {})
    assert before.collection.write_concern == WriteConcern()
    assert before.collection.read_preference == ReadPreference.PRIMARY


SETTINGS: dict[str, tuple[Any, Any]] = {
    "__collection__": ("crates", lambda it: it.name),
    "__codec_options__": (CodecOptions(tz_aware=True), lambda it: it.codec_options),
    "__read_preference__": (ReadPreference.NEAREST, lambda it: it.read_preference),
    "__read_concern__": (ReadConcern("majority"), lambda it: it.read_concern),
    "__write_concern__": (WriteConcern(w=0), lambda it: it.write_concern),
}


INHERITED = SETTINGS.keys() - {"__collection__"}
CASES = [(setting, Letter) for setting in SETTINGS] + [(it, Parcel) for it in sorted(INHERITED)]


@pytest.mark.parametrize(
    ("setting", "holder"), CASES, ids=[f"{setting} of {it.__name__}" for setting, it in CASES]
)
async def test_a_setting_of_the_class_holds_from_the_next_call_on(
    setting: str, holder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    value, of_collection = SETTINGS[setting]
    before = of_collection(target_of(Letter).collection)
    with monkeypatch.context() as patched:
        patched.setattr(holder, setting, value)
        target = target_of(Letter)
        now = of_collection(target.collection)
        assert now != before
        if setting != "__codec_options__":
            assert now == value
        assert target.codec_options == target.collection.codec_options
        assert target.is_answered is (setting != "__write_concern__")
    assert of_collection(target_of(Letter).collection) == before


async def test_another_client_is_asked_once_there_is_one(driver: str) -> None:
    before = target_of(Parcel)
    disconnect(ALIAS)
    connect("others", alias=ALIAS, host="localhost", port=1, driver=driver)
    now = target_of(Parcel)
    assert now.opened is not before.opened
    assert now.collection.full_name == "others.Parcel"


def test_each_event_loop_has_its_own_client() -> None:
    async def collection() -> Any:
        return target_of(Parcel).collection

    with asyncio.Runner() as one, asyncio.Runner() as other:
        first, second = one.run(collection()), other.run(collection())
        assert first is not second
        assert first is one.run(collection()) and second is other.run(collection())
        disconnect(ALIAS)


async def test_a_session_is_of_its_calls_alone() -> None:
    class Session:
        """As much of one of the driver's as is asked for."""

        in_transaction = False

    bare, session = target_of(Parcel), Session()
    own = Parcel.objects.using(session=session)._target()
    assert own.session is session and own.arguments == {"session": session}
    assert target_of(Parcel) is bare and bare.session is None
    assert target_of(Parcel, session=session).session is session


async def test_reading_with_a_preference_goes_on_with_other_classes() -> None:
    source = Parcel.objects.read_preference("secondary").max_time_ms(7).hint("_id_")._source()
    beside = source.of(Letter)
    assert beside.collection.name == "Letter"
    assert beside.collection.read_preference == pymongo.ReadPreference.SECONDARY
    assert (dict(beside.reading), dict(beside.matching)) == ({"max_time_ms": 7}, {})
    assert beside.plain().reading == {}
    assert beside.plain().collection is beside.collection


class PerDepot:
    """A mixin, which is no document class."""

    __write_concern__: WriteConcern | None = None


depot: ContextVar[str] = ContextVar("depot", default="north")


class Pallet(PerDepot, Document):
    __alias__ = ALIAS
    __collection__ = classproperty(lambda cls: f"pallets_{depot.get()}")


class Manifest(PerDepot, Document):
    __alias__ = ALIAS


async def test_a_setting_that_a_function_gives_is_asked_for_each_call() -> None:
    assert target_of(Pallet).collection.name == "pallets_north"
    depot.set("south")
    assert target_of(Pallet).collection.name == "pallets_south"
    assert Pallet.objects._source().collection.name == "pallets_south"


async def test_what_a_mixin_says_may_change(monkeypatch: pytest.MonkeyPatch) -> None:
    assert target_of(Manifest).collection.write_concern == WriteConcern()
    monkeypatch.setattr(PerDepot, "__write_concern__", WriteConcern(w=0))
    assert target_of(Manifest).is_answered is False


OTHER = "of_other_targets"


@pytest.fixture
def other_database(driver: str) -> Iterator[str]:
    """The alias of another one."""
    connect("others", alias=OTHER, host="localhost", port=1, driver=driver)
    yield OTHER
    disconnect(OTHER)


class Crate(Document):
    __alias__ = ALIAS


async def test_another_alias_of_the_class_holds_from_the_next_call_on(
    other_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    crates = Crate.objects
    assert crates.coll().database.name == target_of(Crate).collection.database.name == "targets"
    with monkeypatch.context() as patched:
        patched.setattr(Crate, "__alias__", other_database)
        assert crates.coll().database.name == target_of(Crate).collection.database.name == "others"
    assert crates.coll().database.name == "targets"


async def test_an_alias_of_one_call_is_none_of_the_next(other_database: str) -> None:
    databases = [
        target_of(Crate, alias).collection.database.name for alias in (None, other_database, None)
    ]
    assert databases == ["targets", "others", "targets"]
    assert target_of(Crate) is target_of(Crate)


class Barrel(Document):
    @classproperty
    def __alias__(cls) -> str:  # type: ignore[override]
        return OTHER if depot.get() == "other" else ALIAS


async def test_an_alias_that_a_function_gives_is_asked_for_each_call(other_database: str) -> None:
    for _ in range(2):
        assert target_of(Barrel).collection.database.name == "targets"
    depot.set("other")
    assert target_of(Barrel).collection.database.name == "others"


async def test_an_alias_that_is_registered_anew_has_another_client(driver: str) -> None:
    for name in ("third", "fourth"):
        register_connection(name, ALIAS, host="localhost", port=1, driver=driver)
        assert target_of(Crate).collection.database.name == name
        assert target_of(Crate) is target_of(Crate)


async def test_connections_in_the_place_of_all_are_asked_and_those_of_before_again(
    driver: str,
) -> None:
    before = [target_of(Crate) for _ in range(2)][-1]
    with in_place_of_all(Connections()):
        with pytest.raises(UnknownAliasError):
            target_of(Crate)
        connect("stand-in", alias=ALIAS, host="localhost", port=1, driver=driver)
        assert target_of(Crate).collection.database.name == "stand-in"
    assert target_of(Crate).opened is before.opened


def test_the_client_of_a_loop_that_is_closed_is_closed_by_the_next_call() -> None:
    async def call(document_class: Any) -> None:
        for _ in range(2):
            target_of(document_class)

    connection = connection_of(ALIAS)
    with asyncio.Runner() as runner:
        with asyncio.Runner() as other:
            other.run(call(Parcel))
            runner.run(call(Crate))
            assert len(connection.clients) == 2
        runner.run(call(Crate))
        assert list(connection.clients) == [runner.get_loop()]
        disconnect(ALIAS)

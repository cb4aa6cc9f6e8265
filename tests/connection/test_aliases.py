"""The registry of connections: what each call does to it. No server is asked for anything."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from aiomotorengine import Document, IntField
from aiomotorengine import connection as connections
from aiomotorengine.connection import (
    DEFAULT_CONNECTION_NAME,
    ConnectionError,
    IgnoredSettingsWarning,
    cleanup,
    connect,
    disconnect,
    get_connection,
    register_connection,
)
from aiomotorengine.database import Database


class Pet(Document):
    age = IntField()


CALLS = [connect, register_connection, get_connection, disconnect, cleanup]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_none_of_the_calls_is_a_coroutine(call: Any) -> None:
    assert not inspect.iscoroutinefunction(call)


def test_connect_gives_the_database(recording: ModuleType) -> None:
    database = connect("shop", host="somewhere")
    assert isinstance(database, Database)
    assert database.name == "shop"
    (client,) = recording.made
    assert database.connection is client
    assert client.settings["host"] == "somewhere"


def test_the_default_alias(recording: ModuleType) -> None:
    assert DEFAULT_CONNECTION_NAME == "default"
    connect("shop")
    assert get_connection("default").name == get_connection().name == "shop"


def test_connect_works_inside_and_outside_of_a_loop(recording: ModuleType) -> None:
    async def main() -> str:
        name: str = connect("shop").name
        return name

    assert connect("shop").name == "shop"
    disconnect()
    assert asyncio.run(main()) == "shop"


def test_aliases_have_clients_of_their_own(recording: ModuleType) -> None:
    first = connect("a", alias="one", host="x")
    second = connect("b", alias="two", host="y")
    assert (get_connection("one").name, get_connection("two").name) == ("a", "b")
    assert first.connection is not second.connection
    assert len(recording.made) == 2


def test_k44_a_second_connect_changes_only_what_it_returns(recording: ModuleType) -> None:
    connect("first", host="x")
    with pytest.warns(IgnoredSettingsWarning):
        second = connect("second", host="y", w=0)
    assert second.name == "second"
    (client,) = recording.made
    assert second.connection is client
    assert client.settings["host"] == "x"
    assert get_connection().name == "first"
    assert Pet.objects.coll() == "first.Pet"


@pytest.mark.usefixtures("recording")
def test_a_second_connect_with_other_settings_warns() -> None:
    connect("shop", host="x", w=1, password="hunter2")
    with pytest.warns(IgnoredSettingsWarning) as warned:
        connect("store", host="y", w=1, j=True, password="secret")
    (warning,) = warned
    assert str(warning.message) == (
        "The alias 'default' is connected already: what is given for host, j, password is ignored, "
        "and its documents stay in the database 'shop'. Call disconnect('default') before, or use "
        "another alias."
    )
    assert warning.filename == __file__


@pytest.mark.usefixtures("recording")
def test_a_second_connect_with_the_same_settings_or_with_none_is_silent() -> None:
    connect("shop", host="x", w=1)
    for settings in ({}, {"w": 1}, {"host": "x", "w": 1}, {"driver": "recording"}):
        assert connect("shop", **settings).name == "shop"
    assert connect().name == "shop"


def test_get_connection_of_another_database_of_an_alias(recording: ModuleType) -> None:
    connect("first")
    assert get_connection(db="second").name == "second"
    assert get_connection().name == "first"
    assert len(recording.made) == 1


def test_register_connection_makes_the_client_at_first_use(recording: ModuleType) -> None:
    assert register_connection("shop", "late", host="x") is None
    assert recording.made == []
    assert get_connection("late").name == "shop"
    assert get_connection("late").connection is recording.made[0]
    assert len(recording.made) == 1


def test_register_connection_needs_an_alias() -> None:
    with pytest.raises(TypeError, match="alias"):
        register_connection("shop")  # type: ignore[call-arg]


def test_connect_after_register_connection_counts_as_the_first(recording: ModuleType) -> None:
    register_connection("registered", "late", host="x")
    connect("connected", alias="late", host="y")
    assert get_connection("late").name == "connected"
    assert [client.settings["host"] for client in recording.made] == ["y"]


def test_connect_of_a_registered_alias_alone_takes_what_was_registered(
    recording: ModuleType,
) -> None:
    register_connection("registered", "late", host="x")
    assert connect(alias="late").name == "registered"
    assert [client.settings["host"] for client in recording.made] == ["x"]


def test_registering_again_replaces_settings_and_closes_the_clients(recording: ModuleType) -> None:
    connect("first", host="x")
    register_connection("second", "default", host="y")
    assert get_connection().name == "second"
    assert [client.settings["host"] for client in recording.made] == ["x", "y"]
    assert recording.closed == recording.made[:1]


# -- unknown aliases -----------------------------------------------------------------------------


@pytest.mark.parametrize("alias", ["default", "elsewhere"])
def test_k43_an_unknown_alias_says_what_to_do(alias: str) -> None:
    with pytest.raises(ConnectionError) as refusal:
        get_connection(alias)
    assert isinstance(refusal.value, KeyError)
    assert f"'{alias}'" in str(refusal.value)
    assert "connect(" in str(refusal.value)
    assert not str(refusal.value).startswith(("'", '"'))


async def test_k43_queries_on_an_unknown_alias() -> None:
    class Far(Document):
        __alias__ = "nowhere"

    for kind in (ConnectionError, KeyError):
        with pytest.raises(kind, match="'default'"):
            await Pet.objects.count()
        with pytest.raises(kind, match="'elsewhere'"):
            await Pet.objects.count(alias="elsewhere")
        with pytest.raises(kind, match="'nowhere'"):
            await Far().save()
        with pytest.raises(kind, match="'default'"):
            await Pet.objects.aggregate.group_by(Pet.age).fetch()


def test_the_error_is_the_librarys_own() -> None:
    assert issubclass(ConnectionError, Exception)
    assert not issubclass(ConnectionError, OSError)


# -- disconnect and cleanup ----------------------------------------------------------------------


def test_disconnect_closes_and_forgets(recording: ModuleType) -> None:
    connect("shop", host="x")
    assert disconnect() is None
    assert recording.closed == recording.made
    with pytest.raises(KeyError):
        get_connection()
    connect("other", host="y")
    assert get_connection().name == "other"
    assert recording.made[1].settings["host"] == "y"


def test_disconnect_leaves_other_aliases_alone(recording: ModuleType) -> None:
    connect("a")
    connect("b", alias="other")
    disconnect("other")
    assert get_connection().name == "a"
    assert len(recording.closed) == 1


def test_disconnect_of_an_alias_without_a_client_does_nothing(recording: ModuleType) -> None:
    disconnect()
    disconnect("nobody")
    register_connection("shop", "late")
    disconnect("late")
    assert get_connection("late").name == "shop"


def test_disconnecting_twice_is_fine(recording: ModuleType) -> None:
    connect("shop")
    disconnect()
    disconnect()
    assert len(recording.closed) == 1


def test_cleanup_closes_and_forgets_everything(recording: ModuleType) -> None:
    connect("a")
    connect("b", alias="other")
    register_connection("c", "late")
    cleanup()
    assert len(recording.closed) == 2
    for alias in ("default", "other", "late"):
        with pytest.raises(KeyError):
            get_connection(alias)
    cleanup()


def test_a_client_that_does_not_close_keeps_no_other_from_closing(
    recording: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for alias in ("one", "two", "three"):
        connect("shop", alias=alias)
    closed: list[Any] = []

    def close(client: Any, loop: Any) -> None:
        closed.append(client)
        raise LookupError("stuck")

    with monkeypatch.context() as patch:
        patch.setattr(recording, "close_client", close)
        with pytest.raises(LookupError, match="stuck"):
            cleanup()
    assert set(closed) == set(recording.made)
    assert connections.known_connections() == {}


def test_a_database_whose_alias_was_disconnected_makes_no_new_client(
    recording: ModuleType,
) -> None:
    database = connect("shop")
    disconnect()
    with pytest.raises(ConnectionError, match="'default'.*was closed"):
        _ = database.things
    assert len(recording.made) == 1


@pytest.mark.parametrize("forget", [disconnect, cleanup])
def test_nor_does_one_that_is_disconnected_itself_afterwards(
    recording: ModuleType, forget: Callable[[], None]
) -> None:
    database = connect("shop")
    forget()
    database.disconnect()
    with pytest.raises(ConnectionError, match="'default'.*was closed"):
        _ = database.things
    assert len(recording.made) == 1


def test_disconnecting_a_database_closes_the_clients_of_its_alias(recording: ModuleType) -> None:
    connect("shop").disconnect()
    assert recording.closed == recording.made

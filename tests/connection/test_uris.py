"""A URI in the place of the database, on each driver. No server is asked for anything."""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any

import pytest

from aiomotorengine.connection import (
    ConnectionError,
    IgnoredSettingsWarning,
    connect,
    get_connection,
    register_connection,
)

NAMED = [
    "mongodb://a/shop",
    "mongodb://a:1,b:2/shop?replicaSet=rs0",
    "mongodb://a:1, b:2/sh%6Fp",
    "mongodb://u:p@a/shop?authSource=admin",
]


@pytest.mark.parametrize("uri", NAMED)
def test_a_uri_names_the_database(driver: str, uri: str) -> None:
    assert connect(uri).name == get_connection().name == "shop"
    register_connection(uri, "late")
    assert get_connection("late").name == "shop"


def test_a_uri_says_where_the_server_is(driver: str) -> None:
    client = connect("mongodb://somewhere:5/shop?maxPoolSize=7&w=1").connection
    seeds = client.topology_description.server_descriptions()
    assert list(seeds) == [("somewhere", 5)]
    assert client.options.pool_options.max_pool_size == 7


def test_keywords_go_with_a_uri(driver: str) -> None:
    client = connect("mongodb://a/shop", maxPoolSize=3, tz_aware=True).connection
    assert client.options.pool_options.max_pool_size == 3
    assert client.codec_options.tz_aware


def test_the_port_is_that_of_hosts_which_have_none(driver: str) -> None:
    client = connect("mongodb://a,b:2/shop", port=5).connection
    assert set(client.topology_description.server_descriptions()) == {("a", 5), ("b", 2)}


@pytest.mark.parametrize("uri", ["mongodb://a", "mongodb://a/", "mongodb://a/?w=1"])
def test_a_uri_without_a_database(driver: str, uri: str) -> None:
    with pytest.raises(ConnectionError) as refusal:
        connect(uri)
    assert str(refusal.value) == (
        "Cannot connect to database default :\n"
        "no database is named: give its name, or a URI that has one (mongodb://host/name)"
    )
    with pytest.raises(KeyError):
        get_connection()


@pytest.mark.parametrize("call", [connect, register_connection], ids=lambda call: call.__name__)
def test_a_uri_and_a_host_are_refused(call: Any) -> None:
    with pytest.raises(ConnectionError) as refusal:
        call("mongodb://u:hunter2@a/shop", "far", host="b")
    assert str(refusal.value) == (
        "Cannot connect to database far :\n"
        "a URI is given as the database, and 'host' as well; leave one of them out"
    )
    with pytest.raises(KeyError):
        get_connection("far")


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("uri", ["mongodb://u:hunter2/x@a/shop", "mongodb://u:p@hunter2@a/shop"])
def test_a_refused_uri_is_quoted_without_its_password(driver: str, uri: str) -> None:
    with pytest.raises(ConnectionError) as refusal:
        connect(uri)
    assert "hunter2" not in f"{refusal.value} {refusal.value.__cause__!r}"


def test_the_same_uri_again_is_silent_and_another_is_not(driver: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        connect("shop", host="mongodb://a/shop")
        assert connect("mongodb://a/shop").name == "shop"
    with pytest.warns(IgnoredSettingsWarning, match="what is given for host is ignored"):
        assert connect("mongodb://u:hunter2@b/shop").name == "shop"


def test_the_driver_is_handed_the_uri_as_its_host(recording: ModuleType) -> None:
    for uri, host in (
        ("mongodb://a/shop", "mongodb://a/shop"),
        ("mongodb://a:1, b:2/shop", "mongodb://a:1,b:2/shop"),
    ):
        with pytest.raises(ConnectionError, match="no database is named"):
            connect(uri, host=None, w=1)  # this driver reads no URIs
        assert recording.made[-1].settings["host"] == host
        assert recording.made[-1].settings["w"] == 1

"""What becomes of the options given to connect, and what is refused."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from pymongo.errors import ConfigurationError, InvalidURI

from aiomotorengine.connection import (
    ConnectionError,
    connect,
    get_connection,
    register_connection,
)
from tests.connection.recording_driver import RecordedClient


def settings(**options: Any) -> dict[str, Any]:
    """What the driver is given for these options."""
    client = connect("shop", **options).connection
    assert isinstance(client, RecordedClient)
    return client.settings


@pytest.mark.usefixtures("recording")
def test_options_are_handed_to_the_driver() -> None:
    given = {"host": "x", "port": 5, "username": "a", "password": "b", "maxPoolSize": 3}
    assert given.items() <= settings(**given).items()


@pytest.mark.usefixtures("recording")
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a:1, b:2", "a:1,b:2"),
        (" a:1 ,b:2 , c:3 ", "a:1,b:2,c:3"),
        ("a:1,\n    b:2", "a:1,b:2"),
        ("mongodb://u:p@a:1, b:2/db?w=1", "mongodb://u:p@a:1,b:2/db?w=1"),
        ([" a:1", "b:2 "], ["a:1", "b:2"]),
        ("a", "a"),
    ],
)
def test_blanks_around_the_commas_of_hosts_are_dropped(given: Any, expected: Any) -> None:
    assert settings(host=given, replicaSet="rs0")["host"] == expected


@pytest.mark.usefixtures("recording")
def test_with_a_replica_set_the_port_is_ignored() -> None:
    assert "port" not in settings(host="a:1,b:2", port=5, replicaSet="rs0")


@pytest.mark.parametrize("replica_set", [0, None, 5, True, b"rs0"])
def test_a_replica_set_that_is_no_text_is_refused(driver: str, replica_set: Any) -> None:
    with pytest.raises(ConnectionError, match="the replicaSet keyword parameter is required"):
        connect("shop", host="a:1,b:2", replicaSet=replica_set)


@pytest.mark.usefixtures("recording")
def test_k51_uuids_are_stored_as_the_standard_says() -> None:
    assert settings(host="a")["uuidRepresentation"] == "standard"


@pytest.mark.usefixtures("recording")
@pytest.mark.parametrize("name", ["uuidRepresentation", "uuidrepresentation"])
def test_k51_the_caller_may_say_otherwise_by_keyword(name: str) -> None:
    given = settings(host="a", **{name: "pythonLegacy"})
    assert [v for k, v in given.items() if k.lower() == name.lower()] == ["pythonLegacy"]


@pytest.mark.parametrize("option", ["uuidRepresentation", "uuidrepresentation"])
@pytest.mark.parametrize("given", [str, lambda uri: [uri]], ids=["text", "list"])
def test_k51_the_caller_may_say_otherwise_in_the_uri(
    driver: str, option: str, given: Callable[[str], Any]
) -> None:
    database = connect("shop", host=given(f"mongodb://a/?{option}=pythonLegacy"))
    assert database["things"].codec_options.uuid_representation == 3


def test_k51_the_default_reaches_the_collections(driver: str) -> None:
    assert connect("shop")["things"].codec_options.uuid_representation == 4


# -- the loop ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("recording")
def test_k45_io_loop_none_is_the_same_as_leaving_it_out() -> None:
    with_none, without = connect("a", io_loop=None), connect("b", alias="other")
    assert with_none.connection.io_loop is without.connection.io_loop is None
    assert with_none.connection.settings == without.connection.settings


def test_k45_both_drivers_take_io_loop_none(driver: str) -> None:
    assert connect("shop", io_loop=None).name == "shop"


# -- the database -------------------------------------------------------------------------------

WITH_DATABASE = [
    "mongodb://a/shop",
    "mongodb://a:1,b:2/shop?replicaSet=rs0",
    "mongodb://a/sh%6Fp?w=1",
    "mongodb://u:p@a/shop",
    "mongodb://u:p@a/shop?authSource=admin",
]


@pytest.mark.parametrize("uri", WITH_DATABASE)
@pytest.mark.parametrize("given", [str, lambda uri: [uri]], ids=["text", "list"])
def test_the_database_may_stand_in_the_uri(
    driver: str, uri: str, given: Callable[[str], Any]
) -> None:
    assert connect(host=given(uri)).name == "shop"
    assert get_connection().name == "shop"
    assert connect("shop", alias="both", host=given(uri)).name == "shop"
    register_connection(None, "late", host=given(uri))
    assert get_connection("late").name == get_connection("late").name == "shop"


@pytest.mark.parametrize("options", [{}, {"host": "a"}, {"host": "mongodb://u:hunter2@a"}])
def test_a_database_has_to_be_named(driver: str, options: dict[str, Any]) -> None:
    with pytest.raises(ConnectionError, match="no database is named: give its name, or a URI"):
        connect(**options)
    with pytest.raises(KeyError):
        get_connection()


@pytest.mark.parametrize(
    "options",
    [
        {"host": "mongodb://a/shop"},
        {"host": "mongodb://u:p@a/shop?authSource=admin"},
        {"host": "mongodb://u:p@a/shop", "authSource": "admin"},
    ],
    ids=str,
)
def test_two_names_of_a_database_are_refused(driver: str, options: dict[str, Any]) -> None:
    with pytest.raises(ConnectionError) as refusal:
        connect("store", **options)
    assert str(refusal.value) == (
        "Cannot connect to database default :\n"
        "the database is 'store', and 'shop' in the URI; leave one of them out"
    )


@pytest.mark.parametrize(
    "options",
    [
        {"host": "mongodb://u:p@a/admin"},
        {"host": "mongodb://a/admin", "username": "u", "password": "p"},
        {"host": "mongodb://a"},
        {"host": "mongodb://a/?w=1"},
    ],
    ids=str,
)
def test_the_database_of_the_user_is_another_matter(driver: str, options: dict[str, Any]) -> None:
    assert connect("store", **options).name == "store"


# -- what is refused -----------------------------------------------------------------------------

REFUSED: list[dict[str, Any]] = [
    {"host": "mongodb://"},
    {"host": "mongodb://a:b:c@d"},
    {"port": "x"},
    {"maxPoolSize": -1},
    {"no_such_option": 1},
    {"uuidRepresentation": "odd"},
    {"w": -1},
    {"io_loop": 5},
    {"tls": True, "tlsCAFile": "/no/such/file"},
    {"datetime_conversion": "odd"},
]


@pytest.mark.parametrize("options", REFUSED, ids=str)
def test_what_the_driver_refuses(driver: str, options: dict[str, Any]) -> None:
    with pytest.raises(ConnectionError) as refusal:
        connect("shop", alias="far", **options)
    cause = refusal.value.__cause__
    assert isinstance(cause, Exception)
    assert str(refusal.value) == f"Cannot connect to database far :\n{cause}"
    assert not isinstance(refusal.value, KeyError)


def test_the_cause_is_the_drivers_own_error() -> None:
    with pytest.raises(ConnectionError) as refusal:
        connect("shop", host="mongodb://a:b:c@d")
    assert isinstance(refusal.value.__cause__, InvalidURI | ConfigurationError | ValueError)


def test_an_unknown_driver_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(ConnectionError, match="'odd'.*motor, pymongo"):
        connect("shop", driver="odd")


def test_refused_settings_can_be_corrected(recording: ModuleType) -> None:
    with pytest.raises(ConnectionError):
        connect("shop", replicaSet=0)
    assert connect("shop", replicaSet="rs0").name == "shop"
    assert recording.made[0].settings["replicaSet"] == "rs0"


def test_refused_settings_leave_no_alias_behind() -> None:
    with pytest.raises(ConnectionError):
        connect("shop", replicaSet=0)
    with pytest.raises(KeyError, match="connect"):
        get_connection()


@pytest.mark.parametrize("name", ["a.b", "a b", "", "$a"])
def test_a_name_that_is_none_for_a_database_is_refused(driver: str, name: str) -> None:
    with pytest.raises(ConnectionError, match="^Cannot connect to database default :\n"):
        connect(name)
    with pytest.raises(KeyError):
        get_connection()


def test_registered_settings_are_refused_when_they_are_used() -> None:
    register_connection("shop", "late", replicaSet=0)
    with pytest.raises(ConnectionError, match="Cannot connect to database late :\n"):
        get_connection("late")


SECRET = "hunter2"

LEAKS: list[dict[str, Any]] = [
    {"host": f"mongodb://user:{SECRET}/x@a:1/shop"},
    {"host": f"mongodb://user:x/{SECRET}@a:1/shop"},
    {"host": f"mongodb://user:x/{SECRET}@a"},
    {"host": f"mongodb://user:1/{SECRET}@a"},
    {"host": f"mongodb://user:x:{SECRET}@a"},
    {"host": f"mongodb://user:{SECRET}@x@a:1"},
    {"host": f"mongodb://user:x?{SECRET}@a"},
    {"host": f"mongodb://user:x?{SECRET}=1@a"},
    {"host": f"mongodb://user:x&{SECRET}#[@a:b"},
    {"host": f"mongodb://user:%zz{SECRET}@a:high"},
    {"host": f"mongodb://user:{SECRET}%2Fx@a:high"},
    {"host": [f"mongodb://user:x/{SECRET}@a"]},
    {"host": f"mongodb://user:{SECRET}@a", "no_such_option": 1},
    {"host": f"mongodb://a/?tlsCertificateKeyFilePassword={SECRET}&tlsCAFile=/no/such/file"},
    {"host": f"mongodb://a/?authMechanism=MONGODB-AWS&authMechanismProperties={SECRET}"},
    {"username": "user", "password": SECRET, "authMechanism": SECRET},
    {"username": "user", "password": SECRET, "replicaSet": 5},
    {"authMechanism": "MONGODB-AWS", "authMechanismProperties": {"AWS_SESSION_TOKEN": SECRET}},
]


@pytest.mark.filterwarnings("ignore::UserWarning")  # the driver has some about options
@pytest.mark.parametrize("options", LEAKS, ids=lambda options: str(options).replace(SECRET, "."))
def test_no_part_of_a_password_is_told(driver: str, options: dict[str, Any]) -> None:
    try:
        connect("store", **options)
    except ConnectionError as error:
        refusal: BaseException | None = error
        told = "".join(traceback.format_exception(error))
        while refusal is not None:
            told += f"{refusal!r} {refusal.args} {vars(refusal)}"
            refusal = refusal.__cause__ or refusal.__context__
        # The lines of this file are in the traceback, and have none of the values.
        assert SECRET not in told
        assert "Cannot connect to database default :" in told


def test_a_refusal_says_what_to_do_about_a_password_that_is_not_escaped(driver: str) -> None:
    with pytest.raises(ConnectionError, match="escaped according to RFC 3986"):
        connect("shop", host="mongodb://u@s:p@a/")

"""What the settings of a connection say, in its options and in its URI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

from pymongo.errors import ConfigurationError, PyMongoError
from pymongo.uri_parser import parse_uri, split_hosts

from aiomotorengine.connection.errors import ConnectionError

__all__ = [
    "REFUSALS",
    "database_in",
    "database_name",
    "hosts_in",
    "meaning_of",
    "normalised",
    "options_in",
    "servers_in",
    "with_uri_as_host",
]

THIS_MACHINE = {"127.0.0.1": "localhost", "::1": "localhost"}
"""Other names of a host."""

REFUSALS = (PyMongoError, ValueError, TypeError, LookupError, OSError)
"""What the drivers raise for settings they do not take."""

MEANING = frozenset(
    {
        "auto_index",
        "datetime_conversion",
        "document_class",
        "driver",
        "event_listeners",
        "type_registry",
        "tz_aware",
        "tzinfo",
        "unicode_decode_error_handler",
        "uuidrepresentation",
    }
)
"""The settings that a program has wherever its documents are, in small letters: what these mean,
and which driver it is. All others say where a server is, who asks it, and how patient they are."""


def hosts_in(settings: Mapping[str, Any]) -> list[str]:
    """The hosts and URIs that settings name."""
    host = settings.get("host")
    if isinstance(host, str):
        return [host]
    return [str(entry) for entry in host] if isinstance(host, list | tuple) else []


def options_in(uri: str) -> dict[str, str]:
    """The options that a URI has."""
    return dict(parse_qsl(uri.partition("?")[2]))


def database_in(settings: Mapping[str, Any]) -> str | None:
    """The database that a URI names."""
    paths = (host.partition("://")[2].partition("/")[2] for host in hosts_in(settings))
    return next((unquote(path.partition("?")[0]) for path in paths if path), None)


def meaning_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those of settings that say what documents mean, and which driver it is.

    Parameters:
        settings: what a program gave ``connect``; options go before those of its URI.
    """
    given = {name: value for name, value in settings.items() if name.lower() in MEANING}
    stated = {name.lower() for name in given}
    in_uri = {
        name: value
        for host in hosts_in(settings)
        for name, value in options_in(host).items()
        if name.lower() in MEANING - stated
    }
    return {**in_uri, **given}


def servers_in(settings: Mapping[str, Any]) -> frozenset[tuple[str, int | None]]:
    """The servers that settings name, by host and port; of one found by ``mongodb+srv`` the name.

    Raises:
        pymongo.errors.PyMongoError: they name none.
    """
    found: set[tuple[str, int | None]] = set()
    port = settings.get("port") or 27017
    for entry in hosts_in(settings) or ["localhost"]:
        if entry.startswith("mongodb+srv://"):
            found.add((entry.rpartition("@")[2].partition("/")[0], None))
        elif "://" in entry:
            found.update(parse_uri(entry, port, validate=False)["nodelist"])
        else:
            found.update(split_hosts(re.sub(r"\s", "", entry), port))
    return frozenset((THIS_MACHINE.get(host, host), port) for host, port in found)


def with_uri_as_host(
    database: str | None, alias: str, settings: Mapping[str, Any]
) -> tuple[str | None, dict[str, Any]]:
    """A database and the settings, in which a URI that was given as the database is the host.

    Raises:
        ConnectionError: a host is given, too.
    """
    if not isinstance(database, str) or "://" not in database:
        return database, dict(settings)
    if settings.get("host") is not None:
        raise ConnectionError(
            f"Cannot connect to database {alias} :\n"
            "a URI is given as the database, and 'host' as well; leave one of them out"
        )
    return None, {**settings, "host": database}


def database_name(client: Any, given: str | None, settings: Mapping[str, Any]) -> str:
    """The name of the database in which documents are kept.

    Parameters:
        client: the driver's client.
        given: the name that the program gave.
        settings: the options of the client.

    Raises:
        ConfigurationError: no database is named, or two are.
    """
    uris = [host for host in hosts_in(settings) if "://" in host]
    in_uri: str | None = None
    if uris:
        with suppress(ConfigurationError):  # there is none
            in_uri = client.get_default_database().name
    if given is None and in_uri is None:
        raise ConfigurationError(
            "no database is named: give its name, or a URI that has one (mongodb://host/name)"
        )
    if given is None:
        return cast(str, in_uri)
    if in_uri is not None and in_uri != given and not is_where_users_are(uris, settings):
        raise ConfigurationError(
            f"the database is {given!r}, and {in_uri!r} in the URI; leave one of them out"
        )
    return given


def is_where_users_are(uris: Iterable[str], settings: Mapping[str, Any]) -> bool:
    """Whether the database in a URI says where the user is looked up, as it does by default."""
    names = {name.lower() for name in settings}
    has_user = "username" in names or any("@" in uri for uri in uris)
    says_where = "authsource" in names or any("authsource=" in uri.lower() for uri in uris)
    return has_user and not says_where


def normalised(given: dict[str, Any]) -> dict[str, Any]:
    """The client's options, with what the drivers do not do by themselves.

    Raises:
        ConfigurationError: ``replicaSet`` is not a text.
    """
    settings = dict(given)
    # PyMongo does not strip the blanks that people put after commas.
    stripped = [re.sub(r"\s*,\s*", ",", host.strip()) for host in hosts_in(settings)]
    if stripped:
        settings["host"] = stripped[0] if isinstance(settings["host"], str) else stripped
    if "replicaSet" in settings:
        if not isinstance(settings["replicaSet"], str):
            raise ConfigurationError("the replicaSet keyword parameter is required")
        settings.pop("port", None)  # each host of a set has its own
    if "j" in settings:
        settings["journal"] = settings.pop("j")  # MongoDB's name for it, and PyMongo's own
    options = {name.lower() for name in settings}
    in_uri = any("uuidrepresentation=" in entry.lower() for entry in stripped)
    if "uuidrepresentation" not in options and not in_uri:
        settings["uuidRepresentation"] = "standard"
    return settings

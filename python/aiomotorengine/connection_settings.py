"""What the settings of a connection say, in its options and in its URI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

__all__ = ["database_in", "hosts_in", "meaning_of", "options_in"]

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

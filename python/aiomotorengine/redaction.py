"""Passwords are kept out of what is said about refused settings.

A driver quotes what it could not read, and of a URI whose password is not escaped that may be a
part of the password.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

__all__ = ["without_secrets"]

SECRET_OPTIONS = frozenset({"password", "tlscertificatekeyfilepassword", "authmechanismproperties"})
"""Options of clients whose values are nobody's business, in small letters."""

DELIMITERS = re.compile(r"[/:@?#&=,;\[\]\s]+")
"""Where a driver may cut a URI that it cannot read."""


def without_secrets(error: Exception, settings: Mapping[str, Any]) -> Exception:
    """An error like the one that a driver raised for settings, without their passwords.

    Parameters:
        error: the error.
        settings: the options of the client.
    """
    secrets = sorted({*secrets_in(settings)}, key=len, reverse=True)
    if not secrets:
        return error
    # A piece of a password may also be a word of the message, or a part of one.
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(secret)}(?!\w)" for secret in secrets))

    def masked(value: Any) -> Any:
        return pattern.sub("***", value) if isinstance(value, str) else value

    again = copy.copy(error)
    again.args = tuple(map(masked, error.args))
    vars(again).update({name: masked(value) for name, value in vars(error).items()})
    return again


def secrets_in(settings: Mapping[str, Any]) -> Iterator[str]:
    """The passwords in settings, and the pieces of them that a driver may quote."""
    for name, value in settings.items():
        if name.lower() in SECRET_OPTIONS:
            yield from pieces_of(value)
    host = settings.get("host")
    for uri in host if isinstance(host, list | tuple) else [host]:
        if isinstance(uri, str):
            yield from pieces_of_uri(uri)


def pieces_of_uri(uri: str) -> Iterator[str]:
    rest = uri.partition("://")[2]
    # What is not escaped may have delimiters of its own, so the password ends at the last ``@``.
    user_and_password, at, _ = rest.rpartition("@")
    if at:
        yield from pieces_of(user_and_password.partition(":")[2])
    for option in re.split("[?&;]", rest):
        name, _, value = option.partition("=")
        if name.lower() in SECRET_OPTIONS:
            yield from pieces_of(value)


def pieces_of(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from pieces_of(part)
    elif isinstance(value, str):
        for form in (value, unquote_plus(value)):
            yield from filter(None, [form, *DELIMITERS.split(form)])

"""URLField: addresses on the web."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.domain import BLANKS, HOST
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.patterns import compiled_when_read

__all__ = ["URLField"]

# The browsers' backslash is a slash, so one before the host would hide which host is meant.
USER = rf"(?:[^{BLANKS}#/?@\\]*+@)?+"
PORT = r"0*+(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[0-9]{0,4})"


@native_kind("url")
class URLField(BaseField[str]):
    """The text of an http or https address.

    Valid is what browsers take (the WHATWG's URL standard): names of one label, with underscores or
    beyond ASCII, IPv4 and IPv6 addresses, a user's name and password, ports up to 65535. Blanks and
    control characters are not valid anywhere. ``URL_REGEX`` is the pattern that the text must
    match. Empty text is not valid; leave it ``None``.

    Example:
        >>> from aiomotorengine import Document, URLField
        >>> class Site(Document):
        ...     home = URLField()
        >>> Site(home="https://example.com/?page=1").validate()
        True
    """

    URL_REGEX: ClassVar[re.Pattern[str]] = compiled_when_read(
        rf"[Hh][Tt][Tt][Pp][Ss]?://{USER}{HOST}(?::{PORT}(?=[/?#]|\Z))?+"
        rf"(?:[/?#][^{BLANKS}]*+)?+\Z"
    )

    is_scalar = True
    takes_lists = False
    _own_types = (str,)
    _keeps_blanks = True

    @accepts(lambda field: NONE_ONLY)
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        return isinstance(value, str) and self.URL_REGEX.match(value) is not None

    def parse(self, text: str) -> str:
        return text

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "string"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string", "format": "uri"}

    def _wanted(self, value: Any) -> str:
        return "an http or https address"

"""EmailField: e-mail addresses."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.domain import BEYOND_ASCII, BLANKS, MAIL_DOMAIN
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.patterns import compiled_when_read

__all__ = ["EmailField"]

WORD = rf'[^"(),.:;<>@\[-\]{BEYOND_ASCII}]++'
QUOTED = rf'"(?:[^"\\{BLANKS}]|\\[^{BLANKS}])*+"'


@native_kind("email")
class EmailField(BaseField[str]):
    """The text of an e-mail address.

    Valid is what mail servers take (RFC 5321, and beyond ASCII RFC 6531), without blanks, and with
    a domain of at least two labels. ``EMAIL_REGEX`` is the pattern that the text must match. Empty
    text is not valid; leave it ``None``.

    Example:
        >>> from aiomotorengine import Document, EmailField
        >>> class User(Document):
        ...     mail = EmailField()
        >>> User(mail="ada@example.com").validate()
        True
    """

    EMAIL_REGEX: ClassVar[re.Pattern[str]] = compiled_when_read(
        rf"(?:{WORD}(?:\.{WORD})*+|{QUOTED})@{MAIL_DOMAIN}\Z"
    )

    is_scalar = True
    takes_lists = False
    _own_types = (str,)
    _keeps_blanks = True

    @accepts(lambda field: NONE_ONLY)
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        return isinstance(value, str) and self.EMAIL_REGEX.match(value) is not None

    def parse(self, text: str) -> str:
        return text

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "string"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string", "format": "email"}

    def _wanted(self, value: Any) -> str:
        return "a mail address"

"""StringField: text."""

from __future__ import annotations

import re
from dataclasses import replace
from types import NoneType
from typing import Any, Unpack

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.settings import pattern_of, whole_number

__all__ = ["StringField"]

ANY_TEXT: frozenset[type] = frozenset({str, NoneType})


@native_kind("string")
class StringField(BaseField[str]):
    """Text, stored as it is. Empty text counts as no value where one is required.

    Parameters:
        max_length: how many characters are valid at most; any number if ``None``.
        min_length: how many characters are valid at least.
        pattern: a regular expression that is found in what is valid, anywhere: anchor it with
            ``^`` and ``$`` if it is to match the whole text.

    Raises:
        InvalidDocumentError: ``pattern`` is no regular expression.
        ValueError: ``min_length`` is no whole number, or negative.

    Example:
        >>> from aiomotorengine import Document, StringField
        >>> class User(Document):
        ...     name = StringField(max_length=20)
        >>> User(name="Ada").to_son()
        {'name': 'Ada'}
    """

    is_scalar = True
    takes_lists = False
    _own_types = (str,)
    _same_in_json = frozenset({str})
    _keeps_blanks = True

    def __init__(
        self,
        max_length: int | None = None,
        *args: Any,
        min_length: int | None = None,
        pattern: str | re.Pattern[str] | None = None,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        self._settings = replace(
            self._settings,
            min_length=whole_number("min_length", min_length),
            pattern=pattern_of(pattern),
        )
        self.max_length = max_length

    def is_empty(self, value: Any) -> bool:
        return value is None or (isinstance(value, str) and value == "")

    @accepts(lambda field: ANY_TEXT if field.max_length is None else NONE_ONLY)
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        if not isinstance(value, str):
            return False
        return self.max_length is None or len(value) <= self.max_length

    def parse(self, text: str) -> str:
        return text

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "string", **self._text_rules()}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string", **self._text_rules()}

    def _text_rules(self) -> dict[str, Any]:
        asked = self._settings
        rules: dict[str, Any] = {"minLength": asked.min_length, "maxLength": self.max_length}
        if asked.pattern is not None and asked.pattern.flags == re.UNICODE:
            rules["pattern"] = asked.pattern.pattern
        return {name: rule for name, rule in rules.items() if rule is not None}

    def _wanted(self, value: Any) -> str:
        most = "" if self.max_length is None else f" of at most {self.max_length} characters"
        return f"a text{most}"

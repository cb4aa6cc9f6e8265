"""StringField: text."""

from __future__ import annotations

import re
from collections.abc import Callable
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
        strip_whitespace: whether blanks and line ends are taken off at both ends.
        to_lower: whether all letters are made small ones.
        to_upper: whether all letters are made capital ones.

    What the last three change is changed before anything is checked, in filters as well. What other
    programs have stored reads so, too, and stays as it is until the value is set.

    Raises:
        InvalidDocumentError: ``pattern`` is no regular expression.
        ValueError: ``min_length`` is no whole number, or negative; or letters are to be made both
            small and capital.

    Example:
        >>> from aiomotorengine import Document, StringField
        >>> class User(Document):
        ...     name = StringField(max_length=20)
        ...     mail = StringField(strip_whitespace=True, to_lower=True)
        >>> User(name="Ada", mail=" Ada@Example.org ").to_son()
        {'name': 'Ada', 'mail': 'ada@example.org'}
    """

    is_scalar = True
    takes_lists = False
    _own_types = (str,)
    _same_in_json = frozenset({str})
    _keeps_blanks = True
    _stored_by = ("_changes",)
    _changes: tuple[Callable[[str], str], ...] = ()
    """What texts go through before all else."""

    def __init__(
        self,
        max_length: int | None = None,
        *args: Any,
        min_length: int | None = None,
        pattern: str | re.Pattern[str] | None = None,
        strip_whitespace: bool = False,
        to_lower: bool = False,
        to_upper: bool = False,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        if to_lower and to_upper:
            raise ValueError("Letters can't be made both small and capital: give one of the two.")
        self._settings = self._settings.but(
            min_length=whole_number("min_length", min_length),
            pattern=pattern_of(pattern),
            strip_whitespace=strip_whitespace,
            to_lower=to_lower,
            to_upper=to_upper,
        )
        if strip_whitespace:
            self._changes += (str.strip,)
        if to_lower or to_upper:
            self._changes += (str.lower if to_lower else str.upper,)
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

    def get_value(self, value: Any) -> Any:
        return self._normalised(value)

    def to_son(self, value: Any) -> Any:
        return self._normalised(value)

    def from_son(self, value: Any) -> Any:
        return self._normalised(value)

    def parse(self, text: str) -> str:
        return text

    def overrides(self, method: str, base: type[BaseField[Any]] | None = None) -> bool:
        # Where no option asks for it, this class's own methods change nothing.
        is_own = getattr(type(self), method) is NORMALISING.get(method)
        if is_own and base is None and not self._changes:
            return method in vars(self)
        return super().overrides(method, base)

    def _normalised(self, value: Any) -> Any:
        """A text as the options ask for it; anything else as it is."""
        if not self._changes or not isinstance(value, str):
            return value
        for change in self._changes:
            value = change(value)
        return value

    def _normalised_part(self, text: str, *, start: bool, end: bool) -> str:
        """What a part of a text is in texts as the options ask for them.

        Parameters:
            text: the part.
            start: whether the text begins with it.
            end: whether the text ends with it.
        """
        for change in self._changes:
            if change is not str.strip:
                text = change(text)
                continue
            text = text.lstrip() if start else text
            text = text.rstrip() if end else text
        return text

    def _kept(self, value: Any) -> Any:
        return self._normalised(value)

    @property
    def _keeps_otherwise(self) -> bool:
        return self.overrides("_kept")

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        return bool(self._normalised(stored) != stored)

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


NORMALISING = {
    name: vars(StringField)[name]
    for name in ("get_value", "to_son", "from_son", "_kept", "_reads_otherwise")
}
"""The methods that change texts as options ask for it, as they were before anybody patched them."""

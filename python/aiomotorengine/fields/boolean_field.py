"""BooleanField: true or false."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any, Unpack

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import accepts, hands_on_strict, unchanged
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["BooleanField"]

WORDS = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0", ""), False),
}


@native_kind("boolean")
class BooleanField(BaseField[bool]):
    """True or false. What was never set is stored as false, and filters ask for it as false.

    A text is stored as what it says: ``true``, ``t``, ``yes``, ``y``, ``on`` and ``1``, and their
    opposites, in small or capital letters; empty text is false, and other texts are not valid. Nor
    is what stands for a missing value: ``NaN``, and pandas' ``NA`` and ``NaT``. Anything else is
    stored as Python's ``bool()`` has it.

    Parameters:
        null: whether what was never set is stored as null, and filters ask for it as null.

    Example:
        >>> from aiomotorengine import BooleanField, Document
        >>> class Switch(Document):
        ...     on = BooleanField()
        >>> Switch(on=1).to_son(), Switch(on="no").to_son(), Switch().to_son()
        ({'on': True}, {'on': False}, {'on': False})
    """

    is_scalar = True
    takes_lists = False
    _own_types = (bool,)
    _stored_by = ("_settings.null",)
    _same_in_json = frozenset({bool})

    def __init__(self, *args: Any, null: bool = False, **options: Unpack[FieldOptions]) -> None:
        super().__init__(*args, **options)
        self._settings = self._settings.but(null=null)

    @accepts(lambda field: frozenset({bool, int, NoneType}))
    def validate(self, value: Any) -> bool:
        try:
            as_boolean(value)
        except Exception:  # whatever a value raises that is asked whether it is true
            return False
        return True

    @unchanged(bool)
    def to_son(self, value: Any) -> bool | None:
        if value is None and self._settings.null:
            return None
        try:
            return as_boolean(value)
        except ValueError as error:
            raise ValueError(f"{self._title} takes true or false: {error}") from None

    def parse(self, text: str) -> bool:
        if not text:
            raise ValueError("Empty text says neither.")
        return as_boolean(text)

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "bool"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "boolean"}

    def _wanted(self, value: Any) -> str:
        return "true or false"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        return not isinstance(stored, bool) and not (stored is None and self._settings.null)

    @hands_on_strict
    def to_update(self, value: Any, *, strict: bool = False) -> Any:
        if isinstance(value, Mapping):  # true like anything else, but meant as something else
            raise InvalidDocumentError.invalid(self.name)
        return super().to_update(value, strict=strict)


def as_boolean(value: Any) -> bool:
    """Whether a value is true, or a text says so.

    Raises:
        ValueError: the text is none of the known ones, or the value does not equal itself, by which
            what stands for a missing value is known.
        Exception: whatever the value's own methods raise.
    """
    if isinstance(value, str):
        said = WORDS.get(value.strip().lower())
        if said is None:
            raise ValueError(f"{value!r} says neither.")
        return said
    if not value == value:
        raise ValueError(f"{value!r} is neither.")
    return bool(value)

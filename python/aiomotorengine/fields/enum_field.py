"""EnumField: members of an Enum."""

from __future__ import annotations

from enum import Enum, Flag
from itertools import islice
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts, unchanged
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.locations import shown

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["EnumField"]

E = TypeVar("E", bound=Enum)

MOST_LISTED = 10
"""How many members a message lists."""


def valid_types(field: Any) -> frozenset[type]:
    """The types of which every value is valid: but a combination of flags has no name."""
    if field.by_name and issubclass(field.enum, Flag):
        return NONE_ONLY
    return frozenset({field.enum, NoneType})


@native_kind("enum")
class EnumField(BaseField[E]):
    """A member of an ``Enum``, stored as its value or as its name.

    A member's value (or name) is taken as well, and is the member when it is loaded again. A stored
    value that is no member's is read as it is, so that old documents can be read; it is not valid.

    Parameters:
        enum: the class. Its values must be such as MongoDB stores, or else its names have to be
            stored.
        by_name: whether the members' names are stored, and not their values.

    Raises:
        ValueError: ``enum`` is no ``Enum`` class.

    Example:
        >>> from enum import Enum
        >>> from aiomotorengine import Document, EnumField
        >>> class Level(Enum):
        ...     LOW, HIGH = 1, 2
        >>> class Alarm(Document):
        ...     level = EnumField(Level)
        ...     logged_as = EnumField(Level, by_name=True)
        >>> Alarm(level=Level.HIGH, logged_as="LOW").to_son()
        {'level': 2, 'logged_as': 'LOW'}
    """

    is_scalar = True
    takes_lists = False
    _stored_by = ("by_name", "enum")

    def __init__(
        self,
        enum: type[E],
        by_name: bool = False,
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        if not (isinstance(enum, type) and issubclass(enum, Enum)):
            raise ValueError(f"The enum field 'enum' argument must be an Enum class, not '{enum}'.")
        self.enum = enum
        self.by_name = by_name

    @property
    def _own_types(self) -> tuple[type, ...]:  # type: ignore[override]  # else one for all fields
        return (self.enum,)

    @accepts(valid_types)
    def validate(self, value: Any) -> bool:
        return value is None or self._member(value) is not None

    @unchanged(NoneType)
    def to_son(self, value: Any) -> Any:
        member = None if value is None else self._member(value)
        return value if member is None else self._stored(member)

    @unchanged(NoneType)
    def from_son(self, value: Any) -> Any:
        member = None if value is None else self._member(value)
        return value if member is None else member

    def to_query(self, value: Any) -> Any:
        return self.to_query_item(value)

    def to_query_item(self, value: Any) -> Any:
        if value is not None and self._member(value) is None:
            raise ValueError(f"{self._wanted(value)} is wanted, not {shown(value)}.")
        return self.to_son(value)

    def parse(self, text: str) -> E:
        for member in self.enum:
            if str(self._stored(member)) == text:
                return member
        raise ValueError(f"{self._wanted(text)} is wanted, not {shown(text)}.")

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        if self._member(form) is None:
            # What is stored may be of a type that JSON has another form for, such as a date.
            for member in self.enum:
                if reading.is_form_of(self._stored(member), form):
                    return member
        return form

    def _wanted(self, value: Any) -> str:
        stored = (shown(self._stored(member)) for member in self.enum)
        listed = ", ".join(islice(stored, MOST_LISTED))
        more = ", …" if len(self.enum) > MOST_LISTED else ""
        return f"a member of {self.enum.__name__}, or one of {listed}{more},"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        if stored is loaded:
            return False
        written = self.to_son(loaded)
        return isinstance(stored, bool) is not isinstance(written, bool) or bool(stored != written)

    def _member(self, value: Any) -> E | None:
        """The member that a value is, or that it stands for; ``None`` if there is no such one."""
        if isinstance(value, Enum):
            is_named = not self.by_name or value._name_ in self.enum.__members__
            return value if isinstance(value, self.enum) and is_named else None
        if self.by_name:
            return self.enum.__members__.get(value) if isinstance(value, str) else None
        for find in (self.enum._value2member_map_.__getitem__, self.enum):
            try:
                member = find(value)
            except Exception:  # whatever a value raises, or the program's _missing_
                continue
            if isinstance(member, self.enum):
                return member
        return None

    def _stored(self, member: E) -> Any:
        return member._name_ if self.by_name else member._value_

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"enum": [self._stored(member) for member in self.enum]}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"enum": [self._stored(member) for member in self.enum]}

    if TYPE_CHECKING:

        def __set__(self, instance: DocumentStorage, value: E | Any) -> None: ...

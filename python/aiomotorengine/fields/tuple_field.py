"""TupleField: values that stand in an order, each with a field of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import EllipsisType
from typing import TYPE_CHECKING, Any, Unpack, overload

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.families import convert_alike
from aiomotorengine.fields.field_methods import hands_on_strict, updater
from aiomotorengine.fields.item_methods import methods_of
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.refusals import located, refused, unreadable
from aiomotorengine.fields.rules import is_masked, is_strict
from aiomotorengine.locations import Part, shown
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import ReferenceList

if TYPE_CHECKING:
    from typing import Self

__all__ = ["TupleField"]


@native_kind("tuple")
class TupleField(ContainerField[tuple[Any, ...]]):
    """So many values, each of a kind of its own: a list in MongoDB, and a ``tuple`` in documents.

    Tuples and lists of that length are taken; what is unset reads as an empty tuple. Filters and
    updates name a place by its number, ``filter(place__0__gt=1)``.

    Parameters:
        fields: the fields of the values, in order. One field and an ellipsis stand for any number
            of values of one kind, as in ``TupleField(IntField(), ...)``.

    Raises:
        ValueError: there are none, or one is no field.

    Example:
        >>> from aiomotorengine import Document, FloatField, StringField, TupleField
        >>> class Town(Document):
        ...     place = TupleField(FloatField(), FloatField(), StringField())
        >>> Town(place=(1, "2.5", "x")).to_son(), Town().place
        ({'place': [1.0, 2.5, 'x']}, ())
    """

    _keeps_kind = True
    _own_types = (tuple,)
    _stored_by = ("_is_of_any_length",)
    _stores_arrays = True

    def __init__(
        self, *fields: BaseField[Any] | EllipsisType, **options: Unpack[FieldOptions]
    ) -> None:
        is_of_any_length = len(fields) == 2 and fields[1] is ...
        inner = fields[:1] if is_of_any_length else fields
        if not inner or not all(isinstance(field, BaseField) for field in inner):
            raise ValueError(
                "A TupleField takes the fields of its values, or one field and an ellipsis, "
                f"not {', '.join(map(repr, fields)) or 'nothing'}."
            )
        super().__init__(**options)
        self._item_fields: tuple[Any, ...] = inner
        self._is_of_any_length = is_of_any_length
        if not self.default:
            self.default = tuple
        elif isinstance(self.default, list):
            self.default = tuple(self.default)

    # -- what is inside -----------------------------------------------------------------------

    @property
    def _inner_fields(self) -> tuple[BaseField[Any], ...]:
        return self._item_fields

    @property
    def _item_field(self) -> BaseField[Any] | None:
        first, *others = self._item_fields
        return first if all(convert_alike(first, other) for other in others) else None

    def _is_container(self, value: Any) -> bool:
        return isinstance(value, list | tuple)

    def _members(self, value: Any) -> Iterator[tuple[Part, BaseField[Any], Any]]:
        for index, (field, item) in enumerate(zip(self._fields_for(value), value, strict=False)):
            yield index, field, item

    def _under_key(self, key: str) -> BaseField[Any] | None:
        if not key.isdecimal():
            return None
        if self._is_of_any_length:
            return self._base_field
        index = int(key)
        return self._item_fields[index] if index < len(self._item_fields) else None

    @property
    def _twin_arguments(self) -> Mapping[str, Any]:
        return {"is_of_any_length": self._is_of_any_length}

    @property
    def _base_field(self) -> BaseField[Any]:
        """The field of the first value, which is that of all where there may be any number."""
        field: BaseField[Any] = self._item_fields[0]
        return field

    def _fields_for(self, value: Sequence[Any]) -> Sequence[BaseField[Any]]:
        return self._item_fields * len(value) if self._is_of_any_length else self._item_fields

    def _has_length(self, value: Sequence[Any]) -> bool:
        """Whether there are as many values as fields; or none, which is what is unset."""
        return self._is_of_any_length or len(value) in (0, len(self._item_fields))

    # -- the methods of a field ---------------------------------------------------------------

    def is_empty(self, value: Any) -> bool:
        return value is None or (self._is_container(value) and not value)

    @hands_on_strict
    def validate(self, value: Any, *, strict: bool = False) -> bool:
        if value is None:
            return True
        if not self._is_container(value) or not self._has_length(value):
            return False
        if type(value) is ReferenceList:
            value = value.restored()
        for index, field, item in self._members(value):
            try:
                if not methods_of(field, strict=strict).is_valid(item):
                    return False
            except Exception as error:
                raise located(error, field, "validate", item, index)  # noqa: B904
        return True

    def to_son(self, value: Any) -> Any:
        if value is None:
            return []
        if type(value) is ReferenceList:
            value = value.restored()
        stored = []
        for index, field, item in self._paired(value):
            try:
                stored.append(methods_of(field).stored(item))
            except Exception as error:
                raise located(error, field, "to_son", item, index)  # noqa: B904
        return stored

    def from_son(self, value: Any) -> Any:
        if value is None:
            return ()
        if not self._is_container(value) or not self._has_length(value):
            return value  # it is kept as it is, for validation to refuse
        loaded = []
        for index, field, item in self._paired(value):
            try:
                loaded.append(methods_of(field).loaded(item))
            except Exception as error:
                raise unreadable(error, field, item, index)  # noqa: B904
        return tuple(loaded)

    def to_query(self, value: Any) -> Any:
        if value is None:
            return None
        self._refuse_other_lengths(value)
        return [field.to_query_item(item) for _, field, item in self._members(value)]

    def to_query_item(self, value: Any) -> Any:
        return self.to_query(value)

    @hands_on_strict
    def to_update(self, value: Any, *, strict: bool = False) -> Any:
        if value is None:
            return None
        if not self._is_container(value) or not self._has_length(value):
            raise refused(self, value)
        stored, strict_inside = [], is_strict(self, strict)
        for index, field, item in self._members(value):
            try:
                stored.append(updater(field, strict=strict_inside)(item))
            except Exception as error:
                raise located(error, field, "to_update", item, index)  # noqa: B904
        return self._updated(value, stored, strict=strict)

    # -- what else is asked -------------------------------------------------------------------

    def _paired(self, value: Any) -> Iterator[tuple[Part, BaseField[Any], Any]]:
        """As ``_members``, for a value that has as many as there are fields.

        Raises:
            ValueError: it has more or fewer.
        """
        self._refuse_other_lengths(value)
        return self._members(value)

    def _refuse_other_lengths(self, value: Any) -> None:
        if not self._is_container(value) or not self._has_length(value):
            given = shown(value, secret=is_masked(self, value))
            raise ValueError(f"{self._title} takes {self._wanted(value)}, not {given}.")

    def _is_secret(self, value: Any) -> bool:
        # Where there are too many values or too few, any of them may be the password.
        has_places = not self._is_container(value) or self._has_length(value)
        return super()._is_secret(value if has_places else None)

    def _kept(self, value: Any) -> Any:
        if not self._is_container(value):
            return value
        kept = [field._kept(item) for _, field, item in self._members(value)]
        return (*kept, *value[len(kept) :])

    @property
    def _keeps_otherwise(self) -> bool:
        return any(field._keeps_otherwise for field in self._item_fields)

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        if stored is None or stored is loaded:
            return stored is None
        pairs = zip(self._members(stored), loaded, strict=False)
        return any(methods_of(field).differs(one, other) for (_, field, one), other in pairs)

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        if self._is_of_any_length:
            return {"bsonType": "array", "items": schemas.of_item(self._base_field)}
        items = [schemas.of_item(field) for field in self._item_fields]
        return {"bsonType": "array", "items": items, "additionalItems": False}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        if self._is_of_any_length:
            return {"type": "array", "items": schemas.of_item(self._base_field)}
        items = [schemas.of_item(field) for field in self._item_fields]
        return {"type": "array", "prefixItems": items, "items": False}

    @property
    def _least_size(self) -> int:
        return 1 if self._is_of_any_length else len(self._item_fields)

    def _dict_form(self, value: Any, forms: Any) -> Any:
        if not self._is_container(value):
            return forms.plain(value)
        if type(value) is ReferenceList:
            value = value.restored()
        places = list(self._members(value))
        shown = [forms.member(field, item, it) for it, field, item in places if forms.shows(it)]
        shown += map(forms.plain, value[len(places) :])  # too many, and shown all the same
        return shown if forms.is_json else tuple(shown)

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        if not self._is_container(form):
            return form
        read = [reading.value(field, item, index) for index, field, item in self._members(form)]
        return (*read, *form[len(read) :])

    def _wanted(self, value: Any) -> str:
        if self._is_of_any_length:
            return "" if self._is_container(value) else "a list or tuple"
        return (
            ""
            if self._is_container(value) and self._has_length(value)
            else (f"a list or tuple of {len(self._item_fields)} values")
        )

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> Self: ...
        @overload
        def __get__(self, instance: DocumentStorage, owner: type[Any]) -> tuple[Any, ...]: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> Self: ...
        def __get__(self, instance: object, owner: type[Any]) -> Any: ...

        def __set__(self, instance: DocumentStorage, value: Sequence[Any] | None) -> None: ...

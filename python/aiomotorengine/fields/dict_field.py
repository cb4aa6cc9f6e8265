"""DictField: a mapping of texts to values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, Unpack, overload

from aiomotorengine.fields.any_field import ANYTHING
from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.field_methods import hands_on_strict, updater
from aiomotorengine.fields.item_methods import methods_of
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.refusals import located, refused, unreadable
from aiomotorengine.fields.rules import is_strict
from aiomotorengine.locations import Part
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.utils import has_operators, is_operator

if TYPE_CHECKING:
    from typing import Self

__all__ = ["DictField"]

T = TypeVar("T")


@native_kind("dict")
class DictField(ContainerField[dict[str, T]]):
    """A mapping, stored as a sub-document; the attribute reads as a ``dict``, empty where unset.

    Keys are texts, without NUL and without ``$`` in front; dots are fine. Filters and updates lead
    into it by keys without dots: ``filter(prices__eur__gte=5)``. Where the last part is the name of
    an operator it is meant as one; a key of that name needs a raw query.

    Parameters:
        base_field: the field of the values. Without one they are stored as they are. Its own
            ``required`` and ``default`` mean nothing here.

    Raises:
        ValueError: ``base_field`` is no field.

    Example:
        >>> from aiomotorengine import DictField, Document
        >>> class Page(Document):
        ...     head = DictField()
        >>> Page(head={"title": "Emma", "og.type": ["book"]}).to_son()
        {'head': {'title': 'Emma', 'og.type': ['book']}}
    """

    _own_types = (dict,)

    @overload
    def __init__(
        self: DictField[Any], base_field: None = None, *args: Any, **options: Unpack[FieldOptions]
    ) -> None: ...
    @overload
    def __init__(
        self, base_field: BaseField[T], *args: Any, **options: Unpack[FieldOptions]
    ) -> None: ...
    def __init__(self, base_field: Any = None, *args: Any, **options: Unpack[FieldOptions]) -> None:
        if base_field is not None and not isinstance(base_field, BaseField):
            raise ValueError(
                f"The 'base_field' of a {type(self).__name__} must be an instance of BaseField, "
                f"not '{base_field}'."
            )
        super().__init__(*args, **options)
        self._base_field: BaseField[Any] | None = base_field
        if not self.default:
            self.default = dict

    # -- what is inside -----------------------------------------------------------------------

    @property
    def _inner_fields(self) -> tuple[BaseField[Any], ...]:
        return () if self._base_field is None else (self._base_field,)

    def _is_container(self, value: Any) -> bool:
        return isinstance(value, Mapping)

    def _members(self, value: Any) -> Iterator[tuple[Part, BaseField[Any], Any]]:
        if self._base_field is not None:
            for key, item in value.items():
                yield key, self._base_field, item

    def _under_key(self, key: str) -> BaseField[Any] | None:
        if not is_key(key):
            return None
        return ANYTHING if self._base_field is None else self._base_field

    # -- the methods of a field ---------------------------------------------------------------

    def is_empty(self, value: Any) -> bool:
        return value is None or (isinstance(value, Mapping) and not value)

    @hands_on_strict
    def validate(self, value: Any, *, strict: bool = False) -> bool:
        if value is None:
            return True
        if not isinstance(value, Mapping) or not self._takes_keys_of(value):
            return False
        if self._base_field is None:
            return True
        methods = methods_of(self._base_field, strict=strict)
        for key, item in value.items():
            try:
                if not methods.is_valid(item):
                    return False
            except Exception as error:
                raise located(error, self._base_field, "validate", item, key)  # noqa: B904
        return True

    def to_son(self, value: Any) -> Any:
        if value is None:
            return {}
        if self._base_field is None:
            return dict(value)
        methods = methods_of(self._base_field)
        stored = {}
        for key, item in value.items():
            try:
                stored[self._stored_key(key)] = methods.stored(item)
            except Exception as error:
                raise located(error, self._base_field, "to_son", item, key)  # noqa: B904
        self._refuse_lost_keys(value, stored)
        return stored

    def from_son(self, value: Any) -> Any:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            return value  # no mapping in the database: kept as it is, for validation to refuse
        if self._base_field is None:
            return dict(value)
        methods = methods_of(self._base_field)
        loaded = {}
        for key, item in value.items():
            try:
                loaded[self._loaded_key(key)] = methods.loaded(item)
            except Exception as error:
                raise unreadable(error, self._base_field, item, key)  # noqa: B904
        return loaded

    def to_query(self, value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise ValueError(
                f"{self._title} is compared with a mapping, not with {type(value).__name__}."
            )
        if has_operators(value):
            raise ValueError(
                f"{self._title} is not compared with a mapping of operators; if they are meant, "
                "use a raw query."
            )
        if self._base_field is None:
            return dict(value)
        convert = self._base_field.to_query_item
        asked = {self._stored_key(key): convert(item) for key, item in value.items()}
        self._refuse_lost_keys(value, asked)
        return asked

    def to_query_item(self, value: Any) -> Any:
        return self.to_query(value)

    @hands_on_strict
    def to_update(self, value: Any, *, strict: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, Mapping) or not self._takes_keys_of(value):
            raise refused(self, value)
        stored = {}
        convert = updater(self._base_field or ANYTHING, strict=is_strict(self, strict))
        for key, item in value.items():
            try:
                stored[self._stored_key(key)] = convert(item)
            except Exception as error:
                raise located(error, self._base_field or ANYTHING, "to_update", item, key)  # noqa: B904
        return self._updated(value, stored, strict=strict)

    # -- what else is asked -------------------------------------------------------------------

    def _takes_keys_of(self, value: Mapping[Any, Any]) -> bool:
        """Whether a value can have the keys that it has."""
        return all(map(self._is_key, value))

    def _is_key(self, key: Any) -> bool:
        """Whether a value can have a key."""
        return is_key(key)

    def _refuse_lost_keys(self, value: Mapping[Any, Any], stored: Mapping[Any, Any]) -> None:
        """Raise ``ValueError`` where two keys are stored alike, so that one value would be lost."""
        if len(stored) < len(value):
            raise ValueError(f"{self._title} takes {self._wanted(value)}.")

    def _stored_key(self, key: Any) -> Any:
        """What is stored for a key."""
        return key

    def _loaded_key(self, key: str) -> Any:
        """The key for what is stored."""
        return key

    def _kept(self, value: Any) -> Any:
        if self._base_field is None or not isinstance(value, Mapping):
            return value
        return {key: self._base_field._kept(item) for key, item in value.items()}

    @property
    def _keeps_otherwise(self) -> bool:
        return self._base_field is not None and self._base_field._keeps_otherwise

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        if stored is None or stored is loaded:
            return stored is None
        if self._base_field is None or not self._is_container(stored):
            return False
        differs = methods_of(self._base_field).differs
        return any(map(differs, stored.values(), loaded.values()))

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "object", **self._value_rules(schemas)}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "object", **self._value_rules(schemas)}

    def _value_rules(self, schemas: Any) -> dict[str, Any]:
        base = self._base_field
        return {} if base is None else {"additionalProperties": schemas.of_item(base)}

    def _dict_form(self, value: Any, forms: Any) -> Any:
        if self._base_field is None or not isinstance(value, Mapping):
            return forms.plain(value)
        return {
            self._shown_key(key, forms): forms.member(self._base_field, item, key)
            for key, item in value.items()
            if forms.shows(key)
        }

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        if self._base_field is None or not isinstance(form, Mapping):
            return form
        return {
            self._loaded_key(key): reading.value(self._base_field, item, key)
            for key, item in form.items()
        }

    def _shown_key(self, key: Any, forms: Any) -> Any:
        """What a dict has for a key."""
        return key

    def _wanted(self, value: Any) -> str:
        if not isinstance(value, Mapping):
            return "a mapping"
        if all(map(self._is_key, value)):
            return ""
        return "a mapping whose keys are texts without NUL and without '$' in front"

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> Self: ...
        @overload
        def __get__(self, instance: DocumentStorage, owner: type[Any]) -> dict[str, T]: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> Self: ...
        def __get__(self, instance: object, owner: type[Any]) -> Any: ...

        def __set__(self, instance: DocumentStorage, value: Mapping[str, T] | None) -> None: ...


def is_key(key: Any) -> bool:
    """Whether a mapping that is stored can have a key."""
    return isinstance(key, str) and "\0" not in key and not is_operator(key)

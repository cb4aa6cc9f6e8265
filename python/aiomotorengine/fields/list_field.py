"""ListField: several values of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from collections.abc import Set as AbstractSet
from operator import is_
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, Unpack, overload

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.field_methods import hands_on_strict, updater
from aiomotorengine.fields.item_methods import methods_of
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.fields.refusals import located, refused, unreadable
from aiomotorengine.fields.rules import is_strict
from aiomotorengine.fields.settings import whole_number
from aiomotorengine.locations import Part, index_of_last
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import ReferenceList
from aiomotorengine.utils import is_collection

if TYPE_CHECKING:
    from typing import Self

__all__ = ["ListField"]

T = TypeVar("T")
D = TypeVar("D", bound=DocumentStorage)


@native_kind("list")
class ListField(ContainerField[list[T]]):
    """Several values of one kind, each converted and validated by the base field.

    Valid are lists, tuples, sets and the like, but no text, no mapping, and nothing that can be
    walked only once. Whatever it was, it is stored, and loaded again, as a list.

    Parameters:
        base_field: the field of the items. Its own ``required`` and ``default`` mean nothing here.
        min_length: how many items are valid at least. A list that is not set has none.
        max_length: how many are valid at most.
        unique_items: whether no two items may be equal.

    Raises:
        ValueError: ``base_field`` is no field, or a length no whole number, or negative.
        TypeError: ``choices`` are given, which belong to ``base_field``.

    Example:
        >>> from aiomotorengine import Document, IntField, ListField
        >>> class Draw(Document):
        ...     numbers = ListField(IntField())
        >>> draw = Draw(numbers=(1, "2"))
        >>> draw.to_son(), Draw().numbers
        ({'numbers': [1, 2]}, [])
    """

    takes_lists = False
    _own_types: ClassVar[tuple[type, ...]] = (list,)
    _stores_arrays = True

    # Until they are loaded, the items of a list of references are ids: ``D | Any`` says so to a
    # type checker, without asking for a check at every use.
    @overload
    def __init__(
        self: ListField[D | Any],
        base_field: ReferenceField[D],
        *args: Any,
        min_length: int | None = None,
        max_length: int | None = None,
        unique_items: bool = False,
        **options: Unpack[FieldOptions],
    ) -> None: ...
    @overload
    def __init__(
        self,
        base_field: BaseField[T],
        *args: Any,
        min_length: int | None = None,
        max_length: int | None = None,
        unique_items: bool = False,
        **options: Unpack[FieldOptions],
    ) -> None: ...
    def __init__(
        self,
        base_field: Any = None,
        *args: Any,
        min_length: int | None = None,
        max_length: int | None = None,
        unique_items: bool = False,
        **options: Unpack[FieldOptions],
    ) -> None:
        if not isinstance(base_field, BaseField):
            raise ValueError(
                "The list field 'field' argument must be an instance of BaseField, "
                f"not '{base_field}'."
            )
        super().__init__(*args, **options)
        self._settings = self._settings.but(
            min_length=whole_number("min_length", min_length),
            max_length=whole_number("max_length", max_length),
            unique_items=unique_items,
        )
        self._base_field: BaseField[Any] = base_field
        if not self.default:
            self.default = list

    @property
    def _inner_fields(self) -> tuple[BaseField[Any], ...]:
        return (self._base_field,)

    @property
    def _item_field(self) -> BaseField[Any]:
        return self._base_field

    def _is_container(self, value: Any) -> bool:
        return is_collection(value)

    def _members(self, value: Any) -> Iterator[tuple[Part, BaseField[Any], Any]]:
        return ((index, self._base_field, item) for index, item in enumerate(value))

    def _under_key(self, key: str) -> BaseField[Any] | None:
        return self._base_field if key.isdecimal() else None

    @property
    def innermost(self) -> BaseField[Any]:
        """The field of the items; for a list of lists, of their items."""
        field = self._base_field
        return field.innermost if isinstance(field, ListField) else field

    @property
    def item_type(self) -> Any:
        """The document class that is embedded or referred to, or else the base field."""
        if isinstance(self._base_field, EmbeddedDocumentField):
            return self._base_field.embedded_type
        if isinstance(self._base_field, ReferenceField):
            return self._base_field.reference_type
        return self._base_field

    def is_empty(self, value: Any) -> bool:
        return value is None or (
            is_collection(value) and isinstance(value, Sized) and not len(value)
        )

    @hands_on_strict
    def validate(self, value: Any, *, strict: bool = False) -> bool:
        if value is None:
            return not self.required
        if type(value) is not list and not is_collection(value):
            return False
        if type(value) is ReferenceList:
            value = value.restored()
        methods = methods_of(self._base_field, strict=strict)
        check = methods.validate
        if check is None:
            return True
        accepted = methods.accepted
        values = value if type(value) is list else list(value)
        items = iter(values)
        try:
            for item in items if methods.get_value is None else map(methods.get_value, items):
                if type(item) not in accepted and not check(item):
                    return False
        except Exception as error:
            raise self._located(error, "validate", values, items)  # noqa: B904
        return True

    def to_son(self, value: Any) -> Any:
        if value is None:
            return []
        if type(value) is ReferenceList:
            value = value.restored()
        methods = methods_of(self._base_field)
        convert = methods.to_son
        if convert is None and methods.get_value is None:
            return list(value)
        values = value if type(value) is list else list(value)
        items = iter(values)
        presented = items if methods.get_value is None else map(methods.get_value, items)
        kept = methods.kept_by_to_son
        try:
            if convert is None:
                return list(presented)
            return [item if type(item) in kept else convert(item) for item in presented]
        except Exception as error:
            raise self._located(error, "to_son", values, items)  # noqa: B904

    def from_son(self, value: Any) -> Any:
        if value is None:
            return []
        if type(value) is not list and not is_collection(value):
            return value  # no list in the database: kept as it is, for validation to refuse
        methods = methods_of(self._base_field)
        convert = methods.from_son
        if convert is None:
            return list(value)
        kept = methods.kept_by_from_son
        values = value if type(value) is list else list(value)
        items = iter(values)
        try:
            return [item if type(item) in kept else convert(item) for item in items]
        except Exception as error:
            index = index_of_last(items, values)
            raise unreadable(error, self._base_field, values[index], index)  # noqa: B904

    def to_query(self, value: Any) -> Any:
        if is_collection(value):
            if self.is_empty(value):
                return []  # {"$all": []} would find nothing, and its opposite everything
            return {"$all": [self._base_field.to_query_item(item) for item in value]}
        return value if value is None else self._base_field.to_query(value)

    def to_query_item(self, value: Any) -> Any:
        """One item to compare with; or a whole list, where an item is not a list by itself."""
        if is_collection(value) and not self._base_field.takes_lists:
            return [self._base_field.to_query_item(item) for item in value]
        return self._base_field.to_query_item(value)

    @hands_on_strict
    def to_update(self, value: Any, *, strict: bool = False) -> Any:
        if value is None:
            return None
        if not is_collection(value):
            raise refused(self, value)
        field, stored = self._base_field, []
        convert = updater(field, strict=is_strict(self, strict))
        for index, item in enumerate(value):
            try:
                stored.append(convert(item))
            except Exception as error:
                raise located(error, field, "to_update", item, index)  # noqa: B904
        return self._updated(value, stored, strict=strict)

    def _kept(self, value: Any) -> Any:
        return list(map(self._base_field._kept, value)) if is_collection(value) else value

    @property
    def _keeps_otherwise(self) -> bool:
        return self._base_field._keeps_otherwise

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "array", **self._array_rules(schemas)}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "array", **self._array_rules(schemas)}

    def _array_rules(self, schemas: Any) -> dict[str, Any]:
        asked = self._settings
        rules = {
            "items": schemas.of_item(self._base_field),
            "minItems": asked.min_length,
            "maxItems": asked.max_length,
            "uniqueItems": asked.unique_items or None,
        }
        return {name: rule for name, rule in rules.items() if rule is not None}

    def _dict_form(self, value: Any, forms: Any) -> Any:
        if not is_collection(value):
            return forms.plain(value)
        if type(value) is ReferenceList:
            value = value.restored()
        return forms.each(self._base_field, value)

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return reading.each(self._base_field, form) if is_collection(form) else form

    def _wanted(self, value: Any) -> str:
        return "" if is_collection(value) else "a list"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        if stored is None or stored is loaded:
            return stored is None
        methods = methods_of(self._base_field)
        differs = methods.reads_otherwise
        if differs is None:
            return False
        # Mostly all items were read and are written as they are, which is seen fastest like this.
        # That they are equal is not enough: 1.0 is, where a decimal number or a truth was read.
        is_kept = methods.from_son is not None and all(map(is_, stored, loaded))
        if is_kept and methods.kept_by_to_son.issuperset(map(type, stored)):
            return False
        return any(map(differs, stored, loaded))

    def _located(
        self, error: Exception, method: str, values: list[Any], items: Iterator[Any]
    ) -> Exception:
        """What to raise where a method of the base field raised for the item that came last."""
        index = index_of_last(items, values)
        # The program's method may have changed the list.
        item = values[index] if -1 < index < len(values) else None
        return located(error, self._base_field, method, item, index)

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> Self: ...
        @overload
        def __get__(self, instance: DocumentStorage, owner: type[Any]) -> list[T]: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> Self: ...
        def __get__(self, instance: object, owner: type[Any]) -> Any: ...

        def __set__(
            self,
            instance: DocumentStorage,
            value: list[T] | tuple[T, ...] | AbstractSet[T] | None,
        ) -> None: ...

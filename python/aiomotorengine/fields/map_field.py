"""MapField: a mapping whose values, and keys, are of one kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, Unpack

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.dict_field import DictField, is_key
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["MapField"]

T = TypeVar("T")


@native_kind("map")
class MapField(DictField[T]):
    """A mapping whose values are of one kind, each converted and validated by the base field.

    Parameters:
        base_field: the field of the values.
        keys: the field of the keys, which MongoDB stores as texts: an ``IntField``, say, for whole
            numbers. Without one they are texts.

    Raises:
        ValueError: one of them is no field.

    Example:
        >>> from aiomotorengine import Document, FloatField, IntField, MapField
        >>> class Ware(Document):
        ...     prices = MapField(FloatField())
        ...     sold = MapField(IntField(), keys=IntField())
        >>> ware = Ware(prices={"eur": "5"}, sold={2020: 7})
        >>> ware.to_son()
        {'prices': {'eur': 5.0}, 'sold': {'2020': 7}}
        >>> Ware.from_son(ware.to_son()).sold
        {2020: 7}
    """

    def __init__(
        self,
        base_field: BaseField[T],
        *args: Any,
        keys: BaseField[Any] | None = None,
        **options: Unpack[FieldOptions],
    ) -> None:
        if base_field is None or (keys is not None and not isinstance(keys, BaseField)):
            name, given = ("base_field", None) if base_field is None else ("keys", keys)
            raise ValueError(
                f"The '{name}' of a MapField must be an instance of BaseField, not '{given}'."
            )
        super().__init__(base_field, *args, **options)
        self._keys = keys

    @property
    def _twin_arguments(self) -> Mapping[str, Any]:
        return {"converts_keys": self._keys is not None}

    def _is_key(self, key: Any) -> bool:
        if self._keys is None:
            return is_key(key)
        return key is not None and bool(self._keys.validate(key)) and is_key(self._stored_key(key))

    def _takes_keys_of(self, value: Mapping[Any, Any]) -> bool:
        if not super()._takes_keys_of(value):
            return False
        return self._keys is None or len(set(map(self._stored_key, value))) == len(value)

    def _under_key(self, key: str) -> BaseField[Any] | None:
        if self._keys is not None:
            loaded = self._loaded_key(key)
            # A text that is not what is stored, such as 05 for a number, would be another key.
            if not self._is_key(loaded) or self._stored_key(loaded) != key:
                return None
        return super()._under_key(key)

    def _stored_key(self, key: Any) -> Any:
        return key if self._keys is None else self._keys._as_key(key)

    def _loaded_key(self, key: str) -> Any:
        if self._keys is None or not isinstance(key, str):
            return key
        try:
            return self._keys.from_son(self._keys.to_son(self._keys.parse(key)))
        except Exception:
            return key  # it is kept as it is, for validation to refuse

    def _shown_key(self, key: Any, forms: Any) -> Any:
        return self._stored_key(key) if forms.is_json else key

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        has_keys = self._keys is not None and isinstance(stored, Mapping)
        if has_keys and list(map(self._stored_key, loaded)) != list(stored):
            return True  # a text that would not be written again as it is: 05 for a number
        return super()._reads_otherwise(stored, loaded)

    def _wanted(self, value: Any) -> str:
        if self._keys is None or not self._is_container(value):
            return super()._wanted(value)
        key = next((key for key in value if not self._is_key(key)), None)
        if key is not None:
            return f"a mapping whose keys {type(self._keys).__name__} takes"
        return (
            "" if self._takes_keys_of(value) else "a mapping of whose keys no two are stored alike"
        )

"""SetField: several different values of one kind."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, TypeVar, Unpack, overload

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.item_methods import methods_of
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.storage.base import DocumentStorage

if TYPE_CHECKING:
    from typing import Self

__all__ = ["SetField"]

T = TypeVar("T")


@native_kind("set")
class SetField(ListField[T]):
    """Several different values of one kind: a list in MongoDB, and a ``set`` in documents.

    Sets, lists and tuples are taken, and stored in the order in which they are walked. All that is
    said of lists in filters and updates is true of it. Items that no set can have, such as lists,
    are read as a list. An array that holds one value several times stays as it is stored until the
    set changes.

    Parameters:
        base_field: the field of the items. Its own ``required`` and ``default`` mean nothing here.
        frozen: whether it is read as a ``frozenset``.
        min_length: how many items are valid at least.
        max_length: how many are valid at most.

    Raises:
        ValueError: ``base_field`` is no field.

    Example:
        >>> from aiomotorengine import Document, SetField, StringField
        >>> class Note(Document):
        ...     tags = SetField(StringField())
        >>> Note(tags={"new"}).to_son(), Note.from_son({"tags": ["new"]}).tags, Note().tags
        ({'tags': ['new']}, {'new'}, set())
    """

    _keeps_kind = True
    _own_types = (set, frozenset)

    def __init__(
        self,
        base_field: BaseField[T],
        *args: Any,
        frozen: bool = False,
        min_length: int | None = None,
        max_length: int | None = None,
        **options: Unpack[FieldOptions],
    ) -> None:
        lengths: Any = {"min_length": min_length, "max_length": max_length}
        super().__init__(base_field, *args, **lengths, **options)
        self.frozen = frozen
        if self.default is list:
            self.default = self._reads_as
        elif isinstance(self.default, list | tuple):
            self.default = self._as_set(list(self.default))

    @property
    def _reads_as(self) -> type[Any]:
        return frozenset if self.frozen else set

    def from_son(self, value: Any) -> Any:
        return self._as_set(super().from_son(value))

    def _kept(self, value: Any) -> Any:
        kept = super()._kept(value)
        return self._as_set(kept) if isinstance(value, AbstractSet) else kept

    def _as_set(self, items: Any) -> Any:
        """A set of items, if it can have them."""
        if type(items) is not list:
            return items
        try:
            return self._reads_as(items)
        except TypeError:
            return items

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        if stored is None:
            return True
        if not self._is_container(loaded):
            return False
        if isinstance(stored, Sized) and len(loaded) != len(stored):
            return True  # a set has nothing twice
        methods = methods_of(self._base_field)
        if methods.reads_otherwise is None:
            return False
        # Once they are in a set, nobody knows which item was read of which.
        return any(methods.differs(item, methods.loaded(item)) for item in stored)

    def _dict_form(self, value: Any, forms: Any) -> Any:
        form = super()._dict_form(value, forms)
        return form if forms.is_json else self._as_set(form)

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return self._as_set(super()._from_dict_form(form, reading))

    def _wanted(self, value: Any) -> str:
        return "" if self._is_container(value) else "a set"

    if TYPE_CHECKING:

        @overload  # type: ignore[override]  # a set is no list
        def __get__(self, instance: None, owner: type[Any]) -> Self: ...
        @overload
        def __get__(self, instance: DocumentStorage, owner: type[Any]) -> set[T]: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> Self: ...
        def __get__(self, instance: object, owner: type[Any]) -> Any: ...

        def __set__(self, instance: DocumentStorage, value: Iterable[T] | None) -> None: ...

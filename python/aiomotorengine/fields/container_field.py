"""ContainerField: what the fields have in common whose values consist of others."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, TypeVar

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.refusals import is_built_in
from aiomotorengine.locations import Part

__all__ = ["ContainerField"]

T = TypeVar("T")


class ContainerField(BaseField[T]):
    """Values that consist of others, each with a field of its own: lists, mappings and the like.

    What is inside is converted and validated by ``_inner_fields``, and whoever walks through
    documents asks these as well.
    """

    _holds_others = True
    _holds_items = True
    _keeps_kind: ClassVar[bool] = False
    """Whether a set or tuple remains one while what is inside of it is replaced."""

    @abstractmethod
    def _is_container(self, value: Any) -> bool:
        """Whether a value is one that holds others, be they valid or not."""

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "name":
            for field in self._inner_fields:
                if "name" not in vars(field):
                    # Items have no name of their own: what they complain about is this field.
                    field.name = value
                    if self._settings.exclude:
                        field._settings = field._settings.but(exclude=True)

    def _find_refused(self, value: Any) -> tuple[tuple[Part, ...], BaseField[Any], Any] | None:
        if not is_built_in(self, "validate") or not self._is_container(value):
            return None
        for key, field, item in self._members(value):
            presented = field._presented(item)
            if not field._accepts(presented):
                keys, *rest = field._find_refused(presented) or ((), field, presented)
                return (key, *keys), *rest
        return None

    def _is_secret(self, value: Any) -> bool:
        if self._is_container(value):
            return any(field._is_secret(item) for _, field, item in self._members(value))
        return any(field._is_secret(value) for field in self._inner_fields)

"""What the methods of a container's inner field come to, for loops over what a value holds."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.field_methods import converter, generation, validator
from aiomotorengine.fields.refusals import reads_otherwise

__all__ = ["ItemMethods", "methods_of"]


class ItemMethods:
    """What the methods of an inner field come to, for one generation of them.

    Each is ``None`` where it does nothing; the types beside it are those it need not be called for.
    """

    __slots__ = (
        "accepted",
        "from_son",
        "generation",
        "get_value",
        "kept_by_from_son",
        "kept_by_to_son",
        "reads_otherwise",
        "to_son",
        "validate",
    )

    def __init__(self, field: BaseField[Any], *, strict: bool = False) -> None:
        self.generation = generation.number
        self.get_value = field.get_value if field.overrides("get_value") else None
        self.validate, self.accepted = validator(field, strict=strict)
        self.to_son, self.kept_by_to_son = converter(field, "to_son")
        self.from_son, self.kept_by_from_son = converter(field, "from_son")
        self.reads_otherwise = reads_otherwise(field)

    def is_valid(self, item: Any) -> bool:
        """Whether an item may be saved."""
        if self.validate is None:
            return True
        if self.get_value is not None:
            item = self.get_value(item)
        return type(item) in self.accepted or bool(self.validate(item))

    def stored(self, item: Any) -> Any:
        """What is stored for an item."""
        if self.get_value is not None:
            item = self.get_value(item)
        if self.to_son is None or type(item) in self.kept_by_to_son:
            return item
        return self.to_son(item)

    def loaded(self, stored: Any) -> Any:
        """The item for what is stored."""
        if self.from_son is None or type(stored) in self.kept_by_from_son:
            return stored
        return self.from_son(stored)

    def differs(self, stored: Any, loaded: Any) -> bool:
        """Whether something else would be stored for an item than is."""
        if self.reads_otherwise is None:
            return False
        kept = self.kept_by_to_son if self.from_son is None else self.kept_by_from_son
        return type(stored) not in kept and self.reads_otherwise(stored, loaded)


def methods_of(field: BaseField[Any], *, strict: bool = False) -> ItemMethods:
    """The methods of an inner field as they are now.

    Parameters:
        field: the field.
        strict: whether items are not converted, unless their own field says so.
    """
    kept_as = "_strict_methods" if strict else "_methods"
    methods: ItemMethods | None = field.__dict__.get(kept_as)
    if methods is None or methods.generation != generation.number:
        methods = ItemMethods(field, strict=strict)
        if "name" in vars(field):  # else its changes start no new generation
            field.__dict__[kept_as] = methods
    return methods

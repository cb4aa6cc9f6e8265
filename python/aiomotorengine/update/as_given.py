"""Which values a field stores as they are given, found out once for each field of a class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.field_methods import converter, declared, validator

__all__ = ["AsGiven", "as_given"]


class AsGiven:
    """Tells the values that a field's ``to_update`` would give back as they are.

    Parameters:
        field: the field.
        types: the types that its ``to_son`` and ``from_son`` leave alone; ``None`` for all.
        accepted: the types that are valid without a look.
        check: its validation, with the rules of its options; ``None`` where all is valid.
    """

    __slots__ = ("_accepted", "_check", "_field", "_types")

    def __init__(
        self,
        field: BaseField[Any],
        types: frozenset[type] | None,
        accepted: frozenset[type],
        check: Callable[[Any], Any] | None,
    ) -> None:
        self._field = field
        self._types = types
        self._accepted = accepted
        self._check = check

    def holds(self, value: Any, validate: bool) -> bool:
        """Whether a value is stored as it is. Where it is refused, ``to_update`` says why.

        Parameters:
            value: the value.
            validate: whether the field is asked if it may have it.
        """
        kind = type(value)
        if value is None or (self._types is not None and kind not in self._types):
            return False
        if not validate:
            return True
        if self._field.required and self._field._is_missing(value):
            return False
        if self._check is None or kind in self._accepted:
            return True
        try:
            return bool(self._check(value))
        except Exception:
            return False


def as_given(field: BaseField[Any], *, strict: bool) -> AsGiven | None:
    """What tells these values of a field; ``None`` where its methods have to be asked.

    Parameters:
        field: the field.
        strict: whether values have to be of its own type where its options leave that open.
    """
    own = getattr(field.to_update, "__func__", None)
    if own is not BaseField.to_update or field.overrides("get_value") or asks_program(field):
        return None
    types: frozenset[type] | None = None
    for method in "to_son", "from_son":
        convert, same = converter(field, method)
        if convert is not None:
            types = same if types is None else types & same
    check, accepted = validator(field, strict=strict)
    return AsGiven(field, types, accepted, check)


def asks_program(field: BaseField[Any]) -> bool:
    """Whether functions of the program's own validate a field's values.

    They may do whatever they like, so they are asked once; what is refused here is validated again,
    to say why. A ``validate`` of the library's, but for a few, says which types it takes.
    """
    is_own = field.overrides("validate") and not declared(field.validate, "accepted_types")
    return is_own or bool(field._settings.validators)

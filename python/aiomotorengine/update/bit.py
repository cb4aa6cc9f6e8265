"""``$bit``: the bits of a whole number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.arguments import integer
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.int_field import IntField
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.update_operator import UpdateOperator, unfit

__all__ = ["Bit"]


class Bit(UpdateOperator):
    """What a whole number is combined with, bit by bit."""

    operator = "$bit"

    def convert(self, path: UpdatePath, raw: Mapping[str, Any], validate: bool) -> dict[str, int]:
        is_any = path.field is None or type(path.field) is BaseField
        if not is_any and not isinstance(path.field, IntField):
            raise unfit(path, self.operator, "an IntField")
        if not raw:
            raise ValueError("U.bit takes and_, or_ or xor.")
        return {name: integer(f"{name} of U.bit", operand) for name, operand in raw.items()}

"""``$currentDate``: the present, by the clock of the server."""

from __future__ import annotations

from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.datetime_field import DateTimeField
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.update_operator import UpdateOperator, unfit

__all__ = ["CurrentDate"]


class CurrentDate(UpdateOperator):
    """The present, by the clock of the server, in UTC."""

    operator = "$currentDate"

    def convert(self, path: UpdatePath, raw: Any, validate: bool) -> bool:
        is_any = path.field is None or type(path.field) is BaseField
        if not is_any and not isinstance(path.field, DateTimeField):
            raise unfit(path, self.operator, "a DateTimeField")
        return True

    @staticmethod
    def expression(path: str, value: Any) -> Any:
        return "$$NOW"

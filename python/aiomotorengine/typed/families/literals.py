"""``Literal["a", "b"]``: the only values that there are."""

from __future__ import annotations

from typing import Any, Literal

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.typed.hints import Hint

__all__ = ["field_for"]


def field_for(hint: Hint) -> BaseField[Any] | None:
    """The field of the type that all values have, be that any, with the values as its choices;
    ``None`` if the type is no ``Literal``.
    """
    if hint.origin is not Literal:
        return None
    types = {type(value) for value in hint.arguments}
    common = types.pop() if len(types) == 1 else Any
    options = {"choices": hint.arguments, **hint.options}
    return hint.context.field_of(hint._replace(annotation=common, options=options))

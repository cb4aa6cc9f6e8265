"""The class of typed document classes."""

from __future__ import annotations

from typing import Any, dataclass_transform

from aiomotorengine.metaclasses import DocumentMetaClass
from aiomotorengine.typed.body import fields_in, refuse_bare_defaults
from aiomotorengine.typed.field_specifier import Field

__all__ = ["TypedMetaClass"]


# Two documents are equal if they are the same, so type checkers are told of no ``__eq__``.
@dataclass_transform(eq_default=False, kw_only_default=True, field_specifiers=(Field,))
class TypedMetaClass(DocumentMetaClass):
    """Makes a class body's annotations its fields, before others; ``DocumentMetaClass`` does the
    rest.
    """

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **keywords: Any
    ) -> DocumentMetaClass:
        refuse_bare_defaults(name, bases, namespace)
        fields = fields_in(name, namespace)
        rest = {key: value for key, value in namespace.items() if key not in fields}
        return super().__new__(mcs, name, bases, {**fields, **rest}, annotated=fields, **keywords)

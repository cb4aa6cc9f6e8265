"""TypedDocument: the base of models that are declared by annotations."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Never, Self, Unpack

from aiomotorengine.document import Document
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.typed.dataclass_fields import DataclassFields, taken_over
from aiomotorengine.typed.field_specifier import Field
from aiomotorengine.typed.metaclass import TypedMetaClass
from aiomotorengine.typed.queryset import TypedObjects

if TYPE_CHECKING:
    from aiomotorengine.typed.queryset import SaveArguments

__all__ = ["TypedDocument"]


class TypedDocument(Document, metaclass=TypedMetaClass, registered=False):
    """The base of models whose fields are declared by annotations.

    The type says which field it is, ``Annotated[str, a field]`` gives one, and ``Field`` says what
    else is to be said. An attribute whose type has no ``None`` refuses it, and without a default it
    is required.
    Fields that are assigned, as in the body of a ``Document``, may stand beside.

    It is a ``Document`` with other defaults: documents have no values but fields
    (``__dynamic__``), ``None`` is not stored (``__omit_none__``), a query set stays what it is when
    it is narrowed (``__querysets__``), and dates are aware, in UTC.

    Raises:
        TypeError: no field is known for the type of an attribute.
        NameError: a name in an annotation is not defined. The name of a document class may be
            defined later.

    Example:
        >>> from aiomotorengine import Field, TypedDocument
        >>> class Address(TypedDocument):
        ...     street: str
        >>> class User(TypedDocument):
        ...     name: str
        ...     age: int | None = None
        ...     tags: list[str] = []
        ...     home: Address | None = None
        ...     mail: str = Field(default="", index=True, pattern="@")
        >>> User(name="Ada", home=Address(street="Loop")).to_son()
        {'name': 'Ada', 'tags': [], 'home': {'street': 'Loop'}, 'mail': ''}
    """

    __dynamic__: ClassVar[bool] = False
    __omit_none__: ClassVar[bool] = True
    __querysets__: ClassVar[Literal["in place", "copy"]] = "copy"
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]] = DataclassFields()  # type: ignore[assignment]

    objects = TypedObjects()

    @classmethod
    def _refused(cls) -> Never:
        raise InvalidDocumentError(
            f"{cls.__name__}.validate() returned something falsy: it is to return True, or to "
            "raise an InvalidDocumentError that says why."
        )

    def __replace__(self, /, **changes: Any) -> Self:
        return type(self)(**{**taken_over(self), **changes})

    if TYPE_CHECKING:
        id: Any = Field(default=None)

        async def save(
            self, alias: str | None = None, **options: Unpack[SaveArguments]
        ) -> Self: ...

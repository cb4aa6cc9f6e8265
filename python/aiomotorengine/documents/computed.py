"""Methods whose results are shown beside a document's values, and stored nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

from aiomotorengine.documents.naming import class_attribute
from aiomotorengine.utils import is_async

__all__ = ["computed_field", "computed_fields", "is_computed"]

T = TypeVar("T")


class computed_field(Generic[T]):  # noqa: N801  # a decorator, named as in pydantic
    """Make a method a property that ``to_dict``, ``to_json`` and pydantic show.

    It is not stored, and queries do not know it. It may stand above ``@property`` as well.

    Parameters:
        function: the method. JSON schemas take their description from its docstring.

    Raises:
        TypeError: it is async, or neither a function nor a property that can be read.

    Example:
        >>> from aiomotorengine import Document, StringField, computed_field
        >>> class Author(Document):
        ...     first = StringField()
        ...     last = StringField()
        ...     @computed_field
        ...     def name(self) -> str:
        ...         return f"{self.first} {self.last}"
        >>> jane = Author(first="Jane", last="Austen")
        >>> jane.name, jane.to_dict(exclude={"id"})
        ('Jane Austen', {'first': 'Jane', 'last': 'Austen', 'name': 'Jane Austen'})
    """

    @overload
    def __init__(self: computed_field[Any], function: property) -> None: ...
    @overload
    def __init__(self, function: Callable[[Any], T]) -> None: ...
    def __init__(self, function: Any) -> None:
        if isinstance(function, property):
            function = function.fget
        if not callable(function) or is_async(function):
            raise TypeError(
                f"computed_field takes a method that is not async, or a property, not {function!r}."
            )
        self.function: Callable[[Any], T] = function
        self.name = getattr(function, "__name__", "")
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> computed_field[T]: ...
    @overload
    def __get__(self, instance: object, owner: type[Any]) -> T: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else self.function(instance)

    def __set__(self, instance: object, value: Any) -> None:
        raise AttributeError(f"'{self.name}' of {type(instance).__name__} is computed.")


def is_computed(document_class: Any, name: str) -> bool:
    """Whether a class has a computed field of a name."""
    return isinstance(class_attribute(document_class, name), computed_field)


def computed_fields(document_class: Any) -> dict[str, computed_field[Any]]:
    """The computed fields of a class by name; those of its bases first."""
    found: dict[str, computed_field[Any]] = {}
    for base in reversed(document_class.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, computed_field):
                found[name] = value
            else:
                found.pop(name, None)  # a class further down has another use for the name
    return found

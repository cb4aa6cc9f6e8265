"""Hint: an annotation, taken apart into a type and what is said about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from inspect import Parameter, signature
from types import MappingProxyType, NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    NewType,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.typed.field_specifier import FieldSpecifier

__all__ = ["Context", "Hint", "hint_of"]

BY_NAME = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


class Context(NamedTuple):
    """Where an annotation stands.

    Attributes:
        place: the class and the attribute, for messages.
        resolve: makes values of annotations that are texts.
        field_of: makes the field of a hint.
    """

    place: str
    resolve: Callable[[Any], Any]
    field_of: Callable[[Hint], BaseField[Any]]


class Hint(NamedTuple):
    """What an annotation says.

    Attributes:
        annotation: the type, without what is wrapped around it.
        context: where it stands.
        is_optional: whether ``None`` is one of its values.
        options: what ``Field(...)`` says beside it.
        given: the field that ``Annotated`` gives.
    """

    annotation: Any
    context: Context
    is_optional: bool = False
    options: Mapping[str, Any] = MappingProxyType({})
    given: BaseField[Any] | None = None

    @property
    def origin(self) -> Any:
        """``list`` for ``list[int]``; the type itself where it has no parameters."""
        return get_origin(self.annotation) or self.annotation

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What is in its brackets."""
        return get_args(self.annotation)

    @property
    def alternatives(self) -> tuple[Any, ...]:
        """The types of a union; the type itself where it is none."""
        return self.arguments if is_union(self.annotation) else (self.annotation,)

    def part(self, annotation: Any) -> Hint:
        """The hint of an annotation that is a part of this one."""
        return hint_of(annotation, self.context)

    def inner_field(self, annotation: Any) -> BaseField[Any]:
        """The field of an annotation that is a part of this one, such as that of items.

        It takes ``None`` where the annotation does.
        """
        part = self.part(annotation)
        field = self.context.field_of(part)
        if not (part.is_optional or part.annotation is Any):
            field._settings = field._settings.but(takes_none=False)
        return field

    def make(
        self, field_class: type[BaseField[Any]], /, *arguments: Any, **usual: Any
    ) -> BaseField[Any]:
        """A field with the options of the hint.

        Parameters:
            field_class: the class of the field.
            arguments: its own arguments.
            usual: options that hold where the hint has none of that name.

        Raises:
            TypeError: the field has no such option, or does not take its value.
        """
        unknown = self.options.keys() - options_of(field_class)
        if unknown:
            names = ", ".join(sorted(map(repr, unknown)))
            raise TypeError(f"{self.context.place}: {field_class.__name__} has no option {names}.")
        try:
            return field_class(*arguments, **{**usual, **self.options})
        except Exception as error:
            error.add_note(f"It is about {self.context.place}.")
            raise


@cache
def options_of(field_class: type[BaseField[Any]]) -> set[str]:
    """The arguments that the constructor of a field class, or of a base, takes by name."""
    constructors = (vars(it)["__init__"] for it in field_class.__mro__ if "__init__" in vars(it))
    parameters = (it for one in constructors for it in signature(one).parameters.values())
    return {it.name for it in parameters if it.kind in BY_NAME} - {"self"}


def hint_of(annotation: Any, context: Context) -> Hint:
    """Take an annotation apart.

    Parameters:
        annotation: what stands there, be it text.
        context: where it stands.

    Raises:
        TypeError: a type variable stands where there must be a type.
    """
    hint = Hint(context.resolve(annotation), context)
    while True:
        inner = unwrapped(hint)
        if inner is None:
            return hint
        hint = inner._replace(annotation=context.resolve(inner.annotation))


def unwrapped(hint: Hint) -> Hint | None:
    """The hint without the outermost thing that is wrapped around its type; ``None`` if there is
    nothing.
    """
    annotation, origin, arguments = hint.annotation, hint.origin, hint.arguments
    if origin is Annotated:
        return with_metadata(hint, annotation.__metadata__, annotation.__origin__)
    if is_union(annotation):
        return flattened(hint)
    if origin is Literal and None in arguments and len(arguments) > 1:
        rest = tuple(it for it in arguments if it is not None)
        return hint._replace(annotation=Literal[rest], is_optional=True)
    if isinstance(annotation, NewType):
        return hint._replace(annotation=annotation.__supertype__)
    if is_alias(origin):  # type Ids = list[int]
        value = origin.__value__
        return hint._replace(annotation=value[arguments] if arguments else value)
    if isinstance(annotation, TypeVar):
        raise TypeError(
            f"{hint.context.place}: '{annotation.__name__}' stands for a type that is not known "
            "here; annotate the attribute in the classes that know it."
        )
    return None


def flattened(hint: Hint) -> Hint | None:
    """The hint of a union without ``None``, and with the types of the unions that its own are names
    of; ``None`` if it has neither.
    """
    others = [it for it in hint.arguments if it is not NoneType]
    parts = [hint.part(it) for it in others]
    is_nested = [part.is_optional or is_union(part.annotation) for part in parts]
    if len(others) == len(hint.arguments) and not any(is_nested):
        return None
    rest = tuple(
        part.annotation if nested else it
        for it, part, nested in zip(others, parts, is_nested, strict=True)
    )
    has_none = len(others) < len(hint.arguments) or any(part.is_optional for part in parts)
    return hint._replace(
        annotation=Union[rest],  # noqa: UP007  # computed
        is_optional=hint.is_optional or has_none,
    )


def with_metadata(hint: Hint, metadata: tuple[Any, ...], annotation: Any) -> Hint:
    """The hint of what stands in ``Annotated``, with what is said beside it.

    What stands further outside goes before what is inside.
    """
    options: dict[str, Any] = {}
    given: BaseField[Any] | None = None
    for item in metadata:
        if isinstance(item, FieldSpecifier):
            options.update(item.options)
        elif isinstance(item, BaseField):
            given = item
        elif isinstance(item, type) and issubclass(item, BaseField):
            given = item()
    return hint._replace(
        annotation=annotation,
        options={**options, **hint.options},
        given=given if hint.given is None else hint.given,
    )


def is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType)


def is_alias(annotation: Any) -> bool:
    """Whether it is what a ``type`` statement makes, or its twin for versions without that."""
    return type(annotation).__name__ == "TypeAliasType"

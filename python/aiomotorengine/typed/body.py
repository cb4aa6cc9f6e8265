"""A class body's annotations become its fields."""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType
from typing import Any, ClassVar, get_origin

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.typed.field_specifier import UNSET, FieldSpecifier
from aiomotorengine.typed.given import given_field
from aiomotorengine.typed.hints import Context, Hint, hint_of
from aiomotorengine.typed.names import Scope, annotations_in
from aiomotorengine.typed.translation import field_of

__all__ = ["fields_in", "refuse_bare_defaults"]

PRIMARY_KEY = {"primary_key": True}
NEEDED = {"required": True, "allow_empty": True}
NEEDED_WHOLE = {"required": True}
FOREIGN_SPECIFIERS = {("dataclasses", "Field"), ("pydantic.fields", "FieldInfo")}
"""What other libraries have in the place of ``Field``, by module and name: none is imported."""


def fields_in(owner: str, body: Mapping[str, Any]) -> dict[str, BaseField[Any]]:
    """The fields that a class body declares by annotations, by attribute name.

    Names with an underscore in front are none, nor is what is annotated as a ``ClassVar`` or is a
    property or another descriptor.

    Parameters:
        owner: the name of the class.
        body: its namespace.

    Raises:
        TypeError: no field is known for a type, or it does not take an option.
        NameError: a name in an annotation is not defined.
        InvalidDocumentError: an annotation is a field itself.
    """
    scope = Scope(owner, body)
    fields: dict[str, BaseField[Any]] = {}
    for name, annotation in annotations_in(body).items():
        value = body.get(name, UNSET)
        if isinstance(value, BaseField):
            fields[name] = value
        elif not name.startswith("_") and is_value(value):
            field = declared_field(scope, name, annotation, value)
            if field is not None:
                fields[name] = field
    return fields


def refuse_bare_defaults(owner: str, bases: tuple[type, ...], body: Mapping[str, Any]) -> None:
    """Refuse a body that sets an inherited field to a value and does not annotate it: the field
    would be gone, and type checkers would go on to know it.

    Parameters:
        owner: the name of the class.
        bases: its bases.
        body: its namespace.

    Raises:
        TypeError: it does.
    """
    inherited: set[str] = set()
    for base in bases:
        inherited.update(getattr(base, "_fields", ()))
        inherited.update(key.name for key in getattr(base, "_declared_key", ()))
    for name in inherited & body.keys():
        value = body[name]
        is_used_otherwise = isinstance(value, BaseField) or hasattr(type(value), "__get__")
        if not is_used_otherwise and name not in annotations_in(body):
            raise TypeError(
                f"{owner}.{name} is a field of a base: annotate it to give it another default, or "
                "as a ClassVar to have no such field."
            )


def declared_field(scope: Scope, name: str, annotation: Any, value: Any) -> BaseField[Any] | None:
    """The field of an annotated attribute; ``None`` if it is one of the class.

    Parameters:
        scope: where the names in the annotation are looked up.
        name: the attribute.
        annotation: what it is annotated with.
        value: what it is set to in the class body.
    """
    annotation = scope.resolve(annotation, name)
    if annotation is ClassVar or get_origin(annotation) is ClassVar:
        return None
    if isinstance(value, FunctionType):
        raise TypeError(
            f"{scope.owner}.{name}: a function here would be a method; one that makes the default "
            "stands in Field(default_factory=...)."
        )
    if isinstance(annotation, BaseField):
        field_class = type(annotation).__name__
        raise InvalidDocumentError.field_as_annotation(name, scope.owner, field_class)
    context = Context(f"{scope.owner}.{name}", lambda it: scope.resolve(it, name), field_of)
    hint = hint_of(annotation, context)
    refuse_foreign_default(context.place, value)
    if isinstance(value, FieldSpecifier):
        hint = hint._replace(options={**hint.options, **value.options})
    elif value is not UNSET:
        hint = hint._replace(options={**hint.options, "default": value})
    usual = usual_options(name, hint)
    if hint.given is not None:
        return given_field(hint.given, hint, usual)
    return field_of(hint._replace(options={**usual, **hint.options}))


def is_tuple_of_some_length(hint: Hint) -> bool:
    """Whether it is ``tuple[A, B]``, and none of any length."""
    return hint.origin is tuple and bool(hint.arguments) and ... not in hint.arguments


def is_value(value: Any) -> bool:
    """Whether what an attribute is set to is no property or other descriptor of the class's own."""
    return isinstance(value, FunctionType) or not hasattr(type(value), "__get__")


def refuse_foreign_default(place: str, value: Any) -> None:
    """Raise ``TypeError`` for what other libraries have in the place of ``Field``, which would be
    taken for a default value.
    """
    described = type(value)
    if (described.__module__, described.__name__) in FOREIGN_SPECIFIERS:
        raise TypeError(
            f"{place}: this is a {described.__name__} of {described.__module__.partition('.')[0]}; "
            "what is to be said of a field is said by aiomotorengine.Field."
        )


def usual_options(name: str, hint: Hint) -> Mapping[str, Any]:
    """The options that the field of an attribute has where they are not said.

    Parameters:
        name: the attribute; one that is called ``id`` is the document's.
        hint: its annotation.
    """
    is_key = hint.options.get("primary_key")
    db_field = hint.options.get("db_field")
    if hint.given is not None:
        is_key = is_key or hint.given._settings.primary_key or None
        db_field = db_field or hint.given.db_field
    if is_key or (name == "id" and is_key is None and db_field is None):
        return PRIMARY_KEY
    is_said = "required" in hint.options and "default" in hint.options
    if is_said or takes_none(hint):
        return {}
    # Without values it is no value of its type, as empty text and an empty list are.
    return NEEDED_WHOLE if is_tuple_of_some_length(hint) else NEEDED


def takes_none(hint: Hint) -> bool:
    """Whether ``None`` is a value of an attribute: its type has it, or it is the default that is
    said.
    """
    own = None if hint.given is None else hint.given.default
    default = hint.options.get("default", UNSET if own is None else own)
    is_any_with_default = hint.annotation is Any and default is not UNSET
    return hint.is_optional or default is None or is_any_with_default

"""Document classes of models of pydantic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from aiomotorengine.document import BaseDocument
from aiomotorengine.documents.computed import computed_field
from aiomotorengine.errors import FieldError, InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.password_field import PasswordType
from aiomotorengine.fields.refusals import masked
from aiomotorengine.locations import Part, locate
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.typed.document import TypedDocument
from aiomotorengine.typed.field_specifier import Field, FieldSpecifier
from aiomotorengine.typed.given import copied
from aiomotorengine.typed.metaclass import TypedMetaClass

__all__ = ["document_class"]


def document_class(model: type[BaseModel], **settings: Any) -> type[TypedDocument]:
    """A document class with the fields of a model of pydantic.

    Types become fields as in a ``TypedDocument``, and so does what stands in ``Annotated``; models
    in models become embedded documents. Its documents are valid if the model says so: its rules and
    validators are asked, and the fields. Of a password they are asked with its hash, as a text:
    nothing else is known of it. What pydantic computes is computed here, too; other methods stay
    with the model.

    Parameters:
        model: the model.
        settings: what a class body would say, as ``collection="users"`` for ``__collection__``.

    Raises:
        TypeError: no field is known for a type, or there is no such setting.

    Example:
        >>> from pydantic import BaseModel, Field
        >>> from aiomotorengine.pydantic import document_class
        >>> class Member(BaseModel):
        ...     name: str
        ...     age: int = Field(default=18, ge=0)
        >>> MemberDocument = document_class(Member, collection="members")
        >>> member = MemberDocument(name="Ada")
        >>> member.age, MemberDocument.__collection__
        (18, 'members')
        >>> for error in MemberDocument(name="Ada", age=-1).validation_errors():
        ...     print(error.path, error.message)
        age Field 'age' must be valid: Input should be greater than or equal to 0.
    """
    body: dict[str, Any] = {}
    for name, value in settings.items():
        if f"__{name}__" not in BaseDocument.__annotations__:
            raise TypeError(f"document_class() has no setting '{name}'.")
        body[f"__{name}__"] = value
    made: type[TypedDocument] = Translation().class_of(model, body)
    return made


class Translation:
    """Makes document classes of a model and of those that it holds."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}
        self._awaited: dict[Any, list[EmbeddedDocumentField[Any]]] = {}

    def class_of(self, model: type[BaseModel], settings: Mapping[str, Any]) -> Any:
        """The document class of a model.

        Parameters:
            model: the model.
            settings: what its body says besides the fields.
        """
        self._awaited[model] = []
        annotations: dict[str, Any] = {}
        body: dict[str, Any] = {
            "__module__": model.__module__,
            "__qualname__": model.__qualname__,
            "__doc__": model.__doc__,
            "__annotations__": annotations,
            "__dynamic__": model.model_config.get("extra") == "allow",
            "_model": model,
            "validate": validate,
            **settings,
        }
        for name, info in model.model_fields.items():
            said = said_of(info)
            beside = list(ours_in(info.metadata))
            if any(isinstance(it, BaseField) for it in beside):
                beside = [with_settings(it, said) for it in beside]
                said = {}
            annotations[name] = annotated(self.annotation_of(info.annotation), beside)
            body[name] = specified(info, said)
        for name, computed in model.model_computed_fields.items():
            body[name] = computed_field(computed.wrapped_property)
        made = TypedMetaClass(model.__name__, (TypedDocument,), body)
        for field in self._awaited.pop(model):
            field._embedded_document_type = made
        self._made[model] = made
        return made

    def annotation_of(self, annotation: Any) -> Any:
        """A type of pydantic's as that of a field: with document classes in the place of models."""
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if annotation in self._awaited:  # it holds itself
                field = EmbeddedDocumentField[Any]("self")
                self._awaited[annotation].append(field)
                return Annotated[Any, field]
            return self._made.get(annotation) or self.class_of(annotation, {})
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is None or origin is Literal:
            return annotation
        if origin is Annotated:
            return annotated(self.annotation_of(arguments[0]), ours_in(arguments[1:]))
        parts = tuple(map(self.annotation_of, arguments))
        if origin in (Union, UnionType):
            return Union[parts]  # noqa: UP007  # computed
        return origin[parts]


def ours_in(metadata: Iterable[Any]) -> Iterator[Any]:
    """What stands in ``Annotated`` for a document class: a field, or what is said of one."""
    for item in metadata:
        if isinstance(item, type) and issubclass(item, BaseField):
            yield item()
        elif isinstance(item, BaseField | FieldSpecifier):
            yield item


def annotated(annotation: Any, beside: Iterable[Any]) -> Any:
    """An annotation with this beside it."""
    for item in beside:
        annotation = Annotated[annotation, item]
    return annotation


def with_settings(given: Any, settings: Mapping[str, Any]) -> Any:
    """A field that ``Annotated`` gives, with what pydantic's ``Field()`` says besides."""
    if not settings or not isinstance(given, BaseField):
        return given
    field = copied(given)
    field._settings = field._settings.but(**settings)
    return field


def said_of(info: FieldInfo) -> dict[str, Any]:
    """What a model says of a field, and what every field of a document can say."""
    options: dict[str, Any] = {
        "title": info.title,
        "description": info.description,
        "examples": None if info.examples is None else tuple(info.examples),
        "deprecated": bool(info.deprecated) or None,
        "exclude": info.exclude,
    }
    return {name: value for name, value in options.items() if value is not None}


def specified(info: FieldInfo, said: Mapping[str, Any]) -> Any:
    """What the body of a typed class has for a field of a model.

    Parameters:
        info: what the model has for it.
        said: the options besides the default.
    """
    given = dict(said)
    if info.default_factory is not None:
        given["default_factory"] = info.default_factory
    elif not info.is_required():
        given["default"] = info.default
    return Field(**given)


def validate(self: Any) -> bool:
    """Ask the model of which the class was made, and check the fields."""
    try:
        self._model.model_validate(given_to(self._model, self))
    except ValidationError as error:
        refusals = [refusal_of(self, it) for it in error.errors(include_url=False)]
        refusals[0].errors = tuple(map(FieldError.of, refusals))
        # Pydantic's own text has what was given.
        raise refusals[0] from refusals[0].__cause__
    return TypedDocument.validate(self)


def given_to(model: type[BaseModel], document: Any) -> dict[str, Any]:
    """The values of a document, by the names under which a model takes them."""
    return {
        key_of(name, info): value_of(getattr(document, name))
        for name, info in model.model_fields.items()
    }


def key_of(name: str, info: FieldInfo) -> str:
    return next((it for it in (info.validation_alias, info.alias) if isinstance(it, str)), name)


def value_of(value: Any) -> Any:
    """A value, with mappings in the place of the documents that it holds."""
    if isinstance(value, DocumentStorage):
        model: Any = getattr(value, "_model", None)
        return value if model is None else given_to(model, value)
    if isinstance(value, PasswordType):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        values = map(value_of, value)
        return type(value)(values) if type(value) in (list, tuple) else list(values)
    if isinstance(value, Mapping):
        return {key: value_of(item) for key, item in value.items()}
    return value


def refusal_of(document: Any, error: Any) -> InvalidDocumentError:
    """What one of pydantic's errors says of a document."""
    parts = list(parts_in(document, error["loc"]))
    name = next((part for part in reversed(parts) if isinstance(part, str)), "")
    raised = error.get("ctx", {}).get("error")
    reason = str(error["msg"] if raised is None else raised).removesuffix(".")
    refusal = (
        InvalidDocumentError.invalid(name, reason) if name else InvalidDocumentError(f"{reason}.")
    )
    refusal.code, refusal.__cause__ = error["type"], raised
    field = field_at(document, parts)
    refusal.value = None if field is None else masked(field, error["input"])
    locate(refusal, *parts)
    return refusal


def field_at(value: Any, parts: list[Part]) -> BaseField[Any] | None:
    """The field of a value in a document, or the one that holds it."""
    field = None
    for part in parts:
        if isinstance(value, DocumentStorage):
            field = type(value)._fields[part]  # type: ignore[attr-defined]
            value = getattr(value, str(part))
        else:
            value = value[part]
    return field


def parts_in(value: Any, loc: tuple[Part, ...]) -> Iterator[Part]:
    """The way to a value, by the names of attributes. Pydantic has aliases, and kinds of unions."""
    for part in loc:
        if isinstance(value, DocumentStorage):
            fields: dict[str, FieldInfo] = value._model.model_fields  # type: ignore[attr-defined]
            name = next((it for it, info in fields.items() if key_of(it, info) == part), None)
            if name is not None:
                yield name
                value = getattr(value, name)
        elif isinstance(value, Mapping):
            if part in value:
                yield part
                value = value[part]
        elif isinstance(value, Sequence) and isinstance(part, int) and part < len(value):
            yield part
            value = value[part]

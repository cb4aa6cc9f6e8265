"""Models of pydantic that have the fields of a document class, with all their rules."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    create_model,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, ValidationError
from pydantic_core.core_schema import (
    no_info_plain_validator_function,
    plain_serializer_function_ser_schema,
)

from aiomotorengine.codec.unencodable import unencodable_text_of
from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.errors import UnknownFieldError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_id import primary_key
from aiomotorengine.fields.refusals import required
from aiomotorengine.fields.rules import is_masked
from aiomotorengine.interop.forms import Forms
from aiomotorengine.interop.pydantic_types import SchemasOfPydantic, in_utf8, validation_error
from aiomotorengine.interop.reading import Reading
from aiomotorengine.interop.selection import Names, Selection, names_in
from aiomotorengine.locations import locate
from aiomotorengine.schema.describing import described
from aiomotorengine.schema.json_schema import nullable
from aiomotorengine.utils import is_unicode_throughout
from aiomotorengine.validation import refusals_of_value

__all__ = ["model_of"]


def model_of(
    document_class: Any,
    name: str | None = None,
    *,
    include: Names = None,
    exclude: Names = None,
    partial: bool = False,
) -> type[BaseModel]:
    """A model of pydantic with the fields of a document class.

    Parameters:
        document_class: the class.
        name: what it is called; by default as the class, with ``Partial`` in front if it is that.
        include, exclude: the names of fields.
        partial: whether nothing is required, and what is not given is ``None``.

    Raises:
        UnknownFieldError: a name is no field's.
    """
    key = primary_key(document_class)
    fields = {key.name: key, **document_class._fields}
    for given in (*names_in(include), *names_in(exclude)):
        if given not in fields:
            raise UnknownFieldError.of(document_class, given)
    selection = Selection.of(include, exclude)
    strict = document_class.__strict__
    definitions: dict[str, Any] = {
        it: definition_of(field, is_optional=partial or field is key, strict=strict)
        for it, field in fields.items()
        if selection is None or selection.shows(it)
    }
    config = ConfigDict(
        title=document_class.__title__,
        extra="ignore" if is_dynamic(document_class) else "forbid",
        from_attributes=True,
        protected_namespaces=(),
        # Where a field is missing, pydantic shows all that was given.
        hide_input_in_errors=any(is_masked(field, None) for field in fields.values()),
    )
    validators: dict[str, Any] = {"in_unicode": IN_UNICODE}
    if partial:
        validators["dumped"] = DUMPED
    if any(field._is_secret(None) for field in fields.values()):
        validators["finished"] = FINISHED
    default_name = f"{'Partial' if partial else ''}{document_class.__name__}"
    model: type[BaseModel] = create_model(
        name or default_name,
        __config__=config,
        __doc__=described(document_class).get("description"),
        __module__=document_class.__module__,
        __validators__=validators,
        **definitions,
    )
    return model


def with_excluded(model: BaseModel, handler: Any, info: Any) -> dict[str, Any]:
    """What ``model_dump`` gives of a model whose fields say what is to be changed.

    Of what was given, in Python's own types, excluded fields are a part: a new password would be
    lost without a word otherwise. JSON is for others.
    """
    dumped: dict[str, Any] = handler(model)
    if not info.exclude_unset or info.mode_is_json():
        return dumped
    selection = Selection.of(info.include, info.exclude)
    for name, field in type(model).model_fields.items():
        if field.exclude and name in model.model_fields_set:
            value = getattr(model, name)
            is_shown = selection is None or selection.shows(name)
            if is_shown and not (info.exclude_none and value is None):
                dumped[name] = value
    return dumped


# The JSON schema is that of the fields, as long as the function says nothing of what it returns.
DUMPED = model_serializer(mode="wrap")(
    lambda self, handler, info: with_excluded(self, handler, info)
)


def in_unicode(values: Any, handler: Any) -> Any:
    """A model; what pydantic itself refuses, as unknown names, is told in texts that can be sent as
    UTF-8.
    """
    try:
        return handler(values)
    except ValidationError as error:
        if is_unicode_throughout(values):
            raise
        told = in_utf8(values)  # which may be shown for each field that is missing
        details = [
            InitErrorDetails(
                type=PydanticCustomError(it["type"], it["msg"]),
                loc=tuple(in_utf8(it["loc"])),
                input=told if it["input"] is values else in_utf8(it["input"]),
            )
            for it in error.errors(include_url=False, include_context=False)
        ]
        raise ValidationError.from_exception_data(error.title, details) from None


IN_UNICODE = model_validator(mode="wrap")(lambda cls, values, handler: in_unicode(values, handler))


waiting: ContextVar[list[tuple[BaseField[Any], Reading]] | None]
waiting = ContextVar("waiting", default=None)
"""What was read of the model that is being validated, until nothing of it was refused."""


def finished(values: Any, handler: Any) -> Any:
    """A model, and then done what takes long: to hash passwords. It is not for what is refused."""
    if waiting.get() is not None:
        return handler(values)  # it is in another one
    readings: list[tuple[BaseField[Any], Reading]] = []
    token = waiting.set(readings)
    try:
        model = handler(values)
    finally:
        waiting.reset(token)
    for field, reading in readings:
        refusals = reading.finish()
        for refusal in refusals:
            locate(refusal, field.name)
        if refusals:
            raise validation_error(field.name, refusals)
    return model


FINISHED = model_validator(mode="wrap")(lambda cls, values, handler: finished(values, handler))


def definition_of(field: BaseField[Any], *, is_optional: bool, strict: bool) -> tuple[Any, Any]:
    """The annotation and the default that a model has for a field."""
    settings = field._settings
    said: dict[str, Any] = {
        "title": settings.title,
        "description": settings.description,
        "examples": list(settings.examples) or None,
        "deprecated": settings.deprecated or None,
        "exclude": settings.exclude or None,
    }
    if is_optional:
        said["default"] = None
    elif not field._is_refused_by_default:
        is_made = callable(field.default)
        said["default_factory" if is_made else "default"] = field.default
    given = {name: it for name, it in said.items() if it is not None or name == "default"}
    return Annotated[Any, FieldType(field, is_optional=is_optional, strict=strict)], Field(**given)


class FieldType:
    """What pydantic does with the values of a field.

    Parameters:
        field: the field.
        is_optional: whether ``None`` is valid in any case.
        strict: whether values are not converted, unless the field says so.
    """

    def __init__(self, field: BaseField[Any], *, is_optional: bool, strict: bool) -> None:
        self._field = field
        self._is_optional = is_optional
        self._strict = strict

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return no_info_plain_validator_function(
            self.validated,
            serialization=plain_serializer_function_ser_schema(self.serialized, info_arg=True),
        )

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        found = SchemasOfPydantic(handler.mode, handler).of(self._field)
        return nullable(found) if self._is_optional and self._field.required else found

    def validated(self, value: Any) -> Any:
        """The value of the field.

        Raises:
            ValidationError: it is not valid.
        """
        field = self._field
        if value is None and self._is_optional:
            return None
        reading = Reading(strict=self._strict)
        # As a document would keep it, and read it.
        read = field._presented(field._kept(reading.value(field, value)))
        refusals = reading.refusals
        if not refusals and field.required and field._is_missing(read):
            refusals = [required(field.name, read)]
        refusals = refusals or list(refusals_of_value(field, read, strict=self._strict))
        if not refusals and not is_unicode_throughout(value):
            refused_text = unencodable_text_of(field, field.to_son(read))
            refusals = [] if refused_text is None else [refused_text]
        readings = waiting.get()
        if readings is None:
            refusals = refusals or reading.finish()
        elif not refusals:
            readings.append((field, reading))
        if refusals:
            raise validation_error(field.name, refusals)
        return read

    def serialized(self, value: Any, info: Any) -> Any:
        """What is shown of a value."""
        forms = Forms(
            is_json=info.mode_is_json(),
            selection=Selection.of(info.include, info.exclude),
            exclude_none=bool(info.exclude_none),
        )
        return forms.of(self._field, value)

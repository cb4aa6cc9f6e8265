"""Document classes as types of pydantic: what it validates, shows, and says in JSON schemas."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from functools import partial
from typing import Any

from bson.objectid import ObjectId
from pydantic import GetJsonSchemaHandler, TypeAdapter
from pydantic_core import (
    CoreSchema,
    InitErrorDetails,
    PydanticCustomError,
    PydanticSerializationUnexpectedValue,
    ValidationError,
)
from pydantic_core.core_schema import (
    any_schema,
    definition_reference_schema,
    definitions_schema,
    no_info_plain_validator_function,
    plain_serializer_function_ser_schema,
    to_string_ser_schema,
)

from aiomotorengine.documents.embedded import embedded_fields
from aiomotorengine.errors import FieldError
from aiomotorengine.ids import is_hex_id
from aiomotorengine.interop.forms import Forms, form_of_class
from aiomotorengine.interop.reading import read
from aiomotorengine.interop.selection import Selection
from aiomotorengine.locations import location_of
from aiomotorengine.schema.json_schema import JsonSchemas, Mode
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.discriminators import family_of
from aiomotorengine.utils import escaped, is_unicode_throughout

__all__ = ["ObjectIdType", "core_schema_of", "in_utf8", "json_schema_of", "validation_error"]

MISSING = "missing"
"""What pydantic calls a value that is required and not there."""


# -- documents ---------------------------------------------------------------------------------


def core_schema_of(document_class: Any) -> CoreSchema:
    """What pydantic does with values of a document class."""
    validate = partial(validated, document_class)
    # By this an error says which of several types has refused a value.
    validate.__name__ = document_class.__name__  # type: ignore[attr-defined]
    return no_info_plain_validator_function(
        validate,
        ref=reference_to(document_class),
        serialization=plain_serializer_function_ser_schema(
            partial(serialized, document_class), info_arg=True
        ),
    )


def reference_to(document_class: Any, *, is_embedded: bool = False) -> str:
    """By what name the definitions of pydantic know a class.

    Parameters:
        document_class: the class.
        is_embedded: whether documents in others are meant, which have no id.
    """
    module, name = document_class.__module__, document_class.__qualname__
    if is_embedded and not document_class._is_embedded:
        outer, dot, own = name.rpartition(".")
        name = f"{outer}{dot}Embedded{own}"
    return f"{module}.{name}:{id(document_class)}"


def validated(document_class: Any, value: Any) -> Any:
    """A document of the class: the value itself, or what a mapping makes.

    Raises:
        ValidationError: the mapping makes no valid one, with an error for each field; or the value
            is none of the two.
    """
    if isinstance(value, document_class):
        return value
    name = document_class.__name__
    if not isinstance(value, Mapping):
        error = PydanticCustomError(
            "document_type", "Input should be a {name} or a mapping", {"name": name}
        )
        raise refusal_of(value, name, error)
    document, refusals = read(document_class, value)
    if refusals:
        raise validation_error(name, refusals)
    return document


def validation_error(title: str, refusals: list[Exception]) -> ValidationError:
    """The error of pydantic for refusals, one for each, with the way to the value.

    Parameters:
        title: what is refused.
        refusals: the exceptions. What a method of the program's has raised that is no
            ``ValueError`` goes out as it is.
    """
    for refusal in refusals:
        if not isinstance(refusal, ValueError):
            raise refusal
    return ValidationError.from_exception_data(title, [details_of(it) for it in refusals])


def details_of(refusal: Exception) -> InitErrorDetails:
    location, error = location_of(refusal), FieldError.of(refusal)
    kind: Any = MISSING if error.code == "required" else error.code
    text: Any = escaped(error.message)
    parts = location.parts if location else ()
    return InitErrorDetails(
        type=PydanticCustomError(kind, text),
        loc=tuple(in_utf8(parts)),
        input=in_utf8(error.value),
    )


def refusal_of(value: Any, title: str, error: PydanticCustomError) -> ValidationError:
    """The error of pydantic for a value that is none at all of what is read."""
    details = InitErrorDetails(type=error, input=in_utf8(value))
    return ValidationError.from_exception_data(title, [details])


def in_utf8(value: Any) -> Any:
    """A value as an answer can show it, which is sent as UTF-8."""
    if is_unicode_throughout(value):
        return value
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, Mapping):
        return {in_utf8(key): in_utf8(item) for key, item in value.items()}
    return [in_utf8(item) for item in value]


def serialized(document_class: Any, value: Any, info: Any) -> Any:
    """What pydantic shows of a document, by the names of attributes.

    Of a document of a derived class it shows what this one has, as it does for models, unless the
    two are stored together.
    """
    if not isinstance(value, DocumentStorage):
        return value
    if not isinstance(value, document_class):
        # Of several types the one is asked next that may be the value's.
        raise PydanticSerializationUnexpectedValue(f"A {document_class.__name__} is expected.")
    selection = Selection.of(info.include, info.exclude)
    kind: Any = type(value)
    if kind is not document_class and kind._discriminator is None:
        names = form_of_class(document_class, is_json=False).names_of(value)
        selection = (selection or Selection(None, None)).within(names)
    forms = Forms(
        is_json=info.mode_is_json(), selection=selection, exclude_none=bool(info.exclude_none)
    )
    return forms.document(value)


# -- JSON schemas ------------------------------------------------------------------------------

being_described: ContextVar[tuple[str, ...]] = ContextVar("being_described", default=())
"""The names of the classes whose JSON schemas are being made, one inside of the other."""


class SchemasOfPydantic(JsonSchemas):
    """The schemas of fields, in which those of classes are pydantic's to keep.

    Parameters:
        mode: as for ``json_schema``.
        handler: what makes schemas of others.
    """

    def __init__(self, mode: Mode, handler: GetJsonSchemaHandler) -> None:
        super().__init__(mode)
        self._handler = handler

    def of_class(self, document_class: Any) -> dict[str, Any]:
        name = reference_to(document_class, is_embedded=True)
        reference = definition_reference_schema(name)
        if name in being_described.get():
            return self._made(reference)
        kind = document_class
        if not document_class._is_embedded:
            # By its name its documents have an id, which those in others have not.
            if document_class not in classes_within(document_class):
                return self.of_documents(document_class, is_embedded=True)
            kind = EmbeddedType(document_class)
        schema: Any = TypeAdapter(kind).core_schema
        if schema["type"] != "definitions":
            schema = definitions_schema(reference, [schema])
        return self._made(schema)

    def _made(self, core_schema: Any) -> dict[str, Any]:
        schema: dict[str, Any] = self._handler(core_schema)
        return schema

    def of_documents(self, document_class: Any, *, is_embedded: bool) -> dict[str, Any]:
        name = reference_to(document_class, is_embedded=is_embedded)
        token = being_described.set((*being_described.get(), name))
        try:
            return super().of_documents(document_class, is_embedded=is_embedded)
        finally:
            being_described.reset(token)


class EmbeddedType:
    """What pydantic says in JSON schemas of documents of a class that are in others.

    Parameters:
        document_class: the class.
    """

    def __init__(self, document_class: Any) -> None:
        self._document_class = document_class

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return any_schema(ref=reference_to(self._document_class, is_embedded=True))

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schemas = SchemasOfPydantic(handler.mode, handler)
        return schemas.of_documents(self._document_class, is_embedded=True)


def classes_within(document_class: Any) -> set[Any]:
    """The classes of documents that those of a class may have inside of them, at any depth."""
    found: set[Any] = set()
    waiting = [document_class]
    while waiting:
        fields = (it for one in family_of(waiting.pop()) for it in one._fields.values())
        inner = {leaf.embedded_type for field in fields for leaf in embedded_fields(field)}
        waiting.extend(inner - found)
        found |= inner
    return found


def json_schema_of(document_class: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """The JSON schema of a document class, for the one that pydantic makes."""
    schemas = SchemasOfPydantic(handler.mode, handler)
    return schemas.of_documents(document_class, is_embedded=document_class._is_embedded)


# -- ids ---------------------------------------------------------------------------------------


class ObjectIdType:
    """What pydantic does with an ``ObjectId``: it takes its text, too, and JSON has that."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return no_info_plain_validator_function(
            object_id_of, serialization=to_string_ser_schema(when_used="json")
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[0-9a-fA-F]{24}$"}


def object_id_of(value: Any) -> ObjectId:
    if isinstance(value, ObjectId):
        return value
    if is_hex_id(value):
        return ObjectId(value)
    error = PydanticCustomError(
        "object_id", "Input should be an ObjectId, or its 24 hexadecimal digits"
    )
    raise refusal_of(value, ObjectId.__name__, error)

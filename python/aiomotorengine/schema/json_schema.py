"""JSON Schema (2020-12) of the documents of a class, by the names of attributes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any, Literal

from aiomotorengine.documents.computed import computed_field, computed_fields
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.schema.describing import (
    Needs,
    described,
    is_described,
    refuse_empty,
    stored_choices,
)

__all__ = ["Mode", "json_schema"]

Mode = Literal["validation", "serialization"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(document_class: Any, mode: Mode = "validation") -> dict[str, Any]:
    """What documents of a class are in JSON.

    Parameters:
        document_class: the class.
        mode: ``"validation"`` for what a document may be made of, ``"serialization"`` for what
            becomes of one.

    Raises:
        ValueError: the mode is neither.
        ImportError: the class of embedded documents is not to be found.
    """
    if mode not in ("validation", "serialization"):
        raise ValueError(f"mode must be 'validation' or 'serialization', not {mode!r}.")
    return JsonSchemas(mode).whole(document_class)


class JsonSchemas:
    """The schemas of fields, and of classes, which refer to one another by name.

    Parameters:
        mode: as above.
    """

    def __init__(self, mode: Mode) -> None:
        self._is_output = mode == "serialization"
        self._names: dict[Any, str] = {}
        self._definitions: dict[str, dict[str, Any]] = {}
        self._written_out: list[Any] = []

    def whole(self, document_class: Any) -> dict[str, Any]:
        """The schema of documents of a class, with those of the classes that are embedded in it."""
        if document_class._is_embedded:
            reference = self.of_class(document_class)
            name = self._names[document_class]
            is_within_itself = reference in self._references()
            schema = reference if is_within_itself else self._definitions.pop(name)
        else:  # inside of itself it has no id
            schema = self.of_documents(document_class, is_embedded=False)
        whole = {"$schema": DIALECT, **schema}
        return whole | ({"$defs": self._definitions} if self._definitions else {})

    def of_class(self, document_class: Any) -> dict[str, Any]:
        """What refers to the schema of a class, of documents that are in others."""
        if document_class not in self._names:
            name = self._free_name(document_class)
            self._names[document_class] = name
            self._definitions[name] = {}  # which comes first, as its class does
            self._definitions[name] = self.of_documents(document_class, is_embedded=True)
        return {"$ref": f"#/$defs/{self._names[document_class]}"}

    def of_kind(self, document_class: Any) -> dict[str, Any]:
        """The schema of documents of a class that are told from others by a key of their own.

        What refers to the schema of a class can't add a key where that allows no others, so such a
        one is written out; inside of itself it is any object.
        """
        if self._is_output or document_class.__dynamic__:
            return self.of_class(document_class)
        if document_class in self._written_out:
            return {"type": "object"}
        self._written_out.append(document_class)
        try:
            return JsonSchemas.of_documents(self, document_class, is_embedded=True)
        finally:
            self._written_out.pop()

    def of(self, field: BaseField[Any]) -> dict[str, Any]:
        """The schema of a value of a field."""
        return self._of(field, Needs.of(field))

    def of_item(self, field: BaseField[Any]) -> dict[str, Any]:
        """The schema of an item of a list, or of what is under a key, that has a field."""
        return self._of(field, Needs.of_item(field))

    def _of(self, field: BaseField[Any], needs: Needs) -> dict[str, Any]:
        own = getattr(field, "__json_schema__", None)
        if own is not None:
            given: dict[str, Any] = own()
            return given
        has_own_form = hasattr(field, "__to_json__") or hasattr(field, "__from_json__")
        is_known = is_described(field, "_json_schema") and not has_own_form
        schema = field._json_schema(self) if is_known else {}
        choices = stored_choices(field)
        if choices is not None and all(map(is_plain, choices)):
            schema["enum"] = choices
        if schema and needs.takes_none:
            schema = nullable(schema)
        elif not needs.takes_empty:
            refuse_empty(schema, "type", field)
        return {**schema, **said_of(field)}

    def of_documents(self, document_class: Any, *, is_embedded: bool) -> dict[str, Any]:
        """The schema of documents of a class, written out.

        Parameters:
            document_class: the class.
            is_embedded: whether they are in others, and so have no id.
        """
        fields = {
            name: field
            for name, field in document_class._fields.items()
            if not (self._is_output and field._settings.exclude)
        }
        properties: dict[str, Any] = {} if is_embedded else {"id": {"title": "id"}}
        conversion = conversion_of(document_class)
        is_needed = False
        for key in document_class._declared_key:
            is_hidden = self._is_output and key._settings.exclude
            properties = {} if is_hidden else {key.name: self.of(key)}
            is_needed = key._is_needed and conversion.make_key is None
            if key.default is not None and not is_hidden and is_plain(key.default):
                properties[key.name]["default"] = key.default
        required = [*properties] if self._is_output or is_needed else []
        defaults = conversion.defaults
        for name, field in fields.items():
            properties[name] = self.of(field)
            default = defaults.get(name)
            if default is not None and is_plain(default):
                properties[name]["default"] = default
            if self._is_output or field._is_refused_by_default:
                required.append(name)
        for name, computed in computed_fields(document_class).items() if self._is_output else ():
            properties[name] = schema_of_computed(computed)
            required.append(name)
        schema: dict[str, Any] = {
            "type": "object",
            **described(document_class),
            "properties": properties,
        }
        if required:
            schema["required"] = required
        if not self._is_output and not document_class.__dynamic__:
            schema["additionalProperties"] = False
        return schema

    def _free_name(self, document_class: Any) -> str:
        name: str = document_class.__name__
        number = 1
        while name in self._definitions:
            number += 1
            name = f"{document_class.__name__}{number}"
        return name

    def _references(self) -> list[Any]:
        return [part for schema in self._definitions.values() for part in references_in(schema)]


TYPES = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "Decimal": {"type": "string"},
    "ObjectId": {"type": "string"},
    "UUID": {"type": "string", "format": "uuid"},
    "datetime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "timedelta": {"type": "string", "format": "duration"},
}
"""What JSON has for Python's types, by their names, since an annotation may be a text."""


def schema_of_computed(computed: computed_field[Any]) -> dict[str, Any]:
    """What a method says of its result by its annotation and its docstring."""
    annotation = getattr(computed.function, "__annotations__", {}).get("return")
    name = str(getattr(annotation, "__name__", annotation)).rpartition(".")[2]
    description = computed.__doc__ and cleandoc(computed.__doc__)
    said = {**TYPES.get(name, {}), "description": description, "readOnly": True}
    return {name: it for name, it in said.items() if it}


def references_in(schema: Any) -> Iterator[Any]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield {"$ref": schema["$ref"]}
        for part in schema.values():
            yield from references_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from references_in(part)


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, where null is valid, too."""
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    types = schema["type"]
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    return {**schema, "type": [*([types] if isinstance(types, str) else types), "null"]}


def said_of(field: BaseField[Any]) -> dict[str, Any]:
    """What a field says of itself to people."""
    settings = field._settings
    said = {
        "title": settings.title,
        "description": settings.description,
        "examples": list(settings.examples) or None,
        "deprecated": settings.deprecated or None,
    }
    return {name: it for name, it in said.items() if it is not None}


def is_plain(value: Any) -> bool:
    """Whether a value is the same in JSON."""
    try:
        return bool(json.loads(json.dumps(value)) == value)
    except (TypeError, ValueError, RecursionError):
        return False

"""GenericEmbeddedDocumentField: a document inside another, of one of several classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import NoneType
from typing import TYPE_CHECKING, Any

from aiomotorengine.errors import UNKNOWN_CLASS
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.field_methods import hands_on_strict, unchanged, updater
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.refusals import refused
from aiomotorengine.fields.rules import is_strict
from aiomotorengine.locations import Part
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.utils import ONE_VALUE, has_operators

__all__ = ["GenericEmbeddedDocumentField"]


@native_kind("union")
class GenericEmbeddedDocumentField(ContainerField[Any]):
    """A document of one of several classes, stored inside another.

    The first key of what is stored says which class it is, by its name or by what the class calls
    itself in ``__discriminator_value__``. What is stored for a class that is none of them is kept
    as a mapping, which validation refuses.

    Parameters:
        choices: the document classes, themselves or by name.
        discriminator: the key that says the class.

    Raises:
        ValueError: there are no classes; or at first use, if one is no document class, if two of
            them have the same name, or if one has a field under that key.

    Example:
        >>> from aiomotorengine import Document, GenericEmbeddedDocumentField, IntField, StringField
        >>> class Text(Document):
        ...     text = StringField()
        >>> class Image(Document):
        ...     width = IntField()
        >>> class Page(Document):
        ...     head = GenericEmbeddedDocumentField([Text, Image])
        >>> Page(head=Image(width=2)).to_son()
        {'head': {'_cls': 'Image', 'width': 2}}
    """

    takes_lists = False
    _holds_items = False
    _stored_by = ("discriminator",)

    def __init__(
        self,
        choices: Iterable[Any],
        *args: Any,
        discriminator: str = "_cls",
        **options: Any,
    ) -> None:
        if isinstance(choices, (*ONE_VALUE, type)) or not isinstance(choices, Iterable):
            raise ValueError(f"The 'choices' must be several document classes, not {choices!r}.")
        super().__init__(*args, **options)
        self.discriminator = discriminator
        self._alternatives = tuple(EmbeddedDocumentField[Any](choice) for choice in choices)
        if not self._alternatives:
            raise ValueError("The 'choices' must be several document classes, and there are none.")

    # -- what is inside -----------------------------------------------------------------------

    @property
    def _inner_fields(self) -> tuple[BaseField[Any], ...]:
        return self._alternatives

    def _is_container(self, value: Any) -> bool:
        return False  # a document walks through itself

    def _members(self, value: Any) -> Iterator[tuple[Part, BaseField[Any], Any]]:
        return iter(())

    def _under_key(self, key: str) -> BaseField[Any] | None:
        return None

    def _in_charge_of(self, value: Any) -> BaseField[Any]:
        """The field of the class that a document has, or that a mapping names; else this one."""
        if isinstance(value, DocumentStorage):
            names = self._names
            found = self._fields_by_name.get(names[type(value)]) if type(value) in names else None
        elif isinstance(value, Mapping) and isinstance(name := value.get(self.discriminator), str):
            found = self._fields_by_name.get(name)
        else:
            found = None
        return self if found is None else found

    @property
    def _fields_by_name(self) -> Mapping[Any, EmbeddedDocumentField[Any]]:
        """What is stored for each class -> the field of its documents."""
        found: dict[Any, EmbeddedDocumentField[Any]] | None = self.__dict__.get("_by_name")
        if found is None:
            found = {}
            for field in self._alternatives:
                name = name_of(field.embedded_type, self.discriminator)
                if name in found:
                    raise ValueError(
                        f"{self._title} has two classes that are stored as {name!r}; give one a "
                        "__discriminator_value__."
                    )
                found[name] = field
            self.__dict__["_by_name"] = found  # found only now, but no other than before
        return found

    @property
    def _names(self) -> Mapping[type[Any], Any]:
        """Each class -> what is stored for it."""
        names: dict[type[Any], Any] | None = self.__dict__.get("_by_class")
        if names is None:
            names = {field.embedded_type: name for name, field in self._fields_by_name.items()}
            self.__dict__["_by_class"] = names
        return names

    @property
    def _twin_arguments(self) -> Mapping[str, Any]:
        try:
            return {"names": tuple(self._fields_by_name)}
        except UNKNOWN_CLASS:
            return {}  # which it raises again as soon as it has a value

    # -- the methods of a field ---------------------------------------------------------------

    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        if not isinstance(value, DocumentStorage):
            return False
        field = self._in_charge_of(value)
        return field is not self and bool(field.validate(value))

    @unchanged(NoneType)
    def to_son(self, value: Any) -> Any:
        if value is None or not isinstance(value, DocumentStorage):
            return value
        field = self._in_charge_of(value)
        if field is self:
            raise ValueError(f"{self._title} takes {self._wanted(value)}.")
        return self._named(self._names[type(value)], field.to_son(value))

    @unchanged(NoneType)
    def from_son(self, value: Any) -> Any:
        field = self._in_charge_of(value)
        if field is self:
            return value  # of no class that is known: kept as it is, for validation to refuse
        return field.from_son({key: it for key, it in value.items() if key != self.discriminator})

    def to_query(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, Mapping) and has_operators(value):
            raise ValueError(
                f"{self._title} is not compared with a mapping of operators; if they are meant, "
                "use a raw query."
            )
        field = self._in_charge_of(value)
        if field is self:
            raise ValueError(
                f"{self._title} is compared with {self._wanted(None)}, or a mapping that names "
                f"its class under {self.discriminator!r}."
            )
        return self._converted(field.to_query, value)

    def to_query_item(self, value: Any) -> Any:
        return self.to_query(value)

    @hands_on_strict
    def to_update(self, value: Any, *, strict: bool = False) -> Any:
        if value is None:
            return None
        field = self._in_charge_of(value)
        if field is self:
            raise refused(self, value)
        stored = self._converted(updater(field, strict=is_strict(self, strict)), value)
        return self._updated(value, stored, strict=strict)

    # -- what else is asked -------------------------------------------------------------------

    def _converted(self, convert: Any, value: Any) -> dict[str, Any]:
        """What a method of one of the classes' fields makes of a document or mapping, named."""
        if isinstance(value, DocumentStorage):
            return self._named(self._names[type(value)], convert(value))
        rest = {key: it for key, it in value.items() if key != self.discriminator}
        return self._named(value[self.discriminator], convert(rest))

    def _named(self, name: Any, son: Mapping[str, Any]) -> dict[str, Any]:
        """What is stored of a document, with its class in front."""
        return {
            self.discriminator: name,
            **{k: v for k, v in son.items() if k != self.discriminator},
        }

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        kinds = [self._schema_of(schemas.of_very_class, name) for name in self._fields_by_name]
        return {"bsonType": "object", "anyOf": kinds}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"anyOf": [self._schema_of(schemas.of_kind, name) for name in self._fields_by_name]}

    def _schema_of(
        self, schema_of_class: Callable[[Any], dict[str, Any]], name: Any
    ) -> dict[str, Any]:
        """The schema of documents of one class, with the key that says it."""
        schema = schema_of_class(self._fields_by_name[name].embedded_type)
        # It takes the place of a discriminator of the class itself under the same key.
        named = {self.discriminator: {"enum": [name]}}
        properties = named | schema.get("properties", {}) | named
        required = [self.discriminator, *schema.get("required", ())]
        return {**schema, "properties": properties, "required": required}

    def _dict_form(self, value: Any, forms: Any) -> Any:
        field = self._in_charge_of(value)
        if field is self or not isinstance(value, DocumentStorage):
            return forms.plain(value)
        form = forms.embedded(value)
        if forms.leaves_out(self.discriminator):
            return form
        return self._named(self._names[type(value)], form)

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        field = self._in_charge_of(form)
        if field is self or not isinstance(form, Mapping):
            return form
        rest = {key: it for key, it in form.items() if key != self.discriminator}
        return field._from_dict_form(rest, reading)

    def _wanted(self, value: Any) -> str:
        if isinstance(value, Mapping):
            names = ", ".join(map(repr, self._fields_by_name))
            return f"a mapping in which {self.discriminator!r} is one of {names}"
        kinds = ", ".join(field.embedded_type.__name__ for field in self._alternatives)
        return f"an instance of one of {kinds}"

    if TYPE_CHECKING:

        def __set__(self, instance: DocumentStorage, value: Any) -> None: ...


def name_of(document_class: Any, discriminator: str) -> Any:
    """What is stored for a class.

    Raises:
        ValueError: the class has a field under the key that says it.
    """
    if discriminator in document_class._reverse_db_field_map:
        raise ValueError(
            f"{document_class.__name__} has a field that is stored under {discriminator!r}; give "
            "another discriminator."
        )
    value = vars(document_class).get("__discriminator_value__")
    return document_class.__name__ if value is None else value

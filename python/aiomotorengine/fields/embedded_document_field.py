"""EmbeddedDocumentField: a document inside another."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any, TypeVar, Unpack, overload

from aiomotorengine.errors import UNKNOWN_CLASS, InvalidDocumentError, PartialDocumentError
from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.document_class import Owners, document_class
from aiomotorengine.fields.field_methods import hands_on_strict, unchanged, updater
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.refusals import located, refused
from aiomotorengine.fields.sequence_field import SequenceField
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.discriminators import family_of
from aiomotorengine.storage.parts_within import refuse_part
from aiomotorengine.storage.stored_forms import has_own_id, keep_own_id
from aiomotorengine.utils import has_operators, is_operator

__all__ = ["EmbeddedDocumentField"]

D = TypeVar("D", bound=DocumentStorage)


@native_kind("embedded")
class EmbeddedDocumentField(BaseField[D]):
    """A document stored inside another, without an ``_id`` of its own.

    One that was loaded with an ``_id``, as other programs write it, is stored with it again. Its
    own ``validate``, ``to_son`` and ``from_son`` are called. Filters and updates take a mapping of
    its attributes' names as well, for the document that it would make.

    A document of which a query has loaded only a part stands for no whole one: it can't be stored
    or compared (``PartialDocumentError``), but for a save of a document that was loaded in part as
    well, which sends of it what is there.

    Parameters:
        embedded_document_type: the document class; or its dotted path, which is looked up on first
            use, so that two modules can embed each other's classes; or ``'self'`` for the class
            that the field stands in.

    Raises:
        ValueError: at first use, if it is no document class.
        ImportError: at first use, if nothing is found under the path.
        InvalidDocumentError: at first use, if the class has a ``SequenceField``.

    Example:
        >>> from aiomotorengine import Document, EmbeddedDocumentField, StringField
        >>> class Home(Document):
        ...     road = StringField()
        >>> class Owner(Document):
        ...     home = EmbeddedDocumentField(Home)
        >>> Owner(home=Home(road="Loop")).to_son()
        {'home': {'road': 'Loop'}}
    """

    takes_lists = False
    _holds_others = True

    @overload
    def __init__(
        self,
        embedded_document_type: type[D],
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: EmbeddedDocumentField[Any],
        embedded_document_type: str,
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None: ...
    def __init__(
        self, embedded_document_type: Any = None, *args: Any, **options: Unpack[FieldOptions]
    ) -> None:
        super().__init__(*args, **options)
        self._embedded_document_type = embedded_document_type
        self._owners = Owners()

    @property
    def embedded_type(self) -> type[D]:
        """The document class."""
        found: type[D] | None = self.__dict__.get("_embedded_type")
        if found is None:
            found = document_class(
                self._embedded_document_type, "embedded_document_type", self._owners
            )
            refuse_sequences(found)
            self.__dict__["_embedded_type"] = found  # found only now, but no other than before
        return found

    def validate(self, value: Any) -> bool:
        embedded_type = self.embedded_type
        if value is None:
            return True
        return isinstance(value, embedded_type) and bool(value.validate())  # type: ignore[attr-defined]

    @unchanged(NoneType)
    def to_son(self, value: Any) -> Any:
        if value is None:
            return None
        if getattr(value, "_hidden", None) is not None:
            refuse_part(value)
        son = value.to_son()
        if getattr(value, "_id", None) is None:  # as most have none, and a call costs more
            return son
        return {"_id": value._id, **son} if has_own_id(value) else son

    @unchanged(NoneType)
    def from_son(self, value: Any) -> Any:
        if value is None:
            return None
        if type(value) is not dict and not isinstance(value, Mapping):
            raise TypeError(f"{self._title} takes a mapping, not {type(value).__name__}.")
        document: Any = self.embedded_type.from_son(value)  # type: ignore[attr-defined]
        if value.get("_id") is not None and isinstance(document, DocumentStorage):
            keep_own_id(document)
        return document

    def to_query(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, self.embedded_type):
            return self.to_son(value)
        if not isinstance(value, Mapping):
            raise ValueError(
                f"{self._title} is compared with a {self.embedded_type.__name__} or a mapping, "
                f"not with {type(value).__name__}."
            )
        if has_operators(value):
            raise ValueError(
                f"{self._title} is not compared with a mapping of operators; "
                "if they are meant, use a raw query."
            )
        return self.to_update(value)

    def to_query_item(self, value: Any) -> Any:
        return self.to_query(value)

    def _is_secret(self, value: Any) -> bool:
        # A document says itself which of its values are.
        return not isinstance(value, DocumentStorage) and has_secrets(self.embedded_type, set())

    def _stands_in(self, document_class: type[Any]) -> None:
        self._owners.add(document_class)

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        schema: dict[str, Any] = schemas.of_class(self.embedded_type)
        return schema

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        schema: dict[str, Any] = schemas.of_class(self.embedded_type)
        return schema

    def _dict_form(self, value: Any, forms: Any) -> Any:
        is_document = isinstance(value, DocumentStorage)
        return forms.embedded(value) if is_document else forms.plain(value)

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        if not isinstance(form, Mapping):
            return form
        document = reading.document(self.embedded_type, form)
        if document._id is not None:
            keep_own_id(document)
        return document

    def _wanted(self, value: Any) -> str:
        wanted = self.embedded_type
        return "" if isinstance(value, wanted) else f"an instance of {wanted.__name__}"

    @hands_on_strict
    def to_update(self, value: Any, *, strict: bool = False) -> Any:
        if value is None:
            return None
        if isinstance(value, Mapping):
            try:
                value = self._document_of(value)
            except (InvalidDocumentError, PartialDocumentError):
                raise
            except (ValueError, TypeError, ArithmeticError, AttributeError) as error:
                raise refused(self, value) from error
        value = self._presented(value)
        if not self.validate(value):
            raise refused(self, value)
        self._check_rules(value, strict=strict)
        return self.to_son(value)

    def _document_of(self, mapping: Mapping[Any, Any]) -> D:
        """The document that a mapping of attribute names stands for.

        A key in MongoDB means its field as well, unless it is the name of another. Other keys are
        dynamic values, as they are for the constructor.

        Raises:
            ValueError: a key is an operator or ``_id``, or means a field that has a value already.
        """
        embedded_type: Any = self.embedded_type
        values: dict[str, Any] = {}
        for key, value in mapping.items():
            name = key
            if key not in embedded_type._fields:
                name = embedded_type._reverse_db_field_map.get(key, key)
            if name in values or name == "_id" or is_operator(name):
                raise ValueError(f"{embedded_type.__name__} can't have a value for '{key}' here.")
            field = embedded_type._fields.get(name)
            if field is None:
                values[name] = value
                continue
            try:
                convert = updater(field, strict=embedded_type.__strict__)
                values[name] = field.from_son(convert(value))
            except Exception as error:
                raise located(error, field, "to_update", value, name)  # noqa: B904
        document: D = embedded_type(**values)
        return document


def has_secrets(document_class: Any, seen: set[Any]) -> bool:
    """Whether documents of a class may hold values that must be in no message."""
    if document_class in seen:
        return False
    seen.add(document_class)
    fields = (field for it in family_of(document_class) for field in it._fields.values())
    for leaf in (leaf for field in fields for leaf in field._leaves):
        if isinstance(leaf, EmbeddedDocumentField):
            try:
                found = has_secrets(leaf.embedded_type, seen)
            except UNKNOWN_CLASS:
                found = True  # nobody knows yet
        else:
            found = leaf._is_secret(None)
        if found:
            return True
    return False


def refuse_sequences(document_class: Any) -> None:
    """Raise ``InvalidDocumentError`` for a class whose documents are numbered by a counter."""
    for name, field in document_class._fields.items():
        if isinstance(field, SequenceField):
            raise InvalidDocumentError(
                f"{document_class.__name__} can't be embedded: its field '{name}' is numbered by a "
                "counter of its collection."
            )

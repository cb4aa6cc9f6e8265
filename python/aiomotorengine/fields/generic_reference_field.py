"""GenericReferenceField: a document of any class, stored elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from reprlib import repr as short_repr
from types import NoneType
from typing import TYPE_CHECKING, Any

from bson.dbref import DBRef

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_class import class_of_collection, document_class
from aiomotorengine.fields.document_id import DOCUMENT_ID
from aiomotorengine.fields.field_methods import hands_on_strict, unchanged
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.reference_field import id_in, id_of_missing
from aiomotorengine.ids import is_id
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.descriptors import Attribute, ReferenceAttribute
from aiomotorengine.utils import several

__all__ = ["GenericReferenceField"]


COLLECTION = "$ref"
"""Under which key JSON has the collection of what is referred to."""


@native_kind("generic_reference")
class GenericReferenceField(BaseField[Any]):
    """A document of any class that is stored elsewhere; this one holds a ``DBRef`` to it.

    After loading, the attribute can be read once ``load_references`` was awaited, which finds the
    class by the collection: among ``choices``, or among all that there are. References as
    mongoengine stores them, ``{"_cls": …, "_ref": …}``, are read as well, and stay as they are.

    Parameters:
        choices: the classes whose documents it takes, themselves or by name; by default all.

    Raises:
        LookupError: when references are loaded, if no class has the collection, or several have.

    Example:
        >>> from aiomotorengine import Document, GenericReferenceField
        >>> class Link(Document):
        ...     pass
        >>> class Page(Document):
        ...     about = GenericReferenceField()
        >>> Page(about=Link(_id=5)).to_son()
        {'about': DBRef('Link', 5)}
    """

    takes_lists = False

    def __init__(
        self,
        choices: Iterable[Any] | None = None,
        *args: Any,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self._choices = (
            None if choices is None else several("choices", choices, "a list of document classes")
        )

    @property
    def document_classes(self) -> tuple[type[Any], ...] | None:
        """The classes whose documents it takes; ``None`` for all."""
        if self._choices is None:
            return None
        return tuple(document_class(choice, "choices") for choice in self._choices)

    def target_of(self, reference: DBRef) -> type[Any]:
        """The class of the document that is referred to.

        Raises:
            LookupError: no class has the collection, or several have.
        """
        return class_of_collection(reference.collection, self.document_classes)

    def get_value(self, value: Any) -> Any:
        return id_of_missing(value)

    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        classes = self.document_classes
        if isinstance(value, DocumentStorage):
            is_taken = classes is None or isinstance(value, classes)
            return is_taken and value._id is not None and collection_of(value) is not None
        if not isinstance(value, DBRef) or not is_id(value.id):
            return False
        return classes is None or any(it.__collection__ == value.collection for it in classes)

    @unchanged(DBRef, NoneType)
    def to_son(self, value: Any) -> Any:
        if isinstance(value, DocumentStorage):
            return DBRef(collection_of(value), value._id)
        return id_of_missing(value)

    @unchanged(DBRef, NoneType)
    def from_son(self, value: Any) -> Any:
        if isinstance(value, Mapping) and isinstance(value.get("_ref"), DBRef):
            return value["_ref"]
        return value

    def to_query(self, value: Any) -> Any:
        if value is None or self.validate(value):
            return self.to_son(value)
        raise ValueError(
            f"{self._title} is compared with a saved document or a DBRef, "
            f"not with {short_repr(value)}."
        )

    def to_query_item(self, value: Any) -> Any:
        return self.to_query(value)

    @hands_on_strict
    def to_update(self, value: Any, *, strict: bool = False) -> Any:
        try:
            stored = self.to_query(self._presented(value))
        except ValueError as error:
            raise InvalidDocumentError.invalid(self.name) from error
        self._check_rules(value, strict=strict)
        return stored

    def _dict_form(self, value: Any, forms: Any) -> Any:
        if not isinstance(value, DocumentStorage):
            return forms.plain(id_of_missing(value))
        form = forms.referred(value)
        if not isinstance(form, Mapping):  # the id alone does not say where it leads
            return forms.plain(self.to_son(value))
        return {COLLECTION: collection_of(value), **form}

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        if not isinstance(form, Mapping) or not isinstance(form.get(COLLECTION), str):
            return form
        collection, key = form[COLLECTION], self._key_in(form[COLLECTION])
        id = form["$id"] if "$id" in form else id_in(form, key.name)
        return DBRef(collection, key.to_son(reading.value(key, id)), form.get("$db"))

    def _key_in(self, collection: str) -> BaseField[Any]:
        """The primary key of documents in a collection, if it is known of which class they are."""
        try:
            target: Any = self.target_of(DBRef(collection, None))
        except LookupError:
            return DOCUMENT_ID
        key: BaseField[Any] = target._primary_key
        return key

    def _stands_in(self, owner: type[Any]) -> None:
        self._choices = self._choices and tuple(
            owner if choice == "self" else choice for choice in self._choices
        )

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        return stored is not loaded

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "object"}

    def _wanted(self, value: Any) -> str:
        if self._choices is None:
            return "a saved document or a DBRef"
        names = ", ".join(
            choice if isinstance(choice, str) else choice.__name__ for choice in self._choices
        )
        return f"a saved document of {names} or a DBRef to one"

    def attribute(self) -> Attribute:
        return ReferenceAttribute(self, self.name)

    if TYPE_CHECKING:

        def __set__(self, instance: DocumentStorage, value: Any) -> None: ...


def collection_of(document: Any) -> Any:
    """The name of the collection of a document."""
    return type(document).__collection__

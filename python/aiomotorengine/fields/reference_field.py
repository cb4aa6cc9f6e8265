"""ReferenceField: a document of its own, of which only the id is stored."""

from __future__ import annotations

from collections.abc import Mapping
from reprlib import repr as short_repr
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Unpack, get_args, overload

from bson.objectid import ObjectId

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.document_class import Owners, document_class
from aiomotorengine.fields.field_methods import hands_on_strict, unchanged
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.string_field import StringField
from aiomotorengine.ids import Id, is_hex_id, is_id, without_hex
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import DanglingReference
from aiomotorengine.storage.descriptors import Attribute, ReferenceAttribute
from aiomotorengine.storage.primary_keys import key_to_store

__all__ = ["OnDelete", "ReferenceField", "id_in", "id_of_missing"]

OnDelete = Literal["deny", "cascade", "nullify", "pull"]
"""What becomes of the document that has a reference when the target of that is deleted."""

D = TypeVar("D", bound=DocumentStorage)


@native_kind("reference")
class ReferenceField(BaseField[D]):
    """A document stored elsewhere; this one holds its id, which may be anything but a list.

    After loading, the attribute can be read once ``load_references`` was awaited.

    Parameters:
        reference_document_type: the document class; or its dotted path, which is looked up on
            first use, so that two modules can refer to each other's classes; or ``'self'`` for the
            class that the field stands in.
        on_delete: what becomes of this document when the target is deleted through the library:
            ``"deny"`` keeps the target from being deleted, ``"cascade"`` deletes this document as
            well, ``"nullify"`` sets the reference to null, and ``"pull"`` takes it out of its list.
            By default the reference stays, and leads nowhere.

    Raises:
        ValueError: ``on_delete`` is none of these; or at first use, if the target is no document
            class.
        ImportError: at first use, if nothing is found under the path.

    Example:
        >>> from bson import ObjectId
        >>> from aiomotorengine import Document, ReferenceField, StringField
        >>> class Author(Document):
        ...     name = StringField()
        >>> class Book(Document):
        ...     author = ReferenceField(Author)
        >>> ada = Author(_id=ObjectId("0123456789abcdef01234567"), name="Ada")
        >>> Book(author=ada).to_son()
        {'author': ObjectId('0123456789abcdef01234567')}
    """

    takes_lists = False

    @overload
    def __init__(
        self,
        reference_document_type: type[D],
        *args: Any,
        on_delete: OnDelete | None = None,
        **options: Unpack[FieldOptions],
    ) -> None: ...
    @overload
    def __init__(
        self: ReferenceField[Any],
        reference_document_type: str,
        *args: Any,
        on_delete: OnDelete | None = None,
        **options: Unpack[FieldOptions],
    ) -> None: ...
    def __init__(
        self,
        reference_document_type: Any = None,
        *args: Any,
        on_delete: OnDelete | None = None,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        if on_delete is not None and on_delete not in get_args(OnDelete):
            raise ValueError(
                "on_delete must be None, 'deny', 'cascade', 'nullify' or 'pull', "
                f"not {on_delete!r}."
            )
        self._reference_document_type = reference_document_type
        self._owners = Owners()
        self._on_delete = on_delete

    @property
    def reference_type(self) -> type[D]:
        """The document class."""
        found: type[D] | None = self.__dict__.get("_reference_type")
        if found is None:
            found = document_class(
                self._reference_document_type, "reference_document_type", self._owners
            )
            self.__dict__["_reference_type"] = found  # found only now, but no other than before
        return found

    @property
    def on_delete(self) -> OnDelete | None:
        """What becomes of this document when the target is deleted."""
        return self._on_delete

    def get_value(self, value: Any) -> Any:
        return id_of_missing(value)

    def validate(self, value: Any) -> bool:
        reference_type = self.reference_type
        if value is None or isinstance(value, ObjectId):
            return True
        if isinstance(value, DocumentStorage):
            return isinstance(value, reference_type) and value._id is not None
        if is_id(value):
            # The text of an ObjectId is no ObjectId: stored as text it would lead nowhere.
            return not is_hex_id(value) or self._has_text_keys
        return bool(self._target_key.validate(value)) and is_id(self._target_key.to_son(value))

    @unchanged(ObjectId, NoneType)
    def to_son(self, value: Any) -> Any:
        if isinstance(value, DocumentStorage):
            return value._id
        value = id_of_missing(value)
        return value if value is None or is_id(value) else key_to_store(self._target_key, value)

    def to_query(self, value: Any) -> Any:
        if value is None or isinstance(value, ObjectId):
            return value
        if isinstance(value, self.reference_type) and is_id(value._id):
            return value._id
        if is_id(value):
            return value if self._has_text_keys else without_hex(value)
        key = key_to_store(self._target_key, value)
        if is_id(key):
            return key
        raise ValueError(
            f"{self._title} is compared with a saved {self.reference_type.__name__} or an id, such "
            f"as an ObjectId or its 24 hexadecimal digits, not with {short_repr(value)}."
        )

    def to_query_item(self, value: Any) -> Any:
        return self.to_query(value)

    @hands_on_strict
    def to_update(self, value: Any, *, strict: bool = False) -> Any:
        try:
            stored = self.to_query(value)
        except ValueError as error:
            raise InvalidDocumentError.invalid(self.name) from error
        return self._updated(value, stored, strict=strict)

    def parse(self, text: str) -> Any:
        return text if self._has_text_keys else without_hex(text)

    def _dict_form(self, value: Any, forms: Any) -> Any:
        if isinstance(value, DocumentStorage):
            return forms.referred(value)
        id = id_of_missing(value)
        return forms.plain(id) if isinstance(id, ObjectId) else forms.key(self._target_key, id)

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        # What else a dict of the document has is not taken, since a save would not write it.
        return reading.value(self._target_key, id_in(form, self._target_key.name))

    @property
    def _target_key(self) -> BaseField[Any]:
        """The primary key of the class that is referred to."""
        key: BaseField[Any] = self.reference_type._primary_key  # type: ignore[attr-defined]
        return key

    @property
    def _has_text_keys(self) -> bool:
        """Whether 24 hex digits are the id of such a document, and not the text of one."""
        return isinstance(self._target_key, StringField)

    def _stands_in(self, document_class: type[Any]) -> None:
        self._owners.add(document_class)

    def _wanted(self, value: Any) -> str:
        if is_hex_id(value) and not self._has_text_keys:
            return "an ObjectId instead of its text"
        return f"a saved {self.reference_type.__name__} or its id"

    def attribute(self) -> Attribute:
        return ReferenceAttribute(self, self.name)

    if TYPE_CHECKING:

        def __set__(self, instance: DocumentStorage, value: D | Id | None) -> None: ...


def id_of_missing(value: Any) -> Any:
    """The id of a document that is gone; any other value as it is."""
    return value.id if type(value) is DanglingReference else value


def id_in(form: Any, name: str) -> Any:
    """The id in a dict of a document; what is none is an id itself.

    Parameters:
        form: what stands for the reference.
        name: what the id is called.
    """
    if isinstance(form, Mapping):
        for key in (name, "id", "_id"):
            if form.get(key) is not None:
                return form[key]
    return form

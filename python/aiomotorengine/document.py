"""Document: the base of a program's models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Never, TypeVar

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from aiomotorengine import (
    changes,
    codec,
    indexes,
    interop,
    references,
    schema,
    search,
    sessions,
    update,
    validation,
    writing,
)
from aiomotorengine.connection import ConnectionError
from aiomotorengine.documents import representation
from aiomotorengine.documents.class_errors import ErrorOfClass
from aiomotorengine.documents.construction import keywords_needed
from aiomotorengine.documents.conversion import Conversion, conversion_of, find_attribute
from aiomotorengine.documents.partial import loaded_fields
from aiomotorengine.errors import (
    AbstractClassError,
    DoesNotExist,
    FieldError,
    MultipleObjectsReturned,
)
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_id import IdAttribute, declared_key, primary_key
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.families import declaring
from aiomotorengine.fields.generic_reference_field import GenericReferenceField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.fields.stored_key import attribute_path
from aiomotorengine.metaclasses import DocumentMetaClass
from aiomotorengine.query_builder.node import QNode, conditions
from aiomotorengine.queryset import QuerySet
from aiomotorengine.sessions.options import UNCHANGED, WriteConcernLike
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.classes import fill_directly
from aiomotorengine.storage.dangling import DanglingReference
from aiomotorengine.storage.derived import is_derived
from aiomotorengine.storage.discriminators import Discriminator
from aiomotorengine.storage.loaded import is_partial
from aiomotorengine.storage.values import LiveValues, other_values, value_of

if TYPE_CHECKING:
    from typing import Self, Unpack

    from aiomotorengine.changes.arguments import WatchOptions
    from aiomotorengine.changes.stream import ChangeStream
    from aiomotorengine.codec.explain import CodecExplanation
    from aiomotorengine.indexes.index import IndexLike
    from aiomotorengine.indexes.report import IndexReport
    from aiomotorengine.interop.selection import Names
    from aiomotorengine.schema.json_schema import Mode
    from aiomotorengine.schema.report import CollectionReport
    from aiomotorengine.search.search_index import SearchIndex
    from aiomotorengine.search.vector_search_index import VectorSearchIndex
    from aiomotorengine.update.update_operator import UpdateOperator
    from aiomotorengine.writing.updating import ArrayFilters

__all__ = ["AUTHORIZED_FIELDS", "BaseDocument", "Document"]

D = TypeVar("D", bound="BaseDocument")

AUTHORIZED_FIELDS = ("_id", "_values", "_is_persisted", "_stored_keys", "_hidden")
"""Names on an instance that are the library's own; here because programs of 2017 import it."""


UNCONNECTED: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
"""The codec options of a client that was made without saying any."""


class Objects:
    """``Model.objects``: a new query set at every access, bound to that very class."""

    def __get__(self, instance: D | None, owner: type[D]) -> QuerySet[D]:
        if owner.__collection__ is None:
            raise AbstractClassError.of(owner)
        return QuerySet(owner)


class BaseDocument(DocumentStorage):
    """What every document can do. Programs derive from ``Document``."""

    __slots__ = ()

    # Filled in by the metaclass, for each class.
    __collection__: ClassVar[str]  # None in a class that has none, which programs ask for none
    __lazy__: ClassVar[bool] = True
    __alias__: ClassVar[str | None] = None
    __abstract__: ClassVar[bool] = False
    __track_changes__: ClassVar[bool] = False
    __omit_none__: ClassVar[bool] = False
    __strict__: ClassVar[bool] = False
    __dynamic__: ClassVar[bool] = True
    __unknown__: ClassVar[Literal["keep", "drop", "refuse"]] = "keep"
    __querysets__: ClassVar[Literal["in place", "copy"]] = "in place"
    if TYPE_CHECKING:
        __indexes__: ClassVar[Sequence[IndexLike]] = ()
        __search_indexes__: ClassVar[Sequence[SearchIndex | VectorSearchIndex]] = ()
    else:  # typing.get_type_hints() would ask for the names, which are not imported
        __indexes__: ClassVar[Sequence[Any]] = ()
        __search_indexes__: ClassVar[Sequence[Any]] = ()
    __auto_index__: ClassVar[bool | None] = None
    __collection_options__: ClassVar[Mapping[str, Any]] = {}
    __shard_key__: ClassVar[Sequence[str] | Mapping[str, Any]] = ()
    __title__: ClassVar[str | None] = None
    __description__: ClassVar[str | None] = None
    __codec_options__: ClassVar[CodecOptions[Any] | None] = None
    __read_preference__: ClassVar[Any] = None
    __read_concern__: ClassVar[ReadConcern | None] = None
    __write_concern__: ClassVar[WriteConcern | None] = None
    __discriminator__: ClassVar[str | None] = None
    __discriminator_value__: ClassVar[str | None] = None
    _is_embedded: ClassVar[bool] = False
    _discriminator: ClassVar[Discriminator | None] = None
    _conversion_class: ClassVar[type[Conversion]] = Conversion
    _fields: ClassVar[dict[str, BaseField[Any]]] = {}
    _db_field_map: ClassVar[dict[str, str]] = {}
    _reverse_db_field_map: ClassVar[dict[str, str]] = {}
    _fields_ordered: ClassVar[tuple[str, ...]] = ()
    _declared_key: ClassVar[tuple[BaseField[Any], ...]] = ()
    _conversion: ClassVar[Conversion | None] = None
    _codecs: ClassVar[dict[Any, Any]] = {}
    __hooks__: ClassVar[dict[str, tuple[str, ...]]] = {}

    id: Any = IdAttribute()
    objects = Objects()
    DoesNotExist = ErrorOfClass(DoesNotExist)
    MultipleObjectsReturned = ErrorOfClass(MultipleObjectsReturned)

    def __init__(self, /, **values: Any) -> None:
        """Make a document.

        Parameters:
            values: the fields' values by attribute name, and dynamic values by any other name;
                ``_id`` presets the document's id. What is not given gets its default. A property is
                assigned to, after the fields: its setter runs.

        Raises:
            AttributeError: a property of that name has no setter.
        """
        self._id = values.pop("_id", None)
        self._is_persisted = False
        self._stored_keys = None
        self._hidden = None
        conversion = conversion_of(type(self))
        conversion.fill(self, values)
        if conversion.make_key is not None and self._id is None:
            self._id = conversion.make_key()

    @classmethod
    def _refused(cls) -> Any:
        """What a save gives back where ``validate`` returned something falsy: nothing, as in 2017.

        Other bases of documents may raise an ``InvalidDocumentError``.
        """
        return None

    @classmethod
    def _attribute_under(cls, key: str) -> str:
        """The attribute, or the path to one, whose values are under a dotted key of MongoDB."""
        if key == "_id":
            return primary_key(cls).name
        return ".".join(map(str, attribute_path(cls, key.split("."))))

    @classmethod
    def _has_own_constructor(cls) -> bool:
        """Whether making an instance runs an ``__init__`` or ``__new__`` of the program's."""
        return cls.__init__ is not BaseDocument.__init__ or cls.__new__ is not BaseDocument.__new__

    @classmethod
    def _has_own_objects(cls) -> bool:
        """Whether the program has something of its own in the place of ``objects``."""
        held = next(vars(it)["objects"] for it in cls.__mro__ if "objects" in vars(it))
        return not isinstance(held, Objects)

    @classmethod
    def _is_built_directly(cls) -> bool:
        """Whether a stored document becomes an instance without calling the class."""
        return not cls._has_own_constructor() or keywords_needed(cls) is None

    @classmethod
    def _is_read_directly(cls) -> bool:
        """Whether a field's value may be read without ``get_field_value``."""
        return cls.get_field_value is BaseDocument.get_field_value

    @classmethod
    def _is_validated_directly(cls) -> bool:
        """Whether validating an instance is to validate its fields."""
        own = cls.validate, cls.validate_fields
        return own == (BaseDocument.validate, BaseDocument.validate_fields)

    @classmethod
    def _is_matched_directly(cls) -> bool:
        """Whether a stored key may be matched to its field without ``get_field_by_db_name``."""
        own: Any = cls.get_field_by_db_name
        return own.__func__ is BaseDocument.get_field_by_db_name.__func__  # type: ignore[attr-defined]

    __repr__ = representation.text_of
    __rich_repr__ = representation.parts_of

    # -- conversion -----------------------------------------------------------------------------

    def to_son(self) -> dict[str, Any]:
        """What is stored for this document, by key in MongoDB; without the ``_id``.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Item(Document):
            ...     size = IntField(db_field="s")
            >>> Item(size=3).to_son()
            {'s': 3}
        """
        return conversion_of(type(self)).to_son(self)

    @classmethod
    def from_son(cls, mapping: Mapping[str, Any]) -> Self:
        """Make an instance of what MongoDB holds.

        Parameters:
            mapping: a stored document; it is not changed.
        """
        document: Self = conversion_of(cls).from_son(mapping)
        return document

    def validate(self) -> bool:
        """Check every field.

        Returns:
            ``True``. An override that returns something falsy keeps the document from being saved.

        Raises:
            InvalidDocumentError: a required field is empty, or a value is not valid.
        """
        return self.validate_fields()

    def validate_fields(self) -> bool:
        """What ``validate`` does, for programs that override that."""
        conversion_of(type(self)).validate(self)
        return True

    def validation_errors(self) -> list[FieldError]:
        """All that ``validate`` might raise, in depth; it raises the first of them.

        Returns:
            One entry for each field that is empty or not valid, here and in embedded documents,
            with its path. What a ``validate`` of the program's own raises has the path of the
            document that it belongs to.

        Example:
            >>> from aiomotorengine import Document, IntField, ListField, StringField
            >>> class Team(Document):
            ...     name = StringField(required=True)
            ...     scores = ListField(IntField(min_value=0))
            >>> for error in Team(scores=[3, -1]).validation_errors():
            ...     print(error.path, error.code, error.message)
            name required Field 'name' is required.
            scores.1 invalid Field 'scores' must be valid.
        """
        return validation.errors_of(self)

    @classmethod
    def explain_codec(cls, codec_options: CodecOptions[Any] | None = None) -> CodecExplanation:
        """How bulk operations convert this class: a table by field and method, with reasons.

        Parameters:
            codec_options: those of the client (``Model.objects.coll().codec_options``); some leave
                all to Python.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Note(Document):
            ...     text = StringField()
            >>> print(Note.explain_codec()) # doctest: +ELLIPSIS
            Note: ..., contract ...
            field  kind    validate  get_value  to_son  from_son
            text   string  ...
        """
        return codec.explain.explain(cls, codec_options)

    # -- dicts and JSON -------------------------------------------------------------------------

    def to_dict(
        self,
        *,
        mode: Literal["python", "json"] = "python",
        include: Names = None,
        exclude: Names = None,
        by_alias: bool = False,
        exclude_none: bool = False,
    ) -> dict[str, Any]:
        """The document as a dict: its id, its values, and what is computed.

        Embedded documents are dicts in it, and so are references that were loaded; others are ids.
        A reference to a document around it is its id as well. Passwords are left out, as are all
        fields with ``exclude=True``.

        Parameters:
            mode: ``"json"`` for nothing but what JSON has: texts for ids, dates, decimals, UUIDs
                and durations, base64 for bytes, and the values of enums.
            include: the attributes that are shown, by name or by path: ``"home.street"`` is the
                street of each home. Mappings, as pydantic has them, are taken as well.
            exclude: those that are not.
            by_alias: whether fields are called by their keys in MongoDB.
            exclude_none: whether what is ``None`` is left out.

        Raises:
            UnknownFieldError: a name is no field's, and the class has no other values.
            TypeError: JSON has no form for a value.

        Example:
            >>> from datetime import date
            >>> from aiomotorengine import DateField, Document, PasswordField, StringField
            >>> class Member(Document):
            ...     name = StringField()
            ...     born = DateField()
            ...     password = PasswordField()
            >>> ada = Member(name="Ada", born=date(1815, 12, 10), password="secret")
            >>> ada.to_dict(exclude={"id"})
            {'name': 'Ada', 'born': datetime.date(1815, 12, 10)}
            >>> ada.to_dict(mode="json")
            {'id': None, 'name': 'Ada', 'born': '1815-12-10'}
        """
        form: dict[str, Any] = interop.to_dict.to_dict(
            self,
            mode=mode,
            include=include,
            exclude=exclude,
            by_alias=by_alias,
            exclude_none=exclude_none,
        )
        return form

    def to_json(
        self,
        *,
        mode: Literal["plain", "relaxed", "canonical"] = "plain",
        indent: int | str | None = None,
        include: Names = None,
        exclude: Names = None,
        by_alias: bool = False,
        exclude_none: bool = False,
        **options: Any,
    ) -> str:
        """The document as a text of JSON.

        Parameters:
            mode: ``"plain"`` for what ``to_dict(mode="json")`` gives; ``"relaxed"`` or
                ``"canonical"`` for MongoDB's Extended JSON of what is stored, by its keys there.
            indent: as for ``json.dumps``.
            include, exclude, by_alias, exclude_none: as for ``to_dict``.
            options: what else ``json.dumps`` takes, such as ``ensure_ascii=False``.

        Raises:
            UnknownFieldError, TypeError: as for ``to_dict``.

        Example:
            >>> from bson import ObjectId
            >>> from aiomotorengine import Document, IntField
            >>> class Item(Document):
            ...     size = IntField(db_field="s")
            >>> item = Item(_id=ObjectId("0" * 24), size=3)
            >>> item.to_json()
            '{"id": "000000000000000000000000", "size": 3}'
            >>> item.to_json(mode="relaxed")
            '{"_id": {"$oid": "000000000000000000000000"}, "s": 3}'
        """
        text: str = interop.to_dict.to_json(
            self,
            mode=mode,
            indent=indent,
            include=include,
            exclude=exclude,
            by_alias=by_alias,
            exclude_none=exclude_none,
            **options,
        )
        return text

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any], *, validate: bool = True) -> Self:
        """A new document of what ``to_dict`` gives, in either mode, or of parts of it.

        Values are converted as if they had been stored and loaded, unless a field is strict. Keys
        are names of attributes, or keys in MongoDB. Of a reference its id is taken, also where the
        dict of a document stands for it; what is computed is not looked at. Other names are
        dynamic values, if the class has such.

        The document is new: its first save inserts it, and is refused with
        ``UniqueKeyViolationError`` if its id is taken. ``save(upsert=True)`` replaces.

        Parameters:
            mapping: the dict.
            validate: whether the document is validated.

        Raises:
            InvalidDocumentError: it is not valid. Its ``errors`` are all that is wrong, in depth;
                of more than 100, the first ones.
            UnknownFieldError: the same, where the first is a name that is no field's.

        Example:
            >>> from aiomotorengine import DateField, Document, IntField, StringField
            >>> from aiomotorengine.errors import InvalidDocumentError
            >>> class Person(Document):
            ...     name = StringField(required=True)
            ...     age = IntField(min_value=0)
            ...     born = DateField()
            >>> Person.from_dict({"name": "Ada", "age": "36", "born": "1815-12-10"})
            Person(name='Ada', age=36, born=datetime.date(1815, 12, 10))
            >>> try:
            ...     Person.from_dict({"age": -1})
            ... except InvalidDocumentError as refused:
            ...     for error in refused.errors:
            ...         print(error)
            name: Field 'name' is required.
            age: Field 'age' must be valid.
        """
        document: Self = interop.from_dict.from_dict(cls, mapping, validate=validate)
        return document

    @classmethod
    def from_json(
        cls,
        text: str | bytes | bytearray,
        *,
        mode: Literal["plain", "relaxed", "canonical"] = "plain",
        validate: bool = True,
    ) -> Self:
        """A new document of a text of JSON.

        Parameters:
            text: the JSON of an object.
            mode: ``"plain"`` for what ``from_dict`` takes; ``"relaxed"`` or ``"canonical"``, either
                of which reads both, for Extended JSON of what is stored. In these a password is
                its hash, so take only what your own program has written.
            validate: whether the document is validated.

        Raises:
            InvalidDocumentError: as for ``from_dict``; or it is no JSON object, or nested too
                deeply.
            ValueError: it is no JSON.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Box(Document):
            ...     size = IntField(db_field="s")
            >>> Box.from_json('{"size": 3}').size
            3
            >>> Box.from_json('{"s": {"$numberLong": "3"}}', mode="canonical").size
            3
        """
        document: Self = interop.from_dict.from_json(cls, text, mode=mode, validate=validate)
        return document

    @classmethod
    def pydantic_model(
        cls,
        name: str | None = None,
        *,
        include: Names = None,
        exclude: Names = None,
        partial: bool = False,
    ) -> type[Any]:
        """A model of pydantic with the fields of the class and all their rules.

        Values that fields with ``exclude=True`` have are taken, and left out of what is dumped:
        ``dict(model)`` has them. Texts of errors show nothing that was given to a model with such
        fields.

        Parameters:
            name: what the model is called; by default as the class.
            include: the names of the fields that it has; by default all, and the primary key.
            exclude: those that it has not.
            partial: whether nothing is required, as for a ``PATCH``:
                ``model.model_dump(exclude_unset=True)`` is what was given then, with the values of
                excluded fields; in JSON, without.

        Raises:
            UnknownFieldError: a name is no field's.
            ImportError: pydantic is not installed.
        """
        model: type[Any] = interop.pydantic_models.model_of(
            cls, name, include=include, exclude=exclude, partial=partial
        )
        return model

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return interop.pydantic_types.core_schema_of(cls)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> Any:
        return interop.pydantic_types.json_schema_of(cls, handler)

    # -- what was loaded ------------------------------------------------------------------------

    def is_partial(self) -> bool:
        """Whether the query that found the document has asked for a part of it only; or an
        aggregation has computed it.
        """
        return is_partial(self) or is_derived(self)

    def loaded_fields(self) -> frozenset[str] | None:
        """The fields that can be read, by name, or by path where a part of one was loaded.

        Returns:
            ``None`` for a whole document.
        """
        return loaded_fields(self)

    # -- changes --------------------------------------------------------------------------------

    def is_changed(self, field: BaseField[Any] | str | None = None) -> bool:
        """Whether the document has changed since it was loaded or saved.

        Parameters:
            field: look only at what this field, or the attribute of this name or path, holds.

        Raises:
            ChangesNotTrackedError: the class does not set ``__track_changes__``, and
                ``track_changes`` was not called.
            ValueError: there is no such attribute.
        """
        return writing.tracking.is_changed(self, field)

    def changes(self) -> dict[str, tuple[Any, Any]]:
        """What has changed since the document was loaded or saved.

        Returns:
            The value before and the one now, by the path of the attribute. In embedded documents
            it is the path of what has changed in them; lists come whole. Of a document that was
            never saved everything is changed.

        Raises:
            ChangesNotTrackedError: the class does not set ``__track_changes__``, and
                ``track_changes`` was not called.

        Example:
            >>> from aiomotorengine import Document, ListField, StringField
            >>> class Account(Document):
            ...     name = StringField()
            ...     tags = ListField(StringField())
            >>> account = Account(name="Ada", tags=["a"]).track_changes()
            >>> account.tags.append("b")
            >>> account.changes()
            {'tags': (['a'], ['a', 'b'])}
        """
        return writing.tracking.changes_of(self)

    def rollback(self) -> Self:
        """Take back all changes since the document was loaded or saved.

        A reference that was loaded and refers to the same document as before stays loaded.

        Raises:
            ChangesNotTrackedError: the class does not set ``__track_changes__``, and
                ``track_changes`` was not called.
        """
        writing.reloading.roll_back(self)
        return self

    def track_changes(self) -> Self:
        """Tell changes from what the document is now, whether its class tracks them or not."""
        writing.tracking.track(self, codec_options_for(type(self)))
        return self

    # -- the database ---------------------------------------------------------------------------

    async def save(
        self,
        alias: str | None = None,
        *,
        upsert: bool = False,
        only_changed: bool | None = None,
        validate: bool = True,
        hooks: bool = True,
        force_insert: bool = False,
        must_exist: bool = False,
        condition: QNode | Mapping[str, Any] | None = None,
        check_version: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> Self | None:
        """Insert the document, or replace what is stored under its ``_id``.

        One that ``from_dict``, ``from_json`` or pydantic has made is new: it is inserted, unless
        ``upsert`` is said. So is a new one of a class that declares its primary key.

        Of a class with ``__track_changes__``, only what has changed is written; a list that has
        only grown at its end gets the new items. If nothing has changed, nothing is sent.

        Parameters:
            alias: the connection to use; by default the class's ``__alias__``.
            upsert: whether a document that was loaded and is gone by now is written again, and a
                new one takes the place of the one that has its id.
            only_changed: whether only what has changed is written; by default as the class says.
            validate: whether the document is validated.
            hooks: whether its hooks are called (``before_save`` and so on).
            force_insert: whether it is inserted in any case, so that an ``_id`` that is taken is a
                violation.
            must_exist: whether it is an error that the document is not in the database; by default
                one that was loaded and is gone by now is not written, and that is none.
            condition: what the stored document has to meet to be written.
            check_version: whether the stored document has to have the version that was loaded. If
                not, the class's version goes up by one, whichever is stored.
            session: a session of the driver's, in which that happens.
            write_concern: which answer is waited for, as for ``using``.

        Returns:
            The instance itself, or ``None`` if an overridden ``validate`` returned something falsy.

        Raises:
            ValueError: two arguments exclude one another.
            InvalidDocumentError: a field refuses its value.
            OversizeDocumentError: it is larger than MongoDB takes.
            UniqueKeyViolationError: another document has the value of a unique field.
            ChangesNotTrackedError: only what has changed is to be written, and nobody knows what
                that is.
            DoesNotExist: the document is gone, and must exist.
            StaleDocumentError: another version is stored than was loaded, or what is stored does
                not meet the condition. The document stays as it is.
            Exception: what a hook raises. If it was one to be called ``before_…``, nothing was
                written.

        Example:
            >>> from aiomotorengine import Document, IntField, Q, StringField
            >>> class Order(Document):
            ...     state = StringField()
            ...     total = IntField()
            >>> async def pay(order):
            ...     order.state = "paid"
            ...     await order.save(condition=Q(state="open"))
        """
        kind = type(self)
        saved: Self | None
        if conversion_of(kind).has_own_objects:
            # They may have a say in how documents are saved, and where.
            saved = await kind.objects.save(
                self,
                alias,
                upsert=upsert,
                only_changed=only_changed,
                validate=validate,
                hooks=hooks,
                force_insert=force_insert,
                must_exist=must_exist,
                condition=condition,
                check_version=check_version,
                session=session,
                write_concern=write_concern,
            )
            return saved
        options = writing.options.options_of(
            upsert,
            only_changed,
            validate,
            hooks,
            force_insert,
            must_exist,
            None if condition is None else conditions(kind, (condition,), {}),
            check_version,
        )
        target = sessions.target.target_of(kind, alias, UNCHANGED, session, write_concern)
        written = await writing.saving.save(target, self, options)
        saved = writing.saving.saved_or_refused(self, written)
        return saved

    async def reload(
        self, *fields: BaseField[Any] | str, alias: str | None = None, session: Any = None
    ) -> Self:
        """Read the document anew, or some of its fields; what was changed in it is lost.

        A reference that was loaded and refers to the same document as before stays loaded.

        Parameters:
            fields: the fields, the names of their attributes, or paths into embedded documents
                (``"home.road"``); by default all that it has.
            alias: the connection to use; by default the class's ``__alias__``.
            session: a session of the driver's, in which that happens.

        Returns:
            The instance itself.

        Raises:
            ValueError: the document was never saved, or has no such field.
            DoesNotExist: it is not in the database any more.
        """
        await writing.reloading.reload(type(self).objects._target(alias, session), self, fields)
        return self

    async def delete(
        self,
        alias: str | None = None,
        *,
        hooks: bool = True,
        check_version: bool = False,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> int:
        """Remove the document. It keeps its ``_id``.

        What refers to it is treated as the ``on_delete`` of its references says.

        Parameters:
            alias: the connection to use; by default the class's ``__alias__``.
            hooks: whether its hooks are called (``before_delete``, ``after_delete``), and those of
                documents that are deleted with it.
            check_version: whether it is deleted only where it is stored with the version that it
                was loaded with, in a class that has a ``VersionField``.
            session: a session of the driver's, in which that happens.
            write_concern: which answer the deletes wait for, as for ``using``.

        Returns:
            How many were removed: 1, or 0 where nothing is stored under its id.

        Raises:
            DeleteDeniedError: a document refers to it, and forbids it; nothing was changed.
            StaleDocumentError: another version is stored, or it is gone already.
        """
        target = type(self).objects._target(alias, session, write_concern)
        return await writing.deletion.deleting.delete_document(
            target, self, hooks=hooks, check_version=check_version
        )

    async def update(
        self,
        *changes: UpdateOperator | Mapping[Any, Any],
        condition: QNode | Mapping[str, Any] | None = None,
        check_version: bool = True,
        array_filters: ArrayFilters | None = None,
        alias: str | None = None,
        stamps: bool = True,
        validate: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
        **others: Never,
    ) -> Self | None:
        """Change what is stored for this document, which takes the new values of what was touched.

        Changes that were made in it and not saved stay as they are.

        Parameters:
            changes: changes such as ``U.inc(visits=1)``. A mapping means ``U.set``.
            condition: what the stored document must meet, as ``Q(stock__gte=1)``.
            check_version: whether, in a class with a ``VersionField``, the stored document must
                have the version that this one was loaded with.
            array_filters: conditions on the items that a path names with ``$[name]``.
            alias: the connection to use; by default the class's ``__alias__``.
            stamps: whether automatic dates are set.
            validate: whether fields are asked if they may have their new values.
            session: a session of the driver's, in which that happens.
            write_concern: which answer the update waits for, as for ``using``.

        Returns:
            The instance itself; ``None`` if what was stored is gone, or does not meet the
            condition.

        Raises:
            ValueError: it was never saved, or a change leads nowhere.
            TypeError: something is no change, or no condition.
            InvalidDocumentError: a field refuses its new value.
            UniqueKeyViolationError: another document has the value of a unique field.
            StaleDocumentError: someone else has changed or deleted it since it was loaded.

        Example:
            >>> from aiomotorengine import Document, IntField, Q, U
            >>> class Ware(Document):
            ...     stock = IntField()
            >>> async def take(ware):
            ...     return await ware.update(U.inc(stock=-1), condition=Q(stock__gte=1)) is ware
        """
        update.update_operator.refuse_keywords("update", others)
        planned = writing.updating.PlannedUpdate(
            type(self), changes, array_filters=array_filters, stamps=stamps, validate=validate
        )
        target = type(self).objects._target(alias, session, write_concern)
        met = None if condition is None else conditions(type(self), (condition,), {})
        updated: Self | None = await writing.in_place.update_stored(
            target, self, met, planned, check_version=check_version
        )
        return updated

    async def load_references(
        self, fields: Iterable[str] | None = None, alias: str | None = None
    ) -> dict[str, Any]:
        """Load the documents that this one refers to, also in lists and embedded documents.

        Parameters:
            fields: attribute names to load; by default all. References that are loaded already
                are left alone.
            alias: the connection for referenced classes without an ``__alias__`` of their own.

        Returns:
            ``loaded_reference_count``, and ``loaded_values``: a live mapping of this document's
            values, or ``[]`` where there was nothing to load.
        """
        count = await references.loading.load([self], fields=fields, alias=alias)
        return {
            "loaded_reference_count": count,
            "loaded_values": LiveValues(self) if count else [],
        }

    @classmethod
    async def ensure_index(cls, alias: str | None = None) -> int:
        """Ask the server to create the indexes of unique fields; the number of such fields."""
        return await cls.objects.ensure_index(alias=alias)

    @classmethod
    def watch(
        cls, *, alias: str | None = None, **options: Unpack[WatchOptions]
    ) -> ChangeStream[Self]:
        """The changes to documents of the class, as they happen. It takes a replica set.

        Parameters:
            alias: the connection.
            options: as for ``watch`` of query sets, which also choose documents by filters.

        Raises:
            ValueError: an argument says what there is not.
            TypeError: an argument is none of what it has to be.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Job(Document):
            ...     state = StringField()
            >>> async def new_jobs():
            ...     async with Job.watch(operations=["insert"]) as changes:
            ...         async for change in changes:
            ...             print(change.document)
        """
        return cls.objects.watch(alias=alias, **options)

    @classmethod
    def _watched_with(
        cls, database: Any, classes: Any, alias: str | None, **options: Unpack[WatchOptions]
    ) -> ChangeStream[Any]:
        """What ``watch`` of a database gives, which knows no documents."""
        return changes.together.watch_together(database, classes, alias, **options)

    @classmethod
    async def index_report(cls, alias: str | None = None) -> IndexReport:
        """Compare the indexes that are declared with those that are there. Nothing is changed.

        Declared is what all classes declare whose documents are in the collection, in fields and in
        ``__indexes__``. Their modules have to be imported.

        Parameters:
            alias: the connection to use; by default the class's ``__alias__``.

        Returns:
            What is missing, different, or there without being declared. It is a table as text.

        Raises:
            RuntimeError: this is inside a transaction.
            InvalidDocumentError: an index is declared on what is no field.
        """
        return await indexes.ensuring.compare(sessions.target.target_of(cls, alias))

    @classmethod
    async def ensure_indexes(
        cls, alias: str | None = None, *, modify: bool = False, drop_stale: bool = False
    ) -> IndexReport:
        """Create the indexes that are declared and not there, by one command.

        Others stay as they are, unless it is asked for. Declared is what ``index_report`` says.

        Parameters:
            alias: the connection to use; by default the class's ``__alias__``.
            modify: whether indexes that are not as declared are changed, or dropped and created
                anew.
            drop_stale: whether indexes that no class declares are dropped. Those of ``_id`` and of
                the shard key stay in any case.

        Returns:
            What was done, and what is there now.

        Raises:
            RuntimeError: this is inside a transaction.
            InvalidDocumentError: an index is declared on what is no field.
            IndexConflictError: an index is not as declared, and ``modify`` is false; what was
                missing is there by now.
            UniqueKeyViolationError: documents that are stored already break a unique index.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Event(Document):
            ...     kind = StringField(index=True)
            >>> async def start():
            ...     print(await Event.ensure_indexes())
        """
        return await indexes.ensuring.ensure(
            sessions.target.target_of(cls, alias), modify=modify, drop_stale=drop_stale
        )

    @classmethod
    async def ensure_search_indexes(
        cls,
        alias: str | None = None,
        *,
        modify: bool = False,
        drop_stale: bool = False,
        wait: float | None = None,
    ) -> IndexReport:
        """Create the search indexes that ``__search_indexes__`` declares and that are not there.

        Parameters:
            alias: the connection to use; by default the class's ``__alias__``.
            modify: whether indexes that are not as declared are changed.
            drop_stale: whether indexes that no class declares are dropped.
            wait: how many seconds to wait until all that are declared can be queried; by default
                the servers build them while the program goes on.

        Returns:
            As for ``ensure_indexes``.

        Raises:
            SearchUnavailableError: the server has no search.
            IndexConflictError: an index is not as declared, and ``modify`` is false.
            InvalidDocumentError: an index is declared on what is no field.
            TimeoutError: not all can be queried in time.
        """
        return await search.ensuring.ensure(
            sessions.target.target_of(cls, alias), modify=modify, drop_stale=drop_stale, wait=wait
        )

    @classmethod
    async def ensure_collection(
        cls, alias: str | None = None, *, dry_run: bool = False
    ) -> CollectionReport:
        """Create the collection with ``__collection_options__``, or bring it in line with them.

        Parameters:
            alias: the connection to use; by default the class's ``__alias__``.
            dry_run: whether nothing is changed, and the report says what would be.

        Returns:
            What was done.

        Raises:
            RuntimeError: this is inside a transaction.
            CollectionOptionsError: an option is not as declared and can't be changed; nothing was.
        """
        return await schema.collection.ensure(
            sessions.target.target_of(cls, alias), dry_run=dry_run
        )

    @classmethod
    def bson_schema(cls) -> dict[str, Any]:
        """What MongoDB's ``$jsonSchema`` says of the class: types and rules by keys in MongoDB.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Item(Document):
            ...     size = IntField(db_field="s", required=True, min_value=1)
            >>> Item.bson_schema()["properties"]
            {'s': {'bsonType': ['int', 'long'], 'minimum': 1}}
        """
        return schema.bson_schema.bson_schema(cls)

    @classmethod
    def json_schema(cls, mode: Mode = "validation") -> dict[str, Any]:
        """The JSON Schema (2020-12) of documents of the class, by the names of attributes.

        Parameters:
            mode: ``"validation"`` for what a document may be made of, ``"serialization"`` for what
                becomes of one.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Item(Document):
            ...     size = IntField(db_field="s", required=True, min_value=1)
            >>> Item.json_schema()["properties"]["size"]
            {'type': 'integer', 'minimum': 1}
        """
        return schema.json_schema.json_schema(cls, mode)

    @property
    def is_lazy(self) -> bool:
        """Whether references stay unloaded until ``load_references``."""
        return self.__lazy__

    # -- fields ---------------------------------------------------------------------------------

    def get_field_value(self, name: str) -> Any:
        """A value by attribute name, without the complaint about unloaded references.

        Raises:
            ValueError: there is no field and no dynamic value of that name.
        """
        if name in self._fields:
            if type(value_of(self, name)) is DanglingReference:
                return None
            return find_attribute(type(self), name).read(self)
        others = other_values(self)
        if name in others:
            return others[name]
        key = declared_key(type(self))
        if key is not None and key.name == name:
            return find_attribute(type(self), name).read(self)
        raise ValueError(f"Field {name} not found in instance of {type(self).__name__}.")

    @classmethod
    def get_field_by_db_name(cls, db_name: str) -> BaseField[Any] | None:
        """The field that takes the value of a stored key, or ``None``.

        A key with leading underscores also means the field without them, since that is how a
        version of the model that did not declare it yet has stored it. ``_id`` is never a field.
        """
        name = cls._reverse_db_field_map.get(db_name)
        if name is None and db_name.startswith("_") and db_name != "_id":
            bare = db_name.lstrip("_")
            name = cls._reverse_db_field_map.get(bare, bare)
        return cls._fields.get(name) if name is not None else None

    @classmethod
    def get_fields(cls, path: str) -> list[BaseField[Any]]:
        """The fields along a dotted path of attribute names, through embedded documents and lists.

        Raises:
            ValueError: a part of the path is no field, or several of classes below that of an
                embedded document, which are not alike.

        Example:
            >>> from aiomotorengine import Document, EmbeddedDocumentField, StringField
            >>> class Home(Document):
            ...     road = StringField()
            >>> class Owner(Document):
            ...     home = EmbeddedDocumentField(Home)
            >>> [field.name for field in Owner.get_fields("home.road")]
            ['home', 'road']
        """
        found: list[BaseField[Any]] = []
        document_class: Any = cls
        for part in path.split("."):
            if found and document_class is not None:
                # One of a class that derives from it may be there.
                document_class = declaring(document_class, part, f"field '{path}'")
            field = getattr(document_class, "_fields", {}).get(part)
            if field is None and document_class is not None:
                key = declared_key(document_class)
                field = key if key is not None and key.name == part else None
            if field is None:
                raise ValueError(f"Field {part} not found in {cls.__name__} (in '{path}').")
            found.append(field)
            document_class = getattr(field._innermost, "embedded_type", None)
        return found

    @classmethod
    def is_list_field(cls, field: Any) -> bool:
        """Whether a field, or a field class, is a list."""
        return is_kind(field, ListField)

    @classmethod
    def is_reference_field(cls, field: Any) -> bool:
        """Whether a field, or a field class, is a reference."""
        return is_kind(field, ReferenceField) or is_kind(field, GenericReferenceField)

    @classmethod
    def is_embedded_field(cls, field: Any) -> bool:
        """Whether a field, or a field class, is an embedded document."""
        return is_kind(field, EmbeddedDocumentField)


fill_directly(BaseDocument)


def codec_options_for(document_class: Any) -> CodecOptions[Any]:
    """Those of the class's connection, or the usual ones where there is none yet."""
    try:
        options: CodecOptions[Any] = document_class.objects.coll().codec_options
    except ConnectionError:
        return UNCONNECTED
    return options


def is_kind(field: Any, kind: type[BaseField[Any]]) -> bool:
    return isinstance(field, kind) or (isinstance(field, type) and issubclass(field, kind))


class Document(BaseDocument, metaclass=DocumentMetaClass, registered=False):
    """The base of a program's models.

    The class body may set ``__collection__`` (default: the class's name), ``__lazy__`` (default:
    ``True``; ``False`` loads references with every query) and ``__alias__`` (the connection;
    default: the default one). A subclass does not inherit these three.

    Example:
        >>> from aiomotorengine import Document, IntField, StringField
        >>> class User(Document):
        ...     __collection__ = "users"
        ...     name = StringField(required=True)
        ...     age = IntField()
        >>> ada = User(name="Ada", age="36")
        >>> ada.validate(), ada.to_son()
        (True, {'name': 'Ada', 'age': 36})
    """

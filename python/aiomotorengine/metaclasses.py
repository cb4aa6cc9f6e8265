"""How a class body becomes a Document class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping
from inspect import iscoroutinefunction
from typing import Any, Generic, TypeVar

from aiomotorengine import registry
from aiomotorengine.documents import class_settings, undeclared
from aiomotorengine.documents.annotations import annotated_fields
from aiomotorengine.documents.collection_options import refuse_unique
from aiomotorengine.documents.computed import computed_field, is_computed
from aiomotorengine.documents.displays import add_displays
from aiomotorengine.documents.hooks import check_hooks, events_of, has_hook, marked_in
from aiomotorengine.documents.naming import class_attribute, is_reserved
from aiomotorengine.documents.polymorphic import PolymorphicConversion
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_id import DOCUMENT_ID
from aiomotorengine.fields.field_methods import new_generation
from aiomotorengine.fields.version_field import VersionField
from aiomotorengine.storage.base import StorageMeta
from aiomotorengine.storage.classes import lay_out, own_dict, setter_changed, shadowed
from aiomotorengine.storage.descriptors import ABSENT, Attribute, ShadowedAttribute
from aiomotorengine.storage.discriminators import Discriminator, discriminator_of
from aiomotorengine.storage.shard_keys import freeze_shard_key
from aiomotorengine.writing.deletion import declared as delete_rules

__all__ = ["DocumentMetaClass", "classproperty"]

T = TypeVar("T")
# What a class attribute of this name does is compiled into conversions, plans and targets.
COMPILED_NAMES = frozenset(
    {
        "__alias__",
        "__auto_index__",
        "__codec_options__",
        "__collection__",
        "__collection_options__",
        "__del__",
        "__dynamic__",
        "__getattribute__",
        "__indexes__",
        "__init__",
        "__new__",
        "__omit_none__",
        "__read_concern__",
        "__read_preference__",
        "__setattr__",
        "__strict__",
        "__track_changes__",
        "__unknown__",
        "__write_concern__",
        "_hidden",
        "_id",
        "_is_persisted",
        "_stored_keys",
        "from_son",
        "get_field_by_db_name",
        "get_field_value",
        "objects",
        "to_son",
        "validate",
        "validate_fields",
    }
)


class classproperty(Generic[T]):  # noqa: N801  # a decorator, named as in 2017
    """A property of the class: the function is called with the class at every access.

    Example:
        >>> class Shape:
        ...     @classproperty
        ...     def label(cls):
        ...         return cls.__name__.lower()
        >>> Shape.label
        'shape'
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self.function = function
        self.__doc__ = function.__doc__

    def __get__(self, instance: Any, owner: type[Any]) -> T:
        return self.function(owner)


class DocumentMetaClass(StorageMeta):
    """The class of document classes.

    Attributes of each class it makes:
        _fields: attribute name -> field; bases first, then as written. The key order of ``to_son``.
        _db_field_map: attribute name -> key in MongoDB.
        _reverse_db_field_map: key in MongoDB -> attribute name.
        _fields_ordered: attribute names by the time their fields were made.
        _declared_key: the field that holds the ``_id``, if there is one; it is not among the
            ``_fields``.
        __hooks__: the names of the class body that are hooks, with their events.
    """

    _fields: dict[str, BaseField[Any]]
    _db_field_map: dict[str, str]
    _reverse_db_field_map: dict[str, str]
    _fields_ordered: tuple[str, ...]
    _declared_key: tuple[BaseField[Any], ...]
    __hooks__: dict[str, tuple[str, ...]]
    _discriminator: Discriminator | None
    _is_embedded: bool

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        registered: bool = True,
        annotated: Container[str] = (),
        **keywords: Any,
    ) -> DocumentMetaClass:
        """Make a document class.

        Parameters:
            name, bases, namespace: as for any class.
            registered: whether others find it by its name.
            annotated: the names of the fields that the body declares by annotations, which may
                take the place of inherited ones.
            keywords: what ``__init_subclass__`` takes.

        Raises:
            InvalidDocumentError: a field, or a setting, can't be what it is.
            TypeError: a method that must not be async is.
        """
        class_settings.check_settings(name, namespace)
        body = class_settings.own_settings(name) | namespace
        body["__hooks__"] = marked_in(namespace)
        for method in ("validate", "validate_fields", "to_son"):
            # What it returns would count as "yes", and nobody would await it.
            if iscoroutinefunction(namespace.get(method)):
                raise TypeError(f"{name}.{method} must not be async: a save only calls it.")
        for attribute_name, value in namespace.items():
            # Python itself would stumble over some of these, with another error for each.
            if attribute_name.startswith("__") and field_in(value) is not None:
                raise InvalidDocumentError.reserved_name(attribute_name, name)
        cls = super().__new__(mcs, name, bases, own_dict(bases) | body, **keywords)
        discriminator = discriminator_of(cls, namespace)
        if discriminator is None or cls._is_embedded:
            take_collection(cls, namespace)

        fields: dict[str, BaseField[Any]] = {}
        for base in reversed(cls.__mro__):
            for attribute_name, value in list(vars(base).items()):
                field = field_in(value)
                if field is not None:
                    fields[attribute_name] = field
                elif attribute_name in fields:
                    del fields[attribute_name]  # a class further down has another use for the name

        keys = [it for it, field in fields.items() if field._settings.primary_key]
        check_primary_keys(keys, fields)
        for attribute_name, field in fields.items():
            if isinstance(class_attribute(cls, attribute_name), BaseField):
                # The class's own field, or one from a mixin that is no document (K58).
                field._bind(cls, attribute_name)

        freeze_shard_key(cls, fields)

        for attribute_name, field in fields.items():
            own_key = () if field._settings.primary_key else (field.db_field,)
            if "_id" in (attribute_name, *own_key, *field._settings.aliases):
                raise InvalidDocumentError.id_as_field(attribute_name)
            for key in (field.db_field, *field._settings.aliases):
                if isinstance(key, str) and not class_settings.is_storable_key(key):
                    raise InvalidDocumentError.unstorable_key(attribute_name, key)
            if is_reserved(cls, attribute_name):
                raise InvalidDocumentError.reserved_name(attribute_name, name)
        for attribute_name, shown in annotated_fields(cls):
            if field_in(namespace.get(attribute_name)) is None:
                raise InvalidDocumentError.field_as_annotation(attribute_name, name, shown)
        if sum(isinstance(field, VersionField) for field in fields.values()) > 1:
            raise InvalidDocumentError("A document has one VersionField.")
        cls._declared_key = tuple(fields.pop(it) for it in keys)
        mcs.__refuse_duplicates(cls, fields, {it for it in namespace if it not in annotated})
        if discriminator is not None:
            refuse_as_discriminator(discriminator, fields)
        cls._fields = fields
        add_displays(cls, fields)
        cls._discriminator = discriminator
        lay_out(cls, fields)
        undeclared.watch_assignments(cls)
        cls._db_field_map = {n: f.db_field for n, f in fields.items()}
        cls._reverse_db_field_map = {f.db_field: n for n, f in fields.items()}
        cls._fields_ordered = tuple(sorted(fields, key=lambda n: fields[n].creation_counter))
        refuse_unique(cls)
        cls._conversion = None
        cls._codecs = {}
        check_hooks(cls)
        if body["__hooks__"]:
            # What was compiled from fields that hold documents of a base may know of no hooks yet.
            new_generation()
        if discriminator is not None:
            cls._conversion_class = PolymorphicConversion
            discriminator.admit(cls)
            new_generation()  # those of its bases know nothing of it
        delete_rules.register(cls)
        if registered:
            registry.register(cls)
        return cls

    @property
    def _primary_key(cls) -> BaseField[Any]:
        """The field that holds the ``_id``."""
        return cls._declared_key[0] if cls._declared_key else DOCUMENT_ID

    def __refuse_duplicates(cls, fields: dict[str, BaseField[Any]], body: set[str]) -> None:
        keys = Counter(
            key for it in fields.values() for key in (it.db_field, *it._settings.aliases)
        )
        for base in cls.__mro__[1:]:
            for name, inherited in getattr(base, "_fields", {}).items():
                own = fields.get(name)
                if name in body and own is not None and own.db_field == inherited.db_field:
                    keys[own.db_field] = 2  # declared again (K55)
        duplicates = [key for key, count in keys.items() if count > 1]
        if duplicates:
            raise InvalidDocumentError.duplicate_db_fields(duplicates)

    def __setattr__(cls, name: str, value: Any) -> None:
        class_settings.check_setting(cls, name, value)
        if events := events_of(value):
            cls.__hooks__[name] = events
        if is_computed(cls, name) or isinstance(value, computed_field):
            new_generation()
        super().__setattr__(name, shadowed(cls, name, value))
        cls.__changed(name)

    def __delattr__(cls, name: str) -> None:
        if is_computed(cls, name):
            new_generation()
        present = cls.__dict__.get(name)
        if isinstance(present, ShadowedAttribute) and present.field is ABSENT:
            raise AttributeError(f"type object '{cls.__name__}' has no attribute '{name}'")
        super().__delattr__(name)
        left = next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), ABSENT)
        in_its_place = shadowed(cls, name, left)
        if in_its_place is not left:
            super().__setattr__(name, in_its_place)
        cls.__changed(name)

    def __changed(cls, name: str) -> None:
        if name in COMPILED_NAMES or has_hook(cls, name) or is_field(cls, name):
            new_generation()
        if name in ("__setattr__", "__delattr__"):
            setter_changed(cls)
        if name == "__dynamic__":
            undeclared.watch_assignments(cls)


def is_field(document_class: Any, name: str) -> bool:
    """Whether a name is that of a field, or of the primary key, of a class or of one below it."""
    keys = getattr(document_class, "_declared_key", ())
    if name in getattr(document_class, "_fields", ()) or any(key.name == name for key in keys):
        return True
    return any(is_field(derived, name) for derived in type.__subclasses__(document_class))


def take_collection(document_class: Any, body: Mapping[str, Any]) -> None:
    """Take the collection from a class that has no documents of its own in one.

    Raises:
        InvalidDocumentError: its body names one.
    """
    if not (document_class.__abstract__ or document_class._is_embedded):
        return
    if body.get("__collection__") is not None:
        what = "an EmbeddedDocument" if document_class._is_embedded else "abstract"
        raise InvalidDocumentError(
            f"{document_class.__name__} is {what}: it can't have a __collection__."
        )
    type.__setattr__(document_class, "__collection__", None)


def refuse_as_discriminator(
    discriminator: Discriminator, fields: Mapping[str, BaseField[Any]]
) -> None:
    """Raise ``InvalidDocumentError`` for a field that is stored, or read, under the key of the
    classes.
    """
    key = discriminator.key
    for name, field in fields.items():
        if key in (field.db_field, *field._settings.aliases):
            how = "be stored under" if field.db_field == key else "have the alias"
            raise InvalidDocumentError(
                f"Field '{name}' can't {how} '{key}': that is the discriminator of "
                f"{discriminator.root.__name__}."
            )


def check_primary_keys(names: list[str], fields: Mapping[str, BaseField[Any]]) -> None:
    """Refuse fields that can't be the primary key of one class.

    Parameters:
        names: the fields that are to be it.
        fields: all fields of the class.
    """
    if len(names) > 1:
        raise InvalidDocumentError.several_primary_keys(names)
    for name in names:
        if fields[name]._stores_arrays:
            raise InvalidDocumentError.array_as_primary_key(name)
        if fields[name].db_field not in (None, "_id"):
            raise InvalidDocumentError.primary_key_elsewhere(name, fields[name].db_field)
        if fields[name].on_save is not None:
            raise InvalidDocumentError(
                f"Field '{name}' can't have an on_save: the primary key keeps its value once the "
                "document is stored. Give it a default, or set it in a before_insert hook."
            )


def field_in(value: Any) -> BaseField[Any] | None:
    """The field that a class attribute is, or that it reads."""
    if isinstance(value, Attribute):
        field: BaseField[Any] = value.field
        return field
    return value if isinstance(value, BaseField) else None

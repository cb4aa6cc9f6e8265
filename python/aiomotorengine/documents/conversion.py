"""What a Document class compiles from its fields, to convert one document in Python.

A conversion is made when a class is first used, and again when a field or one of its methods was
changed (``fields/field_methods.py``). It knows, for each field, which methods do something at all,
so that a document costs one loop and the calls that matter.

These are the reference meanings: ``codec/pure.py`` converts many documents with them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import tzinfo
from functools import partial
from typing import Any, Literal

from aiomotorengine.documents.construction import keywords_needed
from aiomotorengine.documents.embedded import embedded_documents, embedded_fields
from aiomotorengine.documents.hooks import Hook, SavingHooks, compiled_hooks, saving_hooks
from aiomotorengine.documents.naming import (
    belongs_to_class,
    class_attribute,
    has_setter,
    is_behaviour,
)
from aiomotorengine.errors import StoredValueError, UnknownFieldError, UnknownStoredKeyError
from aiomotorengine.fields.base_field import EMPTY_DEFAULTS, BaseField
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.field_methods import (
    NO_TYPES,
    NONE_ONLY,
    converter,
    generation,
    validator,
)
from aiomotorengine.fields.refusals import located, reads_otherwise, refused, required, unreadable
from aiomotorengine.fields.sequence_field import SequenceField
from aiomotorengine.fields.version_field import VersionField
from aiomotorengine.locations import locate
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.choice import implementation as storage
from aiomotorengine.storage.classes import construct_directly
from aiomotorengine.storage.descriptors import Attribute, StoredAttribute
from aiomotorengine.storage.discriminators import family_of
from aiomotorengine.storage.loaded import lists_in_part, loaded_part
from aiomotorengine.storage.parts_within import converting_within
from aiomotorengine.storage.primary_keys import PrimaryKeyAttribute, key_to_store
from aiomotorengine.storage.shard_keys import has_defaults, note_absent_parts
from aiomotorengine.storage.stored_forms import CHANGEABLE, HiddenValues, StoredForm
from aiomotorengine.storage.values import (
    has_other,
    has_value,
    other_values,
    take_values,
    value_of,
    values_of,
)

__all__ = [
    "Conversion",
    "conversion_of",
    "dynamic_attributes",
    "find_attribute",
    "read_by_name",
    "reads_plainly",
    "stored_form",
    "stored_key_of",
]

Reader = Callable[[DocumentStorage], Any]
Check = Callable[[Any], Any]

MOST_SHARED_KEYS = 30
"""How many keys Python lets the instances of a class share."""

MUTABLE_DEFAULTS = (list, dict, set, bytearray, DocumentStorage)


def conversion_of(document_class: Any) -> Conversion:
    """The conversion of a document class, made anew if a method of a field has changed since."""
    conversion: Conversion | None = document_class._conversion
    if conversion is None or conversion.generation != generation.number:
        conversion = document_class._conversion_class(document_class)
        document_class._conversion = conversion
    return conversion


class Conversion:
    """The compiled fields of one document class.

    Attributes:
        defaults: what a new instance starts with, in the order of the fields; copies are cheap.
        factories: the fields whose default is made for each instance, with its maker.
        stamps: the attributes that a save sets by itself.
        on_save: the fields whose value a function gives on each save, with the function.
        version: the field that holds the version, if there is one.
        primary_key: the field that is the primary key, if one is declared.
        sequences: the fields that counters give their numbers.
        unique: the fields that have a unique index.
        make_key: makes the primary key of a new instance that is given none, as it is stored;
            ``None`` where the field has no default.
        needs_ensuring: whether anything of the class's has to be there before its documents are
            written.
        hooks: the methods that are called with a document, by event.
        has_own_objects: whether the program has replaced ``objects``.
        target: where calls go that ask for nothing of their own, once one went there, and how long
            that holds (``sessions/target.py``).
        update_paths: what the names of fields mean in an update, once that was asked
            (``update/update_operator.py``).
        dict_forms: what documents come to in dicts, and are made of, once that was asked
            (``interop``).
        valid_types: of fields whose values are read as they are kept, the types of those that are
            valid whatever they are.
    """

    __slots__ = (
        "_aliases",
        "_at_once",
        "_attributes",
        "_below",
        "_fields",
        "_is_dated",
        "_is_sharded",
        "_needed",
        "_omitted",
        "_readers",
        "_renews",
        "_saving_hooks",
        "_validates_from_dict",
        "_validators",
        "_writers",
        "by_keywords",
        "defaults",
        "dict_forms",
        "document_class",
        "factories",
        "generation",
        "has_own_constructor",
        "has_own_objects",
        "hooks",
        "make_key",
        "names",
        "needs_ensuring",
        "on_save",
        "primary_key",
        "sequences",
        "stamps",
        "target",
        "unique",
        "update_paths",
        "valid_types",
        "version",
    )

    def __init__(self, document_class: Any) -> None:
        self.generation = generation.number
        self.document_class = document_class
        fields: dict[str, BaseField[Any]] = document_class._fields
        attributes = {name: find_attribute(document_class, name) for name in fields}

        self.names = fields.keys()
        self._attributes = attributes
        self.has_own_constructor = document_class._has_own_constructor()
        self.has_own_objects: bool = document_class._has_own_objects()
        # A class with its own way of making instances is called to load a document, if it can be.
        self._needed = keywords_needed(document_class) if self.has_own_constructor else None
        self.by_keywords = self._needed is not None
        key = self.primary_key = declared_key(document_class)
        self.make_key = None if key is None else key_factory(key)
        self._fields = fields if key is None else {key.name: key, **fields}
        self._at_once = {
            name: field._kept for name, field in fields.items() if field._keeps_otherwise
        }
        self.defaults: dict[str, Any] = {}
        self.factories: list[tuple[str, str, Callable[[], Any]]] = []
        for name, field in fields.items():
            default, factory = field.default, default_factory(field.default)
            if name in self._at_once:
                default = None if factory else self._at_once[name](default)
                factory = factory and partial(converted, factory, self._at_once[name])
            self.defaults[name] = default if factory is None else None
            if factory is not None:
                self.factories.append((name, field.db_field, factory))
        self.defaults = sharing_keys(self.defaults)
        construct_directly(
            document_class,
            self.defaults,
            self._at_once,
            {name: make for name, _, make in self.factories},
            has_own_constructor=self.has_own_constructor,
            makes_keys=self.make_key is not None,
        )

        direct = document_class._is_read_directly()
        readers = {
            name: reader(attribute) if direct else partial(read_by_name, name=name)
            for name, attribute in attributes.items()
        }
        self._omitted = {
            name for name, field in fields.items() if field._omits_none(document_class)
        }
        self._writers = [
            (name, field.db_field, readers[name], *converter(field, "to_son"))
            for name, field in fields.items()
        ]
        self._is_sharded = has_defaults(document_class)
        # A class with its own way of matching keys is asked about each.
        matched = fields if document_class._is_matched_directly() else {}
        self._readers = {field.db_field: (name, *loader(field)) for name, field in matched.items()}
        self._aliases = {
            alias: (field, field._settings.aliases[:place])
            for field in fields.values()
            for place, alias in enumerate(field._settings.aliases)
        }
        self._validators: list[tuple[str, Reader | None, frozenset[type], Check]] = []
        self.valid_types: dict[str, frozenset[type]] = {}
        if key is not None:
            readers[key.name] = PrimaryKeyAttribute(key, key.name).read
        for name, field in self._fields.items():
            check, accepted = validator(field, strict=document_class.__strict__)
            if field._is_needed:
                check, accepted = with_required(name, field, check, accepted)
            if check is not None:
                self._validators.append((name, readers[name], accepted, check))
                if direct and name in attributes and reads_plainly(attributes[name]):
                    self.valid_types[name] = accepted
        self._validates_from_dict = any(read is None for _, read, _, _ in self._validators)
        self.stamps = [attribute for attribute in attributes.values() if attribute.stamps]
        self.on_save = [(name, field.on_save) for name, field in fields.items() if field.on_save]
        versions = (field for field in fields.values() if isinstance(field, VersionField))
        self.version = next(versions, None)
        self.sequences = [it for it in self._fields.values() if isinstance(it, SequenceField)]
        self.unique = [field for field in fields.values() if field.unique]
        self._below: list[str] | None = None
        self.needs_ensuring = bool(
            self.unique
            or document_class.__collection_options__
            or document_class.__auto_index__ is not None
        )
        self._is_dated: bool | None = None
        self._renews: bool | None = None
        self.hooks: dict[str, tuple[Hook, ...]] = compiled_hooks(document_class)
        self.target: Any = None
        self.update_paths: dict[str, Any] = {}
        self.dict_forms: dict[Any, Any] = {}
        self._saving_hooks: SavingHooks | Literal[False] | None = False  # not asked for yet

    # -- construction ---------------------------------------------------------------------------

    def fill(self, document: DocumentStorage, given: dict[str, Any]) -> None:
        """Give a new instance its defaults and then the values its caller named."""
        for name, convert in self._at_once.items():
            if name in given:
                given[name] = convert(given[name])
        # What a class sets before it hands on to this, in an __init__ or __new__ of its own.
        before = values_of(document) if self.has_own_constructor else None
        values = self.defaults.copy()
        for name, _, make in self.factories:
            if name not in given:
                values[name] = make()
        if before:
            values.update(before)
        if given.keys() <= self.names:
            values.update(given)
            take_values(document, values)
            return
        values.update((name, value) for name, value in given.items() if name in self.names)
        take_values(document, values)
        assigned = []
        for name, value in given.items():
            if name in self.names:
                continue
            if has_setter(self.document_class, name):
                assigned.append(name)
            elif not self.document_class.__dynamic__:
                raise UnknownFieldError.of(self.document_class, name)
            else:
                keep_dynamic(document, name if name.startswith("_") else f"_{name}", value)
        # Setters may look at the fields, so these are there before.
        for name in assigned:
            setattr(document, name, given[name])

    def make(self, given: dict[str, Any]) -> Any:
        """A new instance with these values. Its class is called, if it can be with such."""
        if self.has_own_constructor and not self.by_keywords:
            document: Any = DocumentStorage.__new__(self.document_class)
            document._id = given.pop("_id", None)
            document._is_persisted = False
            document._stored_keys = document._hidden = None
            self.fill(document, given)
            if self.make_key is not None and document._id is None:
                document._id = self.make_key()
            return document
        for name in self._needed or ():
            if name not in given:
                given[name] = self._default_of(name)
        return self.document_class(**given)

    # -- the three methods of a document ----------------------------------------------------------

    def validate(self, document: DocumentStorage) -> None:
        hidden = document._hidden
        if hidden is not None and type(hidden) is HiddenValues and hidden.loaded is not None:
            return self._validate_what_is_there(document)
        values = document.__dict__ if self._validates_from_dict else {}
        name, value = "", None
        try:
            for name, read, accepted, check in self._validators:
                if read is None:
                    try:
                        value = values[name]
                    except KeyError:
                        value = None
                else:
                    value = read(document)
                if type(value) not in accepted and not check(value):
                    break
            else:
                return
        except Exception as error:
            raise self._located(error, "validate", name, value)  # noqa: B904
        if type(hidden) is HiddenValues:
            return self._validate_what_was_assigned(document)
        refusal = refused(self._fields[name], value)
        locate(refusal, name)
        raise refusal

    def _validate_what_was_assigned(self, document: DocumentStorage) -> None:
        """Validate all fields but those of which a save writes what is stored already."""
        forms = (it for it in self._validators if stored_form(document, it[0]) is None)
        self._validate_these(document, forms)

    def _validate_what_is_there(self, document: DocumentStorage) -> None:
        """The same for a document that was loaded in part: what is not there is not looked at, nor
        are lists of which only a part is, since no save writes these.
        """
        in_part = lists_in_part(document)
        there = (
            it
            for it in self._validators
            if is_there(document, it[0])
            and it[0] not in in_part
            and stored_form(document, it[0]) is None
        )
        self._validate_these(document, there)

    def _validate_these(
        self,
        document: DocumentStorage,
        validators: Iterable[tuple[str, Reader | None, frozenset[type], Check]],
    ) -> None:
        for name, read, accepted, check in validators:
            value = value_of(document, name) if read is None else read(document)
            try:
                if type(value) in accepted or check(value):
                    continue
            except Exception as error:
                raise self._located(error, "validate", name, value)  # noqa: B904
            refusal = refused(self._fields[name], value)
            locate(refusal, name)
            raise refusal

    def to_son(self, document: DocumentStorage) -> dict[str, Any]:
        hidden = document._hidden
        if self._omitted or (hidden is not None and type(hidden) is HiddenValues):
            return self._to_son_of_each(document)
        values = other_values(document)
        son = {}
        absent = 0
        name, value = "", None
        try:
            for name, key, read, convert, same in self._writers:
                if read is None:
                    try:
                        value = values[name]
                    except KeyError:
                        value = None
                        absent += 1
                else:
                    value = read(document)
                    absent += name not in values
                if convert is not None and type(value) not in same:
                    value = convert(value)
                son[key] = value
        except Exception as error:
            raise self._located(error, "to_son", name, value)  # noqa: B904
        if len(values) + absent > len(son) or hidden is not None:
            for key, value in dynamic_values(document):
                son.setdefault(key, value)
        return son

    def _to_son_of_each(self, document: DocumentStorage) -> dict[str, Any]:
        """The same where a field may be left out, was not loaded, or has read what is stored in
        another form.
        """
        son: dict[str, Any] = {}
        left_out = set()
        is_whole = loaded_part(document) is None
        for name, key, read, convert, _ in self._writers:
            if not is_whole and not has_value(document, name):
                continue
            form = stored_form(document, name)
            if form is not None:
                son[key] = form.stored
                continue
            value = value_of(document, name) if read is None else read(document)
            if value is None and name in self._omitted:
                left_out.add(key)
                continue
            try:
                if convert is None:
                    son[key] = value
                elif is_whole:
                    son[key] = convert(value)
                else:
                    with converting_within(self._parts_in(document, name, value)):
                        son[key] = convert(value)
            except Exception as error:
                raise self._located(error, "to_son", name, value)  # noqa: B904
        for key, value in dynamic_values(document):
            if key not in left_out:
                son.setdefault(key, value)
        return son

    def _parts_in(
        self, document: DocumentStorage, name: str, value: Any
    ) -> Iterator[DocumentStorage]:
        """The documents in a value of a partial document that are written key by key, or in a list
        that is not written at all.
        """
        is_embedded = isinstance(self._fields[name], EmbeddedDocumentField)
        return embedded_documents(value if is_embedded or name in lists_in_part(document) else ())

    def from_son(self, mapping: Mapping[str, Any]) -> Any:
        if self.by_keywords:
            return self._from_son_by_keywords(mapping)
        document: Any = DocumentStorage.__new__(self.document_class)
        document._id = None
        document._is_persisted = True
        document._stored_keys = document._hidden = None
        values = self.defaults.copy()
        readers = self._readers
        others = None
        read_otherwise: list[tuple[str, Any]] = []
        name, value = "", None
        try:
            for key, value in mapping.items():
                if key in readers:
                    name, convert, same, differs = readers[key]
                    if convert is None or type(value) in same:
                        values[name] = value
                    else:
                        loaded = values[name] = convert(value)
                        if differs is not None and differs(value, loaded):
                            read_otherwise.append((name, value))
                elif key == "_id":
                    document._id = value
                elif others is None:
                    others = [key]
                else:
                    others.append(key)
        except Exception as error:
            raise self._unreadable(error, name, value, mapping)  # noqa: B904
        take_values(document, values)
        for name, value in read_otherwise:
            self._keep_stored_form(document, name, value)
        picked = self.pick_up(document, mapping, others) if others else ()
        for name, key, make in self.factories:
            if key not in mapping and name not in picked:
                self._attributes[name].keep(document, make())
        if self._is_sharded:
            note_absent_parts(document, mapping)
        return document

    def pick_up(self, document: Any, mapping: Mapping[str, Any], keys: list[str]) -> set[str]:
        """Take in stored keys that are no field's own: dynamic values, and fields of old rows.

        Returns:
            The names of the fields that were found under an alias, or an underscore and their key.
        """
        picked = set()
        if self._aliases:
            keys = sorted(keys, key=lambda key: key not in self._aliases)  # these come first
        for key in keys:
            field = self._field_of_other_key(key, mapping)
            if field is not None and field.name not in picked:
                stored = mapping[key]
                loaded = self._read(field, stored, mapping)
                self._attributes[field.name].keep(document, loaded)
                differs = reads_otherwise(field)
                if differs is not None and differs(stored, loaded):
                    self._keep_stored_form(document, field.name, stored)
                picked.add(field.name)
                if key in self._aliases:
                    mapping = {**mapping, field.db_field: stored}  # it counts as stored there
            else:
                self._keep_stored(document, key, mapping)
        return picked

    def _keep_stored(self, document: DocumentStorage, key: str, mapping: Mapping[str, Any]) -> None:
        """Do with a stored value that no field reads what the class wants."""
        if key in self._aliases and self.document_class.__unknown__ != "drop":
            # The class does know it: the field's own key, or another alias, came before it. As an
            # attribute it would show the values of fields that are left out for others.
            keep_hidden(document, key, mapping[key])
        else:
            keep_stored(document, key, mapping[key], mapping)

    def _field_of_other_key(self, key: str, mapping: Mapping[str, Any]) -> BaseField[Any] | None:
        """The field that reads a stored key which is not its own."""
        if key not in self._aliases:
            return field_of_old_key(self.document_class, key, mapping)
        field, before = self._aliases[key]
        is_first = field.db_field not in mapping and not any(map(mapping.__contains__, before))
        return field if is_first else None

    def _from_son_by_keywords(self, mapping: Mapping[str, Any]) -> Any:
        given: dict[str, Any] = {}
        read_otherwise: dict[str, Any] = {}
        others: list[str] = []
        for key, value in mapping.items():
            if key in self._readers:
                name, convert, same, differs = self._readers[key]
                is_read = convert is None or type(value) in same
                given[name] = value if is_read else self._read(self._fields[name], value, mapping)
                if not is_read and differs is not None and differs(value, given[name]):
                    read_otherwise[name] = value
            elif key == "_id":
                given["_id"] = value
            else:
                field = self._field_of_other_key(key, mapping)
                if field is None or field.name in given:
                    others.append(key)
                else:
                    given[field.name] = self._read(field, value, mapping)
        for name in self._needed or ():
            if name not in given:
                given[name] = self._default_of(name)
        if self.document_class.__unknown__ == "refuse":
            for key in others:
                if key not in self._aliases:
                    value, id = mapping[key], mapping.get("_id")
                    raise UnknownStoredKeyError(self.document_class, key, value, id)
        document = self.document_class(**given)
        if self.make_key is not None and "_id" not in mapping:
            document._id = None  # what is read without its key is given no other one
        for key in others:
            # What is stored comes after what the class's own __init__ has set.
            name = key.lstrip("_")
            is_value = self.document_class.__dynamic__ and name not in self.names
            if is_value and has_other(document, name):
                del document.__dict__[name]
        for key in others:
            self._keep_stored(document, key, mapping)
        for name, value in read_otherwise.items():
            if value_of(document, name) is given[name]:
                self._keep_stored_form(document, name, value)
        document._is_persisted = True
        if self._is_sharded:
            note_absent_parts(document, mapping)
        return document

    def _keep_stored_form(self, document: DocumentStorage, name: str, stored: Any) -> None:
        """Keep what is stored for a field that reads it in another form."""
        loaded = value_of(document, name)
        written = None
        if isinstance(loaded, CHANGEABLE):
            # A copy, since what is written may be the list itself.
            written = copy.deepcopy(self._fields[name].to_son(loaded))
        HiddenValues.of(document).stored_forms[name] = StoredForm(stored, loaded, written)

    def _default_of(self, name: str) -> Any:
        makers = {name: make for name, _, make in self.factories}
        return makers[name]() if name in makers else self.defaults.get(name)

    def _located(self, error: Exception, method: str, name: str, value: Any) -> Exception:
        """What to raise where a method of a field raised."""
        if not self.document_class._is_read_directly():
            locate(error, name)  # the program's own get_field_value, maybe
            return error
        field = self._fields.get(name)
        # Without a field it was raised before the first one: there is no memory.
        return error if field is None else located(error, field, method, value, name)

    def _read(self, field: BaseField[Any], value: Any, mapping: Mapping[str, Any]) -> Any:
        try:
            return field.from_son(value)
        except Exception as error:
            raise self._unreadable(error, field.name, value, mapping)  # noqa: B904

    def _unreadable(
        self, error: Exception, name: str, value: Any, mapping: Mapping[str, Any]
    ) -> Exception:
        """What to raise where a field can't read what is stored."""
        if name not in self._fields:
            return error
        found = unreadable(error, self._fields[name], value, name)
        if isinstance(found, StoredValueError):
            found.document_class = self.document_class
            found.id = mapping.get("_id")
        return found

    # -- what a save sets by itself ---------------------------------------------------------------

    @property
    def has_stamps(self) -> bool:
        """Whether a save sets anything by itself, here or in embedded documents."""
        if self._is_dated is None:
            self._is_dated = bool(self.stamps or self._stamped_below())
        return self._is_dated

    @property
    def renews_stamps(self) -> bool:
        """Whether it is of the kind that each save sets anew."""
        if self._renews is None:
            self._renews = any(it.renews for it in stamps_in(self.document_class, set()))
        return self._renews

    def stamp(
        self, document: DocumentStorage, *, creating: bool, renew: bool, zone: tzinfo | None
    ) -> None:
        """Set the stamped fields of a document and of the documents embedded in it.

        Parameters:
            document: the document that is saved.
            creating: whether it is inserted.
            renew: whether values that are there already may be replaced.
            zone: the time zone in which the client reads dates; ``None`` where it reads them naive.
        """
        for attribute in self.stamps:
            attribute.stamp(document, creating=creating, renew=renew, zone=zone)
        for name in self._stamped_below():
            for embedded in embedded_documents(value_of(document, name)):
                # What was not loaded may well be stored.
                is_whole = loaded_part(embedded) is None
                conversion_of(type(embedded)).stamp(
                    embedded, creating=is_whole, renew=renew, zone=zone
                )

    @property
    def saving_hooks(self) -> SavingHooks | None:
        """What a save calls with a document and those embedded in it; ``None`` if nothing."""
        found = self._saving_hooks
        if found is False:
            # As for stamps: classes of embedded documents may be there only later.
            found = self._saving_hooks = saving_hooks(self.document_class, self.hooks)
        return found

    def stamped(self, document: DocumentStorage) -> Iterator[tuple[DocumentStorage, str]]:
        """What ``stamp`` may set: each document, this or an embedded one, with an attribute."""
        for attribute in self.stamps:
            yield document, attribute.name
        for name in self._stamped_below():
            for embedded in embedded_documents(value_of(document, name)):
                yield from conversion_of(type(embedded)).stamped(embedded)

    def _stamped_below(self) -> list[str]:
        """The attributes in whose values there are documents with such dates."""
        # Embedded classes may be named by a text that can be resolved only later than the class.
        if self._below is None:
            self._below = [
                name
                for name, field in self.document_class._fields.items()
                if any(any(stamps_in(it.embedded_type, set())) for it in embedded_fields(field))
            ]
        return self._below


def stamps_in(document_class: Any, seen: set[Any]) -> Iterator[Attribute]:
    """The attributes that a save sets in documents of a class, and in those embedded in them."""
    if document_class in seen:
        return
    seen.add(document_class)
    for kind in family_of(document_class):
        yield from conversion_of(kind).stamps
        for field in kind._fields.values():
            for inner in embedded_fields(field):
                yield from stamps_in(inner.embedded_type, seen)


# -- what each method comes to -----------------------------------------------------------------


def find_attribute(document_class: type[Any], name: str) -> Attribute:
    """The descriptor that reads a field."""
    attribute = class_attribute(document_class, name)
    if isinstance(attribute, Attribute):
        return attribute
    # The program has put something else there, which changes nothing of what documents hold.
    own: Attribute = document_class._fields[name].attribute()
    return own


def reader(attribute: Attribute) -> Reader | None:
    """How the value that is validated and saved is read; ``None`` for "from the dict"."""
    if not reads_plainly(attribute):
        return attribute.read
    return None if storage == "python" else attribute.value_of


def reads_plainly(attribute: Attribute) -> bool:
    """Whether a value is read as it is kept."""
    return type(attribute) is StoredAttribute and not attribute.field.overrides("get_value")


def loader(
    field: BaseField[Any],
) -> tuple[Callable[[Any], Any] | None, frozenset[type], Callable[[Any, Any], bool] | None]:
    """How a stored value is read: the method, the types it is not needed for, and what says whether
    a value was read in another form.
    """
    convert, same = converter(field, "from_son")
    differs = reads_otherwise(field)
    if convert is None and differs is not None:
        convert, same = field.from_son, converter(field, "to_son")[1]
    return convert, same, differs


def stored_form(document: DocumentStorage, name: str) -> StoredForm | None:
    """What is stored for a field that has read it in another form and still has that value."""
    hidden = document._hidden
    form = hidden.stored_forms.get(name) if isinstance(hidden, HiddenValues) else None
    if form is None:
        return None
    field: BaseField[Any] = type(document)._fields[name]  # type: ignore[attr-defined]
    return form if form.holds_for(value_of(document, name), field.to_son) else None


def with_required(
    name: str,
    field: BaseField[Any],
    validate: Callable[[Any], Any] | None,
    accepted: frozenset[type],
) -> tuple[Callable[[Any], Any], frozenset[type]]:
    """The validation of a field that must not be empty, and the types that it takes without a look:
    none where a value of any may be empty.
    """
    if field._settings.allow_empty:

        def check_for_none(value: Any) -> Any:
            if value is None:
                raise required(name, value)
            return validate is None or validate(value)

        return check_for_none, accepted - NONE_ONLY

    is_empty = field.is_empty

    def check(value: Any) -> Any:
        if is_empty(value):
            raise required(name, value)
        return validate is None or type(value) in accepted or validate(value)

    return check, NO_TYPES


def is_there(document: Any, name: str) -> bool:
    """Whether a document that was loaded in part has a value of a field, its key included."""
    return name not in type(document)._fields or has_value(document, name)


def read_by_name(document: Any, name: str) -> Any:
    """The value as the document's own ``get_field_value`` gives it."""
    return document.get_field_value(name)


def sharing_keys(values: dict[str, Any]) -> dict[str, Any]:
    """An equal dict whose copies share its keys, and so take half of the memory.

    The ``__dict__`` of an instance is of that kind, and so are its copies; the class here has no
    other purpose. Python keeps room in each for attributes that instances may yet get, less for
    each instance that was made. So some are made, once the keys are known.
    """

    class Values:
        pass

    def make() -> dict[str, Any]:
        instance = Values()
        for name, value in values.items():
            setattr(instance, name, value)
        return vars(instance)

    make()
    for _ in range(MOST_SHARED_KEYS):
        Values()
    return make()


def default_factory(default: Any) -> Callable[[], Any] | None:
    """What makes a field's default for each instance, or ``None`` if one value does for all."""
    if callable(default):
        made: Callable[[], Any] = default
        return made
    if isinstance(default, MUTABLE_DEFAULTS):
        return partial(copy.deepcopy, default)
    return None


def key_factory(key: BaseField[Any]) -> Callable[[], Any] | None:
    """What makes the primary key of a new instance, as it is stored; ``None`` without a default."""
    default = key.default
    if default is None or default in EMPTY_DEFAULTS:
        return None
    make = default_factory(default) or (lambda: default)
    return lambda: key_to_store(key, make())


def converted(make: Callable[[], Any], convert: Callable[[Any], Any]) -> Any:
    """What a factory makes, as the document keeps it."""
    return convert(make())


# -- values that no field declares -------------------------------------------------------------


def undeclared_values(document: DocumentStorage) -> Iterator[tuple[str, Any]]:
    """As ``dynamic_values``, for the native codec, which leaves others to Python.

    Raises:
        LookupError: a field has read what is stored in another form.
    """
    if type(document._hidden) is HiddenValues:
        raise LookupError("only Python knows which of the stored values are written again")
    return dynamic_values(document)


def dynamic_values(document: DocumentStorage) -> Iterator[tuple[str, Any]]:
    """The stored key and value of everything that is saved and is no field's."""
    for name, value in dynamic_attributes(document):
        yield stored_key_of(document, name), value
    if document._hidden:
        yield from document._hidden.items()


def dynamic_attributes(document: DocumentStorage) -> Iterator[tuple[str, Any]]:
    """The name and value of each attribute that is saved and is no field."""
    document_class: Any = type(document)
    if document_class.__dynamic__:
        fields = document_class._fields
        for name, value in other_values(document).items():
            if not (name in fields or name.startswith("_") or is_behaviour(document_class, name)):
                yield name, value


def stored_key_of(document: DocumentStorage, name: str) -> str:
    """The key in MongoDB of an attribute that is no field."""
    return (document._stored_keys or {}).get(name, f"_{name}")


def keep_stored(
    document: DocumentStorage, key: str, value: Any, mapping: Mapping[str, Any]
) -> None:
    """Do with a stored value that no field declares what the class wants.

    Parameters:
        document: the instance, its own values already in place.
        key: the key it has in MongoDB.
        value: the value, as it is stored.
        mapping: the mapping it was loaded with.

    Raises:
        UnknownStoredKeyError: the class has it refused.
    """
    document_class: Any = type(document)
    if document_class.__unknown__ == "refuse":
        raise UnknownStoredKeyError(document_class, key, value, document._id)
    if document_class.__unknown__ == "drop":
        return
    if document_class.__dynamic__:
        keep_dynamic(document, key, value, others=mapping)
    else:
        keep_hidden(document, key, value)


def keep_hidden(document: DocumentStorage, key: str, value: Any) -> None:
    """Keep a value that no attribute shows, so that a save writes it under its key again."""
    own_hidden(document)[key] = value


def own_hidden(document: DocumentStorage) -> dict[str, Any]:
    """The values of a document that no attribute shows, to be changed."""
    hidden = document._hidden
    if hidden is None:
        hidden = document._hidden = {}
    elif type(hidden) is HiddenValues:
        hidden = HiddenValues.of(document)
    return hidden


def keep_dynamic(
    document: DocumentStorage, key: str, value: Any, others: Mapping[str, Any] | None = None
) -> None:
    """Keep a value that no field declares, so that a save writes it under ``key`` again.

    It becomes the attribute without leading underscores, unless the class has that name already
    or another stored key claims it; then it is only kept.

    Parameters:
        document: the instance, its own values already in place.
        key: the key it has in MongoDB.
        value: the value, as it is stored.
        others: the mapping it was loaded with, whose other keys may claim the attribute.
    """
    name = key.lstrip("_")
    document_class = type(document)
    is_private = name != key and not key.startswith("__")
    if others is not None and is_private and not belongs_to_class(document_class, key):
        # Programs of 2017 read a loaded value under its stored key, and it is not saved twice:
        # what begins with an underscore is Python's own.
        document.__dict__[key] = value
    claimed = has_other(document, name) or (others is not None and name != key and name in others)
    if not name or claimed or belongs_to_class(document_class, name):
        keep_hidden(document, key, value)
        return
    document.__dict__[name] = value
    if key != f"_{name}":
        if document._stored_keys is None:
            document._stored_keys = {}
        document._stored_keys[name] = key


def field_of_old_key(
    document_class: Any, key: str, mapping: Mapping[str, Any]
) -> BaseField[Any] | None:
    """The field whose value an older version of the model stored dynamically under ``key``."""
    field: BaseField[Any] | None = document_class.get_field_by_db_name(key)
    if field is None or (field.db_field != key and field.db_field in mapping):
        return None
    return field

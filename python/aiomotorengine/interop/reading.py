"""Documents of what dicts and JSON have for them, and all that is wrong with that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from bson.objectid import ObjectId

from aiomotorengine.codec.levels import MOST_STORED_LEVELS
from aiomotorengine.codec.unencodable import unencodable_text
from aiomotorengine.documents.computed import computed_fields
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.documents.naming import class_attribute, has_setter
from aiomotorengine.errors import InvalidDocumentError, UnknownFieldError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_id import DOCUMENT_ID, primary_key
from aiomotorengine.fields.field_methods import NONE_ONLY, generation
from aiomotorengine.fields.item_methods import methods_of
from aiomotorengine.fields.refusals import cause_of, description, masked, refused
from aiomotorengine.fields.rules import is_masked, is_strict
from aiomotorengine.ids import is_id
from aiomotorengine.interop.forms import Forms, is_converted_by_us
from aiomotorengine.locations import Part, locate, location_of, shown
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.discriminators import class_of
from aiomotorengine.storage.origins import mark_as_made
from aiomotorengine.utils import is_unicode_throughout
from aiomotorengine.validation import refusals_of

__all__ = ["Reading", "parts_of", "read"]

UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What converting a value raises that is none."""

JSON = Forms(is_json=True)

STORED_ID = "_id"

MOST_REFUSALS = 100
"""How many refusals are told: a stranger's text may have as many as it has characters."""

KINDS = (str, int, float, bool, bytes, datetime, UUID, ObjectId)
"""The types of values that may be the same in a dict."""


def read(
    document_class: Any, mapping: Mapping[Any, Any], *, validate: bool = True
) -> tuple[Any, list[Exception]]:
    """A new document of what a dict has for one, and all that is wrong with it.

    Parameters:
        document_class: the class.
        mapping: the dict.
        validate: whether the document is validated; otherwise only names are refused that it can't
            have, and values that can't be read stay as they are.

    Returns:
        The document, and what refuses it, in the order of the fields, each with its place; of many
        the first ones, and at the end that there are more.
    """
    reading = Reading(keeps_unreadable=not validate)
    try:
        document = reading.document(document_class, mapping)
        refusals = all_refusals(document, reading) if validate else reading.refusals
    except RecursionError as error:  # there are values that no field goes through
        refusal = InvalidDocumentError(
            f"A {document_class.__name__} can't be read: it is nested too deeply."
        )
        refusal.__cause__ = error
        return None, [refusal]
    except ValueError as error:  # a constructor of the program's refuses the values
        return None, [*reading.refusals, error]
    if not refusals:
        refusals = reading.finish()
        if not refusals and validate and not is_unicode_throughout(mapping):
            # Not all of it need be kept as it is: of a password there is a hash.
            refused_text = unencodable_text(document_class, document.to_son())
            return document, [] if refused_text is None else [refused_text]
    return document, refusals


def all_refusals(document: Any, reading: Reading) -> list[Exception]:
    """What was wrong with what was read, and what is with the document that came of it."""
    refusals = reading.refusals
    if not refusals and is_valid(document):
        return refusals
    known = {parts_of(refusal) for refusal in refusals}
    for refusal in () if reading.is_full else refusals_of(document):
        parts = parts_of(refusal)
        if known.isdisjoint(parts[:length] for length in range(len(parts) + 1)):
            refusals.append(refusal)
            if reading.is_full:
                break
    names = [primary_key(type(document)).name, *type(document)._fields]
    places = {name: place for place, name in enumerate(names)}
    refusals.sort(key=lambda it: places.get(next(iter(parts_of(it)), ""), len(places)))
    if reading.is_full:
        more = f"More is wrong than the {MOST_REFUSALS} values that are told."
        refusals[MOST_REFUSALS:] = [InvalidDocumentError(more)]
    return refusals


def is_valid(document: Any) -> bool:
    """Whether there is nothing to say against a document."""
    try:
        return bool(document.validate())
    except Exception:  # which is found again, with all the others
        return False


class Reading:
    """Reads the parts of one dict.

    Parameters:
        strict: whether values are not converted, unless their fields say so.
        keeps_unreadable: whether values that can't be read stay as they are without a word.

    Attributes:
        refusals: what was wrong so far, each with its place in what is being read. Once there are
            more than are told, nothing else is read.
    """

    def __init__(self, *, strict: bool = False, keeps_unreadable: bool = False) -> None:
        self.refusals: list[Exception] = []
        self._is_strict = strict
        self._keeps_unreadable = keeps_unreadable
        self._levels = 0
        self._unfinished: list[Unfinished] = []

    @property
    def is_full(self) -> bool:
        """Whether there are more refusals than are told."""
        return len(self.refusals) > MOST_REFUSALS

    def put_off(self, field: BaseField[Any], form: Any, work: Callable[[], Any]) -> None:
        """Do this when nothing was refused: what takes long is not done for what is.

        Parameters:
            field: the field whose form is being read.
            form: the form.
            work: what is to be done; it may refuse the form, by a ``ValueError``.
        """
        self._unfinished.append(Unfinished(field, form, work))

    def finish(self) -> list[Exception]:
        """Do what was put off, up to the first that is refused.

        Returns:
            The refusals.
        """
        for unfinished in self._unfinished:
            try:
                unfinished.work()
            except ValueError as error:
                self.refusals.append(unfinished.refusal(error))
                break
        return self.refusals

    def document(self, document_class: Any, mapping: Mapping[Any, Any]) -> Any:
        """A new document of a class, or of one that derives from it and is stored with it."""
        discriminator = document_class._discriminator
        if discriminator is not None and discriminator.key in mapping:
            document_class = self._class_of(document_class, mapping)
            mapping = {key: mapping[key] for key in mapping if key != discriminator.key}
        was_strict, self._is_strict = self._is_strict, document_class.__strict__
        places = places_in(document_class)
        values: dict[str, Any] = {}
        assigned: dict[str, Any] = {}
        conversion = conversion_of(document_class)
        for key, form in mapping.items():
            if self.is_full:
                break
            place = places.get(key)
            if place is None:
                if not is_free(document_class, key):
                    self._refuse(UnknownFieldError.of(document_class, str(key)), key)
                elif key in values:
                    self._refuse_again(key, key)
                elif has_setter(document_class, key) and not conversion.has_own_constructor:
                    assigned[key] = form
                else:
                    values[key] = form
                continue
            name, field, same = place
            if name in values:
                self._refuse_again(name, key)
            elif type(form) in same:
                values[name] = form
            elif field is DOCUMENT_ID:
                values[name] = self._id(form)
            elif field is not None:
                values[name] = self.value(field, form, name)
        self._is_strict = was_strict
        document = conversion.make(values)
        # Setters may look at the fields, so these are there before.
        for name, form in assigned.items():
            self._assign(document, name, form)
        if isinstance(document, DocumentStorage):  # a class may make anything else
            mark_as_made(document)
        return document

    def value(self, field: BaseField[Any], form: Any, *parts: Part) -> Any:
        """The value of a field that a dict has this form for.

        Parameters:
            field: the field.
            form: the form.
            parts: where it stands.
        """
        if form is None or self.is_full:
            return form
        before, unfinished = len(self.refusals), len(self._unfinished)
        self._levels += 1
        try:
            if self._levels > MOST_STORED_LEVELS:
                raise too_deep(field)
            value = self._read(field, form)
        except UNREADABLE as error:
            value = form
            if isinstance(error, InvalidDocumentError) or not self._keeps_unreadable:
                self._refuse(as_refusal(error, field, form))
        finally:
            self._levels -= 1
        for refusal in self.refusals[before:]:
            locate(refusal, *parts)
        for later in self._unfinished[unfinished:]:
            later.parts = (*parts, *later.parts)
        return value

    def each(self, field: BaseField[Any], forms: Iterable[Any]) -> list[Any]:
        """The items of a list that have a field."""
        listed = list(forms)
        if reader_of(field).same.issuperset(map(type, listed)):
            return listed
        return [self.value(field, form, index) for index, form in enumerate(listed)]

    def is_form_of(self, value: Any, form: Any) -> bool:
        """Whether JSON has this form for a value of no field."""
        try:
            return bool(JSON.plain(value) == form)
        except TypeError:
            return False

    def _read(self, field: BaseField[Any], form: Any) -> Any:
        read, same, kept = reader_of(field)
        if type(form) in same:
            return form
        value = read(form, self)
        if kept is None or type(value) in kept or is_strict(field, self._is_strict):
            return value
        return as_loaded(field, value)

    def _class_of(self, document_class: Any, mapping: Mapping[Any, Any]) -> Any:
        """The class that a dict names."""
        discriminator = document_class._discriminator
        value, found = mapping[discriminator.key], class_of(document_class, mapping)
        if found is document_class and value != discriminator.value:
            error = InvalidDocumentError(
                f"No class is known for {discriminator.key} {shown(value)} of "
                f"{document_class.__name__}."
            )
            self._refuse(error, discriminator.key)
        return found

    def _id(self, form: Any) -> Any:
        """The id of a document whose class declares no field for it."""
        id = self.value(DOCUMENT_ID, form, DOCUMENT_ID.name)
        if id is not None and not is_id(id):
            self._refuse(refused(DOCUMENT_ID, id), DOCUMENT_ID.name)
        return id

    def _assign(self, document: Any, name: str, form: Any) -> None:
        """Give a document a value that a setter of the program's takes."""
        try:
            setattr(document, name, form)
        except UNREADABLE as error:
            refusal = error
            if not isinstance(error, InvalidDocumentError):
                reason = str(error).removesuffix(".") if isinstance(error, ValueError) else ""
                refusal = InvalidDocumentError.invalid(name, reason)
                refusal.__cause__ = error
            self._refuse(refusal, name)

    def _refuse_again(self, name: str, key: str) -> None:
        self._refuse(InvalidDocumentError(f"Field '{name}' is given twice."), key)

    def _refuse(self, error: Exception, *parts: Any) -> None:
        locate(error, *(part if isinstance(part, int) else str(part) for part in parts))
        self.refusals.append(error)


class Unfinished:
    """What is done when nothing was refused.

    Parameters:
        field, form, work: as for ``Reading.put_off``.

    Attributes:
        work: the same.
        parts: where the form stands.
    """

    def __init__(self, field: BaseField[Any], form: Any, work: Callable[[], Any]) -> None:
        self.work = work
        self.parts: tuple[Part, ...] = ()
        self._field = field
        self._form = form

    def refusal(self, error: ValueError) -> InvalidDocumentError:
        """The refusal of the form, with what the work has said of it. Errors that derive from
        ``ValueError``, as that of a text that can't be encoded does, quote the form.
        """
        field, form = self._field, self._form
        reason = str(error).removesuffix(".") if type(error) is ValueError else ""
        refusal = InvalidDocumentError.invalid(getattr(field, "name", ""), reason)
        refusal.value = masked(field, form)
        refusal.__cause__ = cause_of(error, field, form)
        locate(refusal, *self.parts, about=description(field, form))
        return refusal


class Place(NamedTuple):
    """What stands under a key.

    Attributes:
        name: the name by which a class is called with it.
        field: its field; ``None`` for what is computed, and not read.
        same: the types of forms that are values as they are.
    """

    name: str
    field: BaseField[Any] | None
    same: frozenset[type]


def places_in(document_class: Any) -> dict[Any, Place]:
    """What stands under which key of a dict, by attribute or by key in MongoDB."""
    known = conversion_of(document_class).dict_forms
    places: dict[Any, Place] | None = known.get("places")
    if places is None:
        places = known["places"] = dict(named_places(document_class))
    return places


def named_places(document_class: Any) -> Iterator[tuple[str, Place]]:
    fields: dict[str, BaseField[Any]] = document_class._fields
    for name, field in fields.items():
        yield field.db_field, Place(name, field, reader_of(field).same)
    key = primary_key(document_class)
    name = STORED_ID if key is DOCUMENT_ID else key.name
    for known_as in (DOCUMENT_ID.name, STORED_ID, key.name):
        yield known_as, Place(name, key, frozenset())
    for name in computed_fields(document_class):
        yield name, Place(name, None, frozenset())
    # The name of an attribute means that, whatever else it is.
    for name, field in fields.items():
        yield name, Place(name, field, reader_of(field).same)


class Reader(NamedTuple):
    """How the forms of a field's values are read.

    Attributes:
        read: what reads one, as a part of what is being read.
        same: the types of forms that are values as they are.
        kept: the types of values that are stored and loaded as they are; what is read and has
            another is converted, as if that had been done. ``None`` where nothing is.
    """

    read: Callable[[Any, Reading], Any]
    same: frozenset[type]
    kept: frozenset[type] | None


def reader_of(field: BaseField[Any]) -> Reader:
    """How the forms of a field's values are read, as its methods are now."""
    known: tuple[int, Reader] | None = field.__dict__.get("_reader")
    if known is not None and known[0] == generation.number:
        return known[1]
    own = getattr(field, "__from_json__", None)
    if own is not None:
        reader = Reader(lambda form, reading: own(form), NONE_ONLY, None)
    elif not is_converted_by_us(field):
        reader = Reader(partial(read_by_own_methods, field), NONE_ONLY, None)
    elif field.overrides("get_value") or not field.is_scalar:
        # What is converted when a document gets it, or reads it, is left to that.
        reader = Reader(field._from_dict_form, NONE_ONLY, None)
    else:
        kept = kinds_kept(field)
        same = kept - {str} if field.overrides("_from_dict_form") else kept
        reader = Reader(field._from_dict_form, same, kept)
    if "name" in vars(field):  # else its changes start no new generation
        field.__dict__["_reader"] = generation.number, reader
    return reader


def kinds_kept(field: BaseField[Any]) -> frozenset[type]:
    """The types of values that are stored and loaded as they are."""
    methods = methods_of(field)
    return NONE_ONLY.union(
        kind
        for kind in KINDS
        if (methods.to_son is None or kind in methods.kept_by_to_son)
        and (methods.from_son is None or kind in methods.kept_by_from_son)
    )


def is_free(document_class: Any, name: Any) -> bool:
    """Whether a document can have a value under a name that no field has."""
    if not isinstance(name, str) or not document_class.__dynamic__:
        return False
    own = class_attribute(document_class, name)
    return not isinstance(own, property) or own.fset is not None


def read_by_own_methods(field: BaseField[Any], form: Any, reading: Reading) -> Any:
    """The value of a field of the program's own, some methods of which are not the library's."""
    if field.overrides("validate") and field.validate(form):
        return form
    try:
        return field.from_son(form)
    except Exception:  # it is no stored form; validation says whether it is a value
        return form


def as_loaded(field: BaseField[Any], value: Any) -> Any:
    """A value as it would be loaded, once it was stored; one that is not valid as it is."""
    methods = methods_of(field)
    try:
        return methods.loaded(methods.stored(value)) if methods.is_valid(value) else value
    except UNREADABLE:
        return value


def as_refusal(error: Exception, field: BaseField[Any], form: Any) -> InvalidDocumentError:
    """The refusal of a form that a field can't read."""
    if isinstance(error, InvalidDocumentError):
        refusal = error
    else:
        is_told = type(error) is ValueError and not is_masked(field, form)
        reason = str(error).removesuffix(".") if is_told else ""
        refusal = InvalidDocumentError.invalid(getattr(field, "name", ""), reason)
        refusal.__cause__ = cause_of(error, field, form)
    if refusal.value is None:
        refusal.value = masked(field, form)
    return refusal


def too_deep(field: BaseField[Any]) -> InvalidDocumentError:
    """The refusal of a value that has too many around it."""
    reason = f"it is below the {MOST_STORED_LEVELS} levels that MongoDB stores"
    return InvalidDocumentError.invalid(getattr(field, "name", ""), reason)


def parts_of(error: Exception) -> tuple[Part, ...]:
    """The way to the value that an exception is about."""
    location = location_of(error)
    return location.parts if location else ()

"""What stands in dicts for documents, and for the values of their fields.

Two kinds of dicts are made: of Python's own types, and of those that JSON has. A class is looked
through once for each, and again when one of its fields has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from bson.objectid import ObjectId

from aiomotorengine.documents.computed import computed_fields
from aiomotorengine.documents.conversion import (
    conversion_of,
    dynamic_attributes,
    find_attribute,
    read_by_name,
    reads_plainly,
    stored_key_of,
)
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_id import DOCUMENT_ID, primary_key
from aiomotorengine.fields.field_methods import NONE_ONLY, generation
from aiomotorengine.fields.password_field import SECRET
from aiomotorengine.fields.refusals import is_built_in
from aiomotorengine.interop.plain import SAME, SEQUENCES, json_form
from aiomotorengine.interop.selection import Selection
from aiomotorengine.locations import Part, locate
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.loaded import is_partial
from aiomotorengine.storage.primary_keys import key_of
from aiomotorengine.storage.stored_forms import has_own_id
from aiomotorengine.storage.values import values_of

__all__ = ["Forms", "form_of_class", "is_converted_by_us"]

METHODS = ("get_value", "to_son", "from_son")

Make = Callable[[Any, "Forms"], Any]


class Forms:
    """The forms of the documents and values of one dict.

    Parameters:
        is_json: whether it is made of the types that JSON has.
        selection: which values are shown; ``None`` for all.
        by_alias: whether fields are called by their keys in MongoDB.
        exclude_none: whether what is ``None`` is left out.
    """

    __slots__ = ("_open", "by_alias", "exclude_none", "is_json", "selection")

    def __init__(
        self,
        *,
        is_json: bool,
        selection: Selection | None = None,
        by_alias: bool = False,
        exclude_none: bool = False,
    ) -> None:
        self.is_json = is_json
        self.selection = selection
        self.by_alias = by_alias
        self.exclude_none = exclude_none
        self._open: list[DocumentStorage] = []  # those around the one whose form is made

    # -- documents ------------------------------------------------------------------------------

    def document(self, document: DocumentStorage) -> dict[str, Any]:
        """The form of a document that stands for itself, with its id, if its class has such."""
        if type(document)._is_embedded:  # type: ignore[attr-defined]
            return self.embedded(document)
        class_form = form_of_class(type(document), is_json=self.is_json)
        return self._within(document, class_form, class_form.id_of(document, self))

    def embedded(self, document: DocumentStorage) -> dict[str, Any]:
        """The form of a document in another one.

        It has an id only if it is stored with one, and says its class where its stored form does.
        """
        class_form = form_of_class(type(document), is_json=self.is_json)
        head = class_form.discriminator_of(document, self)
        if has_own_id(document):
            head |= class_form.id_of(document, self)
        return self._within(document, class_form, head)

    def referred(self, document: DocumentStorage) -> Any:
        """The form of a document that another one refers to: its id, if that is inside of it."""
        if any(document is it for it in self._open):
            return self.id(document)
        return self.document(document)

    def id(self, document: DocumentStorage) -> Any:
        """The form of a document's id."""
        return self.key(primary_key(type(document)), document._id)

    def key(self, field: BaseField[Any], stored: Any) -> Any:
        """The form of an id as it is stored, of documents whose primary key is this field."""
        return self.of(field, key_of(field, stored))

    def _within(
        self, document: DocumentStorage, class_form: ClassForm, head: dict[str, Any]
    ) -> dict[str, Any]:
        self._open.append(document)
        try:
            if self.selection is None and not (self.by_alias or self.exclude_none):
                return class_form.of(document, self, head)
            return class_form.selected(document, self, head)
        finally:
            self._open.pop()

    # -- values ---------------------------------------------------------------------------------

    def of(self, field: BaseField[Any], value: Any) -> Any:
        """The form of a value of a field."""
        _, same, quick, make = form_of_field(field, is_json=self.is_json)
        kind = type(value)
        if make is None or kind in same:
            return value
        return quick[kind](value) if kind in quick else make(value, self)

    def each(self, field: BaseField[Any], items: Iterable[Any]) -> list[Any]:
        """The forms of the items of a list that have a field."""
        present, same, quick, make = form_of_field(field, is_json=self.is_json)
        shown = list(items if present is None else map(present, items))
        if self.selection is None and (make is None or same.issuperset(map(type, shown))):
            return shown
        forms = []
        for index, item in enumerate(shown):
            if self.selection is not None and not self.selection.shows_item(index):
                continue
            kind = type(item)
            if kind in same:
                forms.append(item)
            else:
                forms.append(quick[kind](item) if kind in quick else self._inner(make, item, index))
        return forms

    def member(self, field: BaseField[Any], value: Any, part: Part) -> Any:
        """The form of what a value has inside of it, under a key or at an index."""
        present, same, quick, make = form_of_field(field, is_json=self.is_json)
        if present is not None:
            value = present(value)
        kind = type(value)
        if kind in same:
            return value
        return quick[kind](value) if kind in quick else self._inner(make, value, part)

    def plain(self, value: Any) -> Any:
        """The form of a value that has no field.

        Raises:
            TypeError: JSON has none.
        """
        if isinstance(value, DocumentStorage):
            return self.referred(value)
        if self.is_json:
            return json_form(value, self.plain)
        # A copy, which may be changed: what is in a set is hashable, and so holds nothing.
        if isinstance(value, dict):
            return {key: self.plain(item) for key, item in value.items()}
        if type(value) in SEQUENCES:
            forms = map(self.plain, value)
            holds_documents = any(isinstance(item, DocumentStorage) for item in value)
            return list(forms) if holds_documents else type(value)(forms)
        return value

    def shows(self, part: Part) -> bool:
        """Whether what a value has under a key or at an index is shown."""
        if self.selection is None:
            return True
        if isinstance(part, int):
            return self.selection.shows_item(part)
        return self.selection.shows(part)

    def leaves_out(self, name: str) -> bool:
        """Whether a name is excluded, which else is shown whatever is included."""
        return self.selection is not None and self.selection.leaves_out(name)

    def _inner(self, make: Make | None, value: Any, part: Part) -> Any:
        if value is None or make is None:
            return value
        selection = self.selection
        if selection is not None:
            self.selection = (
                selection.of_item(part) if isinstance(part, int) else selection.below(part)
            )
        try:
            return make(value, self)
        except Exception as error:
            locate(error, part)
            raise
        finally:
            self.selection = selection


# -- classes -----------------------------------------------------------------------------------


class Step(NamedTuple):
    """What is done for a field.

    Attributes:
        name: the attribute's name.
        alias: its key in MongoDB.
        read: what reads it; ``None`` where the value is read as it is kept.
        same: the types of values that are their own form.
        quick: what makes the form of values of other types.
        make: what makes that of the rest; ``None`` where all values are their own form.
    """

    name: str
    alias: str
    read: Callable[[Any], Any] | None
    same: frozenset[type]
    quick: Mapping[type, Callable[[Any], Any]]
    make: Make | None


class ClassForm:
    """What the documents of a class come to in one of the two kinds of dicts."""

    __slots__ = (
        "_class",
        "_computed",
        "_excluded",
        "_has_any_id",
        "_kept",
        "_names",
        "_read",
        "_steps",
        "key",
    )

    def __init__(self, document_class: Any, *, is_json: bool) -> None:
        fields: dict[str, BaseField[Any]] = document_class._fields
        self._class = document_class
        self._names = list(fields)
        self._excluded = [name for name, field in fields.items() if field._settings.exclude]
        self._steps = [
            step_of(document_class, name, is_json=is_json)
            for name in fields
            if name not in self._excluded
        ]
        self._kept = [
            (it.name, it.same, it.quick, it.make)
            for it in self._steps
            if it.read is None and it.make is not None
        ]
        self._read = [
            (it.name, it.read, it.same, it.quick, it.make)
            for it in self._steps
            if it.read is not None
        ]
        self._computed = computed_fields(document_class)
        key = primary_key(document_class)
        is_shown = key.name not in fields and not key._settings.exclude
        self.key = key.name if is_shown else None
        self._has_any_id = key is DOCUMENT_ID

    def id_of(self, document: Any, forms: Forms) -> dict[str, Any]:
        """The id by its name, if it is shown."""
        selection = forms.selection
        if self.key is None or (selection is not None and not selection.shows_id(self.key)):
            return {}
        id = document._id
        if type(id) is ObjectId and self._has_any_id:
            return {self.key: str(id) if forms.is_json else id}
        return {self.key: None if id is None else forms.id(document)}

    def discriminator_of(self, document: Any, forms: Forms) -> dict[str, Any]:
        """What the stored form of an embedded document says of its class, unless it is excluded."""
        discriminator = self._class._discriminator
        if discriminator is None or forms.leaves_out(discriminator.key):
            return {}
        value = (document._hidden or {}).get(discriminator.key, discriminator.value)
        return {} if value is None else {discriminator.key: value}

    def of(self, document: Any, forms: Forms, head: dict[str, Any]) -> dict[str, Any]:
        """The form of a document, of which everything is shown; what is in ``head`` comes first."""
        values = values_of(document)
        if list(values) != self._names:
            return self.selected(document, forms, head)
        form = {**head, **values}
        for name in self._excluded:
            del form[name]
        name = ""
        try:
            for name, same, quick, make in self._kept:
                value = form[name]
                kind = type(value)
                if kind not in same:
                    form[name] = quick[kind](value) if kind in quick else make(value, forms)
            for name, read, same, quick, made_by in self._read:
                value = read(document)
                kind = type(value)
                if kind in quick:
                    value = quick[kind](value)
                elif kind not in same and made_by is not None:
                    value = made_by(value, forms)
                form[name] = value
        except Exception as error:
            locate(error, name)
            raise
        if self._computed:
            form.update(self._computed_values(document, forms))
        return form

    def selected(self, document: Any, forms: Forms, head: dict[str, Any]) -> dict[str, Any]:
        """The same where something is left out or called otherwise, or has no field."""
        values = values_of(document)
        selection, is_whole = forms.selection, not is_partial(document)
        form = dict(head)
        for name, alias, read, same, quick, make in self._steps:
            if (selection is None or selection.shows(name)) and (is_whole or name in values):
                value = values.get(name) if read is None else read_located(document, name, read)
                kind = type(value)
                if kind in quick:
                    value = quick[kind](value)
                elif kind not in same:
                    value = forms._inner(make, value, name)
                form[alias if forms.by_alias else name] = value
        for name, value in dynamic_attributes(document):
            # What is stored under the key ``id`` is not to be taken for the document's id.
            if name not in head and (selection is None or selection.shows(name)):
                key = stored_key_of(document, name) if forms.by_alias else name
                form[key] = forms._inner(plain, value, name)
        form.update(self._computed_values(document, forms))
        if forms.exclude_none:
            return {name: value for name, value in form.items() if value is not None}
        return form

    def names_of(self, document: Any) -> set[str]:
        """All names that the form of a document has, be it of a class that derives from this."""
        names = {*(step.name for step in self._steps), *self._computed}
        names.update(name for name, _ in dynamic_attributes(document))
        return names if self.key is None else names | {self.key}

    def _computed_values(self, document: Any, forms: Forms) -> dict[str, Any]:
        selection = forms.selection
        return {
            name: forms._inner(plain, read_located(document, name, computed.function), name)
            for name, computed in self._computed.items()
            if selection is None or selection.shows(name)
        }


def read_located(document: Any, name: str, read: Callable[[Any], Any]) -> Any:
    """What a function reads of a document; what it raises says of which attribute."""
    try:
        return read(document)
    except Exception as error:
        locate(error, name)
        raise


def form_of_class(document_class: Any, *, is_json: bool) -> ClassForm:
    """The form of a class's documents, as its fields are now."""
    known = conversion_of(document_class).dict_forms
    found: ClassForm | None = known.get(is_json)
    if found is None:
        found = known[is_json] = ClassForm(document_class, is_json=is_json)
    return found


def step_of(document_class: Any, name: str, *, is_json: bool) -> Step:
    field = document_class._fields[name]
    attribute = find_attribute(document_class, name)
    read: Callable[[Any], Any] | None = attribute.read
    if not document_class._is_read_directly():
        read = partial(read_by_name, name=name)
    elif reads_plainly(attribute):
        read = None
    _, same, quick, make = form_of_field(field, is_json=is_json)
    return Step(name, field.db_field, read, same, quick, make)


# -- fields ------------------------------------------------------------------------------------


class FieldForm(NamedTuple):
    """What the values of a field come to.

    Attributes:
        present: what reads them outside of a document; ``None`` where they are read as they are.
        same: the types of values that are their own form.
        quick: what makes the form of values of other types.
        make: what makes that of the rest; ``None`` where all values are their own form.
    """

    present: Callable[[Any], Any] | None
    same: frozenset[type]
    quick: Mapping[type, Callable[[Any], Any]]
    make: Make | None


def form_of_field(field: BaseField[Any], *, is_json: bool) -> FieldForm:
    """The form of a field's values, as its methods are now."""
    kept_as = "_json_form" if is_json else "_python_form"
    known: tuple[int, FieldForm] | None = field.__dict__.get(kept_as)
    if known is not None and known[0] == generation.number:
        return known[1]
    present = field.get_value if field.overrides("get_value") else None
    found = FieldForm(present, *made_by(field, is_json=is_json))
    if "name" in vars(field):  # else its changes start no new generation
        field.__dict__[kept_as] = generation.number, found
    return found


def made_by(
    field: BaseField[Any], *, is_json: bool
) -> tuple[frozenset[type], Mapping[type, Callable[[Any], Any]], Make | None]:
    own = getattr(field, "__to_json__", None)
    if is_json and own is not None:
        return NONE_ONLY, {}, partial(by_own_method, own)
    if not is_converted_by_us(field):
        return NONE_ONLY, {}, partial(by_own_conversion, field)
    if not field.is_scalar:
        return NONE_ONLY, field._made_for_json if is_json else {}, field._dict_form
    if not is_json:
        return NONE_ONLY, {}, None
    return NONE_ONLY | field._same_in_json, field._made_for_json, partial(by_field, field)


def is_converted_by_us(field: BaseField[Any]) -> bool:
    """Whether we know what stands in dicts for the values of a field.

    We do not where a method of the program's own says what is read or stored, unless the values
    hold others, which have fields of their own.
    """
    return field._holds_others or all(is_built_in(field, method) for method in METHODS)


def by_own_method(method: Callable[[Any], Any], value: Any, forms: Forms) -> Any:
    return method(value)


def by_field(field: BaseField[Any], value: Any, forms: Forms) -> Any:
    try:
        return field._dict_form(value, forms)
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        return forms.plain(value)  # it is not valid, and shown all the same


def by_own_conversion(field: BaseField[Any], value: Any, forms: Forms) -> Any:
    """What there is for a value of a program's own field.

    For JSON it is the form of what is stored, which the field can read, unless the value is one of
    JSON itself.
    """
    if field._is_secret(value):
        return SECRET
    if not forms.is_json or type(value) in SAME or isinstance(value, DocumentStorage):
        return forms.plain(value)
    return forms.plain(field.to_son(value))


def plain(value: Any, forms: Forms) -> Any:
    return forms.plain(value)

"""Row -> document: the reference meaning of ``Rows``, for one document class and one set of rules.

It is made for each call, so that it knows the class as it is then. What a field's value becomes is
decided once for each field: nothing where neither a text nor a mapping means anything there.
"""

from __future__ import annotations

from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Set,
)
from functools import partial
from operator import is_
from typing import Any

from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.generic_embedded_document_field import GenericEmbeddedDocumentField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.refusals import masked, refused
from aiomotorengine.ids import without_hex
from aiomotorengine.locations import locate
from aiomotorengine.rows.refused import RefusedRow, UnknownKeys, twice
from aiomotorengine.rows.rules import RowRules
from aiomotorengine.storage.stored_forms import keep_own_id
from aiomotorengine.utils import is_collection

__all__ = ["RowReader", "names_in"]

MISSING: Any = object()
"""Stands for a value that could not be read; what is wrong with it was said."""

UNORDERED = (str, bytes, Mapping, Set)
"""Collections that are no rows whose values columns could name."""

Refusals = list[Exception]
Convert = Callable[[Any, Refusals], Any]


def names_in(document_class: Any, names: str) -> dict[str, str]:
    """Key of a row -> name of a field, before anything is renamed."""
    return {
        name if names == "attribute" else field.db_field: name
        for name, field in document_class._fields.items()
    }


class RowReader:
    """Makes documents of rows.

    Parameters:
        document_class: the class of the documents.
        rules: how rows are read.

    Raises:
        ValueError: names that are known beforehand are no fields, or a required field has no
            column.
    """

    def __init__(self, document_class: Any, rules: RowRules) -> None:
        self.document_class = document_class
        self.rules = rules
        classes: dict[Any, ClassReader] = {}
        self._fields = ClassReader(document_class, rules, classes, is_top=True)
        check_names(document_class, rules, self.keys)

    @property
    def keys(self) -> dict[str, str]:
        """Key of a row -> name of a field, or ``_id``."""
        return {key: name for key, (name, _) in self._fields.targets.items()}

    def read(self, row: Any) -> Any:
        """The document of a row, or a ``RefusedRow``."""
        refusals: Refusals = []
        try:
            mapping = self._mapping_of(row)
            values = self._fields.values_of(mapping, refusals)
            if self.rules.id is not None:
                self._give_id(mapping, values, refusals)
            document = self.document_class(**values)
        except RecursionError:
            deep = InvalidDocumentError("a row must not contain itself, or be nested so deep.")
            return RefusedRow(self.rules.as_given(row), [*refusals, deep])
        except Exception as error:  # of a mapping, an __init__, a setter or a default's maker
            return RefusedRow(self.rules.as_given(row), [*refusals, error])
        return RefusedRow(self.rules.as_given(row), refusals, document) if refusals else document

    def read_all(self, rows: Iterable[Any]) -> Iterator[Any]:
        """The documents of many rows, with a ``RefusedRow`` where there is none."""
        for row in rows:
            yield self.read(row)

    async def read_later(self, rows: AsyncIterable[Any]) -> AsyncIterator[Any]:
        """The same for rows that are waited for."""
        try:
            async for row in rows:
                yield self.read(row)
        finally:
            if (aclose := getattr(rows, "aclose", None)) is not None:
                await aclose()

    def _mapping_of(self, row: Any) -> Mapping[Any, Any]:
        columns = self.rules.columns
        if columns is None:
            if not isinstance(row, Mapping):
                hint = "; name its values by columns=" if is_sequence(row) else ""
                raise TypeError(f"a row must be a mapping, not {type(row).__name__}{hint}.")
            return row
        if not is_sequence(row):
            raise TypeError(f"a row must be a sequence, not {type(row).__name__}.")
        if len(row) != len(columns):
            raise ValueError(f"a row must have {len(columns)} values, not {len(row)}.")
        return dict(zip(columns, row, strict=True))

    def _give_id(self, row: Mapping[Any, Any], values: dict[str, Any], refusals: Refusals) -> None:
        if callable(self.rules.id):
            name = "_id"
            try:
                id = self.rules.id(row)
            except RecursionError:
                raise
            except Exception as raised:  # as of a key that this row does not have
                locate(raised, name)
                refusals.append(raised)
                return
        else:
            column = self.rules.column_of_id(row.keys())
            name, id = str(self.rules.id), None if column is None else row[column]
        primary = declared_key(self.document_class)
        if self.rules.parse:
            id = parsed_id(id, self.rules, primary)
        if id is None:
            error = InvalidDocumentError.required(name)
            locate(error, name)
            refusals.append(error)
        else:
            values["_id" if primary is None else primary.name] = id


def is_sequence(row: Any) -> bool:
    """Whether the values of a row have an order, and columns name them."""
    return isinstance(row, Collection) and not isinstance(row, UNORDERED)


class ClassReader:
    """Makes keywords of the items of rows of one class, at whatever depth.

    Attributes:
        targets: key of a row -> name of a field, and what makes its value of the row's.
    """

    def __init__(
        self,
        document_class: Any,
        rules: RowRules,
        classes: dict[Any, ClassReader],
        *,
        is_top: bool = False,
    ) -> None:
        self._class = document_class
        self._rules = rules
        self._classes = classes
        self.targets: dict[Any, tuple[str, Convert | None]] = {}
        for key, name in names_in(document_class, rules.names).items():
            self.targets[key] = name, self._convert(document_class._fields[name])
        primary = declared_key(document_class)
        if primary is not None:
            self.targets[primary.name] = primary.name, self._convert(primary)
        self._ignored: set[Any] = set()
        self._unknown: UnknownKeys | None = None
        if is_top:
            self.targets["_id"] = "_id", partial(read_id, rules) if rules.parse else None
            if primary is not None:
                self.targets["_id"] = self.targets[primary.name]
            known = dict(self.targets)
            for key in rules.rename:
                self.targets.pop(key, None)
            for key, name in rules.rename.items():
                if name in known:
                    self.targets[key] = known[name]
                elif rules.unknown == "keep" and rules.id not in (key, name):
                    self.targets[key] = name, None
            if isinstance(rules.id, str):
                self._ignored = {key for key, name in rules.rename.items() if name == rules.id}
                self._ignored = (self._ignored | {rules.id}) - self.targets.keys()
        else:
            classes[document_class] = self

    def values_of(self, row: Mapping[Any, Any], refusals: Refusals) -> dict[str, Any]:
        """The keywords that a row comes to. What is wrong with it is added to the refusals."""
        values: dict[str, Any] = {}
        targets, drops_nulls = self.targets, self._rules.nulls == "default"
        for key, value in row.items():
            target = targets.get(key)
            if target is None:
                if key in self._ignored:
                    continue
                is_kept = self._rules.unknown == "keep"
                if is_kept and isinstance(key, str):
                    values[key] = value
                elif is_kept or self._rules.unknown == "refuse":
                    refusals.append(self._refusal(key, value))
                continue
            name, convert = target
            if convert is not None:
                value = located(name, convert, value, refusals)
                if value is MISSING:
                    continue
            if value is None and drops_nulls:
                continue
            if name in values:
                refusals.append(twice(name, value))
            values[name] = value
        return values

    def _refusal(self, key: Any, value: Any) -> InvalidDocumentError:
        if self._unknown is None:
            self._unknown = UnknownKeys(self._class)
        return self._unknown.refusal(key, value)

    # -- what a value becomes ---------------------------------------------------------------------

    def _convert(self, field: BaseField[Any]) -> Convert | None:
        """What makes a field's value of what a row has for it; ``None`` if that is it already."""
        inside: Convert | None = None
        if isinstance(field, EmbeddedDocumentField):
            inside = partial(self._read_embedded, field)
        elif isinstance(field, ListField) and (item := self._convert(field._base_field)):
            inside = partial(read_items, item)
        elif isinstance(field, GenericEmbeddedDocumentField):
            inside = partial(self._read_one_of, field)
        elif isinstance(field, ContainerField):
            converts = {id(inner): self._convert(inner) for inner in field._inner_fields}
            if any(converts.values()):
                inside = partial(read_members, field, converts)
        return partial(read_text, field, self._rules, inside) if self._rules.parse else inside

    def _read_one_of(
        self, field: GenericEmbeddedDocumentField, value: Any, refusals: Refusals
    ) -> Any:
        inner = field._in_charge_of(value) if isinstance(value, Mapping) else field
        if not isinstance(inner, EmbeddedDocumentField):
            return value
        rest = {key: one for key, one in value.items() if key != field.discriminator}
        return self._read_embedded(inner, rest, refusals)

    def _read_embedded(
        self, field: EmbeddedDocumentField[Any], value: Any, refusals: Refusals
    ) -> Any:
        if not isinstance(value, Mapping):
            return value
        embedded: Any = field.embedded_type
        reader = self._classes.get(embedded) or ClassReader(embedded, self._rules, self._classes)
        values = reader.values_of(value, refusals)
        document = embedded(**values)
        if values.get("_id") is not None:
            keep_own_id(document)
        return document


def read_members(
    field: ContainerField[Any],
    converts: Mapping[int, Convert | None],
    value: Any,
    refusals: Refusals,
) -> Any:
    """The same for a mapping or tuple, whose values may have fields of their own."""
    if not field._is_container(value):
        return value
    read = {}
    for key, inner, one in field._members(value):
        convert = converts[id(inner)]
        found = one if convert is None else located(key, convert, one, refusals)
        read[key] = None if found is MISSING else found
    if isinstance(value, Mapping):
        return read
    return of_same_kind(value, [*read.values(), *value[len(read) :]])


def read_items(item: Convert, value: Any, refusals: Refusals) -> Any:
    """The items of a list; of one that cannot be read ``None``, so that the others keep theirs."""
    if not is_collection(value):
        return value
    read = (located(index, item, one, refusals) for index, one in enumerate(value))
    return of_same_kind(value, [None if one is MISSING else one for one in read])


def of_same_kind(collection: Any, items: list[Any]) -> Any:
    """What the items of a collection have become, in one of its kind; the very same if they are
    still what they were.
    """
    if all(map(is_, collection, items)):
        return collection
    kind = type(collection)
    return kind(items) if kind in (tuple, set, frozenset) else items


def read_text(
    field: BaseField[Any], rules: RowRules, inside: Convert | None, value: Any, refusals: Refusals
) -> Any:
    """What a text means to a field; and what is in that, or in a value that was no text."""
    if isinstance(value, str):
        text = value
        if not field._keeps_blanks:
            text = value.strip()
            if text in rules.null_values:
                return None
        try:
            value = field.parse(text)
        except Exception as error:  # of a method that may be the program's
            refusal = refused(field, value)
            refusal.__cause__ = error
            refusal.value = masked(field, value)
            refusals.append(refusal)
            return MISSING
    return value if inside is None else inside(value, refusals)


def read_id(rules: RowRules, value: Any, refusals: Refusals) -> Any:
    return parsed_id(value, rules)


def parsed_id(value: Any, rules: RowRules, primary: BaseField[Any] | None = None) -> Any:
    """The id that a text means; the class may have a field for it."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text in rules.null_values:
        return None
    return without_hex(text) if primary is None else primary.parse(text)


def located(part: str | int, convert: Convert, value: Any, refusals: Refusals) -> Any:
    """Convert what is at a place of a row; what is wrong with it is said to be there."""
    found: Refusals = []
    try:
        return convert(value, found)
    except RecursionError:
        raise
    except Exception as error:
        found.append(error)
        return MISSING
    finally:
        for refusal in found:
            locate(refusal, part)
            refusals.append(refusal)


STAMPS = ("auto_now_on_insert", "auto_now_on_update")
"""The arguments of a date that a save sets."""

FILLING = ("before_save", "before_insert", "before_validate")
"""The events whose hooks may fill a field that has no column."""

# -- what is known before any row is -----------------------------------------------------------


def unknown_name(document_class: Any, name: Any) -> ValueError:
    """The error for a name that is known beforehand, and no field's."""
    error = ValueError(
        f"No field of {document_class.__name__} is called {name!r}; rename it, or pass "
        'unknown="ignore".'
    )
    if name == "id":
        error.add_note('If it is the _id of the documents, pass id="id".')
    if isinstance(name, str) and "." in name:
        outer, _, inner = name.partition(".")
        error.add_note(
            f"No column leads into an embedded document: have a generator make rows such as "
            f"{{{outer!r}: {{{inner!r}: ...}}}}."
        )
    return error


def check_names(document_class: Any, rules: RowRules, keys: Mapping[str, str]) -> None:
    """Refuse names that no row can mend.

    Raises:
        ValueError: one is no field, or a required field is missing.
    """
    if rules.unknown == "refuse":
        known = {"_id", rules.id, rules.rename.get(str(rules.id))}
        known.update(names_in(document_class, rules.names))
        if (primary := declared_key(document_class)) is not None:
            known.add(primary.name)
        wanted = (rules.rename.get(name, name) for name in rules.columns or ())
        for name in (*rules.rename.values(), *wanted):
            if name not in known:
                raise unknown_name(document_class, name)
    if rules.columns is None:
        return
    if isinstance(rules.id, str) and rules.column_of_id(rules.columns) is None:
        raise ValueError(f"There is no column {rules.id!r} to take the _id from.")
    if any(event in conversion_of(document_class).hooks for event in FILLING):
        return
    given = {keys[name] for name in rules.columns if name in keys}
    for name, field in document_class._fields.items():
        stamps = any(getattr(field, it, False) for it in STAMPS)
        if field.required and field.default is None and not stamps and name not in given:
            raise InvalidDocumentError.required(name)

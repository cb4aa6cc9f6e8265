"""What names mean along a pipeline: first those of the documents, then what its stages leave."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol

from bson.decimal128 import Decimal128

from aiomotorengine.aggregation.known_paths import refuse_unknown_path
from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.errors import UnknownFieldError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.decimal128_field import Decimal128Field
from aiomotorengine.fields.decimal_field import DecimalField
from aiomotorengine.fields.document_id import primary_key
from aiomotorengine.fields.dynamic_field import DynamicField
from aiomotorengine.fields.float_field import FloatField
from aiomotorengine.fields.int_field import IntField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.query_builder.ownership import refuse_other_class
from aiomotorengine.query_builder.value_path import value_path
from aiomotorengine.storage.discriminators import family_of

__all__ = [
    "COMPUTED",
    "GroupedNames",
    "Names",
    "NamesAfterGiven",
    "Naming",
    "ReshapedNames",
    "UnitedNames",
    "flat",
    "key_of",
    "lists_along",
    "path_in",
    "refuse_unknown",
]


class Naming(Protocol):
    """What stages and accumulators ask of the pipeline that they are added to.

    Attributes:
        names: what names mean in the next stage: the document class, or ``Names``.
    """

    names: Any

    def get_field_name(self, field: BaseField[Any] | str) -> str:
        """The key in MongoDB of a field; a text is a key, a path, or a name that a group left."""

    def get_path(self, field: BaseField[Any] | str, *, is_new: bool = False) -> str:
        """As ``get_field_name``, but a text may be an attribute's name or a path of such; one that
        is new, if a stage puts a value there.
        """


def key_of(field: BaseField[Any] | str) -> str:
    """The key of a field in MongoDB; a text is one already.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(field, BaseField):
        return field.db_field
    if isinstance(field, str):
        return field
    raise TypeError(f"A field or its name (text) is expected, not {type(field).__name__}.")


class ComputedNumber(FloatField):
    """What a group has computed of ints: an average, say, is none."""

    def to_query(self, value: Any) -> Any:
        return value if isinstance(value, int) else super().to_query(value)


class ComputedValue(DynamicField):
    """What a stage has computed, of which no field tells what it is."""

    def to_query(self, value: Any) -> Any:
        return Decimal128(value) if isinstance(value, Decimal) else super().to_query(value)


WITH_GROUPED = {"$replaceRoot": {"newRoot": {"$mergeObjects": ["$$ROOT", "$_id"]}}}

# One of each is enough: where a value is stored is not asked of the field here. With each field
# that is made, all conversions are compiled anew (``fields/field_methods.py``).
COMPUTED = ComputedValue()
NUMBER_OF_INTS = ComputedNumber()
NUMBER_OF_DECIMALS = Decimal128Field()


def path_in(document_class: Any, text: str) -> str:
    """The path in MongoDB of an attribute's name, or a path of such; any other text as it is."""
    if text == "id" and text not in document_class._fields:
        return "_id"
    return ".".join(field.db_field for field in fields_along(document_class, text)) or text


def fields_along(document_class: Any, text: str) -> list[BaseField[Any]]:
    """The fields that an attribute's name leads to, or a path of such; none for any other text."""
    for one in family_of(document_class):  # first itself, then those that are stored with it
        try:
            found: list[BaseField[Any]] = one.get_fields(text)
        except ValueError:
            continue
        return found
    return []


class Names:
    """What names mean after a stage that has reshaped the documents. Queries and expressions take
    it for a document class.

    Parameters:
        before: the document class, or what names meant before the stage.

    Attributes:
        document_class: the class whose documents the pipeline began with.
        grouped: whether ``_id`` holds the values of which a group was made.
        is_complete: whether there is nothing but what has a name.
        _fields: name -> the field whose values are compared.
        _db_field_map: name -> key in MongoDB.
    """

    grouped = False
    is_complete = False

    def __init__(self, before: Any) -> None:
        self.document_class: Any = before.document_class if isinstance(before, Names) else before
        self.__name__: str = self.document_class.__name__
        self._fields: dict[str, BaseField[Any]] = {}
        self._db_field_map: dict[str, str] = {}

    @property
    def __dynamic__(self) -> bool:
        """Whether there may be values that have no name."""
        return not self.is_complete or is_dynamic(self.document_class)

    @property
    def _reverse_db_field_map(self) -> dict[str, str]:
        return {key: name for name, key in self._db_field_map.items()}

    def _name(self, name: str, field: BaseField[Any], key: str) -> None:
        self._fields[name] = field
        self._db_field_map[name] = key

    def as_class(self) -> Any:
        """The class whose documents these still are, but for what they have lost; else ``None``."""
        return None

    def find(self, field: BaseField[Any] | str) -> str:
        """Where the values of a field, or what a text names, are now."""
        key = key_of(field)
        if key in self._db_field_map:
            return self._db_field_map[key]
        if key == "id" and "_id" in self._db_field_map:
            return "_id"
        name = beginning(key, self._db_field_map)
        if name is None:
            return key
        path, inner = key[len(name) + 1 :], embedded_in(self._fields[name])
        return f"{self._db_field_map[name]}.{path if inner is None else path_in(inner, path)}"

    def find_for_group(self, field: BaseField[Any] | str) -> str:
        """As ``find``, for the key of another group."""
        return self.find(field)

    def refuse_unknown(self, text: str) -> None:
        """Raise ``UnknownFieldError`` for a text that names nothing, where documents have no other
        values than those of fields and what the stages have made of them.
        """
        head = beginning(text, self._db_field_map)
        if head is not None:
            inner = embedded_in(self._fields[head])
            if inner is not None and text != head:
                refuse_unknown_path(inner, text[len(head) + 1 :])
        elif not is_dynamic(self) and beginning(text, {"id", *self._db_field_map.values()}) is None:
            raise UnknownFieldError.of(self, text)

    def _located(self, field: BaseField[Any] | str) -> tuple[str, BaseField[Any]]:
        """Where what a field or a text names is now, and the field whose values are there."""
        if isinstance(field, BaseField):
            refuse_other_class(self.document_class, field)
        elif field.partition("__")[0] in self._fields and field not in self._fields:
            field = field.replace("__", ".")
        key = self.find(field)
        names = (name for name, its_key in self._db_field_map.items() if its_key == key)
        name = next(names, None)
        if name is not None:
            return key, self._fields[name]
        text = key_of(field)
        head = beginning(text, self._fields)
        if self.is_complete and head is None:
            raise self._not_left(text)
        inner = None if head is None else embedded_in(self._fields[head])
        along = [] if head is None or inner is None else fields_along(inner, text[len(head) + 1 :])
        return key, along[-1] if along else COMPUTED

    def _not_left(self, text: str) -> ValueError:
        return ValueError(
            f"Invalid field '{text}': Field not found in what the stages before have left of "
            f"'{self.__name__}'."
        )

    def lists_along(self, field: BaseField[Any] | str) -> tuple[str, ...]:
        """The keys of the lists through which a field or a text leads, its own included."""
        text = key_of(field)
        head = beginning(text, self._fields)
        if head is None:
            return ()
        inner = embedded_in(self._fields[head])
        along = [] if inner is None else fields_along(inner, text[len(head) + 1 :])
        key, lists = self._db_field_map[head], []
        for step, it in enumerate([self._fields[head], *along]):
            key = f"{key}.{it.db_field}" if step else key
            if isinstance(it, ListField):
                lists.append(key)
        return tuple(lists)


class GroupedNames(Names):
    """The names that a group leaves.

    What was grouped is found under ``_id``, by its attribute's name or by its key; what was
    accumulated under its alias, which wins (K49).

    Parameters:
        before: the document class, or what names meant before the group.
        keys: key in the group's ``_id`` -> where its value comes from.
        aliases: the names of what the group accumulates.
        computed: further keys in the group's ``_id``, whose values are computed.
        numbers: those of the aliases whose values are numbers, of decimals as well.
    """

    is_complete = True

    def __init__(
        self,
        before: Any,
        keys: Mapping[str, str],
        aliases: Iterable[str],
        computed: Iterable[str] = (),
        numbers: Collection[str] = (),
    ) -> None:
        super().__init__(before)
        keys, computed = with_heads(keys), list(computed)
        self.keys = frozenset([*keys, *computed])
        self.aliases = frozenset(aliases)
        self.grouped = bool(self.keys)
        # An alias that was not chosen is the key of the field, whose name remains.
        declared = self.document_class._fields
        for name, key in self.document_class._db_field_map.items():
            if key in self.aliases:
                self._name(name, declared[name], key)
        fields = {key: before._fields[name] for name, key in before._db_field_map.items()}
        grouped = {source: f"_id.{key}" for key, source in keys.items()}

        self._name("_id", COMPUTED, "_id")
        for key, source in keys.items():
            self._name(key, fields.get(source, COMPUTED), f"_id.{key}")
        for name, source in before._db_field_map.items():
            if source in grouped:
                self._name(name, before._fields[name], grouped[source])
        for key in computed:
            self._name(key, COMPUTED, f"_id.{key}")
        for name, key in before._db_field_map.items():
            if key in self.aliases and isinstance(before._fields[name], IntField):
                self._name(name, NUMBER_OF_INTS, key)
            elif key in numbers and isinstance(before._fields[name], DecimalField):
                self._name(name, NUMBER_OF_DECIMALS, key)
        for alias in self.aliases:
            self._name(alias, COMPUTED, alias)

    def find(self, field: BaseField[Any] | str) -> str:
        if isinstance(field, BaseField):
            key = key_of(field)
            return f"_id.{key}" if key in self.keys else key
        return super().find(field)

    def find_for_group(self, field: BaseField[Any] | str) -> str:
        """As ``find``, for the key of another group: what is no alias is a key of this one."""
        found = self.find(field)
        is_known = found in self.aliases or found == "_id" or found.startswith("_id.")
        return found if is_known else f"_id.{found}"


class ReshapedNames(Names):
    """The names that any other stage leaves that adds to the documents, or makes others of them.

    Parameters:
        before: the document class, or what names meant before the stage.
        added: key -> the field whose values are there now; ``COMPUTED`` for what was computed.
        keeps: whether what the documents had before is there still.
        paths: paths of attributes' names that lead to some of these keys.
        left: of what the documents had before, the paths in MongoDB that are there still; ``None``
            for all.
        lost: the paths that are not.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class City(Document):
        ...     people = IntField(db_field="p")
        >>> names = ReshapedNames(City, {"density": COMPUTED})
        >>> names.find("people"), names.find("density"), names.find(City.people)
        ('p', 'density', 'p')
        >>> ReshapedNames(City, {"count": COMPUTED}, keeps=False).find("people")
        'people'
    """

    def __init__(
        self,
        before: Any,
        added: Mapping[str, BaseField[Any]],
        *,
        keeps: bool = True,
        paths: Mapping[str, str] = MappingProxyType({}),
        left: Collection[str] | None = None,
        lost: Collection[str] = (),
    ) -> None:
        super().__init__(before)
        self._left, self._lost = left, lost
        self._before = before if keeps else None
        self.is_complete = bool(added) and not keeps
        own: set[str] = set()
        if keeps:
            self.grouped = isinstance(before, Names) and before.grouped
            for one in family_of(before):
                for name, field in one._fields.items():
                    if name not in self._fields:
                        self._name(name, field, one._db_field_map[name])
            self._primary_key = primary_key(before)
            discriminator = getattr(before, "_discriminator", None)
            if discriminator is not None:
                self._name(discriminator.key, COMPUTED, discriminator.key)
        for key, field in added.items():
            named = [name for name, its_key in self._db_field_map.items() if its_key == key]
            for name in (*named, key):
                self._name(name, field, key)
            own.update(named, [key])
        for path, key in paths.items():
            for name in (path, path.replace(".", "__")):
                self._name(name, added[key], key)
            own.add(path)
        self._own = frozenset(own)

    @property
    def __dynamic__(self) -> bool:
        return super().__dynamic__ if self._before is None else is_dynamic(self._before)

    def as_class(self) -> Any:
        if self._own:
            return None
        before = self._before
        return before.as_class() if isinstance(before, Names) else before

    def find(self, field: BaseField[Any] | str) -> str:
        key = key_of(field)
        if self._before is None or beginning(key, self._own) is not None:
            return super().find(key)
        if isinstance(self._before, Names):
            return self._before.find(field)
        return key if isinstance(field, BaseField) else path_in(self._before, key)

    def find_for_group(self, field: BaseField[Any] | str) -> str:
        key = key_of(field)
        if isinstance(self._before, Names) and beginning(key, self._own) is None:
            return self._before.find_for_group(field)
        return self.find(field)

    def refuse_unknown(self, text: str) -> None:
        if self._before is None or beginning(text, self._own) is not None:
            super().refuse_unknown(text)
        else:
            refuse_unknown(self._before, text)

    def _located(self, field: BaseField[Any] | str) -> tuple[str, BaseField[Any]]:
        if self._before is None or self._is_own(field):
            return super()._located(field)
        path = value_path(self._before, field, "Invalid field '{}'")
        if not self._is_left(path.key):
            raise self._not_left(key_of(field))
        return path.key, self._fields.get(path.name, path.field)

    def lists_along(self, field: BaseField[Any] | str) -> tuple[str, ...]:
        if self._before is None or self._is_own(field):
            return super().lists_along(field)
        return lists_along(self._before, field)

    def _is_left(self, path: str) -> bool:
        """Whether the stage has left something of what a path in MongoDB leads to."""
        if beginning(path, self._lost) is not None:
            return False
        left = self._left
        return left is None or beginning(path, left) is not None or is_around(path, left)

    def _is_own(self, field: BaseField[Any] | str) -> bool:
        text = key_of(field)
        return any(beginning(it, self._own) for it in (text, text.replace("__", ".")))


class NamesAfterGiven(ReshapedNames):
    """The names after stages as MongoDB takes them, which may have put values anywhere.

    Parameters:
        before: the document class, or what names meant before the stages.
        keys: those under which the stages say that they put values. What is the name of a field
            goes on meaning that.
    """

    def __init__(self, before: Any, keys: Iterable[str]) -> None:
        super().__init__(before, {})
        own = [key for key in keys if not self._leads_to_field(key)]
        for key in own:
            for name in (key, key.replace(".", "__")):
                self._name(name, COMPUTED, key)
        self._own = frozenset(own)

    def as_class(self) -> Any:
        before = self._before
        return before.as_class() if isinstance(before, Names) else before

    def _leads_to_field(self, text: str) -> bool:
        """Whether a text is the name of a field, or a path of such names."""
        head = beginning(text, self._fields)
        if head is None or head == text:
            return head is not None
        inner = embedded_in(self._fields[head])
        return inner is not None and bool(fields_along(inner, text[len(head) + 1 :]))

    def refuse_unknown(self, text: str) -> None:
        pass


class UnitedNames(ReshapedNames):
    """The names after documents of another pipeline have joined; what both have is the first's.

    Parameters:
        before: the document class, or what names meant before the stage.
        other: the same of the other pipeline.
    """

    def __init__(self, before: Any, other: Any) -> None:
        super().__init__(before, {})
        self._other = other

    def find(self, field: BaseField[Any] | str) -> str:
        return self._find_in_other(field) or super().find(field)

    def find_for_group(self, field: BaseField[Any] | str) -> str:
        return self._find_in_other(field) or super().find_for_group(field)

    def refuse_unknown(self, text: str) -> None:
        if not self._is_of_other(text):
            super().refuse_unknown(text)

    def _find_in_other(self, field: BaseField[Any] | str) -> str | None:
        if not isinstance(field, str) or not self._is_of_other(field):
            return None
        other = self._other
        return other.find(field) if isinstance(other, Names) else path_in(other, field)

    def _is_of_other(self, text: str) -> bool:
        """Whether only the documents that have joined have what a text names."""
        return not is_known(self._before, text) and is_known(self._other, text)


def is_known(names: Any, text: str) -> bool:
    """Whether documents have, or may have, what a text names; as for ``refuse_unknown``."""
    try:
        refuse_unknown(names, text)
    except UnknownFieldError:
        return False
    return True


def refuse_unknown(names: Any, text: str) -> None:
    """Raise ``UnknownFieldError`` for a text that names nothing, where nothing else is possible.

    Parameters:
        names: the document class, or what a stage has left.
        text: an attribute's name, a key, or a path of such with dots.
    """
    if isinstance(names, Names):
        names.refuse_unknown(text)
    else:
        refuse_unknown_path(names, text)


def lists_along(names: Any, field: BaseField[Any] | str) -> tuple[str, ...]:
    """The keys of the lists through which a field or a path leads, its own included.

    Parameters:
        names: the document class, or what a stage has left.
        field: the field; or an attribute's name, or a path of such with dots.
    """
    if isinstance(names, Names):
        return names.lists_along(field)
    return value_path(names, field, "Invalid field '{}'").lists


def beginning(path: str, names: Container[str]) -> str | None:
    """The longest of some names with which a path begins; ``None`` where there is none.

    Example:
        >>> beginning("home.owner.name", {"home", "home.owner"})
        'home.owner'
    """
    parts = path.split(".")
    starts = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
    return next((start for start in starts if start in names), None)


def is_around(path: str, others: Iterable[str]) -> bool:
    """Whether one of some paths leads inside of what a path leads to."""
    return any(other.startswith(f"{path}.") for other in others)


def embedded_in(field: BaseField[Any] | None) -> Any:
    """The class of the documents in a field, or in its items; ``None`` where there are none."""
    return None if field is None else getattr(field._innermost, "embedded_type", None)


def flat(names: Any) -> list[dict[str, Any]]:
    """The stage, if any, after which results are documents of a class: what was grouped by, which
    stands under ``_id``, becomes a part of each.
    """
    is_grouped = isinstance(names, Names) and names.grouped
    return [WITH_GROUPED] if is_grouped else []


def with_heads(keys: Mapping[str, str]) -> dict[str, str]:
    """Keys of a group and where their values come from, with those that hold dotted ones."""
    heads: dict[str, str] = {}
    for key, source in keys.items():
        head, dot, rest = key.partition(".")
        if dot:
            heads[head] = source.removesuffix(f".{rest}")
    return heads | dict(keys)

"""What names mean along a pipeline: before a group those of the documents, then what it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.float_field import FloatField
from aiomotorengine.fields.int_field import IntField
from aiomotorengine.query_builder.filter_path import UNDECLARED

__all__ = ["GroupedNames", "Naming", "key_of"]


class Naming(Protocol):
    """What stages and accumulators ask of the pipeline that they are added to.

    Attributes:
        names: what names mean in the next stage: the document class, or ``GroupedNames``.
    """

    names: Any

    def get_field_name(self, field: BaseField[Any] | str) -> str:
        """The key in MongoDB of a field; a text is a key, a path, or a name that a group left."""

    def get_path(self, field: BaseField[Any] | str) -> str:
        """As ``get_field_name``, but a text may be an attribute's name or a path of such."""


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


class GroupedNames:
    """The names that a group leaves. Queries take it for a document class.

    What was grouped is found under ``_id``, by its attribute's name or by its key; what was
    accumulated under its alias, which wins (K49).

    Parameters:
        before: the document class, or the names that an earlier group left.
        keys: key in the group's ``_id`` -> where its value comes from.
        aliases: the names of what the group accumulates.

    Attributes:
        document_class: the class whose documents the pipeline began with.
        _fields: name -> the field whose values are compared.
        _db_field_map: name -> key in the documents of the group.
    """

    def __init__(self, before: Any, keys: Mapping[str, str], aliases: Iterable[str]) -> None:
        self.document_class: Any = (
            before.document_class if isinstance(before, GroupedNames) else before
        )
        keys = with_heads(keys)
        self.keys = frozenset(keys)
        self.aliases = frozenset(aliases)
        # The attributes' names remain: an alias that was not chosen is the key of the field.
        self._fields: dict[str, BaseField[Any]] = dict(self.document_class._fields)
        self._db_field_map: dict[str, str] = dict(self.document_class._db_field_map)
        fields = {key: before._fields[name] for name, key in before._db_field_map.items()}
        grouped = {source: f"_id.{key}" for key, source in keys.items()}

        self._name("_id", UNDECLARED, "_id")
        for key, source in keys.items():
            self._name(key, fields.get(source, UNDECLARED), f"_id.{key}")
        for name, source in before._db_field_map.items():
            if source in grouped:
                self._name(name, before._fields[name], grouped[source])
        for name, key in before._db_field_map.items():
            if key in self.aliases and isinstance(before._fields[name], IntField):
                self._name(name, ComputedNumber(db_field=key), key)
        for alias in self.aliases:
            self._name(alias, UNDECLARED, alias)

    def _name(self, name: str, field: BaseField[Any], key: str) -> None:
        self._fields[name] = field
        self._db_field_map[name] = key

    def find(self, field: BaseField[Any] | str) -> str:
        """Where the values of a field, or what a text names, are now."""
        key = key_of(field)
        if isinstance(field, BaseField):
            return f"_id.{key}" if key in self.keys else key
        if key in self._db_field_map:
            return self._db_field_map[key]
        name, _, path = key.partition(".")
        if not path or name not in self._db_field_map:
            return key
        field = self._fields[name]
        inner = getattr(field._innermost, "embedded_type", None)
        try:
            parts = [part.db_field for part in inner.get_fields(path)] if inner else [path]
        except ValueError:
            parts = [path]
        return ".".join([self._db_field_map[name], *parts])

    def _located(self, field: BaseField[Any] | str) -> tuple[str, BaseField[Any]]:
        """Where what a field or a text names is now, and the field whose values are there."""
        key = self.find(field)
        names = (name for name, its_key in self._db_field_map.items() if its_key == key)
        name = next(names, None)
        return key, UNDECLARED if name is None else self._fields[name]

    def find_for_group(self, field: BaseField[Any] | str) -> str:
        """As ``find``, for the key of another group: what is no alias is a key of this one."""
        found = self.find(field)
        is_known = found in self.aliases or found == "_id" or found.startswith("_id.")
        return found if is_known else f"_id.{found}"


def with_heads(keys: Mapping[str, str]) -> dict[str, str]:
    """Keys of a group and where their values come from, with those that hold dotted ones."""
    heads: dict[str, str] = {}
    for key, source in keys.items():
        head, dot, rest = key.partition(".")
        if dot:
            heads[head] = source.removesuffix(f".{rest}")
    return heads | dict(keys)

"""What a query asks to be equal, which an upsert inserts where it finds nothing.

The server reads that out of the query as well, and refuses one that names a key twice. So what is
said twice is sent once, and where several items of one list are asked for, each is sent as an item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aiomotorengine.fields.list_field import ListField
from aiomotorengine.query.expressions import is_met, is_operators
from aiomotorengine.utils import is_collection, is_operator

__all__ = ["equalities_in", "field_at", "named_once", "values_to_insert"]


class Equality(NamedTuple):
    """One of the values that a query asks for.

    Attributes:
        key: the key in MongoDB.
        operator: by which operator it is asked for; empty where the value stands by itself.
        value: the value; of ``$all`` a list.
        others: what else is asked of the key in the same place.
    """

    key: str
    operator: str
    value: Any
    others: Mapping[str, Any]

    @property
    def items(self) -> Sequence[Any]:
        """The items of a list that is asked for; the value itself may be one."""
        return self.value if self.is_list else [self.value]

    @property
    def is_list(self) -> bool:
        """Whether it is a list, or items of one."""
        return self.value is not None and is_collection(self.value)


def equality(key: str, condition: Any) -> Equality | None:
    """The value that a condition asks for; ``None`` where it asks for none."""
    if not is_met(condition):
        return Equality(key, "", condition, {})
    if not is_operators(condition):
        return None
    for operator, value in condition.items():
        others = {name: it for name, it in condition.items() if name != operator}
        if operator == "$eq":
            return Equality(key, operator, value, others)
        if operator == "$in" and len(value) == 1 and not is_met(value[0]):
            return Equality(key, operator, value[0], others)
        if operator == "$all" and value and not any(map(is_met, value)):
            return Equality(key, operator, list(value), others)
    return None


def each_equality(query: Mapping[str, Any]) -> Iterator[Equality]:
    """All that a query asks to be equal, in its order."""
    for key, condition in query.items():
        if is_conjunction(key, condition):
            for part in condition:
                yield from each_equality(part)
        elif not is_operator(key) and (found := equality(key, condition)) is not None:
            yield found


def is_conjunction(key: str, condition: Any) -> bool:
    """Whether all parts of a condition have to be met."""
    return key == "$and" or (key == "$or" and len(condition) == 1)


def equalities_in(query: Mapping[str, Any]) -> dict[str, Any]:
    """What a query asks to be equal, by key.

    Parameters:
        query: the query, as MongoDB takes it.

    Example:
        >>> equalities_in({"url": "/a", "$and": [{"kind": {"$eq": "x"}}, {"n": {"$gt": 1}}]})
        {'url': '/a', 'kind': 'x'}
    """
    return {it.key: it.value for it in each_equality(query)}


def values_to_insert(document_class: Any, query: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a document gets by a query that it is inserted for, by key.

    Parameters:
        document_class: its class.
        query: the query, as MongoDB takes it.

    Raises:
        ValueError: two values are asked for where a document can have but one, or a value and
            something inside of it.

    Example:
        >>> from aiomotorengine import Document, ListField, StringField
        >>> class Post(Document):
        ...     url = StringField()
        ...     tags = ListField(StringField())
        >>> values_to_insert(Post, {"url": "/a", "$and": [{"tags": "a"}, {"tags": "b"}]})
        {'url': '/a', 'tags': ['a', 'b']}
    """
    values: dict[str, Any] = {}
    for found in each_equality(query):
        key, value = found.key, found.value
        if is_list_at(document_class, key) and value is not None:
            known = values.get(key) or []
            values[key] = [*known, *(item for item in found.items if not is_among(item, known))]
        elif key in values and not is_among(value, [values[key]]):
            raise ValueError(
                f"An upsert can't insert '{key}': the filter asks for two values of it, and no "
                "document has both."
            )
        else:
            values[key] = value
    for key in values:
        holder, dot, _ = key.rpartition(".")
        while dot:
            if holder in values:
                raise ValueError(
                    f"An upsert can't insert '{holder}' and '{key}': the filter asks for the whole "
                    "and for a part of it; ask for the parts alone, or for the whole."
                )
            holder, dot, _ = holder.rpartition(".")
    return values


def named_once(document_class: Any, query: Mapping[str, Any]) -> Mapping[str, Any]:
    """The query by which an upsert looks for what another query asks for.

    Parameters:
        document_class: the class whose documents are looked for.
        query: the query, as MongoDB takes it. It is not changed.

    Returns:
        The very same, unless it names a key twice.

    Example:
        >>> from aiomotorengine import Document, ListField, StringField
        >>> class Post(Document):
        ...     url = StringField()
        ...     tags = ListField(StringField())
        >>> named_once(Post, {"$and": [{"url": "/a"}, {"url": "/a"}, {"tags": "b"}]})
        {'$and': [{'url': '/a'}, {'tags': 'b'}]}
        >>> named_once(Post, {"tags": {"$all": ["a", "b"]}})
        {'tags': {'$all': [{'$elemMatch': {'$eq': 'a'}}, {'$elemMatch': {'$eq': 'b'}}]}}
    """
    named: set[str] = set()
    several: set[str] = set()
    for found in each_equality(query):
        is_several = found.operator == "$all" and len(found.value) > 1
        (several if is_several or found.key in named else named).add(found.key)
    if not several:
        return query
    return Rewriting(document_class, several).of(query)


class Rewriting:
    """Says a query anew, so that the server finds each key in it once.

    Parameters:
        document_class: the class whose documents are looked for.
        several: the keys that it names more than once.
    """

    def __init__(self, document_class: Any, several: set[str]) -> None:
        self._document_class = document_class
        self._several = several
        self._named: set[str] = set()

    def of(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """The query without what was said before."""
        result: dict[str, Any] = {}
        for key, condition in query.items():
            if is_conjunction(key, condition):
                if parts := [part for part in map(self.of, condition) if part]:
                    result[key] = parts
            elif key not in self._several or (found := equality(key, condition)) is None:
                result[key] = condition
            elif found.operator == "$all" or self._is_item(found):
                items = [{"$elemMatch": {"$eq": item}} for item in found.items]
                result[key] = {**found.others, "$all": items}
            elif key not in self._named:
                self._named.add(key)
                result[key] = condition
            elif found.others:
                result[key] = found.others
        return result

    def _is_item(self, found: Equality) -> bool:
        """Whether it is an item of a list; ``None``, which finds those without one, is none."""
        is_in_list = is_list_at(self._document_class, found.key)
        return is_in_list and found.value is not None and not found.is_list


def is_among(value: Any, others: Sequence[Any]) -> bool:
    """Whether a value is one of others; 1 is no truth value."""
    return any(type(value) is type(other) and value == other for other in others)


def is_list_at(document_class: Any, key: str) -> bool:
    """Whether a list is stored under a key of MongoDB."""
    return isinstance(field_at(document_class, key), ListField)


def field_at(document_class: Any, key: str) -> Any:
    """The field that has exactly this key of MongoDB; ``None`` where none has."""
    field = None
    for part in key.split("."):
        names = getattr(document_class, "_reverse_db_field_map", {})
        if part not in names:
            return None
        field = document_class._fields[names[part]]
        document_class = getattr(field, "embedded_type", None)
    return field

"""Index: one that is declared in a class body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from pymongo.collation import Collation
from pymongo.operations import IndexModel

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.indexes.definition import IndexDefinition
from aiomotorengine.indexes.keys import KeyLike, UnknownNameError, key_of, stored_path
from aiomotorengine.query_builder.node import Q, QNode

__all__ = ["Index", "IndexLike", "definition_of", "seconds"]


class Index:
    """An index, as an item of ``__indexes__``.

    Parameters:
        keys: names or dotted paths of attributes. In front of one may stand ``-`` (descending),
            ``$`` (text), ``#`` (hashed) or ``*`` (2dsphere); ``$**`` stands for all keys, and
            ``data.$**`` for all in ``data``. Fields are taken as well, and pairs of a name and a
            kind. Names with an underscore in front are keys of MongoDB.
        name: its name; by default it is made of the keys.
        unique: whether no two documents may have the same values.
        sparse: whether documents without the first key are left out.
        partial: which documents are in it: a ``Q``, or a query as MongoDB takes it.
        expires: how long after the date under its key a document is deleted: seconds, or a
            ``timedelta``.
        collation: how texts are compared: a ``pymongo.collation.Collation``, a mapping, or the name
            of a locale.
        hidden: whether the server does not use it.
        weights: of a text index, how much keys count, by name.
        default_language: of a text index, the language of texts that do not say theirs.
        wildcard_projection: of an index on ``$**``, which keys it takes or leaves, by name.
        options: others that ``createIndexes`` takes, in its words.

    Example:
        >>> from aiomotorengine import DateTimeField, Document, Index, Q, StringField
        >>> class Event(Document):
        ...     __indexes__ = [("kind", "-at"), Index("name", unique=True, partial=Q(kind="boot"))]
        ...     kind = StringField()
        ...     name = StringField()
        ...     at = DateTimeField()
    """

    def __init__(
        self,
        *keys: KeyLike,
        name: str | None = None,
        unique: bool = False,
        sparse: bool = False,
        partial: QNode | Mapping[str, Any] | None = None,
        expires: float | timedelta | None = None,
        collation: Collation | Mapping[str, Any] | str | None = None,
        hidden: bool = False,
        weights: Mapping[str, int] | None = None,
        default_language: str | None = None,
        wildcard_projection: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        if not keys:
            raise TypeError("An index needs at least one key.")
        self.keys = keys
        self.name = name
        self._flags = {"unique": unique, "sparse": sparse, "hidden": hidden}
        self._partial = partial
        self._expires = None if expires is None else seconds("expires", expires)
        self._collation = collation_of(collation)
        self._by_name = {"weights": weights, "wildcardProjection": wildcard_projection}
        self._default_language = default_language
        self._options = options

    def definition(self, document_class: Any) -> IndexDefinition:
        """The index on the collection of a class.

        Raises:
            InvalidDocumentError: a name leads nowhere.
        """
        title = f"Index {tuple(map(shown, self.keys))!r}"
        try:
            keys = tuple(key_of(document_class, key) for key in self.keys)
            options: dict[str, Any] = {name: True for name, on in self._flags.items() if on}
            if self._expires is not None:
                options["expireAfterSeconds"] = self._expires
            if self._partial is not None:
                options["partialFilterExpression"] = query_of(document_class, self._partial)
            if self._collation is not None:
                options["collation"] = self._collation
            for option, values in self._by_name.items():
                if values is not None:
                    options[option] = {
                        stored_path(document_class, name): value for name, value in values.items()
                    }
            if self._default_language is not None:
                options["default_language"] = self._default_language
        except UnknownNameError as error:
            raise InvalidDocumentError(
                f"{title}: {document_class.__name__} has no field {error.args[0]!r}."
            ) from None
        except ValueError as error:
            raise InvalidDocumentError(f"{title}: {error}") from error
        return IndexDefinition.of(keys, {**options, **self._options}, self.name, title)

    def __repr__(self) -> str:
        options: dict[str, Any] = {
            "name": self.name,
            **{name: on or None for name, on in self._flags.items()},
            "partial": self._partial,
            "expires": self._expires,
            "collation": self._collation,
            "weights": self._by_name["weights"],
            "default_language": self._default_language,
            "wildcard_projection": self._by_name["wildcardProjection"],
            **self._options,
        }
        given = [f"{name}={value!r}" for name, value in options.items() if value is not None]
        return f"Index({', '.join([*map(repr, map(shown, self.keys)), *given])})"


IndexLike = Index | IndexModel | Mapping[str, Any] | KeyLike | Iterable[KeyLike]
"""What an item of ``__indexes__`` may be."""

OPTIONS_OF_MONGOENGINE = {
    "partialFilterExpression": "partial",
    "expireAfterSeconds": "expires",
    "wildcardProjection": "wildcard_projection",
}
IGNORED_OF_MONGOENGINE = ("fields", "cls", "background", "types")
"""Whether mongoengine puts its ``_cls`` in front of an index is its own affair; servers ignore
``background`` by now."""


def definition_of(document_class: Any, item: Any) -> IndexDefinition:
    """What an item of ``__indexes__`` means.

    Raises:
        InvalidDocumentError: a name leads nowhere.
        TypeError: it is nothing that declares an index.
    """
    if isinstance(item, IndexModel):
        document = {**item.document}
        keys = tuple(document.pop("key").items())
        return IndexDefinition.of(keys, document, document.pop("name"), f"Index {keys!r}")
    return index_of(item).definition(document_class)


def index_of(item: Any) -> Index:
    if isinstance(item, Index):
        return item
    if isinstance(item, str | BaseField):
        return Index(item)
    if isinstance(item, Mapping):
        if not item.get("fields"):
            raise TypeError(f"An index needs 'fields', as in {{'fields': ['name']}}, not {item!r}.")
        options: dict[str, Any] = {
            OPTIONS_OF_MONGOENGINE.get(str(name), str(name)): value
            for name, value in item.items()
            if name not in IGNORED_OF_MONGOENGINE
        }
        return Index(*item["fields"], **options)
    if is_pair(item):
        return Index(item)
    if isinstance(item, list | tuple):
        return Index(*item)
    raise TypeError(f"__indexes__ holds names, tuples of them, or Index(...), not {item!r}.")


def is_pair(item: Any) -> bool:
    """Whether an item is a name with a direction."""
    return isinstance(item, tuple) and len(item) == 2 and type(item[1]) is int


def query_of(document_class: Any, partial: QNode | Mapping[str, Any]) -> dict[str, Any]:
    node = partial if isinstance(partial, QNode) else Q(partial)
    return node.to_query(document_class)


def seconds(name: str, given: Any) -> float:
    """How many seconds are meant.

    Raises:
        TypeError: it is neither a number nor a ``timedelta``.
        ValueError: it is negative.
    """
    number = given.total_seconds() if isinstance(given, timedelta) else given
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(f"{name} must be seconds or a timedelta, not {given!r}.")
    if number < 0:
        raise ValueError(f"{name} must be 0 or more, not {given!r}.")
    return int(number) if number == int(number) else number


def collation_of(given: Any) -> dict[str, Any] | None:
    if given is None:
        return None
    if isinstance(given, Collation):
        return dict(given.document)
    return {"locale": given} if isinstance(given, str) else dict(given)


def shown(key: Any) -> Any:
    """A key as it stands in messages."""
    if isinstance(key, BaseField):
        return getattr(key, "name", key)
    return tuple(map(shown, key)) if isinstance(key, tuple) else key

"""What the key of an update names: a field, what is inside of one, or a key of MongoDB."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aiomotorengine.documents.embedded import embedded_fields
from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.errors import ImmutableFieldError, UnknownFieldError
from aiomotorengine.fields.any_field import ANYTHING
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.decimal128_field import Decimal128Field
from aiomotorengine.fields.dict_field import DictField
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.fields.families import declaring, refuse_different
from aiomotorengine.fields.field_methods import converter
from aiomotorengine.fields.float_field import FloatField
from aiomotorengine.fields.int_field import IntField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.rules import is_strict
from aiomotorengine.fields.tuple_field import TupleField
from aiomotorengine.storage.discriminators import family_of
from aiomotorengine.storage.shard_keys import refuse_shard_key
from aiomotorengine.update.as_given import AsGiven

__all__ = [
    "DOT",
    "NUMBERS",
    "UNDERSCORES",
    "UpdatePath",
    "aliases_at",
    "changed_path",
    "path_of",
    "refuse_immutable",
]

INDEX = re.compile(r"[0-9]+")
POSITION = re.compile(r"\$(\[[a-z]?[A-Za-z0-9]*\])?")
"""``$``, ``$[]``, or ``$[name]`` for what array filters say of ``name``."""

DOT = "."
"""What stands between the names of a path."""

UNDERSCORES = "__"
"""What stands between them in a keyword, which can have no dots."""


NUMBERS = (IntField, FloatField, Decimal128Field)
"""The fields that hold numbers with which the server can count."""


@dataclass(slots=True)
class UpdatePath:
    """What is changed. It stays as it is: those of whole fields are kept.

    Attributes:
        db_name: the key in MongoDB, with dots.
        field: the field that converts the new value; ``None`` leaves it as it is.
        name: the attributes' names, with dots; empty where it is the field's own.
        is_item: whether it is an item of a list, of which nothing is required.
        items: the name that array filters use, and the field of the items that they choose from.
        is_strict: whether the new value has to be of the field's own type where the field leaves
            that open.
        is_plain: whether it is a whole field that may be changed and is read from no other key: of
            this kind most are, and nothing more is asked of them.
        counts: whether it holds numbers with which the server can count, and its field stores whole
            ones as they are.
        as_given: tells the values that its field stores as they are; ``None`` where nobody has
            found out.
    """

    db_name: str
    field: Any  # a BaseField or None; the name of the type would make a descriptor of it
    name: str = ""
    is_item: bool = False
    items: tuple[tuple[str, Any], ...] = ()
    is_strict: bool = False
    is_plain: bool = False
    counts: bool = False
    as_given: AsGiven | None = None

    @property
    def parts(self) -> list[str | int]:
        """The attributes' names and indexes."""
        name = self.name or self.field.name
        return [int(part) if INDEX.fullmatch(part) else part for part in name.split(".")]


def path_of(document_class: Any, key: Any) -> UpdatePath:
    """What a field object or a text means in an update of 2017, a mapping.

    A text is an attribute's name. If it is none, dotted paths and the keys of fields are taken as
    MongoDB's; any other name is that of a dynamic value, which is stored as a save would store it.

    Parameters:
        document_class: the class whose documents are changed.
        key: the field or text.

    Raises:
        ValueError: the field belongs to another class, or the text is the discriminator's.
        UnknownFieldError: documents of the class have no values but those of fields.
        TypeError: it is neither field nor text.

    Example:
        >>> from aiomotorengine import Document, StringField
        >>> class User(Document):
        ...     name = StringField(db_field="n")
        >>> [path_of(User, key).db_name for key in ("name", "n", "home.road", "colour")]
        ['n', 'n', 'home.road', '_colour']
    """
    if isinstance(key, BaseField):
        return path_of_field(document_class, key)
    if not isinstance(key, str):
        raise TypeError(f"An update names fields or texts, not {type(key).__name__}.")
    holder = declaring(document_class, key, f"update '{key}'")
    if key in holder._fields:
        return path_in(holder, key)
    refuse_key(document_class, key)
    refuse_discriminator(document_class, key)
    is_known = key.partition(".")[0] in document_class._reverse_db_field_map
    if not is_known and key != "_id" and not is_dynamic(document_class):
        raise UnknownFieldError.of(document_class, key)
    if "." in key or is_known:
        return UpdatePath(key, None, key)
    return UpdatePath("_" + key.removeprefix("_"), None, key)


def refuse_immutable(document_class: Any, path: UpdatePath) -> None:
    """Raise ``ImmutableFieldError`` where a path leads to a field, or into one, that stays as it is
    in a stored document.
    """
    field = path.field
    if field is not None and field._settings.immutable:
        raise ImmutableFieldError.of(field.name)
    if field is None or DOT in path.db_name:
        for passed in fields_along(document_class, path.db_name):
            if passed._settings.immutable:
                raise ImmutableFieldError.of(passed.name)
    if document_class.__shard_key__:
        refuse_shard_key(document_class, path.db_name)


def aliases_at(path: UpdatePath) -> Iterator[str]:
    """The keys of MongoDB from which the field of a path is read where its own key is absent."""
    if path.field is None or path.is_item:
        return
    holder, dot, _ = path.db_name.rpartition(".")
    for alias in path.field._settings.aliases:
        yield f"{holder}{dot}{alias}"


def fields_along(document_class: Any, key: str) -> Iterator[BaseField[Any]]:
    """The fields through which a key of MongoDB leads, and the one at its end."""
    classes = [document_class, *family_of(document_class)]
    field: BaseField[Any] | None = None
    for part in key.split("."):
        if POSITION.fullmatch(part):
            continue  # some items of a list, whose fields go on from there
        inner = None if field is None else field._under_key(part)
        if inner is None:
            if field is not None:
                classes = [it.embedded_type for it in embedded_fields(field)]
            names = ((it, it._reverse_db_field_map.get(part)) for it in classes)
            inner = next((it._fields[name] for it, name in names if name is not None), None)
            if inner is None:
                return
        field = inner
        yield field


def refuse_key(document_class: Any, name: str) -> None:
    """Raise ``ImmutableFieldError`` for the name of the primary key that a class has declared."""
    key = declared_key(document_class)
    if key is not None and key.name == name:
        raise ImmutableFieldError.of(name)


def refuse_discriminator(document_class: Any, key: str) -> None:
    """Raise ``ValueError`` for the name of what documents of several classes are told apart by."""
    discriminator = document_class._discriminator
    if discriminator is not None and discriminator.key in (key, "_" + key.removeprefix("_")):
        raise ValueError(
            f"Invalid update '{key}': it says of which class a document of "
            f"{discriminator.root.__name__} is."
        )


def path_of_field(document_class: Any, field: BaseField[Any]) -> UpdatePath:
    name = getattr(field, "name", None)
    refuse_key(document_class, name or "")
    if not any(it._fields.get(name) is field for it in family_of(document_class)):
        raise ValueError(f"{field!r} is no field of {document_class.__name__}.")
    return path_in(document_class, field.name, field)


def path_in(document_class: Any, name: str, field: BaseField[Any] | None = None) -> UpdatePath:
    """That a field of a document class is changed."""
    field = document_class._fields[name] if field is None else field
    options = field._settings
    is_plain = not (options.immutable or options.aliases or document_class.__shard_key__)
    _, same = converter(field, "to_son")
    strict = document_class.__strict__
    counts = type(field) in NUMBERS and int in same
    return UpdatePath(
        field.db_field, field, name, is_strict=strict, is_plain=is_plain, counts=counts
    )


def changed_path(document_class: Any, key: Any, separator: str = DOT) -> UpdatePath:
    """What a field object, a dotted path or a keyword means in a change.

    Paths and keywords have the names of attributes. A path can also say which items of a list are
    meant: ``comments.0.by``, ``comments.$.by``, ``comments.$[].by``, ``comments.$[name].by``. A
    keyword has two underscores for a dot, and of these it can name the first.

    Parameters:
        document_class: the class whose documents are changed.
        key: the field, the path, or the keyword.
        separator: what stands between the names of a path or keyword.

    Raises:
        ValueError: it leads nowhere, or the field belongs to another class.
        TypeError: it is neither field nor text.

    Example:
        >>> from aiomotorengine import Document, IntField, ListField
        >>> class Game(Document):
        ...     points = ListField(IntField(), db_field="p")
        >>> changed_path(Game, "points.$[low]").db_name
        'p.$[low]'
        >>> changed_path(Game, "points__0", separator="__").db_name
        'p.0'
    """
    if isinstance(key, str):
        field = document_class._fields.get(key)  # it is the longest name that there can be
        if field is None:
            head = key.partition(separator)[0]
            holder = declaring(document_class, head, f"update '{key}'")
            return Walk(holder, key, separator).path()
        return path_in(document_class, str(key), field)
    if isinstance(key, BaseField):
        return path_of_field(document_class, key)
    raise TypeError(f"A change names fields or paths (texts), not {type(key).__name__}.")


class Walk:
    """Follows a path, or a keyword, through a document class.

    Parameters:
        document_class: whose fields are meant.
        key: the path or keyword.
        separator: what stands between its names.
    """

    def __init__(self, document_class: Any, key: str, separator: str) -> None:
        self.key = key
        self.separator = separator
        self.rest: str | None = key
        self.field: BaseField[Any] | None = None
        self.is_item = False
        self.is_strict = False
        self.names: list[str] = []
        self.db_names: list[str] = []
        self.items: list[tuple[str, Any]] = []
        self.enter(document_class)

    def path(self) -> UpdatePath:
        while self.rest is not None:
            self.go_on()
        return UpdatePath(
            db_name=".".join(self.db_names),
            field=self.field,
            name=".".join(self.names),
            is_item=self.is_item,
            items=tuple(self.items),
            is_strict=self.is_strict,
        )

    def enter(self, document_class: Any) -> None:
        """Take the field of a document class with which the rest begins; the longest name wins."""
        assert self.rest is not None
        head = self.rest.partition(self.separator)[0]
        name, end = self.rest, len(self.rest)
        while name not in document_class._fields:
            refuse_key(document_class, name)
            end = self.rest.rfind(self.separator, 0, end + len(self.separator) - 1)
            if end < 0:
                where = ".".join([*self.names, head])
                if not is_dynamic(document_class):
                    raise UnknownFieldError.of(document_class, head)
                raise ValueError(
                    f"Invalid update '{where}': Field not found in '{document_class.__name__}'."
                )
            name = self.rest[:end]
        self.field = document_class._fields[name]
        self.is_strict = document_class.__strict__
        self.step(name, document_class._db_field_map[name], self.rest[len(name) :])

    def go_on(self) -> None:
        """Take the next part, which is inside of the field that the last one has named."""
        assert self.rest is not None
        field = self.field
        self.is_strict = field is not None and is_strict(field, self.is_strict)
        head, separator, rest = self.rest.partition(self.separator)
        is_position = POSITION.fullmatch(head) is not None and self.separator == DOT
        if isinstance(field, ListField):
            if not is_position and not INDEX.fullmatch(head):
                raise self.refusal(
                    f"'{'.'.join(self.names)}' is a list: say which items, as in "
                    f"'{'.'.join(self.names)}.0' or '{'.'.join(self.names)}.$[]'"
                )
            self.field = field._base_field
            if head.startswith("$[") and head != "$[]":
                self.items.append((head[2:-1], self.field))
            self.step(head, head, separator + rest, is_item=True)
        elif isinstance(field, DictField | TupleField) and field._inner_fields:
            self.field = None if is_position else field._under_key(head)
            if not head or self.field is None:
                raise self.refusal(f"'{'.'.join(self.names)}' has nothing under {head!r}")
            self.step(head, head, separator + rest, is_item=True)
        elif field is not None and (documents := list(embedded_fields(field))):
            classes = [inner.embedded_type for inner in documents]
            names = [(it, name) for it in classes if (name := self.next_name_in(it)) is not None]
            named = [(it, it._fields[name]) for it, name in names]
            refuse_different(named, f"update '{self.shown}'")
            self.enter(named[0][0] if named else classes[0])
        elif field is None or field._holds_anything or isinstance(field, DictField):
            # Values of any kind, lists and mappings among them.
            if not head or "\0" in head or (head.startswith("$") and not is_position):
                raise self.refusal(f"{head!r} is no key")
            if head.startswith("$[") and head != "$[]":
                self.items.append((head[2:-1], ANYTHING))
            self.field = None
            self.step(head, head, separator + rest)
        else:
            raise self.refusal(f"there is nothing inside of '{'.'.join(self.names)}'")

    def next_name_in(self, document_class: Any) -> str | None:
        """The field of a class with which the rest begins; the longest name wins."""
        rest = f"{self.rest}{self.separator}"
        names = [it for it in document_class._fields if rest.startswith(f"{it}{self.separator}")]
        return max(names, key=len, default=None)

    def step(self, name: str, db_name: str, left: str, *, is_item: bool = False) -> None:
        self.names.append(name)
        self.db_names.append(db_name)
        self.is_item = is_item
        self.rest = left[len(self.separator) :] if left else None

    def refusal(self, reason: str) -> ValueError:
        return ValueError(f"Invalid update '{self.shown}': {reason}.")

    @property
    def shown(self) -> str:
        """The path as errors call it."""
        return self.key.replace(self.separator, ".")

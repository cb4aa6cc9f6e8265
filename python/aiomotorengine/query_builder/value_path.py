"""ValuePath: where the values of a field are."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.decimal_field import DecimalField
from aiomotorengine.fields.document_id import primary_key
from aiomotorengine.fields.families import declaring
from aiomotorengine.fields.refusals import unreadable
from aiomotorengine.query_builder.filter_path import UNDECLARED
from aiomotorengine.query_builder.ownership import refuse_other_class

__all__ = ["ValuePath", "as_number", "keys_through", "value_path"]


class ValuePath:
    """Where the values of a field are.

    Attributes:
        key: the key in MongoDB, with dots.
        field: the field.
        name: the attributes' names, with dots.
        lists: the keys of the lists through which it leads, that of the field itself included.
        fields: the fields through which it leads, itself included, where these are declared.
    """

    __slots__ = ("field", "fields", "key", "lists", "name")

    def __init__(
        self,
        key: str,
        field: BaseField[Any],
        name: str,
        lists: tuple[str, ...] = (),
        fields: tuple[BaseField[Any], ...] = (),
    ) -> None:
        self.key = key
        self.field = field
        self.name = name
        self.lists = lists
        self.fields = fields

    @property
    def stored_keys(self) -> list[str]:
        """All keys under which the values may be stored: aliases of fields are such, too."""
        return keys_through(self.fields) if self.fields else [self.key]

    @property
    def expression(self) -> str:
        """The values, as they are stored."""
        return f"${self.key}"

    @property
    def number(self) -> Any:
        """The values, where numbers are wanted."""
        return as_number(self.field, self.expression)

    @property
    def item(self) -> BaseField[Any] | None:
        """The field itself, or that of the items of a list; ``None`` where these are of several
        kinds.
        """
        return self.field._item_field if self.field._stores_arrays else self.field

    def read(self, stored: Any) -> Any:
        """What is stored as a single value, as the field reads it; of a list, an item.

        Raises:
            StoredValueError: the field cannot read it.
        """
        field = self.item or self.field
        try:
            return field.from_son(stored)
        except Exception as error:
            raise unreadable(error, field, stored, *self.name.split("."))  # noqa: B904


def as_number(field: BaseField[Any] | None, expression: Any) -> Any:
    """Values of a field, where numbers are wanted: decimals may be stored as text.

    Example:
        >>> as_number(DecimalField(), "$price")
        {'$toDecimal': '$price'}
    """
    return {"$toDecimal": expression} if isinstance(field, DecimalField) else expression


def value_path(document_class: Any, field: BaseField[Any] | str, invalid: str) -> ValuePath:
    """Where the values of a field are.

    Parameters:
        document_class: the class of the documents; or what a group has left, whose names are known
            by its ``_located``.
        field: a field; or an attribute's name, or a path of such with dots or with two underscores.
            ``id`` and ``_id`` are the id.
        invalid: how an error begins, with ``{}`` for a name that is not found.

    Raises:
        ValueError: there is no such field, or it is another class's, or it is several that are not
            alike.
        TypeError: it is neither field nor text.

    Example:
        >>> from aiomotorengine import Document, EmbeddedDocumentField, IntField
        >>> class Size(Document):
        ...     width = IntField(db_field="w")
        >>> class Box(Document):
        ...     size = EmbeddedDocumentField(Size)
        >>> names = ("size.width", "size__width", "id")
        >>> [value_path(Box, name, "Invalid field '{}'").key for name in names]
        ['size.w', 'size.w', '_id']
    """
    located = getattr(document_class, "_located", None)
    if located is not None:
        key, found = located(field)
        return ValuePath(key, found, key)
    if isinstance(field, BaseField):
        refuse_other_class(document_class, field)
        return path_through([field])
    if not isinstance(field, str):
        raise TypeError(
            f"A field of {document_class.__name__} or its name is wanted, "
            f"not {type(field).__name__}."
        )
    if field in ("id", "_id") and field not in document_class._fields:
        return ValuePath("_id", primary_key(document_class), field)
    discriminator = document_class._discriminator
    if discriminator is not None and field == discriminator.key:
        return ValuePath(field, UNDECLARED, field)
    for path in dict.fromkeys((field, field.replace("__", "."))):
        holder = declaring(document_class, path.partition(".")[0], f"field '{field}'")
        try:
            fields = holder.get_fields(path)
        except ValueError:
            continue
        return path_through(fields)
    raise ValueError(f"{invalid.format(field)}: Field not found in '{document_class.__name__}'.")


def path_through(fields: list[BaseField[Any]]) -> ValuePath:
    keys = [field.db_field for field in fields]
    lists = tuple(
        ".".join(keys[: index + 1]) for index, field in enumerate(fields) if field._stores_arrays
    )
    name = ".".join(field.name for field in fields)
    return ValuePath(".".join(keys), fields[-1], name, lists, tuple(fields))


def keys_through(fields: Iterable[BaseField[Any]]) -> list[str]:
    """All keys in MongoDB to which fields lead, one in the other: aliases are such, too."""
    keys = [(field.db_field, *field._settings.aliases) for field in fields]
    return [".".join(parts) for parts in product(*keys)]

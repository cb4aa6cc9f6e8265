"""Documents that are valid, made by their class and a few values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from bson.objectid import ObjectId

from aiomotorengine.document import Document
from aiomotorengine.documents.conversion import default_factory
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.fields.sequence_field import SequenceField
from aiomotorengine.indexes.declared import declared_by
from aiomotorengine.testing.numbers import next_number
from aiomotorengine.testing.values import NoValueError, Wanted, is_made_later, value_for

__all__ = ["Factory", "factory"]

D = TypeVar("D", bound=Document)


def factory(document_class: type[D], /, **values: Any) -> Factory[D]:
    """What makes documents of a class, for tests.

    Their required fields get valid values, and unique ones a value of their own, made of the
    field's name and a running number. Other fields are left to their defaults. Documents that are
    required as references are made, too, and saved by ``create``.

    Parameters:
        document_class: the class.
        values: what their attributes are; or functions of the running number, which begins with 1.

    Raises:
        TypeError: it is no document class.

    Example:
        >>> from aiomotorengine import Document, EmailField, IntField, StringField
        >>> from aiomotorengine.testing import factory
        >>> class Customer(Document):
        ...     name = StringField(required=True)
        ...     mail = EmailField(unique=True)
        ...     age = IntField()
        >>> customers = factory(Customer, age=lambda number: 20 + number)
        >>> ada, eva = customers.build(name="Ada"), customers.build()
        >>> ada.to_son()
        {'name': 'Ada', 'mail': 'mail1@example.com', 'age': 21}
        >>> eva.name, eva.mail
        ('name2', 'mail2@example.com')
    """
    if not (isinstance(document_class, type) and issubclass(document_class, Document)):
        raise TypeError(f"factory() takes a document class, not {document_class!r}.")
    return Factory(document_class, values)


class Factory(Generic[D]):
    """Makes documents of a class; what ``factory`` returns.

    Parameters:
        document_class: the class.
        values: what their attributes are, or functions of the running number.
    """

    def __init__(self, document_class: type[D], values: Mapping[str, Any]) -> None:
        self.document_class = document_class
        self.values = dict(values)

    def build(self, /, **values: Any) -> D:
        """A document that is not saved. What it refers to is made, with an id, and not saved.

        Parameters:
            values: its attributes, which go before those of the factory.

        Raises:
            ValueError: a field needs a value that nobody can guess, such as one for a pattern.
        """
        return self._made(Maker(gives_ids=True), values)

    def batch(self, count: int, /, **values: Any) -> list[D]:
        """As many documents as ``count`` says, as ``build`` makes them."""
        return [self.build(**values) for _ in range(count)]

    async def create(self, /, **values: Any) -> D:
        """A document that is saved, after those that it refers to.

        Parameters:
            values: its attributes, which go before those of the factory.

        Raises:
            ValueError: as for ``build``; and all that a save raises.
        """
        maker = Maker()
        document = self._made(maker, values)
        await maker.save_targets()
        await document.save()
        return document

    async def create_batch(self, count: int, /, **values: Any) -> list[D]:
        """As many documents as ``count`` says, which are saved at once, by ``bulk_insert``."""
        maker = Maker()
        documents = [self._made(maker, values) for _ in range(count)]
        await maker.save_targets()
        await self.document_class.objects.bulk_insert(documents)
        return documents

    def _made(self, maker: Maker, values: Mapping[str, Any]) -> D:
        document: D = maker.document(self.document_class, {**self.values, **values})
        return document

    def __repr__(self) -> str:
        return f"factory({self.document_class.__name__})"


class Maker:
    """Makes documents, with those that are in them or that they refer to.

    Parameters:
        gives_ids: whether those that are referred to get an id at once, since nobody saves them.
    """

    def __init__(self, *, gives_ids: bool = False) -> None:
        self.gives_ids = gives_ids
        self.targets: list[Any] = []
        """Documents that are referred to, each behind those to which it refers itself."""
        self._under_way: list[type[Any]] = []

    def document(self, document_class: Any, values: Mapping[str, Any]) -> Any:
        """A document that stands by itself, with a number of its own.

        Raises:
            ValueError: a field needs a value that nobody can guess.
        """
        number = next_number(document_class)
        try:
            return self._filled(document_class, number, values)
        except NoValueError as error:
            raise ValueError(
                f"factory({document_class.__name__}): give a value for '{error.path}', "
                f"{error.reason}."
            ) from None

    def embedded(self, document_class: Any, number: int) -> Any:
        """A document that is stored in another, with the number of that."""
        return self._filled(document_class, number, {})

    def target(self, document_class: Any) -> Any:
        """A document that another refers to."""
        number = next_number(document_class)
        target = self._filled(document_class, number, {})
        if self.gives_ids and target._id is None:
            key = declared_key(document_class)
            target.id = number if isinstance(key, SequenceField) else ObjectId()
        self.targets.append(target)
        return target

    async def save_targets(self) -> None:
        """Save what is referred to."""
        for target in self.targets:
            await target.save()

    def _filled(self, document_class: Any, number: int, values: Mapping[str, Any]) -> Any:
        if document_class in self._under_way:
            raise NoValueError(f"which would need another {document_class.__name__}, and so on")
        self._under_way.append(document_class)
        try:
            given = {name: made(value, number) for name, value in values.items()}
            for field, is_unique in fields_to_fill(document_class, given):
                wanted = Wanted(number, is_unique, self)
                with NoValueError.within(field.name):
                    given[field.name] = self._value(field, wanted)
            return document_class(**given)
        finally:
            self._under_way.pop()

    def _value(self, field: BaseField[Any], wanted: Wanted) -> Any:
        # A function may well make another value for each document; a value is the same for all.
        is_the_same = wanted.is_unique and not callable(field.default)
        default = None if is_the_same else default_of(field)
        is_short = field._is_refused_by_default and not is_the_same
        return value_for(field, wanted) if is_short or field._is_missing(default) else default


def made(value: Any, number: int) -> Any:
    """A value that was given, or what a function makes of the number."""
    is_function = callable(value) and not isinstance(value, type)
    return value(number) if is_function else value


def fields_to_fill(
    document_class: Any, given: Mapping[str, Any]
) -> Iterator[tuple[BaseField[Any], bool]]:
    """The fields of a class that need a value and have none; each with whether that is to be one of
    its own.
    """
    key = declared_key(document_class)
    unique = names_of_unique(document_class, given)
    for field in (*([] if key is None else [key]), *document_class._fields.values()):
        is_unique = field.name in unique or field is key
        is_given = field.name in given or (field is key and not given.keys().isdisjoint(IDS))
        if not is_given and not is_made_later(field) and (is_unique or needs_value(field)):
            yield field, is_unique


def needs_value(field: BaseField[Any]) -> bool:
    return field._is_needed or field._is_refused_by_default


IDS = ("id", "_id")
"""Other names of the primary key."""


def names_of_unique(document_class: Any, given: Mapping[str, Any]) -> set[str]:
    """The fields of which each document has a value of its own. Of an index over several, that is
    the first that has to have a value and was given none, or else the first without a value.
    """
    by_key = {field.db_field: field for field in document_class._fields.values()}
    names = {field.name for field in by_key.values() if field.unique}
    for definition in declared_by(document_class):
        if definition.options.get("unique"):
            fields = [by_key[key] for key, _ in definition.keys if key in by_key]
            without = [field for field in fields if field.name not in given]
            needed = [field for field in without if needs_value(field)]
            names.update(field.name for field in (needed or without)[:1])
    return names


def default_of(field: BaseField[Any]) -> Any:
    make = default_factory(field.default)
    return field.default if make is None else make()

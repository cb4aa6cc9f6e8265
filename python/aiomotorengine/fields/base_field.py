"""BaseField: the six methods a field may override."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload
from weakref import WeakKeyDictionary, WeakSet

from aiomotorengine.errors import InvalidDocumentError, PartialDocumentError
from aiomotorengine.fields.field_methods import hands_on_strict, new_generation, own_methods
from aiomotorengine.fields.native_kind import NativeKind
from aiomotorengine.fields.rules import check_of, is_strict
from aiomotorengine.fields.settings import ChoicesLike, FieldOptions, FieldSettings, settings_of
from aiomotorengine.locations import Part
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.descriptors import (
    Attribute,
    ConvertedAttribute,
    StoredAttribute,
    immutable,
)
from aiomotorengine.storage.primary_keys import PrimaryKeyAttribute
from aiomotorengine.utils import deserialize, is_async

if TYPE_CHECKING:
    from typing import Self

__all__ = ["EMPTY_DEFAULTS", "BaseField", "FieldOptions"]

T = TypeVar("T")

EMPTY_DEFAULTS = (list, dict, set, frozenset, tuple)
"""What makes the values of collections that were never set."""

document_classes: WeakKeyDictionary[BaseField[Any], WeakSet[type[Any]]] = WeakKeyDictionary()
"""Where fields stand, for the case that a ``get_value`` is set on one later."""


class FieldType(ABCMeta):
    """The class of field classes: patching one of them starts a new generation of its methods."""

    # A field is what derives from its class. The checks of ABCMeta also ask for what was registered
    # with it, and cost several times as much.
    __instancecheck__ = type.__instancecheck__
    __subclasscheck__ = type.__subclasscheck__

    def __setattr__(cls, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        new_generation()

    def __delattr__(cls, name: str) -> None:
        super().__delattr__(name)
        new_generation()


class BaseField(Generic[T], metaclass=FieldType):
    """A value of any kind, stored as it is; the base of all fields.

    A field of one's own overrides any of ``is_empty``, ``get_value``, ``validate``, ``to_son``,
    ``from_son`` and ``to_query``. Everything it leaves alone keeps its meaning, and its speed. How
    it reads the texts of a CSV file is said by ``parse``.

    Parameters:
        db_field: the key in MongoDB; the attribute's name where it is not given.
        default: a value, or a callable without arguments that makes one. Lists, dicts and sets
            are copied for each document.
        required: whether an empty value is refused.
        on_save: ``function(document, creating)``, called before each save; what it returns becomes
            the field's value. ``creating`` is true for an insert.
        unique: whether the field has a unique index.
        choices: the only valid values: values, pairs of a value and its label, an enum class, or a
            function that gives any of these and is called at each validation.
        validators: functions of a value, asked in their order where it is not ``None``. One that
            raises a ``ValueError`` refuses the value with that text, one that returns ``False``
            without a text. They only look at the value: for one that is refused they may be called
            again, to find the words.
        strict: whether the value must have the field's own type, and is not converted; by default
            as ``__strict__`` of the class says.
        allow_empty: whether ``required`` refuses nothing but ``None``, and takes empty text, say.
        omit_none: whether ``None`` is not stored at all, instead of as null; by default as
            ``__omit_none__`` of the class says, and for a ``sparse`` field it is not stored. A
            field with a default stores null all the same, since an absent key loads as the default.
        immutable: whether the value stays what it is once the document is stored. Changes inside
            of a list or dict are not seen.
        aliases: keys in MongoDB that are read where ``db_field`` is absent, the first that is
            there. They are never written, and filters do not ask for them.
        primary_key: whether the value is the document's ``_id``.
        exclude: whether the field is left out of what a document becomes for others, as by
            ``to_dict``. Messages mask its values, too.
        index: whether the field has an index; or which, as ``-1``, ``"text"`` or ``"hashed"``.
        sparse: whether the index leaves out documents without a value.
        unique_with: the names of the attributes whose values, taken together with this one's, are
            unique.
        expires: how many seconds, or how long, after the date that it holds MongoDB deletes a
            document.
        title: what JSON schemas call the field.
        description: what they say of it.
        examples: some of its values, for them.
        deprecated: whether they advise against its use.
        metadata: anything a program keeps with the field.

    Raises:
        TypeError: ``on_save`` or a validator is async, or an option has a value of a wrong kind.
        InvalidDocumentError: a choice is not hashable.

    Example:
        >>> from aiomotorengine import BaseField, Document
        >>> class Upper(BaseField[str]):
        ...     def to_son(self, value):
        ...         return value and value.upper()
        >>> class Word(Document):
        ...     text = Upper()
        >>> Word(text="abc").to_son()
        {'text': 'ABC'}
    """

    total_creation_counter: ClassVar[int] = 0
    __native_kind__: ClassVar[NativeKind | None] = None
    is_scalar: ClassVar[bool] = False
    """Whether a value is a single one, for which a filter never takes a mapping (of operators)."""
    takes_lists: ClassVar[bool] = True
    """Whether one value may be a list by itself, as the coordinates of a point are."""
    query_operators: ClassVar[frozenset[str]] = frozenset()
    """The operators of MongoDB that a filter may bring in its value."""
    _keeps_blanks: ClassVar[bool] = False
    """Whether ``parse`` is given a text with its blanks, and also one that stands for null."""
    _holds_others: ClassVar[bool] = False
    """Whether a value has fields or items of its own, which say themselves what is wrong."""
    _holds_items: ClassVar[bool] = False
    """Whether a value is a collection, whose items have a field of their own."""
    _is_generated: ClassVar[bool] = False
    """Whether a missing value is made by itself where the field is the primary key."""
    _stored_by: ClassVar[tuple[str, ...]] = ()
    """The attributes that say in which form a value is stored, as the unit of a length of time."""
    _stores_arrays: ClassVar[bool] = False
    """Whether MongoDB has an array for a value, which can't be the primary key."""
    _same_in_json: ClassVar[frozenset[type]] = frozenset()
    """The types of values that are the same in JSON."""
    _made_for_json: Mapping[type, Callable[[Any], Any]] = MappingProxyType({})
    """What makes the form in JSON of values of these types; ``_dict_form`` makes that of others."""
    _own_types: ClassVar[tuple[type, ...]] = ()
    """The types of values that a strict field takes; none where it takes any."""
    _settings: FieldSettings = FieldSettings()
    """The options of the field; those of no options, until ``__init__`` is called."""

    name: str
    db_field: str

    def __init__(
        self,
        db_field: str | None = None,
        default: Any = None,
        required: bool = False,
        on_save: Callable[[Any, bool], Any] | None = None,
        unique: bool | None = None,
        *,
        choices: ChoicesLike | None = None,
        validators: Iterable[Callable[[Any], Any]] = (),
        strict: bool | None = None,
        allow_empty: bool = False,
        omit_none: bool | None = None,
        immutable: bool = False,
        aliases: Sequence[str] = (),
        primary_key: bool = False,
        exclude: bool = False,
        index: bool | int | str = False,
        sparse: bool = False,
        unique_with: str | Sequence[str] = (),
        expires: float | timedelta | None = None,
        title: str | None = None,
        description: str | None = None,
        examples: Sequence[Any] = (),
        deprecated: bool = False,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        if is_async(on_save):
            raise TypeError(f"on_save must be a function that is not async, not {on_save!r}.")
        if choices is not None and self._holds_items:
            raise TypeError("Give choices to the base field.")
        self._settings = settings_of(
            choices=choices,
            validators=validators,
            strict=strict,
            allow_empty=allow_empty,
            omit_none=omit_none,
            immutable=immutable,
            aliases=aliases,
            primary_key=primary_key,
            exclude=exclude,
            index=index,
            sparse=sparse,
            unique_with=unique_with,
            expires=expires,
            title=title,
            description=description,
            examples=examples,
            deprecated=deprecated,
            metadata=metadata,
        )
        # The counter is one for all fields, and programs set it back: it lives on BaseField.
        self.creation_counter = BaseField.total_creation_counter
        type.__setattr__(BaseField, "total_creation_counter", self.creation_counter + 1)
        self.db_field = db_field  # type: ignore[assignment]  # the class body gives it a name
        self.default = default
        self.required = required
        self.on_save = on_save
        self.unique = unique

    def __setattr__(self, name: str, value: Any) -> None:
        # A field without a name is in no class yet, so nothing was compiled from it.
        is_in_use = "name" in self.__dict__
        super().__setattr__(name, value)
        if is_in_use:
            self._changed(name)

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        self._changed(name)

    def _changed(self, name: str) -> None:
        new_generation()
        if name == "get_value":
            for document_class in self._document_classes:
                type.__setattr__(document_class, self.name, self._descriptor())

    @property
    def _document_classes(self) -> list[type[Any]]:
        """The classes that declare the field."""
        return list(document_classes.get(self, ()))

    def _bind(self, document_class: type[Any], name: str) -> None:
        """Take a name in a document class, and put what reads it there."""
        self.db_field = "_id" if self._settings.primary_key else self.db_field or name
        self.name = name
        document_classes.setdefault(self, WeakSet()).add(document_class)
        for leaf in self._leaves:
            leaf._stands_in(document_class)
        type.__setattr__(document_class, name, self._descriptor())

    # -- the six methods ------------------------------------------------------------------------

    def is_empty(self, value: Any) -> bool:
        """Whether ``value`` does not satisfy ``required``."""
        return value is None

    def get_value(self, value: Any) -> Any:
        """What the attribute reads when ``value`` is stored in the document."""
        return value

    def validate(self, value: Any) -> bool:
        """Whether ``value`` may be saved. A falsy answer is a refusal."""
        return True

    def to_son(self, value: Any) -> Any:
        """What is stored in MongoDB for ``value``."""
        return value

    def from_son(self, value: Any) -> Any:
        """The value for what MongoDB holds."""
        return value

    def to_query(self, value: Any) -> Any:
        """What a filter asks for when it names ``value``; as stored, unless overridden."""
        return self.to_son(value)

    def _accepts(self, value: Any) -> bool:
        """Whether ``value`` may be saved here, before the rules of the options are asked."""
        is_no_value = value is None and not self._settings.takes_none
        return not is_no_value and bool(self.validate(value))

    # -- other ways in ---------------------------------------------------------------------------

    def parse(self, text: str) -> Any:
        """The value that a text of a file stands for; asked by ``Rows(…, parse=True)``.

        The text has no blanks around it. Unless a field says otherwise it is JSON, also in
        MongoDB's extended form.

        Raises:
            Exception: it stands for none. The row is refused, whatever was raised.
        """
        return deserialize(text)

    def _as_key(self, value: Any) -> str:
        """The text that is a key for ``value``, which ``parse`` reads, in a mapping whose keys are
        values of this field.
        """
        stored = self.to_son(value)
        return stored.isoformat() if isinstance(stored, date | time) else str(stored)

    def to_query_item(self, value: Any) -> Any:
        """One value to compare with, such as an item of ``$in``: as ``to_son``."""
        return self.to_son(value)

    def _kept(self, value: Any) -> Any:
        """What a document keeps of an assigned value; only asked if ``_keeps_otherwise``."""
        return value

    @property
    def _keeps_otherwise(self) -> bool:
        """Whether a document keeps assigned values in another form."""
        return self.overrides("_kept")

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        """Whether the field would store something else for a loaded value than is stored.

        Only asked where this is overridden, and where no method is a program's own.
        """
        return False

    def _presented(self, value: Any) -> Any:
        """As ``get_value``, for a value outside a document, where dates are not stamped."""
        return self.get_value(value) if self.overrides("get_value") else value

    @hands_on_strict
    def to_update(self, value: Any, *, strict: bool = False) -> Any:
        """What ``QuerySet.update`` stores for ``value``.

        It takes what a filter takes (a date as text, say), so the value is converted first, and
        what comes of it is validated.

        Parameters:
            value: the value.
            strict: whether it has to be of the field's own type where the options leave that open.

        Raises:
            InvalidDocumentError: the field cannot take the value.
        """
        if value is None:
            return None
        try:
            stored = self.to_son(self._presented(value))
            loaded = self._presented(self.from_son(stored))
            valid = self.validate(loaded)
        except PartialDocumentError:
            raise
        except (ValueError, TypeError, ArithmeticError, AttributeError) as error:
            raise InvalidDocumentError.invalid(self.name) from error
        if not valid:
            raise InvalidDocumentError.invalid(self.name)
        self._check_rules(value if is_strict(self, strict) else loaded, strict=strict)
        return stored

    def _updated(self, value: Any, stored: Any, *, strict: bool) -> Any:
        """What ``to_update`` gives for a value where it has converted it without the field's other
        methods: where a program has replaced these, they are asked, as they are by a save.

        Parameters:
            value: the value.
            stored: what it was converted to.
            strict: as above.

        Raises:
            InvalidDocumentError: the field cannot take the value.
        """
        own = own_methods(self)
        if own and not own <= {"validate"}:
            # In a list there may be texts of dates, say, and mappings for documents: for a save,
            # these would be what they stand for.
            is_ready = isinstance(value, DocumentStorage) or is_strict(self, strict)
            given = value if is_ready or "from_son" in own else self.from_son(stored)
            return BaseField.to_update(self, given, strict=strict)
        if own and value is not None and not self.validate(self.from_son(stored)):
            raise InvalidDocumentError.invalid(self.name)
        self._check_rules(value, strict=strict)
        return stored

    def _check_rules(self, value: Any, *, strict: bool) -> None:
        """Raise what the rules of the field's options say of a value."""
        check = check_of(self, strict=strict)
        if check is not None:
            check(value)

    def _omits_none(self, document_class: Any) -> bool:
        """Whether documents of a class are stored without the key of this field where it is
        ``None``.

        Not where an absent key loads as something else than null does: as the default.
        """
        omits = self._settings.omit_none
        if omits is None:
            omits = self._settings.sparse or document_class.__omit_none__
        is_empty_default = self._holds_items and self.default in EMPTY_DEFAULTS
        return omits and (self.default is None or is_empty_default)

    @property
    def _is_needed(self) -> bool:
        """Whether a document must have a value for it."""
        is_made = self._is_generated or not self._settings.primary_key
        return self.required or not is_made

    @property
    def _must_be_given(self) -> bool:
        """Whether ``required`` refuses what a document has for it where nothing is said."""
        if not self.required:
            return False
        default = self._plain_default
        # What a function makes is not known beforehand.
        return not callable(default) and self._is_missing(default)

    @property
    def _is_refused_by_default(self) -> bool:
        """Whether a document is refused in which nothing was said of it: also since the list that
        it has then is too short.
        """
        default, least = self._plain_default, self._settings.min_length or 0
        is_list = self._holds_items and hasattr(default, "__len__")
        return self._must_be_given or (is_list and len(default) < least)

    @property
    def _plain_default(self) -> Any:
        """The default, empty where it is what makes empty ones."""
        return self.default() if self.default in EMPTY_DEFAULTS else self.default

    def _is_missing(self, value: Any) -> bool:
        """Whether ``required`` refuses a value."""
        return value is None if self._settings.allow_empty else self.is_empty(value)

    # -- what is inside of its values -------------------------------------------------------------

    @property
    def _inner_fields(self) -> tuple[BaseField[Any], ...]:
        """The fields of what its values consist of, such as that of the items of a list."""
        return ()

    @property
    def _item_field(self) -> BaseField[Any] | None:
        """The field of each item of a list; ``None`` where a value is none, or its items are of
        several kinds.
        """
        return None

    @property
    def _innermost(self) -> BaseField[Any]:
        """The field itself; of a list, that of its items, or of theirs where these are lists."""
        item = self._item_field
        return self if item is None else item._innermost

    @property
    def _leaves(self) -> Iterator[BaseField[Any]]:
        """The field itself; for one of containers, the fields at the bottom of what they hold."""
        inner = self._inner_fields
        if not inner:
            yield self
        for field in inner:
            yield from field._leaves

    def _members(self, value: Any) -> Iterator[tuple[Part, BaseField[Any], Any]]:
        """What a value consists of: each key or index, with the field and the value there."""
        return iter(())

    def _under_key(self, key: str) -> BaseField[Any] | None:
        """The field of what a value has under a key of MongoDB, be that an index; ``None`` if there
        is nothing inside of it, or what is there is a document.
        """
        return self if self._holds_anything else None

    @property
    def _holds_anything(self) -> bool:
        """Whether values are of any kind, mappings among them, with no field for what is inside."""
        return type(self) is BaseField

    @property
    def _twin_arguments(self) -> Mapping[str, Any]:
        """What its twin in the native codec is told besides its arguments."""
        return {}

    def _in_charge_of(self, value: Any) -> BaseField[Any]:
        """The field that says what a value means: this one, or one of those it chooses from."""
        return self

    def _stands_in(self, document_class: type[Any]) -> None:
        """Take note of a document class that has the field, be it for the items of a list."""

    # -- what schemas say -------------------------------------------------------------------------

    @property
    def _least_size(self) -> int:
        """How many characters or items a value has at least that is not empty."""
        return 1

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        """What the field stores, as ``$jsonSchema`` says it; nothing where it may be anything.

        That null is valid, which choices there are, and that a required value is not empty is added
        by the caller. A program's own field says it by ``__bson_schema__()``.

        Parameters:
            schemas: gives the schemas of parts, ``of_item`` of the field of items and ``of_class``
                of a document class.
        """
        return {}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        """What a value is in JSON; as above, with ``__json_schema__()``."""
        return {}

    # -- what dicts and JSON have -----------------------------------------------------------------

    def _dict_form(self, value: Any, forms: Any) -> Any:
        """What a dict has for a value that is not ``None``.

        Asked of fields whose values are no single ones, and for JSON of all. A program's own field
        says it for JSON by ``__to_json__(value)``.

        Parameters:
            value: the value.
            forms: gives the forms of parts: ``each`` of the items of a list, ``member`` of what is
                under a key, ``embedded`` documents, and ``plain`` for what has no field.
        """
        return forms.plain(self.to_son(value) if self.is_scalar else value)

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        """The value that a dict or JSON has this form for; also with ``__from_json__(form)``.

        What the field can't read stays as it is, for validation to refuse.

        Parameters:
            form: what is there; never ``None``.
            reading: reads parts: ``value`` of a field, ``document`` of a class.
        """
        return form

    # -- what messages say ------------------------------------------------------------------------

    def _find_refused(self, value: Any) -> tuple[tuple[Part, ...], BaseField[Any], Any] | None:
        """Which part of a value that is not valid is to blame: keys or indexes, field and value."""
        return None

    def _is_secret(self, value: Any) -> bool:
        """Whether a value must be in no message."""
        return False

    def _wanted(self, value: Any) -> str:
        """What is wanted in the place of a value that is not valid, where that is easily said."""
        return ""

    # -- what a class body makes of it ----------------------------------------------------------

    def overrides(self, method: str, base: type[BaseField[Any]] | None = None) -> bool:
        """Whether ``method`` does anything else than in ``base`` (by default, in BaseField)."""
        if method in self.__dict__:
            return True
        return getattr(type(self), method) is not getattr(base or BaseField, method)

    def attribute(self) -> Attribute:
        """The descriptor that reads this field on documents."""
        is_converted = self._keeps_otherwise or self.overrides("get_value")
        return (ConvertedAttribute if is_converted else StoredAttribute)(self, self.name)

    def _descriptor(self) -> Attribute:
        """What stands in the class: ``attribute()``, unless an option asks for something else."""
        if self._settings.primary_key:
            return PrimaryKeyAttribute(self, self.name)
        attribute = self.attribute()
        return immutable(attribute) if self._settings.immutable else attribute

    @property
    def _title(self) -> str:
        """What messages call the field; in a list, items have no name before the class is built."""
        name = self.__dict__.get("name")
        return f"Field '{name}'" if name else f"This {type(self).__name__}"

    def __repr__(self) -> str:
        name = self.__dict__.get("name")
        return f"<{type(self).__name__} {name}>" if name else f"<{type(self).__name__}>"

    if TYPE_CHECKING:
        # For type checkers a field reads as its value on documents and as itself on the class.
        # At run time the class body holds the descriptor that ``attribute`` made.

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> Self: ...
        @overload
        def __get__(self, instance: DocumentStorage, owner: type[Any]) -> T | None: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> Self: ...
        def __get__(self, instance: object, owner: type[Any]) -> Any: ...

        def __set__(self, instance: DocumentStorage, value: T | None) -> None: ...

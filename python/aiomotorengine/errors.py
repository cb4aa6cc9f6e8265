"""Every exception the library raises, and the words of every message that programs may match."""

from __future__ import annotations

import re
from asyncio import CancelledError
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

from bson.errors import BSONError
from pymongo.errors import (
    DocumentTooLarge,
    DuplicateKeyError,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    WriteError,
)

from aiomotorengine.locations import Location, Part, locate, location_of, shown

if TYPE_CHECKING:
    from typing import Self

__all__ = [
    "PYMONGO_ERROR_REGEX",
    "UNKNOWN_CLASS",
    "AbstractClassError",
    "AggregationError",
    "ChangeStreamLostError",
    "ChangesNotTrackedError",
    "CollectionOptionsError",
    "ConcurrentSessionUseError",
    "DeleteDeniedError",
    "DoesNotExist",
    "FieldError",
    "FieldNotLoadedError",
    "ImmutableFieldError",
    "IndexConflictError",
    "InvalidDocumentError",
    "InvalidPageTokenError",
    "LoadReferencesRequiredError",
    "MigrationError",
    "MultipleObjectsReturned",
    "OversizeDocumentError",
    "PartialDocumentError",
    "ResultsTruncatedWarning",
    "SearchUnavailableError",
    "ServerValidationError",
    "StaleDocumentError",
    "StoredValueError",
    "TransactionAbortedError",
    "TransactionEndedError",
    "UniqueKeyViolationError",
    "UnknownClassWarning",
    "UnknownFieldError",
    "UnknownStoredKeyError",
    "because_of",
    "bulk_refusal",
    "bulk_refusal_text",
    "keep_labels",
    "raise_alone",
    "violates_id",
    "words_of",
    "wrong_class",
]

DUPLICATE_KEY_CODE = 11000

FAILED_VALIDATION_CODE = 121

UNKNOWN_CLASS = (ImportError, NameError, ValueError)
"""What is raised where a field does not know its document class yet, or was given what is none."""

LARGEST_DOCUMENT = 16 * 1024 * 1024
"""How many bytes of BSON MongoDB takes as one document."""

# Names of collections and keys may hold blanks, so each ends where the next word begins.
DUPLICATE_MESSAGE = (
    r"(?P<error_code>E\d+)\s+(?P<error_type>[^:]+?)\s+"
    r"(?:collection:\s+(?P<namespace>.+?)\s+)?"
    r"index:\s+(?P<index_name>.+?)\s+(?P<error>(?:collation:|dup key:).*)"
)

PYMONGO_ERROR_REGEX: re.Pattern[str]
"""The same, compiled when somebody asks for it: that takes longer than all else in here."""


LONGEST_HEAD = 1000
"""How much of a server's message is searched: what is looked for comes first, and the values that
follow may be of any length."""


class InvalidDocumentError(ValueError):
    """A document, or the class body of one, breaks a rule of its own fields.

    Attributes:
        path: where in the document, as ``homes.1.street``; empty where it is about the whole.
        code: which rule, as ``"required"`` or ``"invalid"``.
        value: what is there; ``'***'`` where that may be a password, or has ``exclude=True``.
        errors: all that is wrong, where that is known, as ``from_dict`` knows it.

    Example:
        >>> from aiomotorengine import Document, IntField, ListField
        >>> class Draw(Document):
        ...     numbers = ListField(IntField(max_value=49))
        >>> try:
        ...     Draw(numbers=[7, 50]).validate()
        ... except InvalidDocumentError as error:
        ...     print(error, error.path, error.code, error.value)
        Field 'numbers' must be valid. numbers.1 invalid 50
    """

    code: str = "invalid"
    value: Any = None
    errors: tuple[FieldError, ...] = ()

    @property
    def path(self) -> str:
        location = location_of(self)
        return location.path if location else ""

    @classmethod
    def required(cls, name: str) -> InvalidDocumentError:
        error = cls(f"Field '{name}' is required.")
        error.code = "required"
        return error

    @classmethod
    def invalid(cls, name: str, reason: str = "") -> InvalidDocumentError:
        return cls(f"Field '{name}' must be valid{reason and ': '}{reason}.")

    @classmethod
    def id_as_field(cls, name: str) -> InvalidDocumentError:
        return cls(
            f"Field '{name}' can't be stored under '_id': that is the document's id, which every "
            "document has without a field."
        )

    @classmethod
    def unstorable_key(cls, name: str, key: str) -> InvalidDocumentError:
        return cls(
            f"Field '{name}' can't be stored under '{key}': a key has no dot, no NUL and no '$' in "
            "front."
        )

    @classmethod
    def several_primary_keys(cls, names: Iterable[str]) -> InvalidDocumentError:
        listed = ", ".join(f"'{name}'" for name in names)
        return cls(f"Only one field can be the primary key: {listed}.")

    @classmethod
    def array_as_primary_key(cls, name: str) -> InvalidDocumentError:
        return cls(f"Field '{name}' can't be the primary key: MongoDB takes no arrays as _id.")

    @classmethod
    def primary_key_elsewhere(cls, name: str, key: str) -> InvalidDocumentError:
        return cls(f"Field '{name}' is the primary key: it is stored under '_id', not '{key}'.")

    @classmethod
    def reserved_name(cls, name: str, class_name: str) -> InvalidDocumentError:
        return cls(
            f"Field '{name}' of {class_name} can't have this name, which every document has for "
            f"something else. Give it another one, and db_field='{name}' to store it under this."
        )

    @classmethod
    def field_as_annotation(
        cls, name: str, class_name: str, field_class: str
    ) -> InvalidDocumentError:
        return cls(
            f"{class_name}.{name} is annotated with a {field_class}, which declares no field. "
            f"Write '{name} = {field_class}(...)'."
        )

    @classmethod
    def unfitting_delete_rule(cls, rule: str, name: str) -> InvalidDocumentError:
        return cls(f"on_delete={rule!r} does not fit Field '{name}'.")

    @classmethod
    def unique_in_time_series(cls, name: str) -> InvalidDocumentError:
        return cls(
            f"Field '{name}' can't be unique: time series collections have no unique indexes."
        )

    @classmethod
    def duplicate_db_fields(cls, names: Iterable[str]) -> InvalidDocumentError:
        # The blank at the end has been there since 2017, and programs may match it.
        return cls(f"Multiple db_fields defined for: {', '.join(names)} ")


class ImmutableFieldError(InvalidDocumentError, AttributeError):
    """A field that stays as it is was to be changed in a document that is stored.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> from aiomotorengine.errors import ImmutableFieldError
        >>> class Ware(Document):
        ...     price = IntField(immutable=True)
        >>> lamp = Ware.from_son({"price": 3})
        >>> try:
        ...     lamp.price = 5
        ... except ImmutableFieldError as error:
        ...     print(error)
        Field 'price' can't be changed once the document is stored.
    """

    code = "immutable"

    @classmethod
    def of(cls, name: str) -> ImmutableFieldError:
        return cls(f"Field '{name}' can't be changed once the document is stored.")

    @classmethod
    def shard_key(cls, document_class: Any, name: str) -> ImmutableFieldError:
        """The error for a document that was not found by its shard key."""
        return cls(
            f"Field '{name}' can't be changed once the document is stored, since it is in the "
            f"__shard_key__ of {document_class.__name__}. This document has another value there "
            "than the stored one, so that it was not found. Load it by its _id to see what is "
            "stored."
        )


class UnknownFieldError(InvalidDocumentError, AttributeError):
    """A name is that of no field, in a class whose documents have no others.

    Example:
        >>> from aiomotorengine import Document, StringField
        >>> class Reader(Document):
        ...     __dynamic__ = False
        ...     name = StringField()
        >>> Reader(nmae="Ada")
        Traceback (most recent call last):
        ...
        aiomotorengine.errors.UnknownFieldError: Reader has no field 'nmae'. Did you mean 'name'?
    """

    code = "unknown"

    @classmethod
    def of(cls, document_class: Any, name: str, prefix: str = "") -> Self:
        """The error for a name that a program has used.

        Parameters:
            document_class: the class.
            name: the name.
            prefix: what is said before it.
        """
        fields: Mapping[str, Any] = document_class._fields
        meant = document_class._reverse_db_field_map.get(name)
        likely = [meant] if meant in fields else get_close_matches(name, fields, n=1)
        hint = f" Did you mean '{likely[0]}'?" if likely else ""
        return cls(f"{prefix}{document_class.__name__} has no field '{name}'.{hint}")


class ServerValidationError(InvalidDocumentError, WriteError):
    """MongoDB itself has refused a document, by the validator of its collection.

    It is the driver's ``WriteError`` as well, with its ``code``, 121. ``details["errInfo"]`` has
    all that the server says, and ``path`` and ``value`` are of what it says first.
    """

    code = FAILED_VALIDATION_CODE  # type: ignore[assignment]  # as of all errors of the driver's

    def __init__(self, message: str, details: Mapping[str, Any] | None = None) -> None:
        # InvalidDocumentError comes first among the bases and does not pass its arguments on.
        WriteError.__init__(self, message, FAILED_VALIDATION_CODE, details)
        self.args = (message,)

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.args[0], self.details), vars(self)


class AbstractClassError(AttributeError):
    """A class was asked for documents of its own, and has no collection to keep any in."""

    @classmethod
    def of(cls, document_class: Any) -> Self:
        name = document_class.__name__
        if document_class._is_embedded:
            return cls(f"{name} is an EmbeddedDocument: it has no collection.")
        return cls(f"{name} is abstract: it has no collection.")

    @classmethod
    def without_value(cls, document_class: type[Any]) -> Self:
        """The error for a new document of an abstract class that shares its collection."""
        name = document_class.__name__
        return cls(f"{name} is abstract: save documents of its subclasses.")


class UnknownClassWarning(RuntimeWarning):
    """A stored document is of a class that the program does not have, or has not imported."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One of the things that are wrong with a document.

    Attributes:
        path: where in the document, as ``homes.1.street``; empty where it is about the whole.
        code: which rule, as ``"required"`` or ``"invalid"``.
        message: the words of the exception that ``validate`` raises for it; with its class where
            they say nothing without it.
        value: what is there; ``'***'`` where that may be a password, or has ``exclude=True``.
    """

    path: str
    code: str
    message: str
    value: Any

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message

    @classmethod
    def of(cls, error: BaseException) -> FieldError:
        """What an exception says, one of ours or of a method that a program has overridden."""
        location = location_of(error)
        path = location.path if location else ""
        if isinstance(error, InvalidDocumentError):
            return cls(path, error.code, str(error), error.value)
        return cls(path, InvalidDocumentError.code, words_of(error), None)


def words_of(error: BaseException) -> str:
    """What an exception says, with its class where that says nothing without it: a ``KeyError`` has
    but the key for a text, and an ``assert`` has none.
    """
    text, kind = str(error), type(error)
    if text and kind.__str__ is not KeyError.__str__:
        return text
    return f"{kind.__name__}: {text}" if text else kind.__name__


class DeleteDeniedError(RuntimeError):
    """A document can't be deleted while another one refers to it; nothing was changed.

    Attributes:
        document_class: the class of the document that refers to it.
        field: where in that the reference stands, as ``author`` or ``home.country``.
    """

    def __init__(self, message: str, document_class: type[Any], field: str) -> None:
        super().__init__(message, document_class, field)
        self.document_class = document_class
        self.field = field

    def __str__(self) -> str:
        return str(self.args[0])

    @classmethod
    def of(cls, deleted: str, document_class: type[Any], field: str) -> DeleteDeniedError:
        return cls(
            f'This "{deleted}" can\'t be deleted: {document_class.__name__}.{field} refers to it.',
            document_class,
            field,
        )


class LoadReferencesRequiredError(RuntimeError):
    """A reference was read before it was loaded."""

    @classmethod
    def of(cls, name: str, class_name: str) -> LoadReferencesRequiredError:
        return cls(
            f"The property '{name}' can't be accessed before calling 'load_references' on its "
            f"instance first ({class_name}) or setting __lazy__ to False in the {class_name} class."
        )


class FieldNotLoadedError(RuntimeError):
    """A field was read that the query has not asked for."""

    @classmethod
    def of(cls, name: str, class_name: str, *, is_embedded: bool = False) -> FieldNotLoadedError:
        way_out = f"'await {class_name.lower()}.reload()'"
        if is_embedded:
            way_out = "reload the document that it is in"
        return cls(
            f"The field '{name}' of this {class_name} was not loaded: only() or exclude() left it "
            f"out. Name it in the query, or {way_out}."
        )


class PartialDocumentError(ValueError):
    """A document of which only a part is known was to be stored as a whole.

    Attributes:
        class_name: where it is one that is embedded, the name of its class; else empty. A note says
            where it stands.
        holder: the name of the class of the document that it stands in, as far as it is known.
    """

    class_name = ""
    holder = ""

    def __str__(self) -> str:
        if not self.class_name:
            return super().__str__()
        place = location_of(self)
        where = "" if place is None else f" in '{place.path}'"
        of = f" of this {self.holder}" if self.holder else ""
        return (
            f"Only a part of the {self.class_name}{where}{of} was loaded, and it can't stand for "
            "the whole: load all of it, or use update() for single fields."
        )

    @classmethod
    def embedded(cls, class_name: str) -> PartialDocumentError:
        error = cls()
        error.class_name = class_name
        return error

    @classmethod
    def computed(cls, class_name: str) -> PartialDocumentError:
        return cls(f"This {class_name} was computed by an aggregation and can't be saved.")

    @classmethod
    def inserted(cls, class_name: str) -> PartialDocumentError:
        return cls(f'A partly loaded "{class_name}" can\'t be inserted.')

    @classmethod
    def replacing(cls, class_name: str) -> PartialDocumentError:
        return cls(
            f'A partly loaded "{class_name}" can\'t take the place of a whole one: reload() it, '
            "or use update()."
        )

    @classmethod
    def list_in_part(cls, name: str, class_name: str) -> PartialDocumentError:
        return cls(
            f"This {class_name} holds only a part of '{name}': assign a whole list, reload() it, "
            "or use update()."
        )


class DoesNotExist(LookupError):  # noqa: N818  # as in every other mapper
    """A document is not, or not any more, in the database.

    Each document class has an error of its own below this one, as ``User.DoesNotExist``.

    Attributes:
        document: the document that is gone, if one was in hand.
        report: of a call about many documents, what became of each.
    """

    document: Any = None
    report: Any = None

    @classmethod
    def gone(cls, document: Any) -> Self:
        """The error for a document that was stored once."""
        error = cls(f'This "{type(document).__name__}" is not in the database any more.')
        error.document = document
        return error

    @classmethod
    def unmatched(cls, document_class: Any) -> Self:
        """The error for a query that finds nothing."""
        return cls(f"{document_class.__name__} matching query does not exist.")


class MultipleObjectsReturned(LookupError):  # noqa: N818  # as in every other mapper
    """A query finds more than the one document that was asked for.

    Each document class has an error of its own below this one.
    """

    @classmethod
    def of(cls, document_class: Any) -> Self:
        return cls(f"get_one() found more than one {document_class.__name__}.")


class InvalidPageTokenError(ValueError):
    """What was given as the place where a page begins is none in this query."""

    @classmethod
    def of_other_query(cls) -> Self:
        return cls("This is no page token of this query.")


class ChangesNotTrackedError(RuntimeError):
    """It was asked what has changed in a document of which nobody knows what it was."""

    @classmethod
    def of(cls, document: object) -> ChangesNotTrackedError:
        return cls(
            f'Changes of this "{type(document).__name__}" are not tracked: set '
            "__track_changes__ = True, or call track_changes() before changing it."
        )


class StaleDocumentError(RuntimeError):
    """A document was not written, because what is stored is not what the program thinks it is.

    Attributes:
        document: the document.
        expected: the version that it was loaded with; ``None`` if it has none.
        found: the version that is stored; ``None`` if the document is gone, or has none.
        report: of a call about many documents, what became of each.
    """

    def __init__(
        self, message: str, document: Any = None, expected: Any = None, found: Any = None
    ) -> None:
        super().__init__(message)
        self.document = document
        self.expected = expected
        self.found = found
        self.report: Any = None

    @classmethod
    def changed(cls, document: Any, expected: Any, found: Any) -> StaleDocumentError:
        """Someone else has written it since it was loaded."""
        return cls(
            f'This "{type(document).__name__}" was changed by someone else since it was loaded '
            f"(version {expected}, stored {found}).",
            document,
            expected,
            found,
        )

    @classmethod
    def deleted(cls, document: Any, expected: Any) -> StaleDocumentError:
        """Someone else has deleted it since it was loaded."""
        return cls(
            f'This "{type(document).__name__}" was deleted by someone else since it was loaded '
            f"(version {expected}).",
            document,
            expected,
        )

    @classmethod
    def there_already(cls, document: Any, found: Any) -> StaleDocumentError:
        """It was made with an id under which a document is stored."""
        return cls(
            f'This "{type(document).__name__}" was stored by someone else (version {found}): load '
            "it before you change it.",
            document,
            None,
            found,
        )

    @classmethod
    def condition(cls, document: Any, expected: Any, found: Any) -> StaleDocumentError:
        """What is stored does not meet the condition of the call."""
        return cls(
            f'This "{type(document).__name__}" was not written: what is stored does not meet the '
            "condition.",
            document,
            expected,
            found,
        )


class ResultsTruncatedWarning(RuntimeWarning):
    """``find_all`` without ``limit`` left out documents because of the default limit."""


class StoredValueError(ValueError):
    """A document in the database has a value that its field cannot read.

    What the field raised is the ``__cause__``.

    Attributes:
        document_class: the class that the document was to become.
        id: the ``_id`` of the stored document; ``None`` where it has none.
        path: where in the document, as ``homes.1.zip``.
        value: what is stored there; ``'***'`` where that may be a password.
    """

    def __init__(self, value: Any, location: Location) -> None:
        super().__init__(value, location)
        self.value = value
        self.location = location
        self.document_class: type[Any] | None = None
        self.id: Any = None

    @property
    def path(self) -> str:
        return self.location.path

    def within(self, *parts: Part) -> StoredValueError:
        """The same error, seen from what holds the value at these parts."""
        self.location = self.location.below(parts)
        return self

    def __str__(self) -> str:
        where = ""
        if self.document_class is not None:
            name = self.document_class.__name__
            if self.id is None:
                where = f" of {'an' if name[0] in 'AEIOUaeiou' else 'a'} {name} without _id"
            else:
                where = f" of the {name} with _id {shown(self.id)}"
        return f"Can't read '{self.path}'{where}: {self.location.about}."


class UnknownStoredKeyError(UnknownFieldError, StoredValueError):
    """A document in the database has a key that is no field, and its class has that refused.

    Attributes:
        document_class: the class that the document was to become.
        id: the ``_id`` of the stored document; ``None`` where it has none.
        path: where in the document is what has the key; empty where that is the whole document.
        key: the key.
        value: what is stored there.
    """

    def __init__(self, holder: type[Any], key: str, value: Any, id: Any = None) -> None:
        super().__init__(value, Location((key,)))
        self.args = (holder, key, value, id)  # by which a copy is made
        self.document_class = holder
        self.id = id
        self.key = key
        self._text = f"Stored key '{key}' of {holder.__name__} is no field."

    def within(self, *parts: Part) -> Self:
        locate(self, *parts)
        return self

    def __str__(self) -> str:
        return self._text


class UniqueKeyViolationError(RuntimeError, DuplicateKeyError):
    """A write would have stored a second document with the same value of a unique field.

    It is a ``RuntimeError``, as in 2017, and the driver's ``DuplicateKeyError``, so that programs
    which catch either go on working. ``code`` is 11000 and ``details`` what the server said.

    Attributes:
        error_code: the server's code as text, ``"E11000"``.
        error_type: the server's words for it, ``"duplicate key error"``.
        index_name: the index, as ``database.collection.$index``.
        instance_type: the document class that was saved.
        key_value: the values that are there already, by their keys, as far as the server says.
        fields: the attributes that have these values, with dots, as far as the server says.
        number: of a bulk insert, the number of the document that was refused first.
    """

    def __init__(
        self,
        message: str,
        error_code: str,
        error_type: str,
        index_name: str,
        instance_type: type[Any],
        details: Mapping[str, Any] | None = None,
    ) -> None:
        # RuntimeError comes first among the bases and does not pass its arguments on.
        DuplicateKeyError.__init__(self, message, DUPLICATE_KEY_CODE, details)
        self.args = (message,)
        self.error_code = error_code
        self.error_type = error_type
        self.index_name = index_name
        self.instance_type = instance_type

    def __reduce__(self) -> tuple[Any, ...]:
        arguments = (
            self.args[0],
            self.error_code,
            self.error_type,
            self.index_name,
            self.instance_type,
            self.details,
        )
        return type(self), arguments

    @property
    def key_value(self) -> Mapping[str, Any] | None:
        value = self._refusal.get("keyValue")
        return value if isinstance(value, Mapping) else None

    @property
    def fields(self) -> tuple[str, ...]:
        keys = self._refusal.get("keyPattern") or self.key_value or ()
        # A program may have made the error, of a class that is none of documents.
        name_of = getattr(self.instance_type, "_attribute_under", str)
        return tuple(map(name_of, keys))

    @property
    def number(self) -> int | None:
        return self._refusal.get("index")

    @property
    def _refusal(self) -> Mapping[str, Any]:
        """What the server says of the document."""
        details = self.details or {}
        return next(iter(details.get("writeErrors") or ()), details)

    def __str__(self) -> str:
        return (
            f'The index "{self.index_name}" was violated when trying to save this '
            f'"{self.instance_type.__name__}" (error code: {self.error_code}).'
        )

    @classmethod
    def from_pymongo(
        cls,
        text: str,
        document_class: type[Any],
        details: Mapping[str, Any] | None = None,
    ) -> UniqueKeyViolationError | None:
        """Build the error from the driver's message.

        Parameters:
            text: the message of the driver's error, of any server generation since 2.x.
            document_class: the class whose document was being saved.
            details: the server's answer, where there is one.

        Returns:
            The error, or ``None`` for a text that is not about a unique index.
        """
        match = duplicate_message().search(text[:LONGEST_HEAD])
        if match is None:
            return None
        index_name = match["index_name"]
        if match["namespace"]:
            index_name = f"{match['namespace']}.${index_name}"
        return cls(
            text, match["error_code"], match["error_type"], index_name, document_class, details
        )

    @classmethod
    def from_error(
        cls, error: DuplicateKeyError, document_class: type[Any]
    ) -> UniqueKeyViolationError:
        """Build the error from the driver's, about one document or one index."""
        text = (error.details or {}).get("errmsg") or str(error)
        violation = cls.of(text, document_class, error.details)
        keep_labels(error, violation)
        return violation

    @classmethod
    def of(
        cls, text: str, document_class: type[Any], details: Mapping[str, Any] | None
    ) -> UniqueKeyViolationError:
        """As ``from_pymongo``, and for a text nobody knows, with what the driver's details say."""
        known = cls.from_pymongo(text, document_class, details)
        if known is not None:
            return known
        pattern = (details or {}).get("keyPattern") or {}
        index_name = "_".join(f"{key}_{direction}" for key, direction in pattern.items())
        return cls(
            text,
            f"E{DUPLICATE_KEY_CODE}",
            "duplicate key error",
            index_name or "unknown",
            document_class,
            details,
        )


@cache
def duplicate_message() -> re.Pattern[str]:
    return re.compile(DUPLICATE_MESSAGE, re.DOTALL)


def __getattr__(name: str) -> re.Pattern[str]:
    if name == "PYMONGO_ERROR_REGEX":
        return duplicate_message()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def violates_id(error: DuplicateKeyError) -> bool:
    """Whether it is the ``_id`` that is there already.

    Servers say so in so many words since 4.4. Before, the name of the index has to be found in the
    message, of which the value that the program gave is a part as well.
    """
    details = error.details or {}
    if pattern := details.get("keyPattern"):
        return list(pattern) == ["_id"]
    match = duplicate_message().search((details.get("errmsg") or str(error))[:LONGEST_HEAD])
    return match is not None and match["index_name"].rpartition("$")[2] == "_id_"


class AggregationError(RuntimeError):
    """An aggregation failed; the cause is the error itself.

    Where the driver raised it, this is an instance of the class of that error as well
    (``OperationFailure``, ``AutoReconnect`` …), with its code, details and labels. So what decides
    by these whether to try again, as ``with_transaction`` does, does so.
    """

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return aggregation_error, (type(self).__bases__, *self.args, vars(self))

    @classmethod
    def of(cls, error: Exception) -> AggregationError:
        """The error that is raised for one; its cause is still to be set."""
        is_drivers = isinstance(error, PyMongoError | BSONError)
        bases = (cls, type(error)) if is_drivers else cls.__bases__
        wrapped = aggregation_error(bases, f"Aggregation failed due to: {error}", vars(error))
        if isinstance(error, PyMongoError):
            keep_labels(error, wrapped)
        return wrapped


def aggregation_error(
    bases: tuple[type, ...], text: str, attributes: Mapping[str, Any]
) -> AggregationError:
    """An ``AggregationError`` with the attributes of another error."""
    kind = AggregationError if bases == AggregationError.__bases__ else joined(*bases)
    error = kind.__new__(kind, text)
    vars(error).update(attributes)
    return error


@cache
def joined(first: type[AggregationError], second: type[Exception]) -> type[AggregationError]:
    """A class that is both; its name is the first's."""
    return type(first.__name__, (first, second), {"__module__": first.__module__})


def keep_labels(cause: PyMongoError, error: Exception) -> None:
    """Give an error the labels of another, by which programs decide whether to try again."""
    labels = getattr(cause, "_error_labels", None)
    if labels is not None:
        error._error_labels = set(labels)  # type: ignore[attr-defined]


def raise_alone(error: Exception) -> NoReturn:
    """Raise an error out of the handler of another, which it does not keep as its context.

    Whoever shows an error shows its context as well.
    """
    try:
        raise error
    finally:
        error.__context__ = None
        del error  # its traceback leads here


class OversizeDocumentError(DocumentTooLarge, ValueError):
    """A document is larger than MongoDB takes, or would be after an update."""


# -- indexes and collections ---------------------------------------------------------------------


class IndexConflictError(RuntimeError, OperationFailure):
    """An index is there, and not as it is declared.

    Attributes:
        report: the report of the call, where it has looked at all indexes.
    """

    INDEX_OPTIONS_CONFLICT = 85

    def __init__(
        self,
        message: str,
        code: int | None = INDEX_OPTIONS_CONFLICT,
        details: Mapping[str, Any] | None = None,
        report: Any = None,
    ) -> None:
        # RuntimeError comes first among the bases and does not pass its arguments on.
        OperationFailure.__init__(self, message, code, details)
        self.args = (message,)
        self.report = report

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.args[0], self.code, self.details, self.report)

    @classmethod
    def different(cls, report: Any, call: str = "ensure_indexes") -> IndexConflictError:
        """The error for the first index in a report that differs."""
        first, *others = report.different
        changes = ", ".join(
            f"{option} is {there!r}, should be {should!r}"
            for option, (there, should) in first.changes.items()
        )
        error = cls(
            f"Index '{first.name}' of '{report.collection}' differs: {changes}; see "
            f"index_report(), or {call}(modify=True).",
            report=report,
        )
        if others:
            error.add_note(f"So do {', '.join(repr(other.name) for other in others)}.")
        return error

    @classmethod
    def refused(cls, cause: OperationFailure) -> IndexConflictError:
        """The error for what a server says of an index that it has already."""
        error = cls(
            f"{cause}; see index_report(), or ensure_indexes(modify=True).",
            cause.code,
            cause.details,
        )
        error.__cause__ = cause
        return error


class SearchUnavailableError(RuntimeError, OperationFailure):
    """The server knows nothing of search indexes."""

    def __init__(
        self,
        message: str,
        code: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        OperationFailure.__init__(self, message, code, details)
        self.args = (message,)

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.args[0], self.code, self.details)

    @classmethod
    def of(cls, cause: OperationFailure) -> SearchUnavailableError:
        """The error for what a server says that has no search."""
        error = cls(
            "This MongoDB has no search: it takes Atlas, or 8.2 with mongot.",
            cause.code,
            cause.details,
        )
        error.__cause__ = cause
        return error


class CollectionOptionsError(RuntimeError):
    """A collection is there, and its options are not as declared and can't be changed.

    Attributes:
        report: the report of the call.
    """

    report: Any = None

    @classmethod
    def impossible(cls, report: Any) -> CollectionOptionsError:
        """The error for what a report has found that can't be changed."""
        differences = ", ".join(
            f"{option} is {there!r}, should be {should!r}"
            for option, (there, should) in report.impossible.items()
        )
        error = cls(f"Collection '{report.collection}' can't be changed: {differences}.")
        error.report = report
        return error


# -- migrations ----------------------------------------------------------------------------------


class MigrationError(RuntimeError):
    """A migration was stopped, or is being run by somebody else.

    Attributes:
        report: what was done before; ``None`` where it was not begun.
    """

    report: Any = None

    @classmethod
    def stopped(cls, name: str, id: Any, cause: BaseException, report: Any) -> MigrationError:
        """The error for a document that can't be converted; its cause is still to be set."""
        error = cls(f"Migration '{name}' stopped at {shown(id)}: {cause}")
        error.report = report
        return error

    @classmethod
    def of_another(cls, name: str, collection: str, own: str) -> MigrationError:
        """The error for a name that a migration of another collection has."""
        return cls(
            f"Migration '{name}' is one of collection '{collection}', and not of '{own}': give "
            "each a name of its own."
        )

    @classmethod
    def being_run(cls, name: str, owner: str, seconds: int | None) -> MigrationError:
        """The error for a migration that somebody else runs, who was seen so long ago."""
        ago = "" if seconds is None else f" (seen {seconds} s ago)"
        return cls(f"Migration '{name}' is being run by {owner}{ago}.")


# -- change streams ------------------------------------------------------------------------------


class ChangeStreamLostError(RuntimeError):
    """The server's log has no more of what has to be told; the driver's error is the ``__cause__``.

    Attributes:
        token: after which change that is; ``None`` where none was known.
    """

    def __init__(self, token: Mapping[str, Any] | None) -> None:
        super().__init__(
            "What happened after this token is gone from the server's log: read the collection "
            "anew, and watch without a token."
        )
        self.token = token

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.token,)


# -- sessions ------------------------------------------------------------------------------------


class SessionUseError(RuntimeError, InvalidOperation):
    """An operation was not begun, because of the session that it would have belonged to."""

    def __init__(self, message: str) -> None:
        # RuntimeError comes first among the bases and knows nothing of labels.
        InvalidOperation.__init__(self, message)


class TransactionAbortedError(SessionUseError):
    """A transaction was aborted by an earlier error, which the program did not let end it.

    That error is the ``__cause__``. Where it says that trying the whole again may help, this has
    the same labels, and ``run_transaction`` does so.
    """

    @classmethod
    def by(cls, error: BaseException) -> TransactionAbortedError:
        """The error for what aborted the transaction; its cause is set."""
        reason = str(error)
        if isinstance(error, CancelledError):
            reason = "an operation of it was cancelled."
        aborted = cls(f"The transaction was aborted: {reason or type(error).__name__}")
        if isinstance(error, PyMongoError):
            keep_labels(error, aborted)
        aborted.__cause__ = error
        return aborted


class TransactionEndedError(SessionUseError):
    """A task goes on that was started inside a transaction, or a session, which is over."""

    @classmethod
    def of(cls, what: str) -> TransactionEndedError:
        return cls(
            f"This task was started inside a {what} that is over; start it with "
            "create_task(…, context=contextvars.Context())."
        )


class ConcurrentSessionUseError(SessionUseError):
    """An operation was begun in a session in which another is under way.

    Servers and drivers do one thing at a time in a session.
    """

    @classmethod
    def of(cls, what: str) -> ConcurrentSessionUseError:
        return cls(
            f"Another operation of this {what} is under way: await them one after the other, or "
            "give each task its own."
        )


# -- bulk inserts --------------------------------------------------------------------------------


def bulk_refusal_text(number: int, reason: object) -> str:
    if isinstance(reason, BaseException):
        reason = words_of(reason)
    return f"Validation for document {number} in the documents you are saving failed with: {reason}"


def bulk_refusal(number: int, reason: object) -> ValueError:
    """A document of a bulk insert was refused before anything was sent."""
    return because_of(reason, bulk_refusal_text(number, reason))


def because_of(reason: object, text: str) -> ValueError:
    """The error with a text that tells of another one, of whose kind it is where that says more."""
    kind = PartialDocumentError if isinstance(reason, PartialDocumentError) else ValueError
    return kind(text)


def wrong_class(document_class: type[Any], document: object, verb: str = "save") -> ValueError:
    """A query set was given something that is no document of its class."""
    return ValueError(
        f"This queryset for class '{document_class.__name__}' can't {verb} an instance of type "
        f"'{type(document).__name__}'."
    )

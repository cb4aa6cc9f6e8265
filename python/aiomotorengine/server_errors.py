"""What a server says of a failure, without the values of passwords.

A server quotes what it was sent and what it has: the values in a unique index, those that a schema
refuses, now and then a whole document or command. Of a password that is the hash, which has no
place in a log. Where a class has passwords, only words whose meaning is known are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar, cast

from pymongo.errors import BulkWriteError, OperationFailure

from aiomotorengine.errors import keep_labels
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.embedded_document_field import has_secrets
from aiomotorengine.fields.stored_key import field_of

__all__ = ["ServerErrors"]

E = TypeVar("E", bound=OperationFailure)

HIDDEN = "***"

DUPLICATE = "dup key: "
"""What stands in a server's message before the values in a unique index."""

QUOTE = re.compile(
    r"""(?P<null>\{[^:{}"']+: null\})|[{(\[]|"(?P<double>[^"]*)"?|(?<!\w)'(?P<single>[^']*)'?"""
)
"""Where a server's message begins to quote something."""

OPERATOR = re.compile(r"\$[A-Za-z]+")

PLAIN = frozenset(
    {
        # of a command's answer
        *("$clusterTime", "code", "codeName", "electionId", "errorLabels", "n", "nInserted"),
        *("nMatched", "nModified", "nRemoved", "nUpserted", "ok", "opTime", "operationTime"),
        # of one about a document; the driver adds the document itself
        *("collation", "index", "keyPattern", "op", "upserted"),
        # of what a schema does not allow
        *("additionalProperties", "consideredType", "description", "failingDocumentId"),
        *("itemIndex", "missingProperties", "operatorName", "propertyName", "reason"),
        *("specifiedAs", "title"),
    }
)
"""The parts of an answer in which no value of a document's fields stands."""

REFUSED = frozenset({"consideredValue", "consideredValues"})
"""What a schema does not allow, of the property that is named beside it or above."""


class ServerErrors:
    """What servers say of documents of a class.

    Parameters:
        document_class: the class. Its subclasses, which are in the same collection, may be meant.
    """

    def __init__(self, document_class: type[Any]) -> None:
        self._document_class = document_class

    @cached_property
    def _kinds(self) -> list[type[Any]]:
        """All classes that may be meant; none where there are no passwords."""
        kinds = [self._document_class]
        for kind in kinds:  # and those that are added meanwhile
            kinds += kind.__subclasses__()
        return kinds if any(has_secrets(kind, set()) for kind in kinds) else []

    def error(self, error: E) -> E:
        """The driver's error as it may be shown; the very same where nothing is hidden."""
        if not self._kinds:
            return error
        details: Any = error.details
        shown: Any = error
        if details is None:
            text = self._text(str(error))
            shown = error if text == str(error) else type(error)(text, error.code)
        elif isinstance(error, BulkWriteError):
            shown = BulkWriteError(self._mapping(details, ()))
        elif (answer := self._mapping(details, ())) != details:
            shown = type(error)(str(answer.get("errmsg", HIDDEN)), error.code, answer)
        if shown is error:
            return error
        keep_labels(error, shown)
        for note in getattr(error, "__notes__", ()):
            shown.add_note(note)
        return cast(E, shown)

    def answer(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a server says of one document, as it may be shown."""
        return self._mapping(answer, ()) if self._kinds else answer

    def _mapping(self, answer: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
        name = answer.get("propertyName")
        path = (*path, name) if isinstance(name, str) else path
        shown = {key: self._part(key, part, path) for key, part in answer.items()}
        text = answer.get("errmsg")
        if isinstance(text, str):
            start, quoting, _ = text.partition(DUPLICATE)
            # Before MongoDB 4.4 a server did not say which values belong to which keys.
            values = shown.get("keyValue", HIDDEN)
            if not quoting:
                text = self._text(text)
            elif values != answer.get("keyValue"):
                text = f"{start}{quoting}{values}"
            shown["errmsg"] = text
        return shown

    def _part(self, key: str, part: Any, path: tuple[str, ...]) -> Any:
        if key in PLAIN or part is None:
            return part
        if key in REFUSED:
            return self._value(".".join(path), part)
        if isinstance(part, Mapping):
            if key == "keyValue":
                return {name: self._value(name, value) for name, value in part.items()}
            return self._mapping(part, path)
        if isinstance(part, list):
            return [self._part(key, item, path) for item in part]
        return part if isinstance(part, bool | int) else HIDDEN

    def _text(self, text: str) -> str:
        """A message up to where it begins to quote what is no name."""
        for quote in QUOTE.finditer(text):
            name = quote["double"] or quote["single"] or ""
            if quote["null"]:
                continue
            if not OPERATOR.fullmatch(name) and not any(self._fields(name)):
                return f"{text[: quote.start()]}{HIDDEN}"
        return text

    def _value(self, key: str, value: Any) -> Any:
        """The value under a key of MongoDB, if it is known to be none of a password."""
        fields = list(self._fields(key))
        is_known = key == "_id" or fields
        return HIDDEN if not is_known or any(f._is_secret(value) for f in fields) else value

    def _fields(self, key: str) -> Iterator[BaseField[Any]]:
        """What a key means, in each of the classes that have it."""
        for kind in self._kinds:
            field = field_of(kind, key)
            if field is not None:
                yield field

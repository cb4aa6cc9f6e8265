"""The arguments of ``watch``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import isnan
from typing import Any, NamedTuple, TypedDict

from bson.timestamp import Timestamp

from aiomotorengine.arguments import positive
from aiomotorengine.changes.position import Position
from aiomotorengine.changes.stages import OPERATIONS
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query_builder.value_path import value_path
from aiomotorengine.utils import is_collection, stages_given

__all__ = ["Asked", "WatchOptions", "asked", "keys_of"]

DOCUMENTS = ("default", "updateLookup", "whenAvailable", "required")
DOCUMENTS_BEFORE = ("off", "whenAvailable", "required")
"""Which whole documents servers send with changes."""


class WatchOptions(TypedDict, total=False):
    """The arguments of ``watch``, as ``QuerySet.watch`` explains them."""

    operations: Iterable[str] | None
    fields: Iterable[BaseField[Any] | str] | None
    pipeline: Sequence[Mapping[str, Any]]
    full_document: str
    full_document_before_change: str | None
    resume_after: Mapping[str, Any] | None
    start_after: Mapping[str, Any] | None
    start_at: Timestamp | datetime | None
    retry_for: float
    max_await_time_ms: int | None
    batch_size: int | None


class Asked(NamedTuple):
    """What is asked for, checked.

    Attributes:
        operations: those that are told; ``None`` for all.
        fields: of updates only those that touch one of these; ``None`` for all.
        pipeline: the stages of the program's own.
        has_before: whether documents come as they were before.
        may_lack_documents: whether there may be updates that bring no document.
        options: those of the driver's ``watch``, but for the position.
        position: from where on changes are told.
        retry_for: for how many seconds without success the stream is opened again.
    """

    operations: list[str] | None
    fields: list[Any] | None
    pipeline: list[Mapping[str, Any]]
    has_before: bool
    may_lack_documents: bool
    options: Mapping[str, Any]
    position: Position
    retry_for: float


def asked(
    *,
    operations: Any = None,
    fields: Any = None,
    pipeline: Any = (),
    full_document: Any = "updateLookup",
    full_document_before_change: Any = None,
    resume_after: Any = None,
    start_after: Any = None,
    start_at: Any = None,
    retry_for: Any = 60.0,
    max_await_time_ms: Any = None,
    batch_size: Any = None,
    **others: Any,
) -> Asked:
    """The arguments of ``watch``, checked.

    Raises:
        ValueError: one says what there is not.
        TypeError: one is none of what it has to be, or there are others.
    """
    if others:
        raise TypeError(f"watch() got an unexpected keyword argument {next(iter(others))!r}.")
    refuse_other(full_document, "full_document", DOCUMENTS)
    options = {"full_document": full_document}
    if full_document_before_change is not None:
        refuse_other(full_document_before_change, "full_document_before_change", DOCUMENTS_BEFORE)
        options["full_document_before_change"] = full_document_before_change
    if max_await_time_ms is not None:
        options["max_await_time_ms"] = positive("max_await_time_ms", max_await_time_ms)
    if batch_size is not None:
        options["batch_size"] = positive("batch_size", batch_size)
    wanted = None if operations is None else operations_of(operations)
    has_updates = wanted is None or "update" in wanted
    return Asked(
        operations=wanted,
        fields=None if fields is None else fields_of(fields),
        pipeline=stages_given("pipeline", pipeline),
        has_before=full_document_before_change not in (None, "off"),
        may_lack_documents=full_document == "default" and has_updates,
        options=options,
        position=position_of(resume_after, start_after, start_at),
        retry_for=seconds_of(retry_for),
    )


def refuse_other(value: Any, name: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, not {value!r}.")


def operations_of(operations: Any) -> list[str]:
    """The operations that are wanted.

    Raises:
        ValueError: one is none, or there are none.
        TypeError: they are no list, or the like.
    """
    if not is_collection(operations):
        raise TypeError(f"operations must be a list of names, not {operations!r}.")
    wanted = list(operations)
    if not wanted:
        raise ValueError("operations is empty: leave it out for all of them.")
    for operation in wanted:
        if operation not in OPERATIONS:
            raise ValueError(
                f"There is no operation {operation!r}; watch() knows {', '.join(OPERATIONS)}."
            )
    return wanted


def fields_of(fields: Any) -> list[Any]:
    """The fields of which an update has to touch one.

    Raises:
        ValueError: there are none.
        TypeError: they are no list.
    """
    if not is_collection(fields):
        raise TypeError(f"fields must be a list of fields or their names, not {fields!r}.")
    if not (named := list(fields)):
        raise ValueError("fields is empty: leave it out for all of them.")
    return named


def keys_of(document_class: Any, fields: Iterable[Any]) -> list[str]:
    """The keys in MongoDB under which some fields may be stored.

    Raises:
        ValueError: one is no field of the class.
        TypeError: one is neither field nor text.
    """
    paths = (value_path(document_class, it, "Invalid watch() field '{}'") for it in fields)
    return [key for path in paths for key in path.stored_keys]


def position_of(resume_after: Any, start_after: Any, start_at: Any) -> Position:
    """From where on changes are told.

    Raises:
        ValueError: two places are named.
        TypeError: a token is no mapping, or a time no time.
    """
    named = {"resume_after": resume_after, "start_after": start_after, "start_at": start_at}
    given = [name for name, value in named.items() if value is not None]
    if len(given) > 1:
        raise ValueError(f"watch() begins at one place: give {given[0]} or {given[1]}.")
    for name in ("resume_after", "start_after"):
        if not isinstance(named[name], Mapping | None):
            raise TypeError(f"{name} must be the token of a change, not {named[name]!r}.")
    if not isinstance(start_at, Timestamp | datetime | None):
        raise TypeError(f"start_at must be a datetime or a Timestamp, not {start_at!r}.")
    if isinstance(start_at, datetime):
        start_at = Timestamp(start_at, 0)  # without a time zone it is UTC
    token = start_after if resume_after is None else resume_after
    return Position(token, start_after is not None, start_at)


def seconds_of(retry_for: Any) -> float:
    """For how many seconds a stream is opened again.

    Raises:
        TypeError: it is no number.
        ValueError: it is below 0.
    """
    if isinstance(retry_for, bool) or not isinstance(retry_for, int | float):
        raise TypeError(f"retry_for must be a number of seconds, not {retry_for!r}.")
    if isnan(retry_for) or retry_for < 0:
        raise ValueError(f"retry_for must be 0 or more seconds, not {retry_for}.")
    return retry_for

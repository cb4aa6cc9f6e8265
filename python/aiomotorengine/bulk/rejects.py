"""What was refused, written down as it becomes known: a line for each, or a call of a function.

The lines are made and written in a thread, so that neither holds the event loop; what waits to be
written is what was refused of one batch.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import deque
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from threading import Lock
from typing import Any, TextIO

from bson import json_util
from bson.binary import UuidRepresentation
from bson.decimal128 import Decimal128

from aiomotorengine.bulk.rejected import RejectedDocument
from aiomotorengine.fields.password_field import PasswordType
from aiomotorengine.locations import shown
from aiomotorengine.pacing import Pace
from aiomotorengine.rows import RefusedRow
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.values import values_of
from aiomotorengine.utils import is_async, is_collection

__all__ = ["Destination", "Rejects", "check_destination"]

Destination = str | os.PathLike[str] | TextIO | Callable[[RejectedDocument, Any], object]

EXTENDED_JSON = json_util.RELAXED_JSON_OPTIONS.with_options(
    uuid_representation=UuidRepresentation.STANDARD
)


MOST_BITS = 2048
"""Python writes out every number of so many bits, whatever limit it was given."""


def check_destination(to: Any) -> None:
    """Refuse what refused documents can't be written to.

    Raises:
        TypeError: it is no path, no file and no function, or one that is async.
    """
    if to is None or isinstance(to, str | os.PathLike):
        return
    called = getattr(to, "write", to)
    if not callable(called) or is_async(called):
        raise TypeError(
            "rejects must be a path, a text file, or a function that takes an entry and what was "
            f"refused; file and function are not awaited, so neither may be async. It is {to!r}."
        )


class Rejects:
    """Writes down what one call refuses.

    Parameters:
        to: a path, to whose file lines are added; a text file; or ``function(entry, item)``.
        as_given: what makes of a row what the caller has given, where that is something else.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, to: Destination, as_given: Callable[[Any], Any] | None = None) -> None:
        self._as_given = as_given
        self._function = to if callable(to) else None
        self._file: Any = None
        self._closes = isinstance(to, str | os.PathLike)
        if isinstance(to, str | os.PathLike):
            self._file = open(to, "a", encoding="utf-8")  # noqa: SIM115  # closed by ``close``
        elif self._function is None:
            self._file = to
        # One thread adds to its end while another takes from its beginning.
        self._waiting: deque[tuple[RejectedDocument, Any]] = deque()
        self._lock = Lock()

    def add(self, entry: RejectedDocument, item: Any) -> None:
        """Something was refused.

        Parameters:
            entry: its entry in the report.
            item: the document or the row, as it came.
        """
        if self._as_given is not None:
            item = self._as_given(item)
        self._waiting.append((entry, item))

    async def write(self) -> None:
        """Write what waits, or call the function with it.

        Raises:
            Exception: it cannot be written, or what the function raised. Nothing more is written.
        """
        if self._function is None:
            if self._waiting:
                await asyncio.to_thread(self._write_lines)
            return
        pace = Pace()
        pace.start()
        while self._waiting:
            self._call(self._function)
            await pace.turn_if_due()

    def close(self) -> None:
        """The call is over: write what waits still, as where it was cancelled.

        Raises:
            Exception: as for ``write``.
        """
        try:
            while self._waiting and self._function is not None:
                self._call(self._function)
            # Waits for the thread, if that still writes; a line is never within another.
            self._write_lines()
        finally:
            if self._closes:
                self._file.close()

    def _call(self, function: Callable[[RejectedDocument, Any], object]) -> None:
        entry, item = self._waiting.popleft()
        try:
            function(entry, item)
        except BaseException:
            self._waiting.clear()
            raise

    def _write_lines(self) -> None:
        with self._lock:
            lines = []
            while self._waiting:
                lines.append(f"{line_of(*self._waiting.popleft())}\n")
            if lines:
                self._file.write("".join(lines))
                self._file.flush()


def line_of(entry: RejectedDocument, item: Any) -> str:
    """An entry and what was refused, as a line of MongoDB's relaxed extended JSON.

    Example:
        >>> line_of(RejectedDocument(7, None, "no"), {"n": 1})
        '{"number": 7, "code": null, "message": "no", "errors": [], "row": {"n": 1}}'
    """
    line = {
        "number": entry.number,
        "code": entry.code,
        "message": entry.message,
        "errors": [
            {
                "path": error.path,
                "code": error.code,
                "message": error.message,
                "value": shown(error.value),
            }
            for error in entry.errors
        ],
    }
    try:
        row = as_json(item)
        return json.dumps({**line, "row": row})
    except Exception:  # what an object of the program's raises, or one that contains itself
        return json.dumps({**line, "row": shown(item)})


def as_json(value: Any) -> Any:
    """A value as ``json`` takes it; what extended JSON has no form for is its ``repr``."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= MOST_BITS else shown(value)
    if isinstance(value, float):
        return value if isfinite(value) else {"$numberDouble": text_of(value)}
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, DocumentStorage):
        id = {} if value._id is None else {"_id": as_json(value._id)}
        return {**id, **as_json(values_of(value))}
    if isinstance(value, PasswordType):
        return "***"
    if isinstance(value, RefusedRow):
        return as_json(value.row)
    if isinstance(value, Mapping):
        return {
            key if isinstance(key, str) else str(key): as_json(one) for key, one in value.items()
        }
    if is_collection(value):
        return [as_json(one) for one in value]
    try:
        if isinstance(value, Decimal):
            value = Decimal128(value)
        return json_util.default(value, EXTENDED_JSON)
    except Exception:
        return shown(value)


def text_of(value: float) -> str:
    """How extended JSON calls a number that JSON does not have."""
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"

"""The documents that a bulk insert could not insert, and why."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import le
from typing import Any, TypeVar, overload

import bson
from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions, TypeRegistry

from aiomotorengine.errors import FieldError

__all__ = ["PackedRefusal", "RejectedDocument", "RejectedDocuments", "WriteErrors"]

Entry = TypeVar("Entry")

PackedRefusal = tuple[int, int | None, str, Any, Any, Any, Any]
"""Number, code, message, keyPattern, keyValue, what else the server said, and the field errors."""

ENTRIES_PER_PIECE = 1_000

KEYS_OF_AN_ENTRY = frozenset({"index", "code", "errmsg", "keyPattern", "keyValue", "op"})
"""What is kept by itself of the server's words, or, as the document itself, not at all."""

SHOWN = 3
"""How many of the server's answers the text of an error has."""


@dataclass(frozen=True, slots=True)
class RejectedDocument:
    """A document that was refused, by validation, by the encoder or by the server.

    Attributes:
        number: its number in the source, counted from 0.
        code: the server's code, such as 11000; ``None`` where the server was not asked.
        message: why.
        key_pattern: for a duplicate, the keys of the index.
        key_value: for a duplicate, the values that are there already.
        errors: for a document that is not valid, what is wrong with each of its fields.
    """

    number: int
    code: int | None
    message: str
    key_pattern: Mapping[str, Any] | None = None
    key_value: Mapping[str, Any] | None = None
    errors: tuple[FieldError, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The entry as a plain dict, with the server's names for its parts."""
        return {
            "number": self.number,
            "code": self.code,
            "message": self.message,
            "keyPattern": self.key_pattern,
            "keyValue": self.key_value,
            "errors": [
                {"path": error.path, "code": error.code, "message": error.message}
                for error in self.errors
            ],
        }

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> RejectedDocument:
        """The entry that ``to_dict`` has made this of, but for the values of fields.

        Raises:
            KeyError: it is none.
        """
        return cls(
            entry["number"],
            entry["code"],
            entry["message"],
            entry["keyPattern"],
            entry["keyValue"],
            tuple(
                FieldError(it["path"], it["code"], it["message"], None) for it in entry["errors"]
            ),
        )


class Readable(Sequence[Entry]):
    """A list that one only reads, and that makes its entries when they are asked for."""

    __slots__ = ()

    def _at(self, position: int) -> Entry:
        """The entry at a position, which is in range."""
        raise NotImplementedError

    @overload
    def __getitem__(self, position: int) -> Entry: ...

    @overload
    def __getitem__(self, position: slice) -> list[Entry]: ...

    def __getitem__(self, position: int | slice) -> Entry | list[Entry]:
        positions = range(len(self))[position]
        return self._at(positions) if isinstance(positions, int) else list(map(self._at, positions))

    def __iter__(self) -> Iterator[Entry]:
        return map(self._at, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it changes


class RejectedDocuments(Readable[RejectedDocument]):
    """The documents that were refused, in no particular order: a list that one only reads.

    There may be millions, as where all that is passed again is in already. So what is kept is plain
    values, in pieces, which take less than half of the memory and are none of the collector's
    concern.

    Parameters:
        codec_options: by which the values that a server names are read, but for types of the
            caller's, which the driver does not apply to its answers either.

    Example:
        >>> rejected = RejectedDocuments()
        >>> rejected.append(RejectedDocument(7, 11000, "twice", {"n": 1}, {"n": 5}))
        >>> len(rejected), rejected[0].number, rejected[0].key_value
        (1, 7, {'n': 5})
    """

    __slots__ = ("_last", "_options", "_patterns", "_pieces", "count_of_answers")

    def __init__(self, codec_options: CodecOptions[Any] = DEFAULT_CODEC_OPTIONS) -> None:
        self._options = codec_options.with_options(
            document_class=dict, type_registry=TypeRegistry()
        )
        # Python's collector stops looking at tuples of plain values, and at tuples of those.
        self._pieces: list[tuple[PackedRefusal, ...]] = []
        self._last: list[PackedRefusal] = []
        self._patterns: dict[Any, Any] = {}
        self.count_of_answers = 0
        """How many have a code, which is the server's."""

    def append(self, entry: RejectedDocument) -> None:
        """Take another in."""
        errors = tuple((e.path, e.code, e.message, e.value) for e in entry.errors)
        pattern, value = self._pack_pattern(entry.key_pattern), self._pack(entry.key_value)
        self.extend([(entry.number, entry.code, entry.message, pattern, value, None, errors)])

    def pack(self, number: int, answer: Mapping[str, Any]) -> PackedRefusal:
        """What is kept of what the server says of a document that it refused; for ``extend``."""
        others = answer.keys() - KEYS_OF_AN_ENTRY
        return (
            number,
            answer["code"],
            answer.get("errmsg", ""),
            self._pack_pattern(answer.get("keyPattern")),
            self._pack(answer.get("keyValue")),
            self._pack({key: answer[key] for key in answer if key in others} if others else None),
            (),
        )

    def extend(self, packed: Iterable[PackedRefusal]) -> None:
        """Take in what was packed."""
        for kept in packed:
            self.count_of_answers += kept[1] is not None
            self._last.append(kept)
            if len(self._last) == ENTRIES_PER_PIECE:
                self._pieces.append(tuple(self._last))
                self._last.clear()

    def packed(self) -> Iterator[PackedRefusal]:
        """All that was kept, for ``extend`` of another."""
        for piece in (*self._pieces, self._last):
            yield from piece

    def _pack_pattern(self, pattern: Mapping[str, Any] | None) -> Any:
        """There are few of them, and they are kept once."""
        if pattern is None:
            return None
        try:
            key = tuple(pattern.items())
            if key not in self._patterns:
                self._patterns[key] = self._pack(pattern)
            return self._patterns[key]
        except (AttributeError, TypeError):  # a server may say anything
            return self._pack(pattern)

    def _pack(self, mapping: Mapping[str, Any] | None) -> Any:
        if mapping is None:
            return None
        try:
            return bson.encode(mapping, codec_options=self._options)
        except Exception:
            return mapping  # a server, or a stand-in for one, may say anything

    def _unpack(self, kept: Any) -> Any:
        return bson.decode(kept, self._options) if isinstance(kept, bytes) else kept

    def _kept(self, position: int) -> PackedRefusal:
        piece, position = divmod(position, ENTRIES_PER_PIECE)
        return self._pieces[piece][position] if piece < len(self._pieces) else self._last[position]

    def unpack(self, kept: PackedRefusal) -> RejectedDocument:
        """The entry that something was kept of."""
        number, code, message, pattern, value, _, errors = kept
        return RejectedDocument(
            number,
            code,
            message,
            self._unpack(pattern),
            self._unpack(value),
            tuple(FieldError(*error) for error in errors),
        )

    def key_patterns(self, refusals: Iterable[PackedRefusal]) -> list[Any]:
        """The ``keyPattern`` of each of what was kept, of which few are different."""
        packed = [kept[3] for kept in refusals]
        different = {id(pattern): pattern for pattern in packed}
        unpacked = {key: self._unpack(pattern) for key, pattern in different.items()}
        return [unpacked[id(pattern)] for pattern in packed]

    def _at(self, position: int) -> RejectedDocument:
        return self.unpack(self._kept(position))

    def __len__(self) -> int:
        return len(self._pieces) * ENTRIES_PER_PIECE + len(self._last)

    def __repr__(self) -> str:
        return repr(list(self))

    # -- as the driver has them -------------------------------------------------------------------

    def answers(self) -> Iterator[tuple[int, int]]:
        """Number and position of each that the server refused."""
        for position, kept in enumerate(self.packed()):
            if kept[1] is not None:
                yield kept[0], position

    def answer(self, position: int) -> dict[str, Any]:
        """What the server said of one that it refused, with the number in the source as index."""
        number, code, message, pattern, value, others, _ = self._kept(position)
        answer = {"index": number, "code": code, "errmsg": message}
        for key, kept in (("keyPattern", pattern), ("keyValue", value)):
            if kept is not None:
                answer[key] = self._unpack(kept)
        return answer | (self._unpack(others) or {})


class WriteErrors(Readable[dict[str, Any]]):
    """What the ``details`` of an error have as ``writeErrors``: a list that one only reads.

    It has what the server said of each document that it refused, in the order of their numbers in
    the source, which are its ``index``.

    Parameters:
        rejected: all that was refused, to which nothing will be added.
    """

    __slots__ = ("_positions", "_rejected")

    def __init__(self, rejected: RejectedDocuments) -> None:
        self._rejected = rejected
        self._positions: array[int] | None = None

    def _at(self, position: int) -> dict[str, Any]:
        if self._positions is None:  # not before someone wants them, since there may be millions
            self._positions = self._sorted()
        return self._rejected.answer(self._positions[position])

    def _sorted(self) -> array[int]:
        numbers, positions = array("q"), array("q")
        for number, position in self._rejected.answers():
            numbers.append(number)
            positions.append(position)
        if all(map(le, numbers, islice(numbers, 1, None))):
            return positions
        order = sorted(range(len(positions)), key=numbers.__getitem__)
        return array("q", map(positions.__getitem__, order))

    def __len__(self) -> int:
        return self._rejected.count_of_answers

    def __repr__(self) -> str:
        # This is in the text of the error, which should not have millions of them.
        first = islice(self._rejected.answers(), SHOWN)
        some = [self._rejected.answer(position) for _, position in first]
        more = len(self) - len(some)
        return repr(some) if not more else f"[{repr(some)[1:-1]}, and {more:,} more]"

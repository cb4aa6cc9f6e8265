"""The documents that a bulk insert could not insert, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import bson
from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions

__all__ = ["RejectedDocument", "RejectedDocuments"]

Kept = tuple[int, int | None, str, Any, Any]


@dataclass(frozen=True, slots=True)
class RejectedDocument:
    """A document that was refused, by validation, by the encoder or by the server.

    Attributes:
        number: its number in the source, counted from 0.
        code: the server's code, such as 11000; ``None`` where the server was not asked.
        message: why.
        key_pattern: for a duplicate, the keys of the index.
        key_value: for a duplicate, the values that are there already.
    """

    number: int
    code: int | None
    message: str
    key_pattern: Mapping[str, Any] | None = None
    key_value: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The entry as a plain dict, with the server's names for its parts."""
        return {
            "number": self.number,
            "code": self.code,
            "message": self.message,
            "keyPattern": self.key_pattern,
            "keyValue": self.key_value,
        }


class RejectedDocuments(Sequence[RejectedDocument]):
    """The documents that were refused, in no particular order: a list that one only reads.

    There may be millions, as where all that is passed again is in already. So what is kept is plain
    values, which take less than half of the memory and are none of the collector's concern; the
    entries are made when they are asked for.

    Parameters:
        codec_options: by which the values that a server names are read.

    Example:
        >>> rejected = RejectedDocuments()
        >>> rejected.append(RejectedDocument(7, 11000, "twice", {"n": 1}, {"n": 5}))
        >>> len(rejected), rejected[0].number, rejected[0].key_value
        (1, 7, {'n': 5})
    """

    __slots__ = ("_kept", "_options", "_patterns")

    def __init__(self, codec_options: CodecOptions[Any] = DEFAULT_CODEC_OPTIONS) -> None:
        self._options = codec_options.with_options(document_class=dict)
        self._kept: list[Kept] = []
        self._patterns: dict[Any, Any] = {}

    def append(self, entry: RejectedDocument) -> None:
        """Take another in."""
        pattern = self._pack(entry.key_pattern)
        if isinstance(pattern, bytes):
            pattern = self._patterns.setdefault(pattern, pattern)  # there are few
        value = self._pack(entry.key_value)
        self._kept.append((entry.number, entry.code, entry.message, pattern, value))

    def _pack(self, mapping: Mapping[str, Any] | None) -> Any:
        if mapping is None:
            return None
        try:
            return bson.encode(mapping, codec_options=self._options)
        except Exception:
            # It came from the server, through decoders of the caller's that know no way back.
            return mapping

    def _unpack(self, kept: Any) -> Any:
        return bson.decode(kept, self._options) if isinstance(kept, bytes) else kept

    def _entry(self, kept: Kept) -> RejectedDocument:
        number, code, message, pattern, value = kept
        return RejectedDocument(number, code, message, self._unpack(pattern), self._unpack(value))

    @overload
    def __getitem__(self, place: int) -> RejectedDocument: ...

    @overload
    def __getitem__(self, place: slice) -> list[RejectedDocument]: ...

    def __getitem__(self, place: int | slice) -> RejectedDocument | list[RejectedDocument]:
        if isinstance(place, slice):
            return [self._entry(kept) for kept in self._kept[place]]
        return self._entry(self._kept[place])

    def __iter__(self) -> Iterator[RejectedDocument]:
        return map(self._entry, self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return repr(list(self))

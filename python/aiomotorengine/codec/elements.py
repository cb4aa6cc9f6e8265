"""The elements of a BSON document, found without decoding them.

Every length is checked before it is believed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bson.errors import InvalidBSON

__all__ = [
    "ARRAY",
    "DOCUMENT",
    "SMALLEST_LEVEL",
    "DifferingValue",
    "Element",
    "differing_values",
    "elements",
    "find_element",
    "is_deeper_than",
    "largest_values",
    "raw_values",
    "without",
]

DOCUMENT, ARRAY = 0x03, 0x04
STRING, BINARY, REGEX, POINTER, CODE, SYMBOL, SCOPED_CODE = 0x02, 0x05, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F
FIXED_SIZES = {
    0x01: 8,  # double
    0x06: 0,  # undefined
    0x07: 12,  # ObjectId
    0x08: 1,  # boolean
    0x09: 8,  # date
    0x0A: 0,  # null
    0x10: 4,  # 32 bits
    0x11: 8,  # timestamp
    0x12: 8,  # 64 bits
    0x13: 16,  # Decimal128
    0x7F: 0,  # MaxKey
    0xFF: 0,  # MinKey
}
# What a length in front of a value leaves out.
BESIDES_LENGTH = {
    STRING: 4,
    DOCUMENT: 0,
    ARRAY: 0,
    BINARY: 5,
    POINTER: 16,
    CODE: 4,
    SYMBOL: 4,
    SCOPED_CODE: 0,
}
SMALLEST_LEVEL = 7
"""The bytes that a level takes at least: a type, an empty key, a length, an end."""

NULL = b"\x0a"
"""The value of null, with its type in front."""

DifferingValue = tuple[str, bytes | None, bytes | None, bytes | None]
"""A key, with what is stored there, what was written before, and what is now."""

length_at = struct.Struct("<i").unpack_from


class Element(NamedTuple):
    """Where an element stands.

    Attributes:
        type_byte: the type.
        key: the key's bytes.
        start: where the element starts.
        value: where its value starts.
        end: where it ends.
    """

    type_byte: int
    key: bytes
    start: int
    value: int
    end: int


def elements(raw: bytes, start: int, end: int) -> Iterator[Element]:
    """The elements of the document in ``raw[start:end]``, one after the other.

    Raises:
        bson.errors.InvalidBSON: the lengths do not add up, or a type is none that BSON has.
    """
    check_length(raw, start, end)
    position = start + 4
    while position < end - 1:
        value, after = bounds_of(raw, position, end)
        yield Element(raw[position], raw[position + 1 : value - 1], position, value, after)
        position = after


def find_element(raw: bytes, key: bytes) -> Element | None:
    """The first element of a document that has a key; ``None`` if there is none.

    Raises:
        bson.errors.InvalidBSON: as for ``elements``. What comes after the element is not looked at.
    """
    end = len(raw)
    check_length(raw, 0, end)
    text = key + b"\0"
    position = 4
    while position < end - 1:
        value, after = bounds_of(raw, position, end)
        if raw.startswith(text, position + 1):
            return Element(raw[position], key, position, value, after)
        position = after
    return None


def check_length(raw: bytes, start: int, end: int) -> None:
    if end - start < 5 or length_at(raw, start)[0] != end - start or raw[end - 1] != 0:
        raise InvalidBSON("the length of a document does not match its bytes")


def bounds_of(raw: bytes, position: int, end: int) -> tuple[int, int]:
    """Where the value of an element begins and ends, in a document that ends at ``end``."""
    value = after_nul(raw, position + 1, end)
    size = size_of(raw, raw[position], value, end)
    if size < 0 or value + size > end - 1:
        raise InvalidBSON("a value is longer than what holds it")
    return value, value + size


def raw_values(raw: bytes) -> dict[str, bytes]:
    """The values of a document by their keys, each as bytes with its type in front.

    Raises:
        bson.errors.InvalidBSON: as for ``elements``.
        UnicodeDecodeError: a key is no text.
    """
    return {
        element.key.decode(): raw[element.start : element.start + 1]
        + raw[element.value : element.end]
        for element in elements(raw, 0, len(raw))
    }


def differing_values(stored: bytes, before: bytes, now: bytes) -> list[DifferingValue]:
    """The values that differ between encodings of a document.

    Parameters:
        stored: the document as it is stored.
        before: what it would have written for that.
        now: what it writes.

    Raises:
        Exception: as for ``raw_values``.
    """
    there, then, here = raw_values(stored), raw_values(before), raw_values(now)
    changed: list[DifferingValue] = [
        (key, there.get(key), then.get(key), value)
        for key, value in here.items()
        if then.get(key, None if key in there else NULL) != value
    ]
    changed += [(key, there.get(key), then[key], None) for key in then if key not in here]
    left = (key for key in there if key not in then and key not in here)
    return [*changed, *((key, there[key], None, None) for key in left)]


def after_nul(raw: bytes, start: int, end: int) -> int:
    """Where the text that ends with its first NUL is over."""
    nul = raw.find(b"\0", start, end)
    if nul < 0:
        raise InvalidBSON("a key has no end")
    return nul + 1


def size_of(raw: bytes, type_byte: int, value: int, end: int) -> int:
    """How many bytes a value says it has."""
    if type_byte in FIXED_SIZES:
        return FIXED_SIZES[type_byte]
    if type_byte == REGEX:
        return after_nul(raw, after_nul(raw, value, end), end) - value
    if type_byte not in BESIDES_LENGTH:
        raise InvalidBSON(f"{type_byte:#04x} is no type of a BSON value")
    if value + 4 > end:
        raise InvalidBSON("a value is cut off")
    size: int = length_at(raw, value)[0]
    return size + BESIDES_LENGTH[type_byte] if size >= 0 else size


def without(raw: bytes, element: Element) -> bytes:
    """A document less one of its own elements."""
    removed = element.end - element.start
    length = struct.pack("<i", len(raw) - removed)
    return b"".join((length, raw[4 : element.start], raw[element.end :]))


def largest_values(raw: bytes, count: int) -> list[tuple[tuple[str | int, ...], int]]:
    """Which values take most of a document: the keys and indexes of each, and its size in bytes.

    Each is of another field; where more than half of what a field holds is in one value, that.

    Parameters:
        raw: the document, which is whole.
        count: how many at most.
    """
    own = sorted(elements(raw, 0, len(raw)), key=size_with_key, reverse=True)
    found = []
    for element in own[:count]:
        keys: list[str | int] = [element.key.decode(errors="replace")]
        largest = element
        while True:
            inside: Iterable[Element] = ()
            if largest.type_byte in (DOCUMENT, ARRAY):
                inside = elements(raw, largest.value, largest.end)
            deeper = max(inside, key=size_with_key, default=None)
            if deeper is None or 2 * size_with_key(deeper) <= size_with_key(largest):
                break
            key = deeper.key.decode(errors="replace")
            keys.append(int(key) if largest.type_byte == ARRAY and key.isdecimal() else key)
            largest = deeper
        found.append((tuple(keys), size_with_key(largest)))
    return found


def size_with_key(element: Element) -> int:
    return element.end - element.start


def is_deeper_than(levels: int, raw: bytes, start: int = 0, end: int | None = None) -> bool:
    """Whether documents and arrays nest deeper than so many levels, the outermost being one.

    Bytes that do not add up are for others to complain about. Not by recursion: it is asked where
    there may be little stack.
    """
    end = len(raw) if end is None else end
    # Most documents are too small for it, or have too few bytes that may begin a level.
    if end - start < levels * SMALLEST_LEVEL:
        return False
    begins = (DOCUMENT, ARRAY, SCOPED_CODE)
    if sum(raw.count(type_byte, start, end) for type_byte in begins) < levels:
        return False
    open_levels = [elements(raw, start, end)]
    while open_levels:
        try:
            found = next(open_levels[-1], None)
            if found is None:
                open_levels.pop()
            elif found.type_byte in (DOCUMENT, ARRAY):
                open_levels.append(elements(raw, found.value, found.end))
            elif found.type_byte == SCOPED_CODE:
                # Its own length and the text of the code stand before the document.
                scope = found.value + 8 + length_at(raw, found.value + 4)[0]
                open_levels.append(elements(raw, scope, found.end))
        except (InvalidBSON, struct.error):
            open_levels.pop()
        if len(open_levels) > levels:
            return True
    return False

"""Where a page ends, as a text that programs hand out and get back, from strangers as well.

A token has the values by which documents are sorted, as they are stored. It is neither secret nor
signed: they are only ever compared with, so that a forged one means another place, and no more.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple
from zlib import crc32

import bson
from bson.code import Code
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.dbref import DBRef
from bson.raw_bson import RawBSONDocument
from pymongo.collation import Collation

from aiomotorengine.errors import InvalidPageTokenError
from aiomotorengine.locations import shown
from aiomotorengine.query_builder.ordering import Order
from aiomotorengine.wire.dicts import as_dicts

__all__ = [
    "LOSSLESS",
    "PLAIN",
    "Boundary",
    "Tokens",
    "boundary_of",
    "fingerprint",
    "token_of",
    "values_under",
]

LOSSLESS: CodecOptions[Any] = CodecOptions(
    document_class=RawBSONDocument, datetime_conversion=DatetimeConversion.DATETIME_MS
)
"""How values are decoded that are to be sent again as they were: any date, any document."""

PLAIN = as_dicts(LOSSLESS)
"""The same, but for documents: these are no views of the bytes, and all in them is looked at."""

VERSION = 1

MOST_LEVELS = 100
"""How many levels of documents and lists in each other servers store."""

ALPHABET = b"-_"
"""What stands in tokens where base64 has characters that mean something in a URL."""


class Boundary(NamedTuple):
    """A place between documents.

    Attributes:
        values: those of the document at this place, in the order of the keys.
        is_included: whether the next page begins with that document, if it is there.
    """

    values: tuple[Any, ...]
    is_included: bool = False


class Tokens:
    """The tokens of one query.

    Parameters:
        collection: the driver's collection.
        order: keys and directions; the last one is the ``_id``.
        collation: how texts are compared.
    """

    def __init__(self, collection: Any, order: Order, collation: Collation | None) -> None:
        self._codec_options = collection.codec_options
        self._order = order
        self._query = fingerprint(collection.name, order, collation)

    def boundary(self, token: Any) -> Boundary:
        """The boundary that a token means.

        Raises:
            InvalidPageTokenError: it is none of this query.
        """
        return boundary_of(token, self._query, len(self._order))

    def at(self, boundary: Boundary) -> str:
        """The token of a boundary."""
        return token_of(boundary, self._query, self._codec_options)

    def of(self, stored: Mapping[str, Any]) -> str:
        """The token of the place of a stored document.

        Raises:
            ValueError: one of the values by which it is sorted is a list.
        """
        return self.at(Boundary(values_under(stored, self._order)))


def fingerprint(collection: str, order: Order, collation: Collation | None) -> int:
    """What tells the tokens of a query from those of others.

    Conditions don't count: what a token means is a place in the order, with whatever conditions.

    Parameters:
        collection: the name of the collection.
        order: keys and directions.
        collation: how texts are compared.

    Example:
        >>> one, other = fingerprint("a", [("_id", 1)], None), fingerprint("a", [("_id", -1)], None)
        >>> one == fingerprint("a", [("_id", 1)], None), one == other
        (True, False)
    """
    keys = [[key, direction] for key, direction in order]
    compared = None if collation is None else collation.document
    return crc32(bson.encode({"collection": collection, "order": keys, "collation": compared}))


def token_of(boundary: Boundary, query: int, codec_options: CodecOptions[Any]) -> str:
    """The text of a boundary.

    Parameters:
        boundary: the boundary.
        query: the fingerprint of the query.
        codec_options: by which the values are encoded.
    """
    content = {"v": VERSION, "q": query, "k": list(boundary.values)}
    if boundary.is_included:
        content["i"] = True
    encoded = bson.encode(content, codec_options=codec_options)
    return urlsafe_b64encode(encoded).rstrip(b"=").decode()


def boundary_of(token: Any, query: int, count: int) -> Boundary:
    """The boundary that a text means.

    Parameters:
        token: the text.
        query: the fingerprint of the query.
        count: how many keys its order has.

    Raises:
        InvalidPageTokenError: it is no token, or that of another query.
    """
    try:
        padded = token + "=" * (-len(token) % 4)
        encoded = b64decode(padded, ALPHABET, validate=True)
        plain = bson.decode(encoded, PLAIN)  # so that nothing is sent on whose bytes do not add up
        content = bson.decode(encoded, LOSSLESS)
        version, known, values = content["v"], content["q"], content["k"]
        is_included = "i" in content
    except Exception:  # whatever strangers send, and the decoder trips over
        raise InvalidPageTokenError.of_other_query() from None
    is_ours = version == VERSION and known == query and isinstance(values, list)
    if not is_ours or len(values) != count or any(map(is_stored_nowhere, plain["k"])):
        raise InvalidPageTokenError.of_other_query()
    return Boundary(tuple(values), is_included)


def is_stored_nowhere(value: Any) -> bool:
    """Whether no document can have a value at a boundary: it is a list, or has too many levels."""
    return isinstance(value, list) or is_deeper(value, MOST_LEVELS)


def is_deeper(value: Any, levels: int) -> bool:
    """Whether a value has more levels of documents and lists than so many."""
    if isinstance(value, DBRef):
        value = value.as_doc()
    elif isinstance(value, Code):
        value = value.scope
    if not isinstance(value, Mapping | list):
        return False
    inner = value.values() if isinstance(value, Mapping) else value
    return levels == 0 or any(is_deeper(it, levels - 1) for it in inner)


def values_under(stored: Mapping[str, Any], order: Order) -> tuple[Any, ...]:
    """The values by which a stored document is sorted; ``None`` for what is missing.

    Raises:
        ValueError: one is a list, by whose smallest or largest item servers sort.
    """
    return tuple(value_under(stored, key) for key, _ in order)


def value_under(stored: Mapping[str, Any], key: str) -> Any:
    value: Any = stored
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, list):
            raise ValueError(
                f"page() can't be in an order by a list, and the document with _id "
                f"{shown(stored.get('_id'))} has one in '{key}'."
            )
    return value

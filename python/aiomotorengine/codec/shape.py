"""Shape: what becomes of documents that are read otherwise than whole. It is data, as a plan is.

``decode_many`` of a codec with a shape gives, for each document,

===========  ==================================================================================
``partial``  an instance of the class that knows which part of it was loaded
``dict``     the values by the names that the program has given
``tuple``    the values
``flat``     the one value
``raw``      what PyMongo gives
===========  ==================================================================================
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.loaded import part_with_inner
from aiomotorengine.storage.loaded_part import LoadedPart

__all__ = ["RAW", "Kind", "RowValue", "Shape", "shape_of"]

Kind = Literal["partial", "dict", "tuple", "flat", "raw"]


class RowValue(NamedTuple):
    """A value of a row.

    Attributes:
        name: what the program calls it.
        path: the names of the attributes that lead to it; none for the ``_id``.
        is_read: for the ``_id``, whether the primary key reads it, or it is given as it is stored.
        computed: the key of a value that the server has computed, which is no field's; else empty.
    """

    name: str
    path: tuple[str, ...] = ()
    is_read: bool = True
    computed: str = ""


class Shape(NamedTuple):
    """What documents are read as.

    Attributes:
        kind: what comes of each.
        part: the part of it that is loaded; ``None`` for all.
        values: what is in a row.
        is_keyed: whether each comes in a pair, behind the ``_id`` of its document.
    """

    kind: Kind
    part: LoadedPart | None = None
    values: tuple[RowValue, ...] = ()
    is_keyed: bool = False

    @property
    def computed(self) -> frozenset[str]:
        """The keys under which the server has computed something."""
        return frozenset(value.computed for value in self.values if value.computed)


RAW = Shape("raw")
"""Documents as PyMongo gives them."""


def shape_of(document: DocumentStorage) -> Shape | None:
    """What a document was read as that is an instance; ``None`` for a whole one."""
    part = part_with_inner(document)
    return None if part is None else Shape("partial", part)

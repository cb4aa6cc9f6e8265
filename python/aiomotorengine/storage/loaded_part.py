"""LoadedPart: which fields of documents a query asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["LoadedPart"]


class LoadedPart(NamedTuple):
    """The part of documents that a query asks for. Names are those of attributes.

    Attributes:
        names: the fields that are loaded, wholly or in part; or, if that is said, the only ones
            that are not.
        leaves_out: whether ``names`` are left out. Dynamic values are loaded then.
        inside: of embedded documents, and of those in lists, that are not loaded wholly: the part
            that is.
        lists: the lists of which it can't be said from their items what else is stored.
        in_part: the fields of whose values it can't be said what else is stored for them: these
            lists; and where there is nothing, what has another key in MongoDB that was not asked
            for, or no such part. Documents note what was loaded of these.
    """

    names: frozenset[str]
    leaves_out: bool = False
    inside: Mapping[str, LoadedPart] = {}
    lists: frozenset[str] = frozenset()
    in_part: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Whether a field is loaded, wholly or in part."""
        return (name in self.names) is not self.leaves_out

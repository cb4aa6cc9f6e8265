"""References whose targets are gone, as documents keep them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["DanglingReference", "ReferenceList"]


class DanglingReference:
    """A reference that was looked up and whose target is gone.

    The attribute reads ``None``, and a save still writes the id (K38).
    """

    __slots__ = ("id",)

    def __init__(self, id: Any) -> None:
        self.id = id

    def __repr__(self) -> str:
        return f"DanglingReference({self.id!r})"


class ReferenceList(list[Any]):
    """A loaded list of references of which some targets are gone.

    Those items read ``None``. While the list has as many ``None`` as there were, a save writes the
    ids of the missing targets back in their order (K38).
    """

    def __init__(self, items: Iterable[Any], missing: Iterable[Any]) -> None:
        super().__init__(items)
        self.missing = list(missing)

    @classmethod
    def of(cls, items: list[Any]) -> ReferenceList:
        """The list with its dangling references turned to ``None``, and remembered."""
        known = items.missing if isinstance(items, cls) and items.is_intact else ()
        kept = iter(known)
        missing = []
        for item in items:
            if isinstance(item, DanglingReference):
                missing.append(item.id)
            elif item is None:
                missing.append(next(kept, None))
        return cls((None if isinstance(i, DanglingReference) else i for i in items), missing)

    @property
    def is_intact(self) -> bool:
        """Whether there are as many missing items as there were."""
        return sum(item is None for item in self) == len(self.missing)

    def restored(self) -> list[Any]:
        """The items, with the ids of the missing targets back in their places."""
        if not self.is_intact:
            return list(self)  # the program has changed the list: what it says counts
        ids = iter(self.missing)
        return [next(ids) if item is None else item for item in self]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (list(self), self.missing)

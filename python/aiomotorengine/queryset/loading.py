"""Whether the references of what is found are loaded with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiomotorengine import references
from aiomotorengine.queryset.base import D, Query

if TYPE_CHECKING:
    from typing import Self

    from aiomotorengine.sessions.target import Target

__all__ = ["Loading"]


class Loading(Query[D]):
    """A query of which can be said whether references are loaded."""

    def no_dereference(self) -> Self:
        """Leave references unloaded, also where the class has ``__lazy__ = False``."""
        narrowed = self._narrowed()
        narrowed._dereferences = False
        return narrowed

    @property
    def is_lazy(self) -> bool:
        """Whether references stay unloaded."""
        return bool(self.__klass__.__lazy__) or not self._dereferences

    def _stays_lazy(self, lazy: bool | None) -> bool:
        return self.is_lazy and (lazy is None or lazy)

    async def _with_references(self, found: D | None, target: Target) -> D | None:
        if found is not None and not self.is_lazy:
            await references.load([found], options=target.options)
        return found

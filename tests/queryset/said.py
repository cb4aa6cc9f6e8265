"""What was said about a query set, to be compared."""

from __future__ import annotations

from typing import Any

from aiomotorengine.queryset.base import Query


def said_about(query: Query[Any]) -> dict[str, Any]:
    """All that is set on a query set, by name; its order as it is now."""
    said = {name: getattr(query, name) for name in Query.__slots__}
    return {**said, **vars(query), "_order": list(query._order)}

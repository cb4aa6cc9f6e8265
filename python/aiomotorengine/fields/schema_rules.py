"""Parts of schemas that several fields have."""

from __future__ import annotations

from typing import Any

__all__ = ["bounds"]


def bounds(smallest: Any, largest: Any) -> dict[str, Any]:
    """What schemas call the smallest and the largest valid number."""
    rules = {"minimum": smallest, "maximum": largest}
    return {name: bound for name, bound in rules.items() if bound is not None}

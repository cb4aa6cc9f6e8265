"""AggregationResult: one document that an aggregation gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["AggregationResult", "as_plain"]


class AggregationResult(dict[str, Any]):
    """A dict whose entries are attributes too, those of dicts in it and in its lists as well.

    An entry wins over a method of the same name; ``dict.items(result)`` is the method then.

    Example:
        >>> result = AggregationResult({"total": 3, "best": [{"count": 2}]})
        >>> result.total, result.best[0].count
        (3, 2)
    """

    __slots__ = ()

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__({key: with_attributes(values[key]) for key in values})

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> AggregationResult:
        """The result for what the server sent: the entries of its ``_id`` are its own as well."""
        result = cls(document)
        if isinstance(document.get("_id"), Mapping):
            dict.update(result, result["_id"])
        return result

    def __getattribute__(self, name: str) -> Any:
        # Names that Python asks for itself, to copy an object say, are never entries.
        if not (name.startswith("__") and name.endswith("__")) and name in self:
            return self[name]
        return super().__getattribute__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __reduce__(self) -> tuple[Any, ...]:
        # The inherited way calls methods by name, and an entry may have the name.
        return AggregationResult.__new__, (type(self),), None, None, iter(dict.items(self))


def as_plain(value: Any) -> Any:
    """A value of a result with ordinary dicts in it, whose methods are in nobody's way."""
    if isinstance(value, AggregationResult):
        return {key: as_plain(value[key]) for key in value}
    if isinstance(value, list):
        return [as_plain(item) for item in value]
    return value


def with_attributes(value: Any) -> Any:
    if isinstance(value, Mapping):
        return AggregationResult(value)
    if isinstance(value, list):
        return [with_attributes(item) for item in value]
    return value

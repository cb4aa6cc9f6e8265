"""The only values that a field takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.locations import shown

__all__ = ["Choices"]

MOST_SHOWN = 10
PAIR = 2


class Choices:
    """The only values that a field takes.

    Parameters:
        given: values, pairs of a value and its label, an enum class (whose values count), or a
            function that gives any of these, and is called whenever they are asked for.

    Raises:
        InvalidDocumentError: a value is not hashable.
        TypeError: ``given`` is none of these, or a text.

    Example:
        >>> from aiomotorengine.fields.choices import Choices
        >>> sizes = Choices([("S", "small"), ("L", "large")])
        >>> sizes.values, sizes.labels["S"], "L" in sizes, "M" in sizes
        (('S', 'L'), 'small', True, False)
    """

    __slots__ = ("_labels", "has_labels", "make")

    def __init__(self, given: Any) -> None:
        is_function = callable(given) and not is_enum(given)
        self.make: Callable[[], Any] | None = given if is_function else None
        """The function that gives them; ``None`` where they are always the same."""
        self._labels = None if is_function else labelled(given)
        self.has_labels = is_function or (not is_enum(given) and self._differ())
        """Whether values have labels of the program's, or may have: nobody has asked yet."""

    @property
    def labels(self) -> dict[Any, Any]:
        """The label of each value; the value itself where it has none."""
        if self._labels is not None:
            return self._labels
        assert self.make is not None
        return labelled(self.make())

    def label_of(self, value: Any, to_son: Callable[[Any], Any]) -> Any:
        """The label of a value; the value itself where it is none of these.

        Parameters:
            value: the value, as a document has it.
            to_son: what is stored for it, which may be what stands among the choices.
        """
        labels = self.labels
        try:
            return labels[value] if value in labels else labels[to_son(value)]
        except Exception:  # it is none of them, or nothing that could be stored
            return value

    def _differ(self) -> bool:
        """Whether a value has a label that is not itself."""
        return any(value is not label for value, label in self.labels.items())

    @property
    def values(self) -> tuple[Any, ...]:
        """The values, in their order."""
        return tuple(self.labels)

    def __contains__(self, value: Any) -> bool:
        labels = self.labels
        try:
            return value in labels or (isinstance(value, Enum) and value.value in labels)
        except TypeError:  # it is not hashable, so it is none of them
            return False

    def reason(self, shown_value: str) -> str:
        """Why a value is refused.

        Parameters:
            shown_value: the value as messages show it.
        """
        values = self.values
        more = ", …" if len(values) > MOST_SHOWN else ""
        listed = ", ".join(map(shown, values[:MOST_SHOWN]))
        return f"{shown_value} is none of {listed}{more}"

    def __repr__(self) -> str:
        return f"Choices({self.make!r})" if self.make else f"Choices({list(self.values)})"


def labelled(given: Any) -> dict[Any, Any]:
    """The label of each value.

    Raises:
        InvalidDocumentError: a value is not hashable.
        TypeError: they are no values.
    """
    if is_enum(given):
        return {member.value: member.name for member in given}
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise TypeError(f"choices must be values, an Enum class or a function, not {given!r}.")
    listed = list(given)
    has_labels = bool(listed) and all(map(is_pair, listed))
    labels: dict[Any, Any] = {}
    for item in listed:
        value, label = item if has_labels else (item, item)
        try:
            labels[value] = label
        except TypeError:
            raise InvalidDocumentError(
                f"A choice must be hashable, and {shown(value)} is not."
            ) from None
    return labels


def is_enum(given: Any) -> bool:
    return isinstance(given, type) and issubclass(given, Enum)


def is_pair(item: Any) -> bool:
    """Whether an item is a value with its label, which is a text."""
    return isinstance(item, tuple | list) and len(item) == PAIR and isinstance(item[1], str)

"""Regular expressions as attributes of classes, compiled when they are first asked for."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["compiled_when_read"]


def compiled_when_read(text: str) -> Any:
    """A value for a class body, which reads as the compiled pattern of a text.

    Python needs five milliseconds for the pattern of a host with all that may be in it, which a
    program that has no such field would spend for nothing.

    Parameters:
        text: the regular expression.
    """
    return PatternAttribute(text)


class PatternAttribute:
    """The descriptor that is behind it."""

    __slots__ = ("compiled", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.compiled: re.Pattern[str] | None = None

    def __get__(self, instance: object, owner: type | None = None) -> re.Pattern[str]:
        if self.compiled is None:
            self.compiled = re.compile(self.text)
        return self.compiled

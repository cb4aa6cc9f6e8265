"""Words that reports have in common."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, noun: str) -> str:
    """A number of things.

    Example:
        >>> from aiomotorengine.commands.wording import counted
        >>> counted(1, "index"), counted(2, "class"), counted(0, "problem")
        ('1 index', '2 classes', '0 problems')
    """
    plural = "es" if noun.endswith(("s", "x")) else "s"
    return f"{number} {noun}{plural if number != 1 else ''}"

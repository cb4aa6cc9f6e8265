"""What an error tells whoever writes it down."""

from __future__ import annotations

import traceback


def told(error: BaseException) -> str:
    """All that a log might have of an error."""
    parts = traceback.format_exception(error)
    seen: set[BaseException] = set()
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if one is not None and one not in seen:
            seen.add(one)
            parts += [repr(one), *map(repr, vars(one).values()), repr(one.args)]
            # What "raise … from …" hides from a traceback is still there for who walks the errors.
            left += [one.__cause__, one.__context__]
    return "\n".join(parts)

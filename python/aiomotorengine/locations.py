"""Where in a document something went wrong: a note on the exception.

An exception passes the list and the documents around the value that it is about on its way up, and
each of them says where it held the value. So nothing is counted while all goes well.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import length_hint
from reprlib import Repr
from typing import Any

__all__ = [
    "Location",
    "Part",
    "copy_location",
    "described",
    "index_of_last",
    "locate",
    "location_of",
    "shown",
    "within_bounds",
]

LONGEST_VALUE = 80
"""How many characters of a value a message has."""

LONGEST_WAY = 2000
"""How many characters of the way to a value a message has; of a longer one, both ends."""

Part = str | int

Links = tuple[tuple[Part, ...], "Links | None"]


class Location(str):
    """The note: ``At remarks[400].replies[0].stars: 6 (int).``

    Parameters:
        parts: attribute names and indexes, from the document to the value.
        about: what is said about the value.
        refused: the value, where a built-in field could do nothing with it.
    """

    __slots__ = ("_links", "_way", "about", "refused")

    about: str
    refused: tuple[Any, ...]
    _links: Links  # the parts of each level, with those below it, of which none is copied again
    _way: str  # the parts as text, of which no more is copied than a message shows

    def __new__(
        cls, parts: tuple[Part, ...], about: str = "", refused: tuple[Any, ...] = ()
    ) -> Location:
        return cls._along(way_of(parts), (parts, None), about, refused)

    @classmethod
    def _along(cls, way: str, links: Links, about: str, refused: tuple[Any, ...]) -> Location:
        if len(way) > LONGEST_WAY:
            way = f"{way[: LONGEST_WAY // 2]}…{way[-LONGEST_WAY // 2 :]}"
        note = super().__new__(cls, f"At {way.lstrip('.')}{about and ': '}{about}.")
        note._way = way
        note._links = links
        note.about = about
        note.refused = refused
        return note

    def below(self, parts: tuple[Part, ...]) -> Location:
        """The same, as it is told from where these parts lead to its beginning."""
        return self._along(
            way_of(parts) + self._way, (parts, self._links), self.about, self.refused
        )

    @property
    def parts(self) -> tuple[Part, ...]:
        """Attribute names and indexes, from the document to the value."""
        parts: list[Part] = []
        links: Links | None = self._links
        while links is not None:
            own, links = links
            parts += own
        return tuple(parts)

    @property
    def path(self) -> str:
        """The parts in MongoDB's form: ``remarks.400.replies.0.stars``."""
        return ".".join(map(str, self.parts))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.parts, self.about, self.refused)


def way_of(parts: tuple[Part, ...]) -> str:
    """The parts as text: ``.remarks[400].stars``."""
    return "".join([f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts])


def location_of(error: BaseException) -> Location | None:
    """Where in a document an exception was raised, if that is known."""
    notes = getattr(error, "__notes__", ())
    return next((note for note in notes if isinstance(note, Location)), None)


def locate(
    error: BaseException,
    *parts: Part,
    about: str = "",
    refused: tuple[Any, ...] = (),
    anew: bool = False,
) -> None:
    """Say that an exception is about what is at these parts, or about what was below them.

    Parameters:
        error: the exception.
        parts: attribute names and indexes.
        about: what is said about the value, where nothing was said yet.
        refused: the value, where a built-in field could do nothing with it, likewise.
        anew: whether what was said before is from another time the same exception was raised.
    """
    before = location_of(error)
    if before is None:
        error.add_note(Location(parts, about, refused))
        return
    after = Location(parts, about, refused) if anew else before.below(parts)
    error.__notes__ = [after if note is before else note for note in error.__notes__]


def copy_location(of: BaseException, to: BaseException) -> None:
    """Say of an exception what was said of another."""
    found = location_of(of)
    if found is not None and of is not to:
        locate(to, *found.parts, about=found.about, refused=found.refused, anew=True)


def index_of_last(items: Iterator[Any], of: list[Any]) -> int:
    """The index of what an iterator over a list gave last."""
    return len(of) - length_hint(items) - 1


def described(value: Any, *, secret: bool = False, wanted: str = "") -> str:
    """A value, shortened, with its type, and what is wanted in its place."""
    text = f"{shown(value, secret=secret)} ({type(value).__name__})"
    return f"{text}; {wanted} is wanted" if wanted else text


def within_bounds(least: Any, most: Any) -> str:
    """How bounds are called, where there are any.

    Example:
        >>> from aiomotorengine.locations import within_bounds
        >>> [within_bounds(*bounds) for bounds in ((1, 5), (1, None), (None, 5), (None, None))]
        [' from 1 to 5', ' of at least 1', ' of at most 5', '']
    """
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if least is not None:
        return f" of at least {least}"
    return "" if most is None else f" of at most {most}"


def shown(value: Any, *, secret: bool = False) -> str:
    """A value as messages show it: never long, and never a password."""
    if secret:
        return "'***'"
    try:
        text = short.repr(value)
    except Exception:  # what a program's own __repr__ raises is not what went wrong
        return f"<{type(value).__name__}>"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


short = Repr()
short.maxstring = short.maxother = LONGEST_VALUE

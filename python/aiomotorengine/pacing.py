"""Work over many documents, in slices that do not hold the event loop long.

How many documents make a slice is measured, not guessed: documents differ in size by a factor of
a million, machines and codecs by a hundred.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from time import perf_counter
from typing import TypeVar

__all__ = [
    "FIRST_BOUNDED_SLICE",
    "FIRST_SLICE",
    "LARGEST_SLICE",
    "SECONDS_PER_SLICE",
    "Pace",
    "in_turns",
]

T = TypeVar("T")

SECONDS_PER_SLICE = 0.001
"""How long a slice should hold the event loop."""

FIRST_SLICE = 1
FIRST_BOUNDED_SLICE = 16
"""How many documents the first slice has where it ends when its time is up, whatever they take."""

LARGEST_SLICE = 4096
"""How many documents a slice has at most."""

FEW = 32
"""So many items of little work are done without a look at the time, which is not for nothing."""

LARGEST_STEP = 4
"""How much larger than the last a slice may be: one that was fast by chance proves little."""


class Pace:
    """How many documents are worked on before the event loop gets its turn.

    Parameters:
        first: how many documents the first slice may have.

    Attributes:
        size: how many documents the next slice may have.

    Example:
        >>> import asyncio
        >>> async def total(numbers):
        ...     pace, done, result = Pace(), 0, 0
        ...     while done < len(numbers):
        ...         some = numbers[done : done + pace.size]
        ...         pace.start()
        ...         result += sum(some)
        ...         done += len(some)
        ...         await pace.rest(len(some))
        ...     return result
        >>> asyncio.run(total(range(1000)))
        499500

    A slice may turn out to hold larger documents than those before it. Who works on it looks at
    what is ``left`` of its time, and lets the event loop have its turn in the middle of it, with
    ``turn_if_due``, when that is nothing.
    """

    __slots__ = ("_began", "_spent", "size")

    def __init__(self, first: int = FIRST_SLICE) -> None:
        self.size = first
        self._spent = 0.0
        self._began = 0.0

    def start(self) -> None:
        """A slice begins."""
        self._spent = 0.0
        self.resume()

    @property
    def left(self) -> float:
        """How many seconds may pass before it is the event loop's turn."""
        return max(0.0, self._began + SECONDS_PER_SLICE - perf_counter())

    def pause(self) -> None:
        """What happens now is not the slice's, until ``resume``."""
        self._spent += perf_counter() - self._began

    def resume(self) -> None:
        """The slice goes on, with its time anew."""
        self._began = perf_counter()

    async def turn_if_due(self) -> bool:
        """If the time of the slice is up, let the event loop have its turn; whether it was."""
        if self.left:
            return False
        self.pause()
        await asyncio.sleep(0)
        self.resume()
        return True

    def finish(self, documents: int) -> None:
        """A slice of so many documents is done; the next one's size follows from the time it took.

        Parameters:
            documents: how many there were.
        """
        self.pause()
        self.measured(documents, self._spent)

    def measured(self, documents: int, seconds: float) -> None:
        """What ``finish`` makes of the time that so many documents took."""
        if documents < self.size and seconds <= SECONDS_PER_SLICE:
            return  # the last of many, of which the cost of a slice itself is a large part
        fitting = int(documents * SECONDS_PER_SLICE / seconds) if seconds > 0 else LARGEST_SLICE
        self.size = max(1, min(fitting, self.size * LARGEST_STEP, LARGEST_SLICE))

    async def rest(self, documents: int) -> None:
        """The same as ``finish``, and then it is the event loop's turn."""
        self.finish(documents)
        await asyncio.sleep(0)


async def in_turns(items: Sequence[T]) -> AsyncGenerator[Sequence[T], None]:
    """Items of little work each, a few at a time; in between the event loop has its turn whenever
    that is due.

    Example:
        >>> import asyncio
        >>> async def total(numbers):
        ...     return sum([sum(some) async for some in in_turns(numbers)])
        >>> asyncio.run(total(range(1000)))
        499500
    """
    pace = Pace()
    pace.start()
    for start in range(0, len(items), FEW):
        yield items[start : start + FEW]
        await pace.turn_if_due()

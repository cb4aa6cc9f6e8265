"""Where documents come from: any iterable, or async iterable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from itertools import islice
from time import perf_counter
from typing import Any

from aiomotorengine.pacing import LARGEST_SLICE, SECONDS_PER_SLICE
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.utils import ONE_VALUE

__all__ = ["Source", "refuse_single"]

MOST_AT_ONCE = 8
"""How many documents are taken before one looks at the clock."""

AT_HAND: tuple[type[Any], ...] = (type(iter([])), type(iter(())))
"""The types of iterators of which no document takes any time."""


class Source:
    """Takes documents from an iterable or an async iterable.

    Parameters:
        source: the iterable.

    Attributes:
        is_at_hand: whether to take a document takes no time and never fails.
        has_ended: whether there are no more.

    Raises:
        TypeError: it is neither, or a single value.
    """

    def __init__(self, source: Iterable[Any] | AsyncIterable[Any]) -> None:
        refuse_single(source)
        self._later: AsyncIterator[Any] | None = None
        self._now: Iterator[Any] | None = None
        self._is_enough = False
        self.is_at_hand = False
        self.has_ended = False
        if isinstance(source, AsyncIterable):
            self._later = aiter(source)
            return
        try:
            self._now = iter(source)
        except TypeError as error:
            if isinstance(source, Coroutine):
                source.close()  # nobody will await it
            raise TypeError(
                "A source is an iterable or async iterable of documents, not "
                f"{type(source).__name__}."
            ) from error
        self.is_at_hand = isinstance(self._now, AT_HAND)

    @property
    def may_wait(self) -> bool:
        """Whether the event loop goes on while a document is waited for."""
        return self._later is not None

    async def take(self, most: int, into: list[Any]) -> None:
        """Take some documents: at most so many, and none only where there are no more.

        Those that were taken before the source raises, or this is cancelled, are in ``into``, from
        which others may take them out meanwhile.
        """
        self._is_enough = False
        if self._later is not None:
            await self._take_later(self._later, most, into)
        elif self._now is not None:
            self._take_now(self._now, most, into)
            await asyncio.sleep(0)

    def _take_now(self, source: Iterator[Any], most: int, into: list[Any]) -> None:
        due = perf_counter() + SECONDS_PER_SLICE
        at_once, most_at_once = 1, MOST_AT_ONCE
        if self.is_at_hand:
            at_once = most_at_once = LARGEST_SLICE
        while len(into) < most and not self.has_ended:
            wanted = min(len(into) + at_once, most)
            into.extend(islice(source, wanted - len(into)))
            self.has_ended = len(into) < wanted
            if perf_counter() >= due:
                return
            at_once = min(at_once * 2, most_at_once)

    async def _take_later(self, source: AsyncIterator[Any], most: int, into: list[Any]) -> None:
        due = perf_counter() + SECONDS_PER_SLICE
        while len(into) < most and not self._is_enough:
            try:
                into.append(await anext(source))
            except StopAsyncIteration:
                self.has_ended = True
                return
            # A source that never waits would otherwise keep the event loop for itself.
            if perf_counter() > due:
                await asyncio.sleep(0)
                due = perf_counter() + SECONDS_PER_SLICE

    def end_take(self) -> None:
        """Let the ``take`` that waits for a document end with that one."""
        self._is_enough = True

    async def close(self) -> None:
        """Tell a source that has not come to its end that no more will be taken."""
        if self._later is not None and (aclose := getattr(self._later, "aclose", None)):
            await aclose()
        elif self._now is not None and (close := getattr(self._now, "close", None)):
            close()


def refuse_single(source: Any) -> None:
    """Refuse what Python can iterate over and yet has no documents in it: a text or a mapping; or a
    document, whatever it can do.

    Raises:
        TypeError: it is such a value.
    """
    if not isinstance(source, (*ONE_VALUE, DocumentStorage)):
        return
    if isinstance(source, DocumentStorage):
        instead = "pass a list of it"
    elif isinstance(source, Mapping):
        if isinstance(next(iter(source), None), DocumentStorage):
            return  # its keys are documents, each of them once: dict.fromkeys(documents)
        instead = "pass its values(), or Rows if it has rows and no documents"
    else:
        instead = "pass documents, or Rows of what a file has"
    kind = type(source).__name__
    raise TypeError(
        f"A source is an iterable or async iterable of documents, not {kind}: {instead}."
    )

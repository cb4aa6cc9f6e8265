"""A collection whose bulk writes wait to be let through, or get an answer of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import isawaitable
from typing import Any

import pytest

from tests.integration.collections import replace_collection

__all__ = ["Gate", "gated", "sent"]

Answer = Callable[[Any], Any]


class Gate:
    """Stands before a collection of the driver; everything but ``bulk_write`` goes through it.

    Attributes:
        calls: the documents of each call, in the order in which they came.
        under_way: how many calls are waiting or being answered.
        most_under_way: how many there were at most at one time.
    """

    def __init__(self, collection: Any) -> None:
        self.calls: list[list[Any]] = []
        self.under_way = 0
        self.most_under_way = 0
        self._collection = collection
        self._answers: list[Answer | None] = []
        self._came = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    def shut(self) -> None:
        """Let no call through until ``open``."""
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    def forget(self) -> None:
        """Forget the answers that were not needed."""
        self._answers.clear()

    def answer(self, *answers: Answer | None) -> None:
        """What the next calls get: what a function returns or raises, which may be async; ``None``
        is the server's."""
        self._answers.extend(answers)

    async def arrival(self, number: int) -> None:
        """Wait until so many calls have come."""
        async with asyncio.timeout(10):
            while len(self.calls) < number:
                self._came.clear()
                await self._came.wait()

    async def bulk_write(self, requests: list[Any], ordered: bool, session: Any) -> Any:
        (request,) = requests
        self.calls.append(request.documents)
        self._came.set()
        answer = self._answers.pop(0) if self._answers else None
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self._open.wait()
            if answer is None:
                return await self._collection.bulk_write(requests, ordered=ordered, session=session)
            answered = answer(request.documents)
            return await answered if isawaitable(answered) else answered
        finally:
            self.under_way -= 1


@contextmanager
def gated(document_class: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Put a gate before the collection of a document class."""
    gate = Gate(document_class.objects.coll())
    with monkeypatch.context() as patch:
        replace_collection(patch, gate)
        yield gate


def sent(documents: list[Any]) -> None:
    """Do as the driver when it makes a message: take the bytes."""
    for document in documents:
        assert document.raw

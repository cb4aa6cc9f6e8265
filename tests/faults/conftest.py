"""The laboratory as a fixture."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest

from tests.faults.laboratory import Laboratory, Observer, laboratory, observing
from tests.servers import Server


class Observers(dict[str, Observer]):
    """One for each server, made when it is first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        super().__init__()
        self.stack = stack

    def of(self, server: Server) -> Observer:
        if server.uri not in self:
            self[server.uri] = self.stack.enter_context(observing(server))
        return self[server.uri]


@pytest.fixture(scope="session")
def observers() -> Iterator[Observers]:
    with ExitStack() as stack:
        yield Observers(stack)


@pytest.fixture
async def lab(server: Server, driver: str, observers: Observers) -> AsyncIterator[Laboratory]:
    """A database of the test's own, behind a proxy."""
    with laboratory(server, driver, observers.of(server)) as lab:
        yield lab
        await lab.disconnect()

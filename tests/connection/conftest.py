"""Every test here begins and ends without a connection."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from aiomotorengine import drivers
from aiomotorengine.connection import cleanup
from tests.connection import recording_driver


@pytest.fixture(autouse=True)
def nothing_is_connected() -> Iterator[None]:
    cleanup()
    yield
    cleanup()


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The default driver is one that connects to nothing; its ``made`` and ``closed`` tell all."""
    monkeypatch.setattr(drivers, "default_driver", "recording")
    monkeypatch.setattr(
        drivers, "DRIVERS", {**drivers.DRIVERS, "recording": recording_driver.__name__}
    )
    recording_driver.made.clear()
    recording_driver.closed.clear()
    yield recording_driver
    cleanup()  # while the driver is still known

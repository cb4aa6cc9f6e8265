"""The manual of 2017, example by example: each scenario runs as it stands, on every server."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from aiomotorengine.connection import cleanup
from tests.servers import Server

DIRECTORY = Path(__file__).with_name("scenarios")
SCENARIOS = sorted(DIRECTORY.glob("s[0-9][0-9]_*.py"))
LOCAL = "localhost"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
@pytest.mark.usefixtures("codec", "driver")
def test_scenario(path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    if server.name == "external" and (server.host not in (LOCAL, "127.0.0.1") or "@" in server.uri):
        pytest.skip(f"scenarios connect to {LOCAL} without a password")
    monkeypatch.setenv("MONGO_PORT", str(server.port))
    monkeypatch.setenv("MONGO_REPLICA_SET", server.replica_set or "")
    # Imported anew, since it reads the environment when it is.
    monkeypatch.delitem(sys.modules, "tests.compat.scenarios.prelude", raising=False)
    try:
        run(path, monkeypatch)
    finally:
        cleanup()


def run(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, path.stem, module)
    spec.loader.exec_module(module)


def test_there_is_a_scenario_for_every_number() -> None:
    told = "\n".join(path.read_text(encoding="utf-8").partition("\n")[0] for path in SCENARIOS)
    assert [n for n in range(1, 46) if f"S{n:02}" not in told] == []

"""Both codecs on the same random documents, and on damaged bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiomotorengine import codec
from tests import fuzz


@pytest.mark.skipif("native" not in codec.available(), reason="there is one codec only")
def test_50000_random_documents_are_the_same_on_both_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "FINDINGS", tmp_path)
    assert fuzz.main(["--documents=50000", "--mutations=50000", "--seed=2026"]) == 0

"""Both codecs on the same random documents, and on damaged bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiomotorengine import codec
from tests import fuzz


@pytest.mark.skipif("native" not in codec.available(), reason="there is one codec only")
@pytest.mark.one_seed_of(100)
@pytest.mark.parametrize("seed", range(2025, 2075))
def test_1000_random_documents_are_the_same_on_both_sides(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "FINDINGS", tmp_path)
    assert fuzz.main(["--documents=1000", "--mutations=1000", f"--seed={seed}"]) == 0

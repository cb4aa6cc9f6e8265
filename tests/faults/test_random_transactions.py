"""Some programs in transactions to which something happens; ``make faults`` runs many."""

from __future__ import annotations

from random import Random

import pytest

from tests.faults.laboratory import Laboratory
from tests.faults.transacting import Transacting, disturbed


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.usefixtures("codec")
@pytest.mark.mongod_only("transactions are held against MongoDB itself")
async def test_a_transaction_is_done_as_a_whole_or_not_at_all(lab: Laboratory, seed: int) -> None:
    trial = await disturbed(lab, Random(f"transaction-{seed}"))
    await trial.check()


@pytest.mark.usefixtures("codec")
@pytest.mark.mongod_only("transactions are held against MongoDB itself")
async def test_a_transaction_that_nothing_happens_to_is_committed(lab: Laboratory) -> None:
    trial = Transacting(lab, Random("nothing"))
    await trial.prepare()
    await trial.run(tries_again=False)
    assert trial.error is None
    await trial.check()

"""A replica set of three, of which a member is lost: inserts and changes go on, readers may too.

``make faults`` does it more often, at other moments, and kills members as well.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.faults.failover import insert_and_read
from tests.faults.laboratory import Laboratory
from tests.faults.replica_set import ReplicaSet, replica_set, replica_set_laboratory
from tests.faults.watching import insert_and_watch
from tests.servers import NotAvailableError, kinds

# PyMongo's monitors leave a connection open that they are making when they are stopped; it is found
# at the end of this module at the latest.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*_SelectorTransport.__del__:pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture(scope="module")
def members() -> Iterator[ReplicaSet]:
    """A replica set that tests may do anything to; after each it is whole again."""
    try:
        kinds()["mongod"].version()
    except (NotAvailableError, KeyError) as error:
        pytest.skip(f"there is no mongod to destroy: {error}")
    with replica_set() as members:
        yield members


@pytest.fixture
async def lab(members: ReplicaSet, driver: str) -> AsyncIterator[Laboratory]:
    with replica_set_laboratory(members, driver) as lab:
        yield lab
        await lab.disconnect()


@pytest.mark.parametrize(
    ("disaster", "call"),
    [
        ("the primary steps down", "stream"),
        ("the primary steps down", "stream, unordered"),
        ("the primary steps down", "bulk"),
        ("the primary is killed", "stream, unordered"),
        ("the primary freezes", "stream"),
        ("a secondary freezes", "stream"),
    ],
)
async def test_a_member_is_lost(
    members: ReplicaSet, lab: Laboratory, codec: str, disaster: str, call: str
) -> None:
    count = 1200 if "stream" in call else 10_000
    trial = await insert_and_read(lab, members, disaster, call, count=count, when=600)
    await trial.check()


@pytest.mark.parametrize("disaster", ["the primary steps down", "the primary freezes"])
async def test_changes_are_told_once_and_in_order(
    members: ReplicaSet, lab: Laboratory, codec: str, disaster: str
) -> None:
    trial = await insert_and_watch(lab, members, disaster, count=1200, when=600)
    await trial.check()

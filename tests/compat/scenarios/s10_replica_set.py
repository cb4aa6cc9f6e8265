"""S10 Replica set."""

from tests.compat.scenarios.prelude import *


async def scenario():
    db = connect("scenarios", alias="set", replicaSet=REPLICA_SET,
                 host="localhost:%d,localhost:%d" % (PORT, PORT))
    assert (await db.ping())["ok"] == 1.0
    disconnect("set")
    with raises(ConnectionError, "the replicaSet keyword parameter is required"):
        connect("scenarios", alias="set", replicaSet=0, host="localhost:1,localhost:2")

run(scenario)

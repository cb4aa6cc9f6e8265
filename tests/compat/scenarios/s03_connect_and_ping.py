"""S03 Connect, ping, reach a collection."""

from tests.compat.scenarios.prelude import *


async def scenario():
    db = get_connection()
    assert (await db.ping())["ok"] == 1.0
    await db["things"].insert_one({"a": 1})
    assert await db.things.count_documents({}) == 1
    assert connect("scenarios").name == "scenarios"

run(scenario)

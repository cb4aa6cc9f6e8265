"""S42 Connect once at import, run several loops."""

from tests.compat.scenarios.prelude import *


class Pet(Document):
    name = StringField()


connect("scenarios", host="localhost", port=PORT)


async def scenario():
    await Pet.objects.delete()
    await Pet(name="dog").save()
    return await Pet.objects.count()

assert asyncio.run(scenario()) == 1
assert asyncio.run(scenario()) == 1
disconnect()

"""S41 The old way with an explicit loop."""

from tests.compat.scenarios.prelude import *


class Pet(Document):
    name = StringField()


async def scenario():
    await Pet.objects.delete()
    await Pet(name="cat").save()
    assert await Pet.objects.count() == 1

loop = asyncio.new_event_loop()
connect("scenarios", host="localhost", port=PORT, io_loop=loop)
loop.run_until_complete(scenario())
loop.run_until_complete(scenario())
disconnect()
loop.close()

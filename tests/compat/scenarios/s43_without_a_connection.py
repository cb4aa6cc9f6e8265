"""S43 Without a connection; connecting again."""

from tests.compat.scenarios.prelude import *


class Pet(Document):
    name = StringField()


async def scenario():
    with raises(ConnectionError):
        await Pet.objects.count()
    with raises(KeyError):
        await Pet.objects.count(alias="elsewhere")
    for _ in range(2):
        connect("scenarios", host="localhost", port=PORT)
        await Pet.objects.delete()
        disconnect()
    disconnect()
    cleanup()

asyncio.run(scenario())

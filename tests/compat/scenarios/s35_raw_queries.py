"""S35 Raw queries."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Home(Document):
        road = StringField()

    class Owner(Document):
        homes = ListField(EmbeddedDocumentField(Home))
        name = StringField()

    await Owner(name="Ada", homes=[Home(road="Loop")]).save()
    owners = await Owner.objects.filter({"homes": {"road": "Loop"}}).find_all()
    assert owners[0].name == "Ada" and owners[0].homes[0].road == "Loop"
    assert await Owner.objects.filter({"homes.road": "Loop"}).count() == 1
    query = Q({"name": {"$in": ["Ada"]}}) & Q(homes__road="Loop")
    assert await Owner.objects.filter(query).count() == 1

run(scenario)

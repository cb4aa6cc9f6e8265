"""S44 A preset id, values that must not be lost."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Doc(Document):
        id = IntField()
        price = DecimalField()

    key = ObjectId()
    doc = await Doc(_id=key, id=5, price=1).save()
    loaded = await Doc.objects.get(key)
    assert (doc._id, loaded._id, loaded.id) == (key, key, 5)
    await Doc.objects.filter(_id=key).update({Doc.price: Decimal("2.5")})
    assert (await Doc.objects.get(key)).price == Decimal("2.50")
    other = ObjectId()
    await Doc.objects.bulk_insert([Doc(_id=other, id=6, price=1)])
    assert (await Doc.objects.get(other)).id == 6

run(scenario)

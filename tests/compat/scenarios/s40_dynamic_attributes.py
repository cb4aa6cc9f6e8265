"""S40 Dynamic attributes."""

from tests.compat.scenarios.prelude import *


async def scenario():
    def model():
        class Thing(Document):
            name = StringField()
        return Thing

    Thing = model()
    thing = Thing(name="a", colour="red")
    thing.sizes = [1, 2]
    await thing.save()
    assert await Thing.objects.coll().find_one({}, {"_id": 0}) == {
        "name": "a", "_colour": "red", "_sizes": [1, 2]}
    assert (await Thing.objects.get(colour="red")).sizes == [1, 2]
    assert (await Thing.objects.get(sizes=[2]))._id == thing._id
    other = await Thing(name="b").save()
    assert await Thing.objects.coll().find_one({"_id": other._id}, {"_id": 0}) == {"name": "b"}
    with raises(AttributeError):
        other.colour
    Thing = model()                      # as in a new process
    await Thing.objects.coll().update_one({"_id": thing._id}, {"$set": {"plain": 1}})
    for _ in range(2):
        loaded = await Thing.objects.get(thing._id)
        assert (loaded.colour, loaded.sizes, loaded.plain) == ("red", [1, 2], 1)
        await loaded.save()
    assert await Thing.objects.coll().find_one({"_id": thing._id}, {"_id": 0}) == {
        "name": "a", "_colour": "red", "_sizes": [1, 2], "plain": 1}

run(scenario)

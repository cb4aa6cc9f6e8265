"""S37 Update many."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class User(Document):
        first = StringField(db_field="f")
        last = StringField()

    for n in range(4):
        await User(first="f%d" % n, last="x").save()
    result = await User.objects.filter(first__in=["f1", "f2"]).update({User.first: "new"})
    assert (result.count, result.updated_existing, result["count"]) == (2, True, 2)
    assert await User.objects.filter(first="new").count() == 2
    assert (await User.objects.update({User.last: "y"})).count == 4
    assert (await User.objects.filter(first="none").update({User.last: "z"})) == {
        "count": 0, "updated_existing": False}

run(scenario)

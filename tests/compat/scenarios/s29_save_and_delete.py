"""S29 Saving; S30 deleting one, some, all."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class User(Document):
        name = StringField()

    user = await User.objects.create(name="a")
    user.name = "b"
    await user.save()
    assert [u.name for u in await User.objects.find_all()] == ["b"]
    assert await user.delete() == 1 and await user.delete() == 0
    for name in "aabbc":
        await User(name=name).save()
    assert await User.objects.filter(name="a").delete() == 2
    assert await User.objects.filter_not(name="c").delete() == 2
    assert await User.objects.delete() == 1
    assert await User(name="unsaved").delete() == 0

run(scenario)

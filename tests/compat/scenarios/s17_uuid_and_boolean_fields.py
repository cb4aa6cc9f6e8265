"""S17 UUIDField, S18 BooleanField."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Doc(Document):
        key = UUIDField()
        on = BooleanField(default=True)
        maybe = BooleanField()

    key = uuid4()
    doc = await Doc(key=str(key)).save()
    loaded = await Doc.objects.get(key=key)
    assert loaded._id == doc._id and loaded.key == key
    assert (await Doc.objects.get(key=str(key))).on is True
    assert loaded.maybe is False and await Doc.objects.filter(maybe=False).count() == 1
    with raises(InvalidDocumentError, "Field 'key' must be valid."):
        Doc(key="no").validate()

run(scenario)

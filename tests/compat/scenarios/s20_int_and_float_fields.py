"""S20 IntField, FloatField."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Doc(Document):
        whole = IntField(min_value=0, max_value=255)
        part = FloatField(min_value=0.1, max_value=255.6)

    doc = await Doc(whole="10", part="0.1").save()
    loaded = await Doc.objects.get(doc._id)
    assert (loaded.whole, loaded.part) == (10, 0.1) and type(loaded.whole) is int
    assert Doc(whole=255, part=255.6).validate()
    for bad in dict(whole=-1), dict(whole=256), dict(whole="x"), dict(part=0), dict(part="x"):
        with raises(InvalidDocumentError, "must be valid"):
            Doc(**bad).validate()

run(scenario)

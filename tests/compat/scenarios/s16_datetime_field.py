"""S16 DateTimeField."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Doc(Document):
        at = DateTimeField()
        made = DateTimeField(auto_now_on_insert=True)
        changed = DateTimeField(required=True, auto_now_on_insert=True, auto_now_on_update=True)

    doc = await Doc(at=datetime(2010, 11, 12, 13, 14, 15)).save()
    made, changed = doc.made, doc.changed
    assert doc.made == made and doc.changed == changed
    await asyncio.sleep(0.01)
    await doc.save()
    assert doc.made == made and doc.changed > changed
    loaded = await Doc.objects.get(doc._id)
    assert (loaded.at, loaded.made, loaded.changed) == (doc.at, doc.made, doc.changed)
    assert await Doc.objects.filter(at__lt="2010-11-12 13:14:16").count() == 1
    kept = await Doc(made=datetime(2000, 1, 1)).save()
    assert kept.made == datetime(2000, 1, 1)

run(scenario)

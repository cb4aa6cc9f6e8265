"""S36 A query set after a query."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Doc(Document):
        n = IntField()

    await Doc.objects.bulk_insert([Doc(n=n) for n in range(10)])
    some = Doc.objects.filter(n__lt=3)
    assert await some.count() == 3
    assert len(await some.find_all()) == 3 and len(await some.find_all()) == 3
    assert await some.filter(n=7).find_all() == []
    assert [d.n for d in await Doc.objects.filter(n=7).find_all()] == [7]
    few = Doc.objects.filter(n__lt=2)
    await few.count()
    assert await few.delete() == 2

run(scenario)

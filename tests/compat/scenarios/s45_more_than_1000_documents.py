"""S45 More than 1000 documents."""

from tests.compat.scenarios.prelude import *


async def scenario():
    import warnings

    class Doc(Document):
        n = IntField()

    await Doc.objects.bulk_insert([Doc(n=n) for n in range(1001)])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert len(await Doc.objects.find_all()) == 1000
    assert any("limit" in str(w.message) for w in caught)
    assert len(await Doc.objects.limit(2000).find_all()) == 1001
    assert len([doc async for doc in Doc.objects.order_by(Doc.n)]) == 1001
    assert [doc.n async for doc in Doc.objects.filter(n__gt=5).order_by(Doc.n).limit(2)] == [6, 7]

run(scenario)

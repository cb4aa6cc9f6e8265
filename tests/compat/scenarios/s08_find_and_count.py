"""S08 find_all, filter, limit, skip, order_by, combined; S09 count."""

from tests.compat.scenarios.prelude import *


class Row(Document):
    n = IntField()
    word = StringField(db_field="w")


async def scenario():
    await Row.objects.bulk_insert([Row(n=n, word="ab"[n % 2]) for n in range(20)])
    assert len(await Row.objects.find_all()) == 20
    assert len(await Row.objects.filter(word="a").filter(n__lt=10).find_all()) == 5
    page = await Row.objects.limit(3).skip(2).order_by("word").order_by(
        Row.n, direction=DESCENDING).filter(n__lt=10).find_all()
    assert [(r.word, r.n) for r in page] == [("a", 4), ("a", 2), ("a", 0)]
    assert await Row.objects.count() == 20
    assert await Row.objects.filter(word="b").limit(2).count() == 10
    with raises(ValueError, "Invalid order by field 'nope': Field not found in 'Row'."):
        Row.objects.order_by("nope")

run(scenario)

"""S32 filter and filter_not."""

from tests.compat.scenarios.prelude import *


class Item(Document):
    a = IntField()
    b = StringField(db_field="bb")


def query(queryset):
    return queryset._filters.to_query(Item)


async def scenario():
    for n in range(6):
        await Item(a=n, b="xy"[n % 2]).save()
    assert len(await Item.objects.filter(a__gt=1, b="x").find_all()) == 2
    assert len(await Item.objects.filter_not(a__gt=1).find_all()) == 2
    assert len(await Item.objects.filter_not(a=1, b="x").find_all()) == 2
    assert len(await Item.objects.filter(b="x").filter_not(a=0).find_all()) == 2
    assert len(await Item.objects.filter_not(a=0).filter_not(a=2).find_all()) == 4
    assert len(await Item.objects.filter(Q(a=1) | Q(a=2), b="x").find_all()) == 1
    assert len(await Item.objects.filter(a__lt=3).filter({"bb": "y"}).find_all()) == 1
    with raises(ValueError, "Invalid filter 'a__foo': Invalid operator (if this is a "
                            "sub-property, then it must be used in embedded document fields)."):
        Item.objects.filter(a__foo=1)
    with raises(TypeError):
        Item.objects.filter(5)

run(scenario)

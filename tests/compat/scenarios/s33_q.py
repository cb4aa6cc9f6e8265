"""S33 Q with | and & and ~."""

from tests.compat.scenarios.prelude import *


class Person(Document):
    name = StringField()
    seen = DateTimeField()
    member = BooleanField()


async def scenario():
    limit = datetime(2010, 1, 1)
    query = Q(seen__is_null=True) | (Q(member=True) & Q(seen__lt=limit))
    expected = {"$or": [{"seen": None}, {"member": True, "seen": {"$lt": limit}}]}
    assert query.to_query(Person) == expected == query.to_query(Person)
    await Person(name="never").save()
    await Person(name="old", member=True, seen=datetime(2009, 5, 5)).save()
    await Person(name="new", member=True, seen=datetime(2020, 5, 5)).save()
    found = await Person.objects.filter(query).order_by("name").find_all()
    assert [p.name for p in found] == ["never", "old"]
    assert [p.name for p in await Person.objects.filter(~query).find_all()] == ["new"]
    assert (~Q(name__in=["a"])).to_query(Person) == {"name": {"$not": {"$in": ["a"]}}}

run(scenario)

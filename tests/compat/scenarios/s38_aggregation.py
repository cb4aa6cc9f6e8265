"""S38 Aggregation."""

from tests.compat.scenarios.prelude import *


class City(Document):
    name = StringField(db_field="n")
    state = StringField()
    population = IntField(db_field="p")
    tags = ListField(StringField())


async def scenario():
    for n in range(12):
        await City(name="c%d" % (n % 4), state="s%d" % (n % 2), population=n,
                   tags=["all", "t%d" % (n % 3)]).save()
    groups = City.objects.aggregate.group_by(
        City.state, City.name, Aggregation.sum(City.population, alias="total")
    ).group_by(City.state, Aggregation.avg("total", alias="mean"))
    assert groups.to_query() == [
        {"$group": {"_id": {"state": "$state", "n": "$n"}, "total": {"$sum": "$p"}}},
        {"$group": {"_id": {"state": "$_id.state"}, "mean": {"$avg": "$total"}}}]
    result = {r.state: r["mean"] for r in await groups.fetch()}
    assert result == {"s0": 15.0, "s1": 18.0}
    tags = await City.objects.aggregate.unwind(City.tags).group_by(
        City.tags, Aggregation.sum(City.population)).fetch()
    assert sorted((t.tags, t._id.tags, t.p) for t in tags)[0] == ("all", "all", 66)
    ordered = await City.objects.aggregate.match(name="c1").order_by(
        City.population, DESCENDING).fetch()
    assert [c.p for c in ordered] == [9, 5, 1]
    raw = await City.objects.aggregate.raw([
        {"$group": {"_id": "$state", "most": {"$max": "$p"}}}, {"$sort": {"_id": 1}}]).fetch()
    assert [(r._id, r.most) for r in raw] == [("s0", 10), ("s1", 11)]
    with raises(RuntimeError, "Aggregation failed due to: "):
        await City.objects.aggregate.raw([{"$nothing": 1}]).fetch()
    large = await City.objects.filter(state="s1").aggregate.group_by(
        City.name, Aggregation.sum(City.population, alias="total")
    ).match(total__gt=15).order_by(City.name).fetch()
    assert [(r.n, r.total) for r in large] == [("c3", 21)]

run(scenario)

"""S34 Every operator."""

from tests.compat.scenarios.prelude import *


class Sample(Document):
    name = StringField()
    age = IntField(db_field="years")


async def scenario():
    for filters, expected in (
        (dict(age=20), {"years": 20}),
        (dict(name__exists=True), {"name": {"$exists": True}}),
        (dict(age__gt=20), {"years": {"$gt": 20}}),
        (dict(age__gte=21), {"years": {"$gte": 21}}),
        (dict(age__lt=20), {"years": {"$lt": 20}}),
        (dict(age__lte=21), {"years": {"$lte": 21}}),
        (dict(age__in=[20, "21"]), {"years": {"$in": [20, 21]}}),
        (dict(name__is_null=True), {"name": None}),
        (dict(name__is_null=False), {"name": {"$ne": None, "$exists": True}}),
        (dict(name__ne="x"), {"name": {"$ne": "x"}}),
        (dict(age__gt=1, age__lt=5), {"years": {"$gt": 1, "$lt": 5}}),
        (dict(age__not=1), {"years": {"$ne": 1}}),
        (dict(age__not__gt=5), {"years": {"$not": {"$gt": 5}}}),
    ):
        assert Q(**filters).to_query(Sample) == expected, filters

run(scenario)

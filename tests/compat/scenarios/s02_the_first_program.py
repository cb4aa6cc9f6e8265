"""S02 The manual's first program: create, query, mutate a query set in place."""

from tests.compat.scenarios.prelude import *


class Player(Document):
    __collection__ = "players"
    score = IntField()
    nick = StringField(unique=True, required=True)

    def __repr__(self):
        return "<%s %s>" % (self.nick, self.score)


async def scenario():
    first = await Player.objects.create(nick="ann", score=120)
    second = Player(nick="bob", score=140)
    assert await second.save() is second and isinstance(second._id, ObjectId)
    await Player(nick="cid", score=90).save()
    await Player(nick="abe", score=300).save()
    found = Player.objects.filter(score__gte=100)
    found.limit(2)
    found.order_by(Player.nick, pymongo.DESCENDING)
    assert repr(await found.find_all()) == "[<bob 140>, <ann 120>]"
    assert first._id != second._id

run(scenario)

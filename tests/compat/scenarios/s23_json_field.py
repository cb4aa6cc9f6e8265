"""S23 JsonField."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Doc(Document):
        data = JsonField()

    value = {"n": 10, "list": [1, 2, "a"], "deep": {"b": None}, "è": True}
    doc = await Doc(data=value).save()
    assert (await Doc.objects.get(doc._id)).data == value
    assert (await Doc.objects.coll().find_one({}))["data"] == (
        '{"n": 10, "list": [1, 2, "a"], "deep": {"b": null}, "\\u00e8": true}')
    assert await Doc.objects.filter(data=value).count() == 1
    assert (await Doc.objects.get((await Doc(data=7).save())._id)).data == 7
    with raises(InvalidDocumentError, "must be valid"):
        Doc(data=object()).validate()

run(scenario)

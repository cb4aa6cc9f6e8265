"""S25 ListField."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Doc(Document):
        tags = ListField(StringField(max_length=5))
        nums = ListField(IntField())

    doc = Doc()
    doc.tags.append("red")
    await doc.save()
    await Doc(tags=["red", "blue"], nums=[1, "2"]).save()
    assert await Doc.objects.filter(tags=["red"]).count() == 2
    assert await Doc.objects.filter(tags=["red", "blue"]).count() == 1
    assert await Doc.objects.filter(tags="blue").count() == 1
    assert await Doc.objects.filter(tags__in=["blue", "green"]).count() == 1
    assert (await Doc.objects.get(nums__in=[2, 9])).nums == [1, 2]
    for bad in ["toolong"], [5], "red":
        with raises(InvalidDocumentError, "Field 'tags' must be valid."):
            Doc(tags=bad).validate()
    with raises(ValueError, "must be an instance of BaseField, not 'text'."):
        ListField("text")

run(scenario)

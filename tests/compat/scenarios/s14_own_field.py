"""S14 A field class of one's own."""

from tests.compat.scenarios.prelude import *


class Tag(BaseField):
    def is_empty(self, value):
        return not value

    def validate(self, value):
        return value is None or value.isalpha()

    def to_son(self, value):
        return value and value.upper()

    def from_son(self, value):
        return value and value.lower()


async def scenario():
    class Note(Document):
        tag = Tag(required=True)
        more = ListField(Tag())

    note = await Note(tag="red", more=["x", "y"]).save()
    raw = await Note.objects.coll().find_one({})
    assert (raw["tag"], raw["more"]) == ("RED", ["X", "Y"])
    loaded = await Note.objects.get(tag="red")
    assert (loaded.tag, loaded.more, loaded._id) == ("red", ["x", "y"], note._id)
    with raises(InvalidDocumentError, "Field 'tag' is required."):
        Note(tag="").validate()
    with raises(InvalidDocumentError, "Field 'more' must be valid."):
        Note(tag="red", more=["1"]).validate()

run(scenario)

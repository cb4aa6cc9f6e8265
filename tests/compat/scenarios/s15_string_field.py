"""S15 StringField."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Doc(Document):
        name = StringField(required=True, max_length=5)

    await Doc(name="12345").save()
    for bad, text in (("123456", "must be valid"), (5, "must be valid"), ("", "required")):
        with raises(InvalidDocumentError, text):
            await Doc(name=bad).save()

run(scenario)

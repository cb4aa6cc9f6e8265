"""S22 BinaryField."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Doc(Document):
        data = BinaryField(max_bytes=3)

    doc = await Doc(data=b"\x00\xff\x01").save()
    assert (await Doc.objects.get(doc._id)).data == b"\x00\xff\x01"
    for bad in b"1234", "abc":
        with raises(InvalidDocumentError, "Field 'data' must be valid."):
            Doc(data=bad).validate()
    await Doc().save()

run(scenario)

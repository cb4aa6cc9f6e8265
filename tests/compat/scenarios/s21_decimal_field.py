"""S21 DecimalField."""

from tests.compat.scenarios.prelude import *


async def scenario():
    from decimal import ROUND_DOWN

    class Doc(Document):
        price = DecimalField(min_value=0, max_value=Decimal("99.99"))
        fine = DecimalField(precision=4, rounding=ROUND_DOWN)

    doc = await Doc(price=10.0230, fine="10.5682999").save()
    raw = await Doc.objects.coll().find_one({})
    assert (raw["price"], raw["fine"]) == ("10.02", "10.5682")
    assert (await Doc.objects.get(doc._id)).price == Decimal("10.02")
    assert await Doc.objects.filter(price=Decimal("10.02")).count() == 1
    with raises(InvalidDocumentError, "Field 'price' must be valid."):
        Doc(price=100).validate()
    await Doc().save()

run(scenario)

"""S13 Field arguments: db_field, default, required, on_save, unique."""

from tests.compat.scenarios.prelude import *


async def scenario():
    calls = []

    class Order(Document):
        code = StringField(db_field="c", required=True, unique=True)
        state = StringField(db_field="s", default="new")
        made = UUIDField(db_field="m", default=uuid4)
        items = ListField(IntField(), db_field="i")
        size = IntField(on_save=lambda doc, creating: (
            calls.append(creating), len(doc.items))[1])

    order = Order(code="a")
    assert order.state == "new" and order.items == [] and isinstance(order.made, UUID)
    order.items.append(5)
    await order.save()
    order.items.append(6)
    await order.save()
    assert calls == [True, False]
    raw = await Order.objects.coll().find_one({})
    assert {k: v for k, v in raw.items() if k not in ("_id", "m")} == {
        "c": "a", "s": "new", "i": [5, 6], "size": 2}
    assert (await Order.objects.get(state="new")).made == order.made

run(scenario)

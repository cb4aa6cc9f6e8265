"""S05 Create, S06 update, S07 get."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Employee(Document):
        name = StringField(required=True)
        number = IntField()

    emp = await Employee(name="Ada", number=1532).save()
    assert emp is not None and emp.number == 1532
    emp.number = 1534
    assert await emp.save() is emp
    again = await Employee.objects.get(emp._id)
    assert again is not emp and again.number == 1534
    assert (await Employee.objects.get(str(emp._id))).name == "Ada"
    assert (await Employee.objects.get(id=emp._id)).name == "Ada"
    assert (await Employee.objects.get(name="Ada", number__gte=1500))._id == emp._id
    assert await Employee.objects.get(ObjectId()) is None
    assert await Employee.objects.get(name="nobody") is None
    with raises(RuntimeError, "Either an id or a filter must be provided to get"):
        await Employee.objects.get()

run(scenario)

"""S04 Inheritance."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Person(Document):
        given = StringField(required=True)

    class Employee(Person):
        number = IntField(required=True)

    await Employee(given="Ada", number=7).save()
    assert Employee.__collection__ == "Employee" and await Person.objects.count() == 0
    loaded = (await Employee.objects.find_all())[0]
    assert (loaded.given, loaded.number) == ("Ada", 7)
    assert list(loaded.to_son()) == ["given", "number"]
    with raises(InvalidDocumentError, "Field 'given' is required."):
        await Employee(number=8).save()
    with raises(InvalidDocumentError, "Multiple db_fields defined for: given "):
        class Again(Person):
            given = StringField()

run(scenario)

"""S31 Bulk insert."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class User(Document):
        name = StringField(required=True, unique=True)
        size = IntField(on_save=lambda doc, creating: len(doc.name))

    users = [User(name="a"), User(name="bb")]
    assert await User.objects.bulk_insert(users) is users
    assert users[0]._id and users[1]._id and users[0]._id != users[1]._id
    assert (await User.objects.get(users[1]._id)).size == 2
    with raises(ValueError, "Validation for document 1 in the documents you are saving "
                            "failed with: Field 'name' is required."):
        await User.objects.bulk_insert([User(name="c"), User()])
    assert await User.objects.count() == 2
    with raises(UniqueKeyViolationError):
        await User.objects.bulk_insert([User(name="d"), User(name="a")])
    assert await User.objects.bulk_insert([]) == []

run(scenario)

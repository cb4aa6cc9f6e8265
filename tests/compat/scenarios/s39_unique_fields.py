"""S39 Unique fields."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class User(Document):
        name = StringField(unique=True, db_field="nm")

    assert await User.ensure_index() == 1
    ada = await User.objects.create(name="ada")
    bob = await User.objects.create(name="bob")
    for attempt in "insert", "update":
        try:
            if attempt == "insert":
                await User.objects.create(name="ada")
            else:
                bob.name = "ada"
                await bob.save()
        except UniqueKeyViolationError as error:
            assert isinstance(error, (RuntimeError, pymongo.errors.DuplicateKeyError))
            assert error.error_code == "E11000" and error.instance_type is User
            assert error.index_name == "scenarios.User.$nm_1", error.index_name
            assert str(error) == (
                'The index "scenarios.User.$nm_1" was violated when trying to save '
                'this "User" (error code: E11000).')
        else:
            raise AssertionError(attempt)
    assert (await User.objects.get(ada._id)).name == "ada"

run(scenario)

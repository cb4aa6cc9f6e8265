"""S01 Define a document."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Person(Document):
        __collection__ = "people"
        given = StringField(required=True)
        family = StringField(required=True)

        @property
        def label(self):
            return "%s, %s" % (self.family, self.given)

    class Plain(Document):
        pass

    assert Person.__collection__ == "people" and Plain.__collection__ == "Plain"
    assert Person(given="Ada", family="Lovelace").label == "Lovelace, Ada"

run(scenario)

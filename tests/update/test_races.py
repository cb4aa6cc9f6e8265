"""A thousand tasks at once, of which nobody's change may be lost or done twice."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from aiomotorengine import Document, F, IntField, StringField, U

pytestmark = pytest.mark.usefixtures("mongo", "codec")

TASKS = 1_000


class Ware(Document):
    name = StringField(unique=True)
    shop = StringField()
    stock = IntField(default=0)
    sold = IntField(default=0)


async def test_of_a_thousand_buyers_as_many_get_one_as_there_are() -> None:
    await Ware(name="tea", stock=300).save()
    left = Ware.objects.filter(name="tea", stock__gt=0)
    change = U.set(stock=F("stock") - 1, sold=F("sold") + 1)
    results = await asyncio.gather(*(left.update_one(change) for _ in range(TASKS)))
    assert Counter(result.count for result in results) == {1: 300, 0: TASKS - 300}
    [ware] = [ware async for ware in Ware.objects]
    assert (ware.stock, ware.sold) == (0, 300)


@pytest.mark.mongod_only("SecantusDB may return nothing where another upsert was faster")
async def test_of_a_thousand_that_want_a_document_one_makes_it() -> None:
    await Ware.ensure_index()
    made = await asyncio.gather(
        *(
            Ware.objects.get_or_create(name=str(n % 10), shop="here", defaults={"stock": n})
            for n in range(TASKS)
        )
    )
    assert Counter(created for _, created in made) == {True: 10, False: TASKS - 10}
    assert len({ware._id for ware, _ in made}) == await Ware.objects.count() == 10

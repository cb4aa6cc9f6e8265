"""Fields that only classes below that of an embedded document declare."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import Document, EmbeddedDocument, EmbeddedDocumentField, F, IntField, ListField
from aiomotorengine.errors import FieldNotLoadedError

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class House(EmbeddedDocument):
    __discriminator__ = "kind"
    rooms = IntField(db_field="r")


class Villa(House):
    pools = IntField(db_field="p")


class Castle(House):
    towers = IntField(db_field="t")
    size = IntField(db_field="a")


class Fort(House):
    size = IntField(db_field="b")


class Owner(Document):
    house = EmbeddedDocumentField(House, db_field="h")
    houses = ListField(EmbeddedDocumentField(House))


async def stored() -> None:
    for house in (Villa(rooms=9, pools=2), House(rooms=3), Castle(rooms=80, towers=4)):
        await Owner(house=house, houses=[house]).save()


async def test_they_are_loaded_and_left_out() -> None:
    await stored()
    owners = Owner.objects.order_by("house.rooms")
    plain, villa, castle = await owners.clone().only("house.pools").to_list()
    assert [type(it.house) for it in (plain, villa, castle)] == [House, Villa, Castle]
    assert villa.house.pools == 2
    with pytest.raises(FieldNotLoadedError):
        villa.house.rooms  # noqa: B018
    villa.house.pools = 3
    await villa.save()
    _, villa, castle = await owners.clone().exclude("house.pools").to_list()
    assert (villa.house.rooms, castle.house.towers) == (9, 4)
    with pytest.raises(FieldNotLoadedError):
        villa.house.pools  # noqa: B018
    assert (await Owner.objects.coll().find_one({"h.p": 3}))["h"]["r"] == 9


async def test_they_are_in_rows_and_orders() -> None:
    await stored()
    rows = Owner.objects.order_by("-house.towers", "-house.pools")
    asked = ("house.towers", "house.pools", "houses.pools")
    assert await rows.values_list(*asked).to_list() == [
        (4, None, [None]),
        (None, 2, [2]),
        (None, None, [None]),
    ]
    assert await Owner.objects.filter(F("house.pools") < F("house.rooms"), house__pools=2).count()
    kept = Owner.objects.aggregate.group_by(x=F("house.towers")).to_query()
    assert kept[-1] == {"$group": {"_id": {"x": "$h.t"}}}


@pytest.mark.parametrize("call", [Owner.objects.only, Owner.objects.values, Owner.objects.order_by])
def test_those_that_differ_are_refused(call: Any) -> None:
    with pytest.raises(ValueError, match=r"house\.size"):
        call("house.size")


def test_only_takes_fields() -> None:
    with pytest.raises(TypeError, match=r"^only\(\) takes fields"):
        Owner.objects.only()

"""Deletes of documents with versions, and what rules do with versions."""

from __future__ import annotations

import pytest

from aiomotorengine import (
    Document,
    IntField,
    ListField,
    ReferenceField,
    VersionField,
    before_delete,
)
from aiomotorengine.errors import StaleDocumentError
from tests.deletion.library import Plain, count, stored
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class House(Document):
    """Nobody refers to it."""

    rooms = IntField()
    version = VersionField(db_field="v")


class Block(Document):
    """Houses and other blocks refer to it."""

    next = ReferenceField("tests.deletion.test_versions.Block", on_delete="nullify")
    version = VersionField()


class Street(Document):
    blocks = ListField(ReferenceField(Block, on_delete="pull"))
    version = VersionField()


class Tenant(Document):
    block = ReferenceField(Block, on_delete="cascade")


async def test_a_delete_asks_for_no_version_by_itself() -> None:
    house = await House(rooms=1).save()
    await (await House.objects.get(house._id)).save()
    assert await house.delete() == 1


async def test_a_delete_can_ask_for_the_version(mongo: Mongo) -> None:
    house = await House(rooms=1).save()
    other = await House.objects.get(house._id)
    await other.save()
    with pytest.raises(StaleDocumentError) as raised:
        await house.delete(check_version=True)
    assert str(raised.value) == (
        'This "House" was changed by someone else since it was loaded (version 1, stored 2).'
    )
    assert raised.value.document is house
    assert await count(House) == [1]
    commands = watch(mongo)
    assert await other.delete(check_version=True) == 1
    assert commands.names == ["delete"]
    with pytest.raises(StaleDocumentError, match=r"was deleted by someone else .*\(version 2\)"):
        await other.delete(check_version=True)


async def test_a_class_without_versions_has_none_to_ask_for() -> None:
    plain = await Plain(number=1).save()
    assert await plain.delete(check_version=True) == 1
    assert await plain.delete(check_version=True) == 0


async def test_a_stale_document_has_no_rules_followed() -> None:
    block = await Block().save()
    street = await Street(blocks=[block]).save()
    tenant = await Tenant(block=block).save()
    await (await Block.objects.get(block._id)).save()
    with pytest.raises(StaleDocumentError, match="changed by someone else"):
        await block.delete(check_version=True)
    assert await stored(street) == {"blocks": [block._id], "version": 1}
    assert await stored(tenant) is not None


async def test_what_loses_a_reference_has_another_version() -> None:
    block, other = await Block().save(), await Block().save()
    before = await Block(next=block).save()
    street = await Street(blocks=[block, other]).save()
    apart = await Street(blocks=[other]).save()
    assert await block.delete(check_version=True) == 1
    assert await stored(street) == {"blocks": [other._id], "version": 2}
    assert await stored(apart) == {"blocks": [other._id], "version": 1}
    assert await stored(before) == {"next": None, "version": 2}
    with pytest.raises(StaleDocumentError):
        await street.save()


async def test_a_document_that_refers_to_itself_keeps_its_version_until_it_is_deleted() -> None:
    block = await Block().save()
    block.next = block
    await block.save()
    assert await block.delete(check_version=True) == 1
    assert await count(Block) == [0]


async def test_hooks_are_called_before_the_version_is_asked_for() -> None:
    told = []

    class Flat(Document):
        version = VersionField()

        @before_delete
        def tell(self) -> None:
            told.append(self.version)

    flat = await Flat().save()
    await (await Flat.objects.get(flat._id)).save()
    with pytest.raises(StaleDocumentError):
        await flat.delete(check_version=True)
    assert told == [1]


async def test_a_version_is_not_asked_for_without_an_answer() -> None:
    house = await House(rooms=1).save()
    with pytest.raises(ValueError, match=r"delete\(check_version=True\) needs the server's answer"):
        await house.delete(check_version=True, write_concern=0)
    assert await House.objects.count() == 1

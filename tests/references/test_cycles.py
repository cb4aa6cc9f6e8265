"""Eager classes that refer to each other and to themselves: loading comes to an end (K41)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import Document, ListField, ReferenceField, StringField
from aiomotorengine.errors import LoadReferencesRequiredError
from tests.harness import Mongo
from tests.integration.commands import watch
from tests.references.library import Chain, Left, Right

pytestmark = pytest.mark.usefixtures("mongo", "codec")


async def pair() -> tuple[Left, Right]:
    """Two documents that refer to each other."""
    left = await Left(name="left").save()
    right = await Right(name="right", left=left).save()
    left.right = right
    left.rights = [right]
    await left.save()
    return left, right


def ring_of(document: Any, name: str, steps: int) -> list[str]:
    """The names on the way along a reference."""
    found = []
    for _ in range(steps):
        found.append(document.name)
        document = getattr(document, name)
    return found


async def test_k41_two_documents_that_refer_to_each_other() -> None:
    left, right = await pair()
    found = await Left.objects.get(left._id)
    assert found.right.name == "right"
    assert found.right.left is found
    assert found.rights[0].left is found
    other = await Right.objects.get(right._id)
    assert other.left.right is other


async def test_k41_find_all_and_iteration_come_to_an_end() -> None:
    await pair()
    await pair()
    for found in (await Left.objects.find_all(), [left async for left in Left.objects]):
        assert [left.right.left.name for left in found] == ["left", "left"]
        assert [left.right.left.right.name for left in found] == ["right", "right"]


async def test_k41_a_document_that_refers_to_itself() -> None:
    chain = await Chain(name="own").save()
    chain.next = chain
    chain.others = [chain, chain]
    await chain.save()
    found = await Chain.objects.get(chain._id)
    assert found.next is found
    assert [other is found for other in found.others] == [True, True]


async def ring(size: int) -> list[Chain]:
    links = [Chain(name=f"{n}") for n in range(size)]
    await Chain.objects.bulk_insert(links)
    for n, link in enumerate(links):
        link.next = links[(n + 1) % size]
        await link.save()
    return links


async def test_k41_a_ring_is_closed() -> None:
    links = await ring(5)
    found = await Chain.objects.get(links[0]._id)
    assert ring_of(found, "next", 6) == ["0", "1", "2", "3", "4", "0"]
    assert found.next.next.next.next.next is found


async def test_k41_a_ring_found_as_a_whole_is_closed_for_each() -> None:
    await ring(4)
    for n, found in enumerate(await Chain.objects.order_by("name").find_all()):
        expected = [f"{(n + step) % 4}" for step in range(9)]
        assert ring_of(found, "next", 9) == expected


async def test_k41_each_round_is_one_query(mongo: Mongo) -> None:
    await ring(6)
    commands = watch(mongo)
    await Chain.objects.find_all()
    # The documents themselves, and once what they all refer to; those were loaded before.
    assert len(commands.of("find")) == 2


async def test_k41_a_long_chain_does_not_exhaust_the_stack() -> None:
    size = 300
    ids = [ObjectId() for _ in range(size)]
    links = [Chain(_id=key, name=f"{n}") for n, key in enumerate(ids)]
    for link, following in pairwise(links):
        link.next = following._id
    await Chain.objects.bulk_insert(links)
    found = await Chain.objects.get(links[0]._id)
    assert ring_of(found, "next", size)[-1] == f"{size - 1}"


async def test_k41_every_document_reached_has_its_references_loaded() -> None:
    shared = await Chain(name="shared").save()
    middle = [Chain(name=f"middle {n}", next=shared) for n in range(3)]
    await Chain.objects.bulk_insert(middle)
    top = await Chain(name="top", others=middle, next=middle[0]).save()
    found = await Chain.objects.get(top._id)
    reached = [found.next, *found.others]
    assert [link.next.name for link in reached] == ["shared"] * 4
    assert len({id(link) for link in reached}) == 4


async def test_k41_a_lazy_document_on_the_way_ends_the_loading() -> None:
    class Lazy(Document):
        name = StringField()
        on = ReferenceField(Chain)

    class Start(Document):
        __lazy__ = False
        lazy = ReferenceField(Lazy)

    chain = await Chain(name="end").save()
    start = await Start(lazy=await Lazy(name="lazy", on=chain).save()).save()
    found = await Start.objects.get(start._id)
    assert found.lazy.name == "lazy"
    with pytest.raises(LoadReferencesRequiredError):
        _ = found.lazy.on


async def test_k41_k38_one_document_reached_at_two_depths_keeps_its_missing_ids() -> None:
    class Leaf(Document):
        name = StringField()

    class Branch(Document):
        __lazy__ = False
        leaves = ListField(ReferenceField(Leaf))

    class Tree(Document):
        __lazy__ = False
        branch = ReferenceField(Branch)

    class Wood(Document):
        __lazy__ = False
        near = ReferenceField(Branch)
        far = ReferenceField(Tree)

    leaves = [await Leaf(name=name).save() for name in "abc"]
    branch = await Branch(leaves=leaves).save()
    wood = await Wood(near=branch, far=await Tree(branch=branch).save()).save()
    await leaves[1].delete()
    found = await Wood.objects.get(wood._id)
    ids = [leaf._id for leaf in leaves]
    for reached in (found.near, found.far.branch):
        assert [leaf and leaf.name for leaf in reached.leaves] == ["a", None, "c"]
        assert reached.to_son()["leaves"] == ids
    found.near.leaves[0].name = "changed"
    assert found.far.branch.leaves[0].name == "a"

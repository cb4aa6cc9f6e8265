"""Deletes with rules that are cut in the middle: alone, and in a transaction."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from aiomotorengine import transaction
from aiomotorengine.errors import DeleteDeniedError
from tests.deletion.library import Author, Book, Contract, Page, Shelf
from tests.faults.laboratory import Laboratory
from tests.faults.wire_faults import CUTS

CLASSES = (Author, Book, Page, Shelf, Contract)

cuts = pytest.mark.parametrize("cut", CUTS)
moments = pytest.mark.parametrize(
    ("command", "place"),
    [
        *(("find", place) for place in range(4)),
        *(("update", place) for place in range(3)),
        *(("delete", place) for place in range(3)),
    ],
)


async def a_library() -> Author:
    """An author with two books of ten pages each; both are on a shelf, and one by somebody else."""
    ann, bob = await Author(name="ann").save(), await Author(name="bob").save()
    books = [await Book(author=author).save() for author in (ann, ann, bob)]
    edited = await Book(author=bob, editor=ann).save()
    await Page.objects.bulk_insert([Page(book=book) for book in books for _ in range(10)])
    await Shelf(books=[*books, edited], rows=[books, [edited]]).save()
    await Contract(author=bob).save()
    assert ann is not None
    return ann


def contents(lab: Laboratory) -> dict[str, list[dict[str, Any]]]:
    return {cls.__name__: lab.observer.stored(cls) for cls in CLASSES}


def dangling(lab: Laboratory) -> list[Any]:
    """The references that lead nowhere."""
    stored = contents(lab)
    ids = {name: {row["_id"] for row in rows} for name, rows in stored.items()}
    authors = [row[key] for row in stored["Book"] for key in ("a", "editor") if row[key]]
    books = [row["book"] for row in stored["Page"]]
    for row in stored["Shelf"]:
        books += row["bs"] + [book for books in row["rows"] for book in books]
    return [id for id in authors if id not in ids["Author"]] + [
        id for id in books if id not in ids["Book"]
    ]


def is_done(lab: Laboratory) -> bool:
    stored = contents(lab)
    return [len(stored[cls.__name__]) for cls in CLASSES] == [1, 2, 10, 1, 1] and not dangling(lab)


def fails_at(lab: Laboratory, command: str, place: int, cut: str) -> None:
    """Lose the connection at a command, and again when the driver repeats it."""
    lab.proxy.plan(*[None] * place, CUTS[cut], CUTS[cut], command=command)


@moments
@cuts
async def test_a_delete_that_was_cut_leaves_no_reference_to_nowhere_and_can_be_done_again(
    lab: Laboratory, command: str, place: int, cut: str
) -> None:
    ann = await a_library()
    fails_at(lab, command, place, cut)
    with pytest.raises(AutoReconnect):
        await ann.delete()
    lab.proxy.plan(command=command)
    assert dangling(lab) == []
    await ann.delete()
    assert is_done(lab)


@moments
@cuts
@pytest.mark.mongod_only("transactions are held against MongoDB itself")
async def test_a_delete_that_was_cut_in_a_transaction_has_changed_nothing(
    lab: Laboratory, command: str, place: int, cut: str
) -> None:
    ann = await a_library()
    before = contents(lab)
    fails_at(lab, command, place, cut)
    with pytest.raises(AutoReconnect):
        async with transaction():
            await ann.delete()
    lab.proxy.plan(command=command)
    assert contents(lab) == before
    async with transaction():
        assert await ann.delete() == 1
        assert contents(lab) == before
    assert is_done(lab)


@cuts
async def test_what_is_denied_has_changed_nothing_whatever_was_lost(
    lab: Laboratory, cut: str
) -> None:
    ann = await a_library()
    await Contract(author=ann).save()
    before = contents(lab)
    lab.proxy.plan(CUTS[cut], command="find")  # which the driver repeats
    with pytest.raises(DeleteDeniedError):
        await ann.delete()
    assert contents(lab) == before

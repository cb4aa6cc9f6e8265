"""How many documents make a slice follows from how long they took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from aiomotorengine import Document, IntField, StringField
from aiomotorengine.bulk import inserting
from aiomotorengine.bulk.batching import OF_A_LIST, OF_A_STREAM, Batcher
from aiomotorengine.bulk.sources import MOST_AT_ONCE, Source
from aiomotorengine.errors import UniqueKeyViolationError
from aiomotorengine.pacing import FIRST_SLICE, LARGEST_SLICE, SECONDS_PER_SLICE, Pace
from aiomotorengine.reading import documents as reading
from aiomotorengine.wire import requests
from aiomotorengine.wire.replies import ReplyDecoder
from tests.bulk.gate import gated
from tests.bulk.hurry import Hurried
from tests.bulk.models import Row, rows
from tests.event_loop import counted_turns


def settled(seconds_each: float) -> int:
    """The size of slices when each document takes so long."""
    pace = Pace()
    for _ in range(50):
        pace.measured(pace.size, pace.size * seconds_each)
    return pace.size


def test_slices_grow_until_they_take_as_long_as_they_should() -> None:
    assert settled(SECONDS_PER_SLICE / 100) == 100
    assert settled(SECONDS_PER_SLICE / 1000) == 1000


def test_slices_have_bounds() -> None:
    assert settled(0.0) == settled(1e-9) == LARGEST_SLICE
    assert settled(10 * SECONDS_PER_SLICE) == 1


def test_a_slice_that_took_too_long_makes_the_next_smaller_at_once() -> None:
    pace = Pace()
    for _ in range(10):
        pace.measured(pace.size, 0.0)
    pace.measured(pace.size, LARGEST_SLICE * SECONDS_PER_SLICE)
    assert pace.size == 1


def test_a_slice_that_was_fast_by_chance_does_not_make_the_next_much_larger() -> None:
    pace = Pace()
    pace.measured(pace.size, 1e-9)
    assert pace.size == 4 * FIRST_SLICE


def test_the_short_slice_at_the_end_says_nothing() -> None:
    pace = Pace()
    pace.measured(pace.size, 0.0)
    size = pace.size
    pace.measured(1, SECONDS_PER_SLICE / 2)
    assert pace.size == size


# -- a slice that turns out to be too large -------------------------------------------------------

DOCUMENTS = 1000


async def turns_during(work: Callable[[Callable[[], None]], Awaitable[Any]]) -> int:
    """In how many turns of the event loop some work was done, which says when it is."""
    seen: set[int] = set()
    with counted_turns() as turns:
        await work(lambda: seen.add(turns.count))
    return len(seen)


@pytest.mark.usefixtures("mongo", "codec")
@pytest.mark.parametrize(
    "step", ["validate", "on_save", "encode", "validate as it is encoded", "decode"]
)
async def test_a_slice_lets_others_have_their_turn(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inserting, "Pace", Hurried)
    monkeypatch.setattr(reading, "Pace", Hurried)
    happens: Callable[[], None] = lambda: None  # noqa: E731

    class Telling(IntField):
        def validate(self, value: Any) -> bool:
            if step.startswith("validate"):
                happens()
            return super().validate(value)

        def to_son(self, value: Any) -> Any:
            if step == "encode":
                happens()
            return super().to_son(value)

        def from_son(self, value: Any) -> Any:
            if step == "decode":
                happens()
            return super().from_son(value)

    def saved(document: Any, creating: bool) -> Any:
        if step == "on_save":
            happens()
        return document.n

    class Row(Document):
        n = Telling(on_save=saved if step in ("validate", "on_save") else None)

    async def work(tell: Callable[[], None]) -> None:
        nonlocal happens
        happens = tell
        report = await Row.objects.insert_stream(Row(n=n) for n in range(DOCUMENTS))
        assert len(report.inserted) == DOCUMENTS
        assert [row.n for row in await Row.objects.order_by("n").find_all()] == [*range(DOCUMENTS)]

    assert await turns_during(work) > DOCUMENTS / 20


@pytest.mark.usefixtures("mongo", "codec")
@pytest.mark.parametrize("call", ["insert_stream", "bulk_insert"])
async def test_a_source_that_is_slow_lets_others_have_their_turn(call: str) -> None:
    async def work(tell: Callable[[], None]) -> None:
        def source() -> Iterator[Row]:
            for number in range(100):
                time.sleep(SECONDS_PER_SLICE)
                tell()
                yield Row(n=number)

        await getattr(Row.objects, call)(source())

    assert await turns_during(work) > 100 / MOST_AT_ONCE / 2


@pytest.mark.usefixtures("mongo", "codec")
async def test_receiving_a_reply_is_a_slice_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[tuple[str, int]] = []

    class Told(IntField):
        def from_son(self, value: Any) -> Any:
            happened.append(("decoded", turns.count))
            return super().from_son(value)

    class Row(Document):
        n = Told()

    made = ReplyDecoder.__call__

    def received(self: Any, raw: bytes, codec_options: Any) -> Any:
        happened.append(("received", turns.count))
        return made(self, raw, codec_options)

    monkeypatch.setattr(ReplyDecoder, "__call__", received)
    with counted_turns() as turns:
        await Row.objects.bulk_insert([Row(n=1)])
        assert len(await Row.objects.find_all()) == 1
    (first, at), (then, later) = happened
    assert (first, then) == ("received", "decoded")
    assert later > at


@pytest.mark.usefixtures("mongo", "codec")
async def test_settling_what_was_refused_is_a_slice_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happened: list[int] = []

    def refuse(documents: list[Any]) -> None:
        happened.append(turns.count)
        words = [{"index": 0, "code": 121, "errmsg": "no"}]
        raise BulkWriteError({"nInserted": 0, "writeErrors": words, "writeConcernErrors": []})

    with gated(Row, monkeypatch) as gate, counted_turns() as turns:
        gate.answer(refuse)
        await Row.objects.insert_stream(
            rows([1]), on_error="collect", progress=lambda report: happened.append(turns.count)
        )
    answered, settled = happened
    assert settled > answered


@pytest.mark.usefixtures("mongo", "codec")
@pytest.mark.parametrize("call", ["insert_stream", "bulk_insert"])
async def test_the_time_of_all_documents_is_measured(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[int] = []

    class Noting(Pace):
        def measured(self, documents: int, seconds: float) -> None:
            measured.append(documents)
            super().measured(documents, 1e-9)

    monkeypatch.setattr(inserting, "Pace", Noting)
    await getattr(Row.objects, call)(rows(range(3000)))
    assert sum(measured) == 3000
    assert len(measured) < 100  # slices grow


@pytest.mark.usefixtures("mongo", "codec")
@pytest.mark.parametrize("call", ["insert_stream", "bulk_insert"])
async def test_what_is_encoded_is_sent_before_more_is_encoded(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "a" * 500_000
    most = 0

    class Watched(Batcher):
        def add(self, documents: Any) -> None:
            nonlocal most
            super().add(documents)
            most = max(most, self._size)

    class Page(Document):
        text = StringField()

    monkeypatch.setattr(inserting, "Pace", Hurried)
    monkeypatch.setattr(inserting, "Batcher", Watched)
    pages = [*(Page(text="a") for _ in range(200)), *(Page(text=text) for _ in range(40))]
    await getattr(Page.objects, call)(pages)
    limits = OF_A_STREAM if call == "insert_stream" else OF_A_LIST
    assert most <= limits.bytes + 2 * len(text)
    assert await Page.objects.count() == len(pages)


async def test_a_source_that_becomes_slow_is_asked_for_a_few() -> None:
    now = 0.0

    def source() -> Iterator[int]:
        nonlocal now
        for number in range(1000):
            now += 0.0 if number < 100 else SECONDS_PER_SLICE
            yield number

    into: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aiomotorengine.bulk.sources.perf_counter", lambda: now)
        numbers = Source(source())
        await numbers.take(1000, into)
        assert 100 < len(into) <= 100 + MOST_AT_ONCE
        assert not numbers.has_ended
        before = len(into)
        await numbers.take(1000, into)
        assert len(into) <= before + 2


@pytest.mark.usefixtures("mongo", "codec")
@pytest.mark.parametrize("where", ["encode", "decode"])
async def test_looking_for_levels_lets_others_have_their_turn(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inserting, "Pace", Hurried)
    monkeypatch.setattr(reading, "Pace", Hurried)
    happens: Callable[[], None] = lambda: None  # noqa: E731

    longest = 0

    def tell(raw: Any, *_: Any) -> bool:
        nonlocal longest
        longest = max(longest, len(raw))
        happens()
        return False

    class Own(Document):
        n = IntField()
        text = StringField()

        def to_son(self) -> dict[str, Any]:
            return super().to_son()

        @classmethod
        def from_son(cls, mapping: Any) -> Any:
            return super().from_son(mapping)

    if where == "encode":
        monkeypatch.setattr(requests, "is_too_deep", tell)
    else:
        monkeypatch.setattr("aiomotorengine.codec.pure.refuse_endless", tell)

    async def work(tell: Callable[[], None]) -> None:
        nonlocal happens
        happens = tell
        text = "a" * requests.SMALLEST_TOO_DEEP
        await Own.objects.insert_stream([Own(n=n, text=text) for n in range(DOCUMENTS)])
        assert len(await Own.objects.limit(DOCUMENTS).find_all()) == DOCUMENTS

    assert await turns_during(work) > DOCUMENTS / 20
    assert (
        longest < 2 * requests.SMALLEST_TOO_DEEP
    )  # one document, not all that are still to be read


# -- what others do meanwhile ---------------------------------------------------------------------


@pytest.mark.usefixtures("mongo", "codec")
async def test_a_document_that_someone_saves_meanwhile_stays_saved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inserting, "Pace", Hurried)
    documents = rows(range(900))
    call = asyncio.ensure_future(Row.objects.bulk_insert(documents))
    while documents[0]._id is None:  # noqa: ASYNC110  # nothing tells it
        await asyncio.sleep(0)
    key = documents[0]._id
    documents[0]._is_persisted = True  # as a save that has just ended leaves it
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert documents[0]._id == key
    assert documents[0]._is_persisted is True
    assert {document._id for document in documents[1:]} == {None}


@pytest.mark.usefixtures("mongo", "codec")
async def test_nothing_more_is_prepared_when_the_call_has_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []

    class Growing(Hurried):
        @property
        def size(self) -> int:
            return 1000 if seen else 1

        @size.setter
        def size(self, size: int) -> None:
            pass

    class Slow(Document):
        n = IntField(unique=True, on_save=lambda document, creating: note(document.n))
        text = StringField()

    def note(number: int) -> int:
        time.sleep(0.002)
        seen.append(number)
        return number

    await Slow.objects.insert_stream([Slow(n=1)])
    seen.clear()
    monkeypatch.setattr(inserting, "Pace", Growing)
    # The first is a batch by its bytes; it fails while the functions of the others are called.
    twice = Slow(n=1, text="a" * OF_A_STREAM.bytes)
    documents = [twice, *(Slow(n=n) for n in range(10, 1010))]
    with pytest.raises(UniqueKeyViolationError):
        await Slow.objects.insert_stream(documents)
    assert len(seen) < 900

"""The programs that load: files with rejects, a queue with backpressure, going on after a crash."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, BulkWriteError

from aiomotorengine import BulkReport
from examples import ingest_files, ingest_queue, resume
from tests.bulk.gate import gated, sent
from tests.examples.test_demo import ROOT, environment
from tests.harness import Mongo

SECONDS = 120

GOOD = {"station": "Emden", "time": "2024-07-11 02:13:00", "temperature": 17.5}


def program(name: str, mongo: Mongo, *arguments: str) -> list[str]:
    database = mongo.database.name
    where = ["--uri", mongo.uri, "--database", database]
    return [sys.executable, "-m", f"examples.{name}", *where, *arguments]


def run(name: str, mongo: Mongo, directory: Path, *arguments: str) -> str:
    ran = subprocess.run(
        program(name, mongo, *arguments),
        cwd=ROOT,
        env=environment(directory),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    return ran.stdout


def rejected_in(path: Path) -> list[tuple[int, str]]:
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    return [(entry["number"], entry["message"].rpartition("with: ")[2]) for entry in entries]


def test_a_csv_file_with_rows_that_are_none(mongo: Mongo, tmp_path: Path) -> None:
    path, rejects = tmp_path / "data.csv", tmp_path / "rejects.ndjson"
    rows = [f'"Emden, {n}",2024-07-11 02:13:00,{n % 30}' for n in range(500)]
    rows[7] = ",2024-07-11 02:13:00,5"
    rows[99] = "Emden,2024-07-11 02:13:00,hot"
    rows[300] = "Emden"
    rows[301] = "Emden,2024-07-11 02:13:00,17,5"
    rows[302] = "K\xf6ln,2024-07-11 02:13:00,5"
    path.write_text("\n".join(["station,time,temperature", *rows]), encoding="latin-1")
    told = run("ingest_files", mongo, tmp_path, str(path), "--rejects", str(rejects))
    assert "500 taken, 495 inserted, 5 rejected" in told
    assert rejected_in(rejects) == [
        (7, "Field 'station' is required."),
        (99, "Field 'temperature' must be valid."),
        (300, "a row must have 3 values, not 1."),
        (301, "a row must have 3 values, not 4."),
        (302, "Field 'station' must be valid: it has characters that UTF-8 can't have."),
    ]
    assert json.loads(rejects.read_text().splitlines()[3])["row"][-1] == "5"


async def test_columns_that_are_none_are_told_before_a_row_is_sent(
    mongo: Mongo, tmp_path: Path
) -> None:
    path, report = tmp_path / "data.csv", BulkReport()
    path.write_text("station,time,temprature\nEmden,2024-07-11 02:13:00,17.5\n")
    with pytest.raises(ValueError, match="No field of Measurement is called 'temprature'"):
        await ingest_files.load(path, tmp_path / "rejects.ndjson", report)
    assert report.taken == 0


@pytest.mark.parametrize("name", ["data.CSV", "data.ndjson"])
async def test_a_file_that_begins_with_a_mark(mongo: Mongo, tmp_path: Path, name: str) -> None:
    path, report = tmp_path / name, BulkReport()
    csv = "station,time,temperature\r\nEmden,2024-07-11 02:13:00,17.5\r\n"
    path.write_text("\ufeff" + (json.dumps(GOOD) if name.endswith("ndjson") else csv))
    await ingest_files.load(path, tmp_path / "rejects.ndjson", report)
    assert (report.taken, report.ok) == (1, True)


@pytest.mark.parametrize("name", ["data.csv", "data.ndjson"])
async def test_an_empty_file(mongo: Mongo, tmp_path: Path, name: str) -> None:
    path, report = tmp_path / name, BulkReport()
    path.touch()
    await ingest_files.load(path, tmp_path / "rejects.ndjson", report)
    assert (report.taken, report.ok) == (0, True)


async def test_an_ndjson_file_with_lines_that_are_none(mongo: Mongo, tmp_path: Path) -> None:
    path, rejects = tmp_path / "data.ndjson", tmp_path / "rejects.ndjson"
    lines = [json.dumps(GOOD)] * 5
    lines[1] = "{not json"
    lines[3] = json.dumps(GOOD | {"temperature": 1000})
    lines[4] = json.dumps(GOOD | {"station": "Norden", "temperature": 0})
    lines += ["[" * 100_000, json.dumps(GOOD | {"temperature": 10**400}), "5", ""]
    path.write_text("\n".join(lines) + "\n")
    report = BulkReport()
    await ingest_files.load(path, rejects, report)
    assert len(report.inserted) == 3
    assert [number for number, _ in rejected_in(rejects)] == [1, 3, 5, 6, 7, 8]
    stored = await ingest_files.Measurement.objects.first()
    assert stored is not None
    assert stored.to_son()["time"].year == 2024
    frozen = await ingest_files.Measurement.objects.get(station="Norden")
    assert frozen is not None
    assert frozen.temperature == 0


async def test_rejects_are_written_where_the_load_fails(
    mongo: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rejects, report = tmp_path / "data.ndjson", tmp_path / "rejects.ndjson", BulkReport()
    path.write_text("no measurement\n" * 3)

    class Cut(ingest_files.Lines):
        def __iter__(self) -> Iterator[str]:
            yield from super().__iter__()
            raise OSError("the disk is gone")

    monkeypatch.setattr(ingest_files, "Lines", Cut)
    with pytest.raises(OSError, match="the disk is gone"):
        await ingest_files.load(path, rejects, report)
    # How many are looked at before the end is a matter of time; the first is.
    numbers = [number for number, _ in rejected_in(rejects)]
    assert numbers in ([0], [0, 1], [0, 1, 2])
    assert numbers == [entry.number for entry in report.rejected]


async def test_what_is_refused_is_known_while_the_load_runs(
    mongo: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rejects, report = tmp_path / "data.ndjson", tmp_path / "rejects.ndjson", BulkReport()
    path.write_text("no measurement\n" * 5000)
    known: list[int] = []

    class Watched(ingest_files.Lines):
        def __iter__(self) -> Iterator[str]:
            yield from super().__iter__()
            known.append(len(rejected_in(rejects)))

    monkeypatch.setattr(ingest_files, "Lines", Watched)
    await ingest_files.load(path, rejects, report)
    assert [number for number, _ in rejected_in(rejects)] == list(range(5000))
    assert known[0] > 0


def test_a_load_that_is_told_to_stop(mongo: Mongo, tmp_path: Path) -> None:
    path, rejects = tmp_path / "data.ndjson", tmp_path / "rejects.ndjson"
    path.write_text(("no measurement\n" + (json.dumps(GOOD) + "\n") * 9) * 30_000)
    with subprocess.Popen(
        program("ingest_files", mongo, str(path), "--rejects", str(rejects)),
        cwd=ROOT,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        ends = time.monotonic() + SECONDS
        while not (rejects.exists() and rejects.stat().st_size) and time.monotonic() < ends:
            time.sleep(0.001)
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 128 + signal.SIGTERM
    refused = len(rejected_in(rejects))
    assert 0 < refused < 30_000
    assert f"{refused:,} rejected" in told


def test_events_of_a_queue(mongo: Mongo, tmp_path: Path) -> None:
    told = run("ingest_queue", mongo, tmp_path, "--events", "5001")
    assert "5,001 events stored, 0 refused" in told


async def test_the_queue_is_full_while_the_server_is_slow(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues: list[asyncio.Queue[object]] = []
    largest: list[int] = []

    class Watched(asyncio.Queue[object]):
        def __init__(self, size: int) -> None:
            super().__init__(size)
            queues.append(self)

        def put_nowait(self, item: object) -> None:
            super().put_nowait(item)
            largest.append(self.qsize())

    monkeypatch.setattr(asyncio, "Queue", Watched)
    done = await ingest_queue.store(4000)
    assert (done.stored, done.refused, len(done.kept)) == (4000, 0, 0)
    assert max(largest) <= ingest_queue.QUEUE_SIZE
    assert await ingest_queue.Event.objects.count() == 4000


def lost(documents: list[object]) -> None:
    sent(documents)
    raise AutoReconnect("gone")


def unsure(documents: list[object]) -> None:
    sent(documents)
    words = {"code": 64, "errmsg": "waiting for replication timed out"}
    raise BulkWriteError({"nInserted": 500, "writeErrors": [], "writeConcernErrors": [words]})


@pytest.mark.parametrize("fault", [lost, unsure])
async def test_no_event_is_lost_with_the_connection(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    monkeypatch.setattr(ingest_queue, "SECONDS_BEFORE_NEXT", (0, 0))
    with gated(ingest_queue.Event, monkeypatch) as gate:
        gate.answer(None, fault, None, fault, fault)
        done = await ingest_queue.store(4000)
    assert (done.stored, done.refused, len(done.kept)) == (4000, 0, 0)
    stored = await mongo.database["events"].find({}).to_list(None)
    events = {(row["sensor"], row["number"]) for row in stored}
    assert (len(stored), len(events)) == (4000, 4000)


async def test_what_is_not_stored_is_kept_where_it_gives_up(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_queue, "SECONDS_BEFORE_NEXT", (0, 0))
    queue: ingest_queue.Events = asyncio.Queue()
    await ingest_queue.sense("one", range(10), queue)
    storing = ingest_queue.Store(queue, 1)
    with gated(ingest_queue.Event, monkeypatch) as gate:
        gate.answer(*[lost] * 3)
        with pytest.raises(AutoReconnect):
            await storing.run()
        assert [event.number for event in storing.kept] == list(range(10))
        await storing.run()
    assert (storing.stored, len(storing.kept)) == (10, 0)


async def test_an_event_that_is_refused_does_not_stop_the_others(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ingest_queue, "SECONDS_BEFORE_NEXT", (0, 0))
    queue: ingest_queue.Events = asyncio.Queue()
    for number in range(1200):
        await queue.put(ingest_queue.Event(sensor="one", number=None if number == 7 else number))
    await queue.put(None)
    storing = ingest_queue.Store(queue, 1)
    with gated(ingest_queue.Event, monkeypatch) as gate:
        gate.answer(lost)
        await storing.run()
    assert (storing.stored, storing.refused, len(storing.kept)) == (1199, 1, 0)
    assert "Field 'number' is required." in capsys.readouterr().err


def test_a_load_that_was_killed_goes_on(mongo: Mongo, tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    count = 3_000
    path.write_text("".join(f"line {n}\n" for n in range(count)))
    lines = tmp_path / "lines.txt.checkpoint"
    with subprocess.Popen(
        program("resume", mongo, str(path), "--batch-size", "30"),
        cwd=ROOT,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
    ) as process:
        ends = time.monotonic() + SECONDS
        while resume.Progress(path).first == 0 and time.monotonic() < ends:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    done = resume.Progress(path).first
    assert process.returncode == -signal.SIGKILL
    assert 0 < done < count
    told = run("resume", mongo, tmp_path, str(path))
    assert "lines inserted" in told
    with MongoClient[dict[str, object]](mongo.uri) as client:
        stored = client[mongo.database.name]["lines"]
        assert sorted(row["number"] for row in stored.find()) == list(range(count))  # type: ignore[type-var]
    assert int(lines.read_text()) == count
    assert "0 lines inserted, 0 were in already" in run("resume", mongo, tmp_path, str(path))
    os.remove(lines)
    told = run("resume", mongo, tmp_path, str(path))
    assert f"0 lines inserted, {count:,} were in already" in told


async def test_lines_that_are_refused_are_known_before_the_checkpoint_passes_them(
    mongo: Mongo, tmp_path: Path
) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(b"".join(b"\n" if n == 5 else b"line %d\n" % n for n in range(300)))
    first = await resume.load(path, batch_size=100)
    assert (first.inserted, first.again, first.refused) == (299, 0, 1)
    with path.open("ab") as file:
        file.writelines([b"line 300\n", b"\xff\n", b"line 302"])
    second = await resume.load(path, batch_size=100)
    assert (second.first, second.inserted, second.refused) == (300, 2, 1)
    entries = [json.loads(line) for line in second.rejects.read_text().splitlines()]
    assert [entry["line"] for entry in entries] == [6, 302]
    assert "Field 'text' is required." in entries[0]["reason"]
    assert (
        "Field 'text' must be valid: it has characters that UTF-8 can't have."
        in entries[1]["reason"]
    )
    assert second.checkpoint.read_text() == "303"


async def test_files_of_one_name_are_not_the_same(mongo: Mongo, tmp_path: Path) -> None:
    for day in ("monday", "tuesday"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "words.txt").write_text("a\nb\n")
        assert (await resume.load(tmp_path / day / "words.txt")).inserted == 2
    assert await resume.Line.objects.count() == 4


async def test_what_is_not_confirmed_is_sent_again(
    mongo: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("".join(f"line {n}\n" for n in range(1500)))
    with gated(resume.Line, monkeypatch) as gate:
        gate.answer(None, unsure)
        done = await resume.load(path, batch_size=500)
        assert (done.inserted, done.unconfirmed) == (1000, 500)
        assert done.checkpoint.read_text() == "500"
        again = await resume.load(path, batch_size=500)
    assert (again.first, again.inserted, again.again) == (500, 500, 500)
    assert again.checkpoint.read_text() == "1500"
    assert await resume.Line.objects.count() == 1500

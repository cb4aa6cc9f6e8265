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

import pytest
from pymongo import MongoClient

from examples import ingest_files, ingest_queue, resume
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
    return [(entry["number"], entry["reason"].rpartition("with: ")[2]) for entry in entries]


def test_a_csv_file_with_rows_that_are_none(mongo: Mongo, tmp_path: Path) -> None:
    path, rejects = tmp_path / "data.csv", tmp_path / "rejects.ndjson"
    rows = [f'"Emden, {n}",2024-07-11 02:13:00,{n % 30}' for n in range(500)]
    rows[7] = ",2024-07-11 02:13:00,5"
    rows[99] = "Emden,2024-07-11 02:13:00,hot"
    rows[300] = "Emden"
    path.write_text("\n".join(["station,time,temperature", *rows]))
    told = run("ingest_files", mongo, tmp_path, str(path), "--rejects", str(rejects))
    assert "500 taken, 497 inserted, 3 rejected" in told
    assert rejected_in(rejects) == [
        (7, "Field 'station' is required."),
        (99, "ValueError: could not convert string to float: 'hot'"),
        (300, "Field 'time' is required."),
    ]


async def test_an_ndjson_file_with_lines_that_are_none(mongo: Mongo, tmp_path: Path) -> None:
    path, rejects = tmp_path / "data.ndjson", tmp_path / "rejects.ndjson"
    lines = [json.dumps(GOOD)] * 5
    lines[1] = "{not json"
    lines[3] = json.dumps(GOOD | {"temperature": 1000})
    lines[4] = json.dumps(GOOD | {"station": "Norden", "temperature": 0})
    path.write_text("\n".join(lines))
    report = await ingest_files.load(path, rejects)
    assert len(report.inserted) == 3
    assert [number for number, _ in rejected_in(rejects)] == [1, 3]
    stored = await ingest_files.Measurement.objects.first()
    assert stored is not None
    assert stored.to_son()["time"].year == 2024
    frozen = await ingest_files.Measurement.objects.get(station="Norden")
    assert frozen is not None
    assert frozen.temperature == 0


async def test_rejects_are_written_where_the_load_fails(
    mongo: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rejects = tmp_path / "data.ndjson", tmp_path / "rejects.ndjson"
    path.write_text("no measurement\n" * 3)

    class Cut(ingest_files.Rows):
        def lines(self) -> Iterator[str]:
            yield from super().lines()
            if not rejects.exists():
                raise OSError("the disk is gone")

    monkeypatch.setattr(ingest_files, "Rows", Cut)
    with pytest.raises(OSError, match="the disk is gone"):
        await ingest_files.load(path, rejects)
    # How many are looked at before the end is a matter of time; the first is.
    numbers = [number for number, _ in rejected_in(rejects)]
    assert numbers in ([0], [0, 1], [0, 1, 2])


def test_events_of_a_queue(mongo: Mongo, tmp_path: Path) -> None:
    told = run("ingest_queue", mongo, tmp_path, "--events", "5000")
    assert "5,000 taken, 5,000 inserted; 10 batches" in told


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
    report = await ingest_queue.store(4000)
    assert report.ok
    assert max(largest) <= ingest_queue.QUEUE_SIZE
    assert await ingest_queue.Event.objects.count() == 4000


def test_a_load_that_was_killed_goes_on(mongo: Mongo, tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    count = 20_000
    path.write_text("".join(f"line {n}\n" for n in range(count)))
    checkpoint = resume.Checkpoint(path)
    with subprocess.Popen(
        program("resume", mongo, str(path), "--batch-size", "100"),
        cwd=ROOT,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
    ) as process:
        ends = time.monotonic() + SECONDS
        while checkpoint.read() == 0 and time.monotonic() < ends:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
    done = checkpoint.read()
    assert process.returncode == -signal.SIGKILL
    assert 0 < done < count
    told = run("resume", mongo, tmp_path, str(path))
    assert "lines inserted" in told
    with MongoClient[dict[str, object]](mongo.uri) as client:
        stored = client[mongo.database.name]["lines"]
        assert sorted(row["number"] for row in stored.find()) == list(range(count))  # type: ignore[type-var]
    assert checkpoint.read() == count
    assert "0 lines inserted, 0 were in already" in run("resume", mongo, tmp_path, str(path))
    os.remove(checkpoint.path)
    told = run("resume", mongo, tmp_path, str(path))
    assert f"0 lines inserted, {count:,} were in already" in told

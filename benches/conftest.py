"""Ratios: what is measured and its yardstick take turns, round by round, in one run.

Machines differ and are noisy, so no figure here is a time. Before each round of a benchmark its
yardstick is timed once; the ratio of the two minimums and of the two medians goes into a table,
which is printed at the end of the run, and into the benchmark's extra info (``--benchmark-json``).
"""

from __future__ import annotations

import gc
import os
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from aiomotorengine import storage
from benches.tables import Ratio, Target, in_section, printed, put, replaced, tables
from tests.harness import missing
from tests.servers import kinds

ROUNDS = 40
ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PERFORMANCE = ROOT / "docs" / "performance.md"

Work = Callable[..., Any]
Prepare = Callable[[], tuple[Any, ...]]


@dataclass(frozen=True)
class Compare:
    """The ``compare`` fixture.

    Attributes:
        most_rounds: how often anything is timed at most, however many rounds it asks for.
    """

    benchmark: Any
    most_rounds: int | None = None

    def __call__(
        self,
        work: Work,
        yardstick: Work,
        *,
        table: str,
        row: str,
        column: str = "min / median",
        target: float | Target | None = None,
        scale: float = 1,
        rounds: int = ROUNDS,
        before_work: Prepare = tuple,
        before_yardstick: Prepare = tuple,
        clock: Callable[[], float] = time.process_time,
    ) -> float:
        """Measure ``work`` in multiples of ``yardstick``.

        Parameters:
            work: what is measured.
            yardstick: what it is compared with.
            table: the title of the table the ratio goes to; ``row`` and ``column`` say where.
            target: what the ratio is not to exceed, or a ``Target``.
            scale: a factor for the ratio, where the two do not do the same amount.
            rounds: how often each is timed.
            before_work: called before each round, outside the timing; gives the arguments.
            before_yardstick: the same for the yardstick.
            clock: by default the processor time of this process and all of its threads, which
                others on the machine disturb less than they do the time on the wall.

        Returns:
            The least time that ``work`` took, in seconds.
        """
        rounds = min(rounds, self.most_rounds or rounds)
        self.benchmark._timer = clock
        seconds: list[float] = []

        def time_the_yardstick() -> tuple[tuple[Any, ...], dict[str, Any]]:
            arguments = before_yardstick()
            gc.collect()
            start = clock()
            result = yardstick(*arguments)
            seconds.append(clock() - start)
            del result, arguments
            prepared = before_work()
            gc.collect()
            return prepared, {}

        self.benchmark.group = table
        self.benchmark.name = f"{row}, {column}"
        self.benchmark.pedantic(work, setup=time_the_yardstick, rounds=rounds, warmup_rounds=1)
        times = self.benchmark.stats.stats
        seconds = seconds[-rounds:]  # less the warming up
        ratio = Ratio(scale * times.min / min(seconds), scale * times.median / median(seconds))
        self.benchmark.extra_info.update(
            ratio_of_minimums=ratio.minimum, ratio_of_medians=ratio.median
        )
        put(table, row, column, ratio, target)
        return float(times.min)


@pytest.fixture
def without_collector() -> Iterator[None]:
    """Python's cyclic garbage collector is off."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def compare(benchmark: Any, request: pytest.FixtureRequest) -> Compare:
    """Measures in multiples of a yardstick, and keeps the ratio for the tables."""
    return Compare(benchmark, request.config.getoption("rounds"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--tables", type=Path, metavar="FILE", help="write the tables to a file too")
    parser.addoption(
        "--rounds", type=int, metavar="N", help="at most so many rounds each, for a quick look"
    )
    parser.addoption(
        "--publish",
        action="store_true",
        help="put the tables into README.md and docs/performance.md, in place of the old ones",
    )


LOAD_BEFORE, *_ = os.getloadavg()
"""How many processes wanted a processor in the minute before this one began."""


def pytest_configure(config: pytest.Config) -> None:
    if config.option.publish and is_narrowed(config):
        raise pytest.UsageError(
            "--publish is for whole runs: it leaves no other table in the pages"
        )
    if config.option.verbose <= 0:
        config.option.benchmark_quiet = True  # its own tables are of times


def is_narrowed(config: pytest.Config) -> bool:
    """Whether some benches are left out, or are shorter than they should be."""
    chosen = ("keyword", "markexpr", "codec", "driver", "rounds")
    paths = [Path(argument).name for argument in config.args]
    is_whole = paths == ["benches"] and config.getoption("corners") == "all"
    return not is_whole or any(map(config.getoption, chosen))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    if not tables:
        return
    describe_this_run()
    terminalreporter.section("ratios (of the minimums / of the medians)")
    terminalreporter.write_line(printed())
    if file := config.option.tables:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(printed(), encoding="utf-8")
    if config.option.publish and exitstatus:
        terminalreporter.write_line("NOT PUBLISHED: not all of it was measured")
    elif config.option.publish:
        README.write_text(replaced(README.read_text(encoding="utf-8")), encoding="utf-8")
        page = in_section(PERFORMANCE.read_text(encoding="utf-8"), "The tables of one run")
        PERFORMANCE.write_text(page, encoding="utf-8")


def describe_this_run() -> None:
    """Say on what the figures were measured, in a table of its own."""
    title = "measured with"
    mongod = kinds()["mongod"]
    described = {
        "Python": platform.python_version(),
        "PyMongo": version("pymongo"),
        "Motor": version("motor"),
        "msgspec": version("msgspec"),
        "storage": storage.implementation,
        "mongod": mongod.version() if missing("mongod") is None else "none",
        "processors": str(os.cpu_count()),
        "other work": f"{LOAD_BEFORE:.1f} processes" if LOAD_BEFORE >= 0.5 else "none",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    for name, value in described.items():
        put(title, "this run", name, value)

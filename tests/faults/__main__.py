"""The long part of the fault laboratory: random moments, many of them.

    python -m tests.faults --cancels 1000 --cuts 200 --kills 20 --failovers 10 --seed 7
    python -m tests.faults --transactions 500 --transaction-kills 20

Each round has a seed of its own, made from ``--seed`` and its number, by which everything in it is
chosen: the driver, the codec, the kind of call, how many documents there are, what goes wrong and
when. A round that finds something prints it; ``--only cancel-17`` runs that round alone. What the
machine does at the same time is chosen by nobody, so a round may have to be run more than once.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from random import Random
from typing import Any, Protocol

from pymongo.errors import PyMongoError

from aiomotorengine import codec as codec_api
from aiomotorengine import drivers, transaction
from tests.faults.contract import CALLS, Trial
from tests.faults.failover import insert_and_read
from tests.faults.laboratory import (
    KeyedItem,
    Laboratory,
    Observer,
    eventually,
    items,
    laboratory,
    observing,
)
from tests.faults.moments import random_moment
from tests.faults.mongod import Mongod, mongod
from tests.faults.proxy import Fault
from tests.faults.replica_set import (
    DISASTERS,
    ReplicaSet,
    replica_set,
    replica_set_laboratory,
)
from tests.faults.transacting import Transacting, disturbed
from tests.faults.watching import insert_and_watch
from tests.faults.wire_faults import CUTS, late


class Tried(Protocol):
    """What a round has tried."""

    @property
    def ended(self) -> str:
        """How the call ended."""

    async def check(self) -> None:
        """Everything that was promised, whatever happened."""


Round = Callable[[Laboratory, "Places", Random], Coroutine[Any, Any, Tried]]
ROUNDS_BETWEEN_LINES = 100
ONES_THAT_TAKE_LONG = ("kill", "failover", "change", "transaction_kill")


def main(arguments: list[str]) -> int:
    """Run as many rounds as asked for; 1 if anything was found."""
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", "unclosed <socket", ResourceWarning)  # as for the tests
    options = parsed(arguments)
    numbers = {
        "cancel": options.cancels,
        "cut": options.cuts,
        "kill": options.kills,
        "failover": options.failovers,
        "change": options.changes,
        "transaction": options.transactions,
        "transaction_kill": options.transaction_kills,
    }
    chosen = [(kind, number) for kind, count in numbers.items() for number in range(count)]
    if options.only:
        kind, number = options.only.rsplit("-", 1)
        chosen = [(kind, int(number))] * options.times
    print(f"seed {options.seed}; {len(chosen)} rounds", flush=True)
    with ExitStack() as stack:
        places = Places(stack)
        findings = sum(findings_of(kind, number, options.seed, places) for kind, number in chosen)
    for kind, outcomes in seen.items():
        told = ", ".join(f"{count} {name}" for name, count in outcomes.most_common())
        print(f"{kind}: {outcomes.total()} rounds held, in which the call ended with: {told}")
    print(f"seed {options.seed}: {findings} findings", flush=True)
    return 1 if findings else 0


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--cancels", type=int, default=1000, help="cancelled at a random moment")
    parser.add_argument("--cuts", type=int, default=200, help="connections lost at random moments")
    parser.add_argument("--kills", type=int, default=20, help="mongod killed, and restarted")
    parser.add_argument("--failovers", type=int, default=10, help="replica sets losing a member")
    parser.add_argument("--changes", type=int, default=10, help="the same, while changes are told")
    parser.add_argument("--transactions", type=int, default=500, help="that something happens to")
    parser.add_argument("--transaction-kills", type=int, default=10, help="mongod killed in one")
    parser.add_argument("--seed", type=int, default=Random().getrandbits(32))
    parser.add_argument("--only", metavar="KIND-NUMBER", help="this round alone, such as cut-17")
    parser.add_argument("--times", type=int, default=1, help="how often the only round is run")
    return parser.parse_args(arguments)


seen: dict[str, Counter[str]] = {}


class Places:
    """Where rounds take place: a mongod and a replica set, each started when first needed."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    @cached_property
    def mongod(self) -> Mongod:
        return self._stack.enter_context(mongod())

    @cached_property
    def observer(self) -> Observer:
        return self._stack.enter_context(observing(self.mongod.server))

    @cached_property
    def replica_set(self) -> ReplicaSet:
        return self._stack.enter_context(replica_set())

    def laboratory(self, kind: str, driver: str) -> AbstractContextManager[Laboratory]:
        """A place for a round of this kind."""
        if kind in ("failover", "change"):
            return replica_set_laboratory(self.replica_set, driver)
        return laboratory(self.mongod.server, driver, self.observer)


def findings_of(kind: str, number: int, seed: int, places: Places) -> int:
    """Run a round; how many findings it made, which is none or one."""
    random = Random(f"{seed}-{kind}-{number}")
    driver, codec = random.choice(sorted(drivers.DRIVERS)), random.choice(codec_api.available())
    started = time.monotonic()
    with codec_api.use(codec), places.laboratory(kind, driver) as lab, asyncio.Runner() as loop:
        try:
            trial = loop.run(done(ROUNDS[kind], lab, places, random))
        except Exception:
            print(f"FINDING {kind}-{number} ({driver}, {codec}):\n{traceback.format_exc()}")
            return 1
    gc.collect()  # what is left open is found now
    seen.setdefault(kind, Counter())[trial.ended] += 1
    if kind in ONES_THAT_TAKE_LONG or (number + 1) % ROUNDS_BETWEEN_LINES == 0:
        print(
            f"{kind}-{number} {driver}, {codec}, {time.monotonic() - started:.1f} s: "
            f"{trial.ended}; {trial}",
            flush=True,
        )
    return 0


async def done(make: Round, lab: Laboratory, places: Places, random: Random) -> Tried:
    trial = await make(lab, places, random)
    await trial.check()
    await lab.disconnect()
    return trial


# -- the rounds ------------------------------------------------------------------------------------


def random_documents(lab: Laboratory, random: Random, most: int) -> tuple[list[Any], list[int]]:
    """Documents to insert, and the places of those that the server refuses."""
    count = random.randint(1, most)
    if random.random() < 0.7:
        return items(count), []
    refused = sorted(random.sample(range(count), min(count // 3, random.randint(0, 3))))
    lab.observer.store(KeyedItem, {"number": -1, "key": -1})
    return [
        KeyedItem(number=number, key=-1 if number in refused else number) for number in range(count)
    ], refused


def random_call(random: Random) -> tuple[str, dict[str, Any]]:
    """A way to insert, and more of its arguments."""
    call = random.choice(sorted(CALLS))
    if "stream" not in call:
        return call, {}
    return call, {
        "batch_size": random.choice([1, 2, 7, 50]),
        "in_flight": random.randint(1, 4),
        "on_error": random.choice(["raise", "collect"]),
    }


async def cancelled(lab: Laboratory, places: Places, random: Random) -> Trial:
    """The task is cancelled at a random moment."""
    documents, refused = random_documents(lab, random, most=200)
    call, options = random_call(random)
    if random.random() < 0.3:
        lab.proxy.plan(*(late(random.uniform(0, 0.01)) for _ in range(10)))
    if random.random() < 0.8:
        await lab.ping()  # most moments would otherwise be of connecting
    trial = Trial(lab, documents, refused=refused)
    await trial.run_cancelled(call, random_moment(random), **options)
    return trial


async def cut(lab: Laboratory, places: Places, random: Random) -> Trial:
    """Connections are lost at random moments, of inserts and whenever."""
    lab.connect(retryWrites=random.random() < 0.5)
    documents, refused = random_documents(lab, random, most=200)
    call, options = random_call(random)
    faults: list[Fault | None] = [*CUTS.values(), late(0.005), None, None, None]
    lab.proxy.plan(*(random.choice(faults) for _ in range(random.randint(1, 30))))
    seconds = random.uniform(0, 0.05) if random.random() < 0.3 else 60
    timer = asyncio.get_running_loop().call_later(seconds, lab.proxy.cut_all)
    trial = Trial(lab, documents, refused=refused)
    await trial.run(call, **options)
    timer.cancel()
    return trial


async def killed(lab: Laboratory, places: Places, random: Random) -> Trial:
    """mongod is killed in the middle, and started again on what it has on its disk."""
    # It would otherwise be asked again when it is back, and go on.
    lab.connect(retryWrites=random.random() < 0.5, serverSelectionTimeoutMS=500)
    documents = items(random.randint(12_000, 30_000))
    call, options = random_call(random)
    if "stream" in call:
        options["batch_size"] = random.choice([50, 200, 1000])
    trial = Trial(lab, documents)
    batches = len(documents) // options.get("batch_size", 10_000)
    killing = asyncio.create_task(
        killed_after(lab, places.mongod, random.randint(1, batches), random.uniform(0, 0.02))
    )
    trial.tasks_before.add(killing)
    await trial.run(call, **options)
    await killing
    await asyncio.to_thread(places.mongod.restart)
    await until_it_answers(lab)
    return trial


async def failover(lab: Laboratory, places: Places, random: Random) -> Trial:
    """A replica set loses a member, in the middle of a bulk insert and of reading."""
    call = random.choice(sorted(CALLS))
    count = random.randint(500, 5000) * (1 if "stream" in call else 5)
    disaster = random.choice(sorted(DISASTERS))
    print(f"{disaster}, {call}, {count} documents", flush=True)
    return await insert_and_read(
        lab, places.replica_set, disaster, call, count=count, when=random.randrange(count)
    )


async def watched(lab: Laboratory, places: Places, random: Random) -> Trial:
    """A replica set loses a member, in the middle of a stream of changes."""
    count, disaster = random.randint(500, 5000), random.choice(sorted(DISASTERS))
    print(f"{disaster}, {count} changes", flush=True)
    return await insert_and_watch(
        lab, places.replica_set, disaster, count=count, when=random.randrange(count)
    )


async def killed_after(lab: Laboratory, own: Mongod, batches: int, seconds: float) -> None:
    """Kill mongod a moment after it was told to insert a batch."""
    await eventually(lambda: lab.proxy.seen.count("insert") >= batches)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(own.kill)


async def until_it_answers(lab: Laboratory) -> None:
    """Give drivers the time to see that the server is back."""
    while True:
        try:
            await asyncio.to_thread(lab.observer.client.admin.command, "ping")
            await lab.ping()
        except PyMongoError:
            await asyncio.sleep(0.05)
        else:
            return


async def transacted(lab: Laboratory, places: Places, random: Random) -> Transacting:
    """Something happens to a program in a transaction."""
    return await disturbed(lab, random)


async def killed_in_a_transaction(lab: Laboratory, places: Places, random: Random) -> Transacting:
    """mongod is killed while a program is in a transaction, and comes back."""
    trial = Transacting(lab, random)
    await trial.prepare()
    place = random.randint(1, 12)

    async def kill_and_restart() -> None:
        await eventually(lambda: len(lab.proxy.seen) >= place)
        await asyncio.to_thread(places.mongod.kill)
        await asyncio.to_thread(places.mongod.restart)

    killing = asyncio.create_task(kill_and_restart())
    await trial.run(tries_again=random.random() < 0.5)
    await killing
    await until_it_answers(lab)
    await until_it_has_sessions()
    return trial


async def until_it_has_sessions() -> None:
    """Give drivers the time to see that the server is more than starting."""
    while True:
        try:
            async with transaction():
                await KeyedItem.objects.count()
        except PyMongoError:
            await asyncio.sleep(0.05)
        else:
            return


ROUNDS: dict[str, Round] = {
    "cancel": cancelled,
    "cut": cut,
    "kill": killed,
    "failover": failover,
    "change": watched,
    "transaction": transacted,
    "transaction_kill": killed_in_a_transaction,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Programs of random steps in a transaction, to which something happens at a random moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any

import pymongo
from pymongo.errors import PyMongoError

from aiomotorengine import (
    DateTimeField,
    Document,
    IntField,
    ListField,
    ReferenceField,
    StringField,
    U,
    run_transaction,
    transaction,
)
from aiomotorengine.errors import TransactionAbortedError, UniqueKeyViolationError
from aiomotorengine.storage.values import value_of
from tests.faults.contract import our_tasks
from tests.faults.laboratory import Laboratory
from tests.faults.moments import random_moment
from tests.faults.proxy import Fault
from tests.faults.wire_faults import CUTS, late

__all__ = ["Transacting", "disturbed"]

SECONDS_PER_PROGRAM = 60
SECONDS_TO_DISTURB = 0.05
COMMANDS = (
    *("find", "getMore", "insert", "update", "delete", "findAndModify", "aggregate"),
    *("commitTransaction", "abortTransaction"),
)
UNKNOWN = "UnknownTransactionCommitResult"


class Account(Document):
    owner = StringField(unique=True)
    balance = IntField(default=0)
    note = StringField()
    changed = DateTimeField(auto_now_on_update=True)


class Entry(Document):
    account = ReferenceField(Account, on_delete="cascade")
    amount = IntField(default=0)


class Card(Document):
    accounts = ListField(ReferenceField(Account, on_delete="pull"))
    main = ReferenceField(Account, on_delete="nullify")


CLASSES: tuple[type[Document], ...] = (Account, Entry, Card)
TOUCHED = "touched"
"""A key that others write, and that says nothing."""


class NotTodayError(Exception):
    """Raised by a program itself."""


Step = Callable[[], Awaitable[Any]]
State = tuple[Any, bool, Any, Any]


async def loaded(account: Account) -> Account:
    """Another instance of the same account."""
    found = await Account.objects.get(account._id)
    assert found is not None
    return found


class Transacting:
    """A program in a transaction.

    ``run`` runs it, and ``check`` wants all or nothing: in the database, and in the documents.

    Parameters:
        lab: where it takes place.
        random: what chooses.

    Attributes:
        error: what it raised.
        attempts: how often the program was begun.
    """

    def __init__(self, lab: Laboratory, random: Random) -> None:
        self.lab = lab
        self.error: BaseException | None = None
        self.attempts = 0
        self._random = random
        self._inside: dict[str, Any] | None = None
        self._steps: list[Step] = []
        self._tasks_before = our_tasks()

    @property
    def ended(self) -> str:
        return "a commit" if self.error is None else type(self.error).__name__

    def __str__(self) -> str:
        return f"{len(self._steps)} steps, {self.attempts} attempts"

    async def prepare(self) -> None:
        """Store what the program works on, and choose its steps."""
        random = self._random
        await Account.objects.ensure_index()
        kept = [Account(owner=f"kept {n}", balance=n) for n in range(4)]
        going = [Account(owner=f"going {n}") for n in range(2)]
        for account in (*kept, *going):
            await account.save()
            await Entry.objects.bulk_insert([Entry(account=account) for _ in range(3)])
        await Card(accounts=[*kept, *going], main=going[0]).save()
        self._saved = [await loaded(account) for account in kept[:2]]
        self._updated = [await loaded(account) for account in kept[2:]]
        self._new = [Account(owner=f"new {n}") for n in range(2)]
        self._bulk = [Entry(account=kept[0], amount=n) for n in range(random.randint(1, 50))]
        self._going = going
        self._steps = [self._step() for _ in range(random.randint(1, 8))]
        self._states = {id(document): state(document) for document in self._documents}
        self._before = self._contents()
        self.lab.proxy.seen.clear()

    # -- what it does -----------------------------------------------------------------------------

    def _step(self) -> Step:
        random = self._random
        saved, updated = random.choice(self._saved), random.choice(self._updated)
        new, going = random.choice(self._new), random.choice(self._going)

        async def save() -> None:
            saved.note = f"attempt {self.attempts}"
            await saved.save()

        async def read() -> None:
            assert await Account.objects.get(saved._id) is not None
            assert [entry async for entry in Entry.objects.filter(account=saved)]

        async def change() -> None:
            await updated.update(U.inc(balance=1), U.set(note="changed"))

        async def stream() -> None:
            entries = (Entry(account=updated, amount=n) for n in range(30))
            await Entry.objects.insert_stream(entries, batch_size=10)

        steps: list[Step] = [
            save,
            read,
            change,
            stream,
            new.save,
            going.delete,
            Account.objects.filter(owner=going.owner).delete,
            lambda: Account.objects.create(owner=f"made {self.attempts} {random.random()}"),
            lambda: Entry.objects.bulk_insert(self._bulk),
            lambda: Entry.objects.filter(account=updated).update(U.inc(amount=1)),
            lambda: Account.objects.filter(owner=updated.owner).find_one_and_update(
                U.set(note="found")
            ),
        ]
        return random.choice(steps)

    def _raise(self) -> Step:
        async def fail() -> None:
            raise NotTodayError

        return fail

    def _duplicate(self) -> Step:
        async def duplicate() -> None:
            with suppress(UniqueKeyViolationError):
                await Account(owner="kept 0").save()

        return duplicate

    def _conflict(self) -> Step:
        """Somebody else writes what the transaction may have read, once."""
        account = self._random.choice([*self._saved, *self._updated])
        accounts = self.lab.observer.collection(Account)

        def write() -> None:
            # It waits where the transaction was faster.
            with suppress(PyMongoError), pymongo.timeout(SECONDS_TO_DISTURB):
                accounts.update_one({"_id": account._id}, {"$set": {TOUCHED: 1}})

        async def conflict() -> None:
            if self.attempts == 1:
                await Account.objects.count()
                await asyncio.to_thread(write)
                await account.save()

        return conflict

    async def _program(self) -> None:
        self.attempts += 1
        self._inside = None
        for step in self._steps:
            await step()
        self._inside = contents_of({cls.__name__: await rows(cls) for cls in CLASSES})

    # -- running it -------------------------------------------------------------------------------

    def disturb(self) -> None:
        """Put a step into it that ends the transaction, or may."""
        step = self._random.choice([self._raise, self._duplicate, self._conflict])()
        self._steps.insert(self._random.randint(0, len(self._steps)), step)

    async def run(self, *, tries_again: bool) -> None:
        """Run the program.

        Parameters:
            tries_again: whether that is left to ``run_transaction``.
        """
        try:
            async with asyncio.timeout(SECONDS_PER_PROGRAM):
                if tries_again:
                    await run_transaction(self._program)
                else:
                    async with transaction():
                        await self._program()
        except TimeoutError as error:
            raise AssertionError("the program hangs") from error
        except (asyncio.CancelledError, Exception) as error:
            self.error = error

    async def run_cancelled(self, moment: Callable[[], Any], *, tries_again: bool) -> None:
        """The same; and cancel it at a moment."""
        task = asyncio.ensure_future(self.run(tries_again=tries_again))
        await moment()
        was_done = task.done()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if self.attempts == 0 and self.error is None:
            self.error = asyncio.CancelledError()  # before it had begun
        if not was_done and self.error is not None:
            assert isinstance(self.error, asyncio.CancelledError), repr(self.error)

    # -- what was promised ------------------------------------------------------------------------

    async def check(self) -> None:
        """Everything that holds after a transaction, whatever happened."""
        self._check_error()
        self.lab.proxy.plan_nothing()
        # What nobody could end goes on in the server, and would be in the way for a minute.
        await asyncio.to_thread(self.lab.observer.client.admin.command, "killAllSessions", [])
        stored = self._contents()
        assert stored in self._possible, (
            f"{self.ended}: {different(stored, self._before)}; "
            f"inside: {different(stored, self._inside)}"
        )
        self._check_documents(stored)
        left = our_tasks() - self._tasks_before
        assert not left, f"tasks were left behind: {left}"
        await self._check_again()

    @property
    def _is_unknown(self) -> bool:
        """Whether nobody can know if it was committed."""
        if isinstance(self.error, asyncio.CancelledError):
            return "commitTransaction" in self.lab.proxy.seen
        return isinstance(self.error, PyMongoError) and self.error.has_error_label(UNKNOWN)

    @property
    def _possible(self) -> list[Any]:
        if self._is_unknown:
            return [self._before, self._inside]
        return [self._inside if self.error is None else self._before]

    def _check_error(self) -> None:
        known = (PyMongoError, NotTodayError, TransactionAbortedError, asyncio.CancelledError)
        assert self.error is None or isinstance(self.error, known), repr(self.error)

    def _check_documents(self, stored: dict[str, Any]) -> None:
        """What documents hold is true."""
        for document in self._documents:
            name = type(document).__name__
            before, now = self._states[id(document)], state(document)
            if self._is_unknown:
                # A commit whose task was cancelled goes on, and its end may be known by now.
                if before[0] is None and now[0] is not None and now[1]:
                    assert document._id in stored[name], f"{document} counts as saved"
            elif self.error is not None:
                assert now == before, f"{document} has {now}, and had {before}"
            elif now[1] and document._id in stored[name]:
                held = comparable({"_id": document._id, **document.to_son()})
                # What a query has changed is not in documents, as ever.
                by_queries = {"note", "changed"} if document in self._updated else {"amount"}
                for key in held.keys() - by_queries:
                    assert stored[name][document._id][key] == held[key], (document, key)

    async def _check_again(self) -> None:
        """The next one is as any other, and stores nothing twice."""
        before = [account._id for account in self._new]

        async def again() -> None:
            for document in (*self._new, *self._saved):
                await document.save()
            await Entry.objects.delete()

        async with asyncio.timeout(SECONDS_PER_PROGRAM):
            await run_transaction(again)  # again, since a connection may have been lost
        stored = self._contents()
        owners = [row["owner"] for row in stored["Account"].values()]
        for account, id in zip(self._new, before, strict=True):
            assert account._is_persisted
            assert owners.count(account.owner) == 1
            assert id is None or id == account._id
            assert account._id in stored["Account"]
        assert stored["Entry"] == {}

    @property
    def _documents(self) -> list[Any]:
        return [*self._new, *self._saved, *self._updated, *self._going, *self._bulk]

    def _contents(self) -> dict[str, Any]:
        return contents_of({cls.__name__: self.lab.observer.stored(cls) for cls in CLASSES})


async def disturbed(lab: Laboratory, random: Random) -> Transacting:
    """A program to which something happens at a random moment, or nothing."""
    lab.connect(retryWrites=random.random() < 0.5)
    trial = Transacting(lab, random)
    await trial.prepare()
    if random.random() < 0.4:
        trial.disturb()
    if random.random() < 0.6:
        faults: list[Fault | None] = [*CUTS.values(), late(0.005), None, None, None]
        for command in random.sample(COMMANDS, random.randint(1, len(COMMANDS))):
            plan = [random.choice(faults) for _ in range(random.randint(1, 4))]
            lab.proxy.plan(*plan, command=command)
    seconds = random.uniform(0, 0.05) if random.random() < 0.2 else SECONDS_PER_PROGRAM
    timer = asyncio.get_running_loop().call_later(seconds, lab.proxy.cut_all)
    tries_again = random.random() < 0.5
    if random.random() < 0.3:
        await trial.run_cancelled(random_moment(random), tries_again=tries_again)
    else:
        await trial.run(tries_again=tries_again)
    timer.cancel()
    return trial


def state(document: Any) -> State:
    """What of a document belongs to the library."""
    # Reading the attribute of a date would set it.
    balance, changed = (value_of(document, name) for name in ("balance", "changed"))
    return document._id, bool(document._is_persisted), balance, changed


async def rows(document_class: type[Document]) -> list[dict[str, Any]]:
    """What is stored, as it is seen in the transaction."""
    return [{"_id": document._id, **document.to_son()} async for document in document_class.objects]


def contents_of(stored: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {name: {row["_id"]: comparable(row) for row in rows} for name, rows in stored.items()}


def comparable(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key.strip("_") != TOUCHED}


def different(stored: dict[str, Any], expected: dict[str, Any] | None) -> str:
    """Where one differs from the other."""
    if expected is None:
        return "never seen"
    return "; ".join(
        f"{name} {id}: {stored[name].get(id)} instead of {expected[name].get(id)}"
        for name in stored
        for id in stored[name].keys() | expected[name].keys()
        if stored[name].get(id) != expected[name].get(id)
    )

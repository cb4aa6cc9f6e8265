"""The command ``indexes``: what is declared, compared with what a server has, and brought in line.

It says what it would do; only ``--apply`` does it.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from aiomotorengine.commands.connecting import add_uri_argument, connect_all, run_connected
from aiomotorengine.commands.models import CommandError, import_modules
from aiomotorengine.commands.wording import counted
from aiomotorengine.errors import (
    CollectionOptionsError,
    IndexConflictError,
    InvalidDocumentError,
    UniqueKeyViolationError,
)
from aiomotorengine.indexes import ensuring
from aiomotorengine.indexes.classes import alias_of
from aiomotorengine.indexes.report import IndexReport
from aiomotorengine.schema import collection
from aiomotorengine.schema.ensuring_all import with_collections
from aiomotorengine.schema.report import CollectionReport
from aiomotorengine.sessions.target import target_of

__all__ = ["SUMMARY", "CollectionState", "IndexesReport", "add_arguments", "indexes", "run"]

SUMMARY = "compare the declared collections and indexes with those of a server"

REFUSALS = (
    CollectionOptionsError,
    InvalidDocumentError,
    UniqueKeyViolationError,
    ImportError,
    NameError,
)
"""What is raised for one collection, and says nothing of the others."""


@dataclass
class CollectionState:
    """What was found in a collection, and what was done there.

    Attributes:
        database: where it is: the alias and the name of its database.
        collection: its name.
        options: what of its options was not as declared, for a class that declares some.
        indexes: its indexes, where they could be compared.
        error: why it is not brought in line, where more is to be said than the reports do.
    """

    database: str
    collection: str
    options: CollectionReport | None = None
    indexes: IndexReport | None = None
    error: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether something is not as declared, and would not be after ``--apply`` alone."""
        is_different = self.indexes is not None and bool(self.indexes.different)
        return bool(self.error) or is_different or bool(self.options and self.options.impossible)

    def lines(self, *, applied: bool) -> Iterator[str]:
        """What is told of it."""
        if self.options is not None:
            if self.options.created:
                yield f"{self.collection}: {'created' if applied else 'not there'}"
            for name, (is_, to) in self.options.modified.items():
                yield f"{self.collection}: {name}: {is_!r} -> {to!r}"
            for name, (is_, to) in self.options.impossible.items():
                yield f"{self.collection}: {name}: {is_!r} -> {to!r}, which servers do not change"
        if self.indexes is not None:
            yield str(self.indexes)
        if self.error:
            yield f"{self.collection}: {self.error}"


@dataclass(frozen=True)
class IndexesReport:
    """What was found in all collections; as a text, a table for each.

    Attributes:
        collections: what was found in each.
        applied: whether they were brought in line.
        modify: whether indexes that are different are part of that.
        drop_stale: whether indexes that no class declares are part of that.
    """

    collections: tuple[CollectionState, ...]
    applied: bool = False
    modify: bool = False
    drop_stale: bool = False

    @property
    def ok(self) -> bool:
        """Whether all is as it is to be."""
        is_done = self.applied or not self._left
        return is_done and not any(one.is_wrong for one in self.collections)

    @property
    def _left(self) -> list[str]:
        """What is to be done."""
        options = [one.options for one in self.collections if one.options is not None]
        indexes = [one.indexes for one in self.collections if one.indexes is not None]
        steps = [
            ("create", sum(one.created for one in options), "collection"),
            ("change", sum(bool(one.modified) for one in options), "collection"),
            ("create", sum(len(one.missing) for one in indexes), "index"),
        ]
        if self.modify:
            steps.append(("change", sum(len(one.different) for one in indexes), "index"))
        if self.drop_stale:
            steps.append(("drop", sum(len(one.extra) for one in indexes), "index"))
        return [f"{verb} {counted(number, noun)}" for verb, number, noun in steps if number]

    def __str__(self) -> str:
        lines: list[str] = []
        for database, states in groupby(self.collections, lambda one: one.database):
            lines.append(database)
            for state in states:
                lines += state.lines(applied=self.applied)
        if not self.applied:
            left = ", ".join(self._left) or "change nothing"
            lines.append(f"Nothing was changed; --apply would {left}.")
        reports = (one.indexes for one in self.collections if one.indexes is not None)
        different = sum(len(one.different) for one in reports)
        if different and not self.modify:
            lines.append(f"--apply --modify would change {counted(different, 'index')}.")
        return "\n".join(lines)


async def indexes(
    alias: str | None = None,
    *,
    apply: bool = False,
    modify: bool = False,
    drop_stale: bool = False,
) -> IndexesReport:
    """Compare the collections of all document classes, and their indexes, with what is declared.

    What goes wrong with one collection is reported, and the others are seen to all the same.
    ``ensure_all``, which raises it, is for programs that must not start then.

    Parameters:
        alias: the connection of classes without an ``__alias__`` of their own.
        apply: whether collections and indexes that are missing are created, and options changed;
            without it nothing is changed.
        modify: whether indexes that are different are changed then, or dropped and created anew.
        drop_stale: whether indexes that no class declares are dropped then.

    Raises:
        RuntimeError: this is inside a transaction.
        ConnectionError: a class has an alias that is not connected.
        pymongo.errors.PyMongoError: a server could not be asked.

    Example:
        >>> from aiomotorengine import connect
        >>> from aiomotorengine.commands.indexes import indexes
        >>> async def look():
        ...     connect("shop")
        ...     report = await indexes()
        ...     print(report)
        ...     return report.ok
    """
    states = [
        await state_of(one, alias, apply=apply, modify=modify, drop_stale=drop_stale)
        for one in with_collections(alias)
    ]
    states.sort(key=lambda one: one.database)
    return IndexesReport(tuple(states), applied=apply, modify=modify, drop_stale=drop_stale)


async def state_of(
    document_class: Any, alias: str | None, *, apply: bool, modify: bool, drop_stale: bool
) -> CollectionState:
    name = alias_of(document_class, alias)
    target = target_of(document_class, name)
    database = f"{name}: database {target.collection.database.name!r}"
    state = CollectionState(database, target.collection.name)
    try:
        if document_class.__collection_options__:
            state.options = await collection.ensure(target, dry_run=not apply)
        if apply:
            state.indexes = await ensuring.ensure(target, modify=modify, drop_stale=drop_stale)
        else:
            state.indexes = await ensuring.compare(target)
    except IndexConflictError as error:
        state.indexes = error.report
        state.error = "" if error.report else text_of(error)
    except REFUSALS as error:
        state.error = text_of(error)
    return state


def text_of(error: Exception) -> str:
    """What an exception says, with its notes."""
    return " ".join([str(error), *getattr(error, "__notes__", ())])


# -- on the command line ---------------------------------------------------------------------------


def add_arguments(parser: ArgumentParser) -> None:
    """What the command line takes for it."""
    parser.add_argument(
        "modules",
        nargs="+",
        metavar="MODULE",
        help="modules whose document classes are meant, with those of all that they import",
    )
    add_uri_argument(parser)
    parser.add_argument(
        "--apply",
        action="store_true",
        help="create what is missing, and change options of collections; without it nothing is "
        "changed",
    )
    parser.add_argument(
        "--modify",
        action="store_true",
        help="with --apply, change indexes that are different, or drop them and create them anew",
    )
    parser.add_argument(
        "--drop-stale",
        action="store_true",
        help="with --apply, drop indexes that no class declares, but for those of _id and of the "
        "shard key",
    )


def run(arguments: Namespace) -> int:
    """Import the modules, compare the collections of all classes, and print the report."""
    import_modules(arguments.modules)
    connect_all(arguments.uri, aliases_of_classes(arguments.modules))
    report = run_connected(
        lambda: indexes(
            apply=arguments.apply, modify=arguments.modify, drop_stale=arguments.drop_stale
        ),
        arguments.uri,
    )
    print(report)
    return 0 if report.ok else 1


def aliases_of_classes(modules: Sequence[str]) -> list[str]:
    """The aliases under which there are documents.

    Raises:
        CommandError: there are no classes, or the name of one that is embedded means none.
    """
    try:
        aliases = [*dict.fromkeys(map(alias_of, with_collections()))]
    except (ImportError, NameError, ValueError) as error:
        raise CommandError(f"{error} Where that stands is said by the command check.") from error
    if not aliases:
        names = ", ".join(modules)
        raise CommandError(f"No document class with a collection is declared in {names}.")
    return aliases

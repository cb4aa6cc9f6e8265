"""The command ``migrate``: a migration is run, or goes on where it was stopped."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from aiomotorengine.commands.connecting import add_uri_argument, connect_all, run_connected
from aiomotorengine.commands.models import CommandError, named
from aiomotorengine.errors import MigrationError
from aiomotorengine.indexes.classes import alias_of
from aiomotorengine.migrations.declaring import Migration
from aiomotorengine.migrations.report import MigrationReport

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "run a migration, or go on with it where it was stopped"


def add_arguments(parser: ArgumentParser) -> None:
    """What the command line takes for it."""
    parser.add_argument("migration", metavar="MODULE:NAME", help="as shop.upgrades:split_names")
    add_uri_argument(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="convert all documents, and write nothing"
    )
    parser.add_argument(
        "--restart", action="store_true", help="begin again, whatever an earlier run has done"
    )


def run(arguments: Namespace) -> int:
    """Run the migration, and print what was done; meanwhile, how far it is."""
    chosen = named(arguments.migration)
    if not isinstance(chosen, Migration):
        raise CommandError(f"{arguments.migration!r} is no migration.")
    connect_all(arguments.uri, [alias_of(chosen.document_class)])
    try:
        report = run_connected(
            lambda: chosen.run(dry_run=arguments.dry_run, restart=arguments.restart, progress=tell),
            arguments.uri,
        )
    except MigrationError as error:
        if error.report is None:
            raise CommandError(str(error)) from error
        print(error.report)
        print(error, file=sys.stderr)
        return 1
    print(report)
    return 0 if report.ok else 1


def tell(report: MigrationReport) -> None:
    """Say how far a migration is."""
    print(f"{report.read} of {report.total}", file=sys.stderr, flush=True)

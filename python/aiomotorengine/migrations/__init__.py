"""Migrations: documents of a collection that become those of another version of their class."""

from aiomotorengine.migrations.converting import DELETE
from aiomotorengine.migrations.declaring import Migration, migration
from aiomotorengine.migrations.report import FailedDocument, MigrationReport

__all__ = ["DELETE", "FailedDocument", "Migration", "MigrationReport", "migration"]

"""Bringing indexes in line with those that are declared, of whatever kind they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from aiomotorengine.errors import IndexConflictError
from aiomotorengine.indexes.report import IndexReport, ReportedIndex

__all__ = ["bring_in_line"]


async def bring_in_line(
    report: IndexReport,
    method: str,
    *,
    create: Callable[[Sequence[ReportedIndex]], Awaitable[None]],
    modify: Callable[[ReportedIndex], Awaitable[ReportedIndex]] | None,
    drop: Callable[[ReportedIndex], Awaitable[None]] | None,
) -> IndexReport:
    """Create the indexes that are missing, and bring others in line.

    Parameters:
        report: how they compare with those that are declared.
        method: the method that was called for this.
        create: creates missing ones.
        modify: changes one that is different, and tells how it is then; ``None`` for leaving them.
        drop: drops one that is not declared; ``None`` for leaving them.

    Returns:
        The report, which says what was done.

    Raises:
        IndexConflictError: one is different, and was left; what was missing is there by now.
    """
    if report.missing:
        await create(report.missing)
        report.created = [one.name for one in report.missing]
        report.same += report.missing
        report.missing = []
    if modify is not None:
        for one in report.different:
            changed = await modify(one)
            report.modified.append(changed.name)
            report.same.append(changed)
        report.different = []
    if drop is not None:
        for one in report.extra:
            await drop(one)
            report.dropped.append(one.name)
        report.extra = []
    if report.different:
        raise IndexConflictError.different(report, method)
    return report

"""Doing what rules say, before the documents themselves are deleted.

    what goes with them → ``deny`` → hooks before it → ``nullify``, ``pull`` → ``cascade``

Nothing is changed before all that forbids it was asked. What refers to others is deleted before
these, so that a delete which comes to an early end leaves no reference that leads nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.query_builder.node import Q
from aiomotorengine.sessions.target import Target
from aiomotorengine.writing import updating
from aiomotorengine.writing.deletion import commands
from aiomotorengine.writing.deletion.hooked import delete_hooked, load_hooked
from aiomotorengine.writing.deletion.plan import Plan, Step, planned, with_ids
from aiomotorengine.writing.hooks import has_delete_hooks

__all__ = ["follow_rules"]


async def follow_rules(
    target: Target,
    ids: Mapping[Any, Any],
    *,
    leaving: Mapping[Any, Any] | None = None,
    hooks: bool = True,
) -> None:
    """Do what must be done before some documents are deleted, all but that.

    Parameters:
        target: where they are stored.
        ids: their ids by ``id_key``.
        leaving: these and those of others that are deleted next, and so deny nothing.
        hooks: whether the hooks of documents that go with them are called.

    Raises:
        DeleteDeniedError: a document refers to one of them and forbids it; nothing was changed.
        UniqueKeyViolationError: two references with ``unique=True`` would both be null.
    """
    plan = await planned(target, ids, leaving)
    # Documents of classes with hooks are kept until they are deleted: both hooks get the same one.
    going = [(step, await loaded(step) if hooks else None) for step in plan.cascaded]
    for step in (*plan.asked, *plan.cascaded):
        await release(step, plan)
    while going:
        step, documents = going.pop()
        query = with_ids(step.target, step.query, step.ids)
        if documents is None:
            await commands.delete_many(step.target, query)
        else:
            await delete_hooked(step.target, query, documents)


async def loaded(step: Step) -> list[Any] | None:
    """The documents that go with others, if their class has hooks."""
    if not has_delete_hooks(step.target.document_class):
        return None
    return await load_hooked(step.target, with_ids(step.target, step.query, step.ids))


async def release(step: Step, plan: Plan) -> None:
    """Take the references to documents out of those that refer to them and stay."""
    referred = step.referred_ids
    for rule in step.rules:
        if rule.action not in ("nullify", "pull") or not referred:
            continue
        path = rule.path
        update = path.pull(referred) if rule.action == "pull" else path.nullify(referred)
        target = step.target.of(rule.document_class)
        query = plan.staying(target, rule.query(referred))
        await updating.change_all(
            target, Q(query), update.change, array_filters=update.array_filters
        )

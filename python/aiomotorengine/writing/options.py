"""What a save is asked for besides saving."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from aiomotorengine.query_builder.node import QNode

__all__ = ["CREATION", "USUAL", "SaveOptions", "options_of"]


@dataclass(slots=True)
class SaveOptions:
    """How a document is saved.

    Attributes:
        upsert: whether a document that counts as saved and is gone by now is written again.
        only_changed: whether only what has changed is sent; ``None`` as its class says.
        validate: whether it is validated.
        hooks: whether the hooks of its class are called.
        force_insert: whether it is inserted in any case, so that an ``_id`` that is taken is a
            violation.
        must_exist: whether it is an error that it is gone.
        condition: what the stored document has to meet.
        check_version: whether the stored document has to have the version that was loaded.
        asks_for_more: whether the stored document has to be there, or to meet something.
    """

    upsert: bool = False
    only_changed: bool | None = None
    validate: bool = True
    hooks: bool = True
    force_insert: bool = False
    must_exist: bool = False
    condition: QNode | None = None
    check_version: bool = True
    asks_for_more: bool = field(init=False)

    def __post_init__(self) -> None:
        self.asks_for_more = self.must_exist or self.condition is not None

    def of_what_may_be_gone(self) -> SaveOptions:
        """The same for a document of which nobody knows whether it is stored: all of it is sent,
        and inserted where it is not there, unless it has to be.
        """
        if self.asks_for_more:
            return self
        return replace(self, upsert=True, only_changed=None)

    def checked(self) -> SaveOptions:
        """The very same, if they go together.

        Raises:
            ValueError: two of them exclude one another.
        """
        if self.force_insert or self.upsert:
            for one, others in EXCLUDED.items():
                for other in others:
                    if getattr(self, one) and getattr(self, other):
                        raise ValueError(f"save() takes {one} or {other}, not both.")
        return self


EXCLUDED = {
    "force_insert": ("upsert", "must_exist", "condition", "only_changed"),
    "upsert": ("must_exist", "only_changed"),
}

USUAL = SaveOptions()
"""How a document is saved of which nothing is said."""

CREATION = SaveOptions(force_insert=True)
"""How a document is saved that was just made."""


def options_of(
    upsert: bool,
    only_changed: bool | None,
    validate: bool,
    hooks: bool,
    force_insert: bool,
    must_exist: bool,
    condition: QNode | None,
    check_version: bool,
) -> SaveOptions:
    """What the arguments of a call ask for; parameters as for ``SaveOptions``.

    Raises:
        ValueError: two of them exclude one another.
    """
    is_asked = upsert or force_insert or must_exist or not (validate and hooks and check_version)
    if not is_asked and only_changed is None and condition is None:
        return USUAL
    return SaveOptions(
        upsert, only_changed, validate, hooks, force_insert, must_exist, condition, check_version
    ).checked()

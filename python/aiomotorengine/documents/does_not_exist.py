"""``Model.DoesNotExist``: for each document class an error of its own."""

from __future__ import annotations

from typing import Any

from aiomotorengine.errors import DoesNotExist

__all__ = ["DoesNotExistOfClass", "does_not_exist"]

KEPT_AS = "_does_not_exist"
"""The attribute of a document class that has its error."""


class DoesNotExistOfClass:
    """What stands in the library's base class under the name, and gives each class its own."""

    def __get__(self, instance: Any, owner: type[Any]) -> type[DoesNotExist]:
        return does_not_exist(owner)


def does_not_exist(document_class: Any) -> type[DoesNotExist]:
    """The error of a document class, made when it is first asked for.

    It derives from those of the class's bases, so that ``except Animal.DoesNotExist`` takes that of
    a ``Dog``.
    """
    known: type[DoesNotExist] | None = vars(document_class).get(KEPT_AS)
    if known is None:
        bases = tuple(
            does_not_exist(base) for base in document_class.__bases__ if hasattr(base, "_fields")
        )
        body = {
            "__module__": document_class.__module__,
            "__qualname__": f"{document_class.__qualname__}.{DoesNotExist.__name__}",
            "__reduce__": lambda error: (restored, (document_class, error.args, vars(error))),
        }
        known = type(DoesNotExist.__name__, bases or (DoesNotExist,), body)
        type.__setattr__(document_class, KEPT_AS, known)
    return known


def restored(
    document_class: Any, arguments: tuple[Any, ...], attributes: dict[str, Any]
) -> DoesNotExist:
    """The error of a class again, from what ``pickle`` has kept."""
    error = does_not_exist(document_class)(*arguments)
    vars(error).update(attributes)
    return error

"""``Model.DoesNotExist`` and its like: for each document class errors of its own."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

__all__ = ["ErrorOfClass", "error_of"]

E = TypeVar("E", bound=Exception)


class ErrorOfClass(Generic[E]):
    """What stands in the library's base class under the name of an error, and gives each class its
    own.

    Parameters:
        error: the error that those of all classes are below.
    """

    def __init__(self, error: type[E]) -> None:
        self._error = error

    def __get__(self, instance: Any, owner: type[Any]) -> type[E]:
        return error_of(owner, self._error)


def error_of(document_class: Any, error: type[E]) -> type[E]:
    """The error of a document class, made when it is first asked for.

    It derives from those of the class's bases, so that ``except Animal.DoesNotExist`` takes that of
    a ``Dog``.

    Parameters:
        document_class: the class.
        error: the error that those of all classes are below.
    """
    kept_as = f"_{error.__name__}"
    known: type[E] | None = vars(document_class).get(kept_as)
    if known is None:
        bases = tuple(
            error_of(base, error) for base in document_class.__bases__ if hasattr(base, "_fields")
        )
        body = {
            "__module__": document_class.__module__,
            "__qualname__": f"{document_class.__qualname__}.{error.__name__}",
            "__reduce__": lambda it: (restored, (document_class, error, it.args, vars(it))),
        }
        known = type(error.__name__, bases or (error,), body)
        type.__setattr__(document_class, kept_as, known)
    return known


def restored(
    document_class: Any,
    error: type[Exception],
    arguments: tuple[Any, ...],
    attributes: dict[str, Any],
) -> Exception:
    """The error of a class again, from what ``pickle`` has kept."""
    made = error_of(document_class, error)(*arguments)
    vars(made).update(attributes)
    return made

"""What is raised for a value that a field refuses, with the way to it through lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiomotorengine.bson_types import bson_type_of
from aiomotorengine.errors import InvalidDocumentError, StoredValueError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.rules import is_masked
from aiomotorengine.locations import Location, described, locate, location_of, shown
from aiomotorengine.storage.base import DocumentStorage

__all__ = [
    "as_refusal",
    "cause_of",
    "description",
    "is_built_in",
    "located",
    "masked",
    "reads_otherwise",
    "refused",
    "required",
    "unreadable",
]

PACKAGE = __name__.partition(".")[0]


def refused(field: BaseField[Any], value: Any) -> InvalidDocumentError:
    """The error for a value that the field's ``validate`` said no to."""
    indexes, innermost, value = field._find_refused(value) or ((), field, value)
    error = InvalidDocumentError.invalid(getattr(innermost, "name", ""))
    error.value = masked(innermost, value)
    locate(error, *indexes, about=description(innermost, value))
    return error


def required(name: str, value: Any) -> InvalidDocumentError:
    """The error for a field that must have a value and has none."""
    error = InvalidDocumentError.required(name)
    error.value = value
    locate(error, about=described(value, wanted="a value"))
    return error


def masked(field: BaseField[Any], value: Any) -> Any:
    """A value, unless it may be a password or its field is left out for others."""
    return "***" if is_masked(field, value) else value


def description(field: BaseField[Any], value: Any) -> str:
    """What a note says of a value that its field did not take."""
    return described(value, secret=is_masked(field, value), wanted=field._wanted(value))


def located(
    error: Exception, field: BaseField[Any], method: str, value: Any, *parts: str | int
) -> Exception:
    """What to raise where a method of a field raised: with the place of the value.

    What a built-in ``validate`` did not expect becomes an ``InvalidDocumentError``. Else it stays
    what it is, since the program may catch what its own method raises.

    Parameters:
        error: what was raised.
        field: the field.
        method: the method.
        value: what it was given.
        parts: the attribute or the index under which the value stands.
    """
    if isinstance(error, RecursionError | MemoryError | ImportError):
        return error  # no fault of this value
    before = location_of(error)
    if before is not None and not before.parts:
        locate(error, *parts)  # the rules of the field have said of the value what there is
        return error
    is_inside = isinstance(value, DocumentStorage) or before is not None
    if field._holds_others and (is_inside or method == "validate"):
        locate(error, *parts)
        return error
    if isinstance(error, InvalidDocumentError):
        if error.value is None:
            error.value = masked(field, value)
        locate(error, *parts, about=description(field, value))
        return error
    is_ours = is_built_in(field, method) and is_built_in(field, "get_value")
    if is_ours and method == "validate":
        refusal = refused(field, value)
        refusal.__cause__ = cause_of(error, field, value)
        locate(refusal, *parts)
        return refusal
    refused_value = (masked(field, value),) if is_ours else ()
    # The program may raise the same object again and again.
    locate(error, *parts, about=description(field, value), refused=refused_value, anew=True)
    return error


def unreadable(error: Exception, field: BaseField[Any], value: Any, *parts: str | int) -> Exception:
    """What to raise where a field's ``from_son`` raised; parameters as for ``located``."""
    if isinstance(error, RecursionError | MemoryError | ImportError):
        return error  # no fault of this value
    if isinstance(error, StoredValueError):
        return error.within(*parts)
    stored = shown(value, secret=is_masked(field, value))
    kind = type(field).__name__
    about = f"{stored} is stored there ({bson_type_of(value)}), and {kind} can't read it"
    found = StoredValueError(masked(field, value), Location(parts, about))
    found.__cause__ = cause_of(error, field, value)
    return found


def cause_of(error: Exception, field: BaseField[Any], value: Any) -> Exception | None:
    """An error as the cause of another; ``None`` where it may quote what must be in no message."""
    return None if is_masked(field, value) else error


def as_refusal(error: Exception) -> Exception:
    """What a save raises for what ``to_son`` raised."""
    location = location_of(error)
    if isinstance(error, InvalidDocumentError) or location is None or not location.refused:
        return error
    name = next(part for part in reversed(location.parts) if isinstance(part, str))
    refusal = InvalidDocumentError.invalid(name)
    [refusal.value] = location.refused
    locate(refusal, *location.parts, about=location.about)
    refusal.__cause__ = error
    return refusal


def reads_otherwise(field: BaseField[Any]) -> Callable[[Any, Any], bool] | None:
    """Which method of a field says whether it has read a stored value in another form; ``None``
    where there is none to ask, or where methods of the program's own convert it.
    """
    methods = ("to_son", "from_son", "get_value")
    if not field.overrides("_reads_otherwise") or not all(is_built_in(field, it) for it in methods):
        return None
    return field._reads_otherwise


def is_built_in(field: BaseField[Any], method: str) -> bool:
    """Whether a method of a field is the library's own."""
    module = getattr(getattr(type(field), method), "__module__", "")
    return method not in vars(field) and module.partition(".")[0] == PACKAGE

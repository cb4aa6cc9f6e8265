"""What the options of a field refuse, after its own ``validate`` has taken the value.

Each rule is a function of a value that gives the reason why it is refused, or ``None``. None of
them is asked about ``None``, but for that of the least length where an empty list is stored for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from datetime import UTC, datetime, tzinfo
from typing import Any

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.choices import Choices
from aiomotorengine.fields.settings import NO_SETTINGS
from aiomotorengine.ids import id_key
from aiomotorengine.locations import described, locate, shown
from aiomotorengine.utils import is_collection

__all__ = ["Check", "asks_of_none", "check_of", "has_own_type", "is_masked", "is_strict"]

Rule = Callable[[Any], str | None]

Check = Callable[[Any], None]


def check_of(field: Any, *, strict: bool = False) -> Check | None:
    """What refuses values that break the rules of a field's options.

    Parameters:
        field: the field.
        strict: whether values have to have the field's own type where its options leave it open.

    Returns:
        A function that raises an ``InvalidDocumentError`` for a value that is refused, or whatever
        a validator of the program's raises; ``None`` where there are no rules.
    """
    settings = field._settings
    if settings is NO_SETTINGS and not strict:  # as of most
        return None
    rules = list(rules_of(field, strict=strict))
    validators = settings.validators
    if not rules and not validators:
        return None
    is_asked_of_none = asks_of_none(field)

    def check(value: Any) -> None:
        if value is None:
            if is_asked_of_none and (reason := at_least(field._settings.min_length)([])):
                raise refusal(field, value, "min_length", reason)
            return
        for code, rule in rules:
            reason = rule(value)
            if reason is not None:
                raise refusal(field, value, code, reason)
        for validate in validators:
            ask(field, validate, value)

    return check


def asks_of_none(field: Any) -> bool:
    """Whether ``None`` is refused as an empty list would be, since that is stored for it."""
    if not field._settings.min_length or not field._holds_items:
        return False
    classes = field._document_classes
    return not classes or not all(map(field._omits_none, classes))


def is_strict(field: Any, otherwise: bool) -> bool:
    """Whether the values of a field, and their items, have to have its own type.

    Parameters:
        field: the field.
        otherwise: what holds where its options leave it open.
    """
    strict: bool | None = field._settings.strict
    return otherwise if strict is None else strict


def rules_of(field: Any, *, strict: bool) -> Iterator[tuple[str, Rule]]:
    """The rules of a field in their order, each with its code."""
    settings = field._settings
    if is_strict(field, strict) and field._own_types:
        yield "strict", own_type(field._own_types)
    least, most = settings.min_length, settings.max_length
    if least is not None:
        yield "min_length", at_least(least)
    if most is not None:
        yield "max_length", at_most(most)
    if settings.min_value is not None:
        yield "min_value", not_before(settings.min_value, settings.tz)
    if settings.max_value is not None:
        yield "max_value", not_after(settings.max_value, settings.tz)
    if settings.pattern is not None:
        yield "pattern", matching(settings.pattern)
    if settings.unique_items:
        yield "unique_items", all_different(field)
    if settings.choices is not None:
        yield "choices", one_of(field)


def is_masked(field: Any, value: Any) -> bool:
    """Whether a value must be in no message: it may be a password, or is left out for others."""
    return bool(field._settings.exclude or field._is_secret(value))


def refusal(field: Any, value: Any, code: str, reason: str) -> InvalidDocumentError:
    error = InvalidDocumentError.invalid(getattr(field, "name", ""), reason)
    error.code = code
    error.value = "***" if is_masked(field, value) else value
    locate(error, about=described(value, secret=is_masked(field, value)))
    return error


def ask(field: Any, validate: Callable[[Any], Any], value: Any) -> None:
    """Ask a validator of the program's.

    Raises:
        InvalidDocumentError: it refuses the value.
        Exception: what else it raises.
    """
    try:
        answer = validate(value)
    except ValueError as error:
        raise refusal(field, value, "validator", str(error).removesuffix(".")) from error
    except Exception as error:
        # The program may raise the same object again and again.
        locate(error, about=described(value, secret=is_masked(field, value)), anew=True)
        raise
    if answer is False:
        raise refusal(field, value, "validator", "")


# -- the rules ---------------------------------------------------------------------------------


def has_own_type(value: Any, types: tuple[type, ...]) -> bool:
    """Whether a value is of one of these types; a truth is a number only where ``bool`` is one."""
    return isinstance(value, types) and (type(value) is not bool or bool in types)


def own_type(types: tuple[type, ...]) -> Rule:
    def rule(value: Any) -> str | None:
        if has_own_type(value, types):
            return None
        return f"{types[0].__name__} is needed, not {type(value).__name__}"

    return rule


def at_least(least: int) -> Rule:
    def rule(value: Any) -> str | None:
        if not isinstance(value, Sized) or len(value) >= least:
            return None
        return f"it has {len(value)} of at least {least} {counted(value)}"

    return rule


def at_most(most: int) -> Rule:
    def rule(value: Any) -> str | None:
        if not isinstance(value, Sized) or len(value) <= most:
            return None
        return f"it has {len(value)} of at most {most} {counted(value)}"

    return rule


def counted(value: Any) -> str:
    return "characters" if isinstance(value, str) else "items"


def not_before(least: datetime, zone: tzinfo | None) -> Rule:
    def rule(value: Any) -> str | None:
        return f"it is before {least}" if moment(value, zone) < moment(least, zone) else None

    return rule


def not_after(most: datetime, zone: tzinfo | None) -> Rule:
    def rule(value: Any) -> str | None:
        return f"it is after {most}" if moment(value, zone) > moment(most, zone) else None

    return rule


def moment(value: datetime, zone: tzinfo | None) -> datetime:
    """A date that can be compared with any other; one without a time zone is meant in ``zone``."""
    return value.replace(tzinfo=zone or UTC) if value.tzinfo is None else value


def matching(pattern: Any) -> Rule:
    def rule(value: Any) -> str | None:
        if not isinstance(value, str) or pattern.search(value):
            return None
        return f"it does not match {pattern.pattern!r}"

    return rule


def all_different(field: Any) -> Rule:
    """No two items are stored as equal values."""

    def rule(value: Any) -> str | None:
        if not is_collection(value):
            return None
        first_of: dict[Any, int] = {}
        for index, item in enumerate(field.to_son(value)):
            first = first_of.setdefault(item_key(item), index)
            if first != index:
                return f"items {first} and {index} are equal"
        return None

    return rule


def item_key(item: Any) -> Any:
    """Something hashable that is equal for equal items."""
    try:
        return id_key(item)
    except Exception:  # what can't be encoded is refused as that, when it is to be
        return id(item)


def one_of(field: Any) -> Rule:
    choices: Choices = field._settings.choices

    def rule(value: Any) -> str | None:
        if value in choices or field.to_son(value) in choices:
            return None
        return choices.reason(shown(value, secret=is_masked(field, value)))

    return rule

"""The six methods a field may override, and how the library learns that one of them changed.

What a Document class compiles from its fields (``conversion.py``, ``codec/plan.py``) is valid for
one ``generation`` of them. Assigning anything to a field or to a field class starts a new
generation, so a method that is patched later is called like one that was written in the class.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import NoneType
from typing import Any, TypeVar

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.rules import Check, asks_of_none, check_of, is_strict
from aiomotorengine.storage.classes import forget_constructions

__all__ = [
    "NONE_ONLY",
    "NO_TYPES",
    "OVERRIDABLE",
    "accepts",
    "converter",
    "declared",
    "generation",
    "hands_on_strict",
    "is_replaced",
    "new_generation",
    "own_methods",
    "strict_validate",
    "unchanged",
    "updater",
    "validator",
]

OVERRIDABLE = ("is_empty", "get_value", "validate", "to_son", "from_son", "to_query")
CONVERTING = ("get_value", "validate", "to_son", "from_son")
NO_TYPES: frozenset[type] = frozenset()
NONE_ONLY: frozenset[type] = frozenset({NoneType})

Method = TypeVar("Method", bound=Callable[..., Any])


class Generation:
    """A number that grows; an object of its own so that reading it is one attribute."""

    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = 0


generation = Generation()


def new_generation() -> None:
    """Say that a method somewhere may be another one from now on."""
    generation.number += 1
    forget_constructions()


def unchanged(
    *types: type, but: Callable[[Any], frozenset[type]] | None = None
) -> Callable[[Method], Method]:
    """Declare that a conversion method returns values of exactly these types as they are.

    The mark sits on the function, so a method that overrides it does not inherit the promise.
    It lets whole-document conversion skip the call.

    Parameters:
        types: the types.
        but: is asked with the field for the types among them that its options have changed.
    """

    def mark(method: Method) -> Method:
        method.unchanged_types = frozenset(types)  # type: ignore[attr-defined]
        method.changed_types = but  # type: ignore[attr-defined]
        return method

    return mark


def accepts(types: Callable[[Any], frozenset[type]]) -> Callable[[Method], Method]:
    """Declare for which exact types ``validate`` says yes without looking at the value.

    ``types`` is asked with the field, since arguments such as ``max_length`` decide it.
    """

    def mark(method: Method) -> Method:
        method.accepted_types = types  # type: ignore[attr-defined]
        return method

    return mark


def hands_on_strict(method: Method) -> Method:
    """Declare that ``validate`` or ``to_update`` takes ``strict``: whether values, and what is in
    them, have to be of their own types where the options of the fields leave that open.
    """
    method.hands_on_strict = True  # type: ignore[attr-defined]
    return method


def hands_on(method: Callable[..., Any]) -> bool:
    """Whether a method takes ``strict``; that of a program's own field need not."""
    return bool(declared(method, "hands_on_strict"))


def declared(method: Any, mark: str, otherwise: Any = None) -> Any:
    """What is declared of a method.

    ``functools.wraps`` copies the marks of the method that a program's own is put around, which may
    do anything else. A mock has whatever it is asked for, and yet is not marked.

    Parameters:
        method: the method.
        mark: the mark that it has where something is.
        otherwise: what holds where nothing is.
    """
    marks: dict[str, Any] = getattr(getattr(method, "__func__", method), "__dict__", {})
    return otherwise if "__wrapped__" in marks else marks.get(mark, otherwise)


def is_replaced(field: Any, name: str) -> bool:
    """Whether a method of a field is the program's own."""
    method = getattr(type(field), name)
    if name in vars(field) or hasattr(method, "__wrapped__"):
        return True
    return not method.__module__.startswith("aiomotorengine.")


def own_methods(field: Any) -> frozenset[str]:
    """Those by which a value is validated and converted that are the program's own; mostly none."""
    known: tuple[int, frozenset[str]] | None = vars(field).get("_own_methods")
    if known is None or known[0] != generation.number:
        names = (name for name in CONVERTING if is_replaced(field, name))
        known = generation.number, frozenset(names)
        if "name" in vars(field):  # else its changes start no new generation
            vars(field)["_own_methods"] = known
    return known[1]


def converter(field: Any, method: str) -> tuple[Callable[[Any], Any] | None, frozenset[type]]:
    """A field's ``to_son`` or ``from_son`` for loops over many values.

    Returns:
        The method, or ``None`` where it does nothing; and the types it leaves alone.
    """
    if not field.overrides(method):
        return None, NO_TYPES
    function = getattr(field, method)
    same: frozenset[type] = declared(function, "unchanged_types", NO_TYPES)
    changed = declared(function, "changed_types")
    return function, same - changed(field) if changed else same


def validator(
    field: Any, *, strict: bool = False
) -> tuple[Callable[[Any], Any] | None, frozenset[type]]:
    """A field's ``validate`` for loops over many values, and after it the rules of its options.

    Parameters:
        field: the field.
        strict: whether values have to have its own type where its options leave that open.

    Returns:
        The method, or ``None`` where all is valid; and the types it takes without a look.
    """
    validate, accepted = None, NO_TYPES
    if field.overrides("validate"):
        validate = field.validate
        types = declared(validate, "accepted_types")
        accepted = types(field) if types else NO_TYPES
        validate = strict_validate(field, strict=strict) or validate
    if not field._settings.takes_none:
        validate, accepted = not_none(validate), accepted - NONE_ONLY
    rules = check_of(field, strict=strict)
    if rules is None:
        return validate, accepted
    unruled = NO_TYPES if asks_of_none(field) else NONE_ONLY
    if validate is None:
        return with_rules(lambda value: True, NO_TYPES, rules), unruled
    return with_rules(validate, accepted, rules), accepted & unruled


def not_none(validate: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    """A ``validate`` that refuses ``None``, too."""
    if validate is None:
        return lambda value: value is not None
    return lambda value: value is not None and validate(value)


def strict_validate(field: Any, *, strict: bool) -> Callable[[Any], Any] | None:
    """The ``validate`` of a container whose items have to be of their own types, told so.

    Parameters:
        field: the field.
        strict: whether they have to be where its options leave that open.

    Returns:
        The method; ``None`` where it is the field's ``validate`` as it is.
    """
    validate = field.validate
    return (
        partial(validate, strict=True) if is_strict(field, strict) and hands_on(validate) else None
    )


def updater(field: Any, *, strict: bool) -> Callable[[Any], Any]:
    """A field's ``to_update``, told whether values have to be of its own type.

    Parameters:
        field: the field.
        strict: whether they have to be where its options leave that open.
    """
    convert: Callable[..., Any] = field.to_update
    if strict and hands_on(convert):
        convert = partial(convert, strict=True)
    if field._settings.takes_none:
        return convert

    def convert_item(value: Any) -> Any:
        if value is None:
            raise InvalidDocumentError.invalid(field.name)
        return convert(value)

    return convert_item


def with_rules(
    validate: Callable[[Any], Any], accepted: frozenset[type], rules: Check
) -> Callable[[Any], Any]:
    """The validation of a field whose options have rules."""

    def check(value: Any) -> Any:
        if type(value) not in accepted and not validate(value):
            return False
        rules(value)
        return True

    return check

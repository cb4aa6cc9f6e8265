"""Documents that the validator of their collection refuses, and which rules they break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pymongo.errors import OperationFailure

from aiomotorengine.errors import (
    FAILED_VALIDATION_CODE,
    ServerValidationError,
    keep_labels,
)
from aiomotorengine.fields.stored_key import attribute_path
from aiomotorengine.locations import Part, described, locate, shown

__all__ = ["is_refusal", "validation_error"]

MOST_TOLD = 3
"""How many rules a message names."""

NESTED = (
    "details",
    "schemaRulesNotSatisfied",
    "propertiesNotSatisfied",
    "schemasNotSatisfied",
    "clausesNotSatisfied",
)
"""Where a server says which parts of a rule were broken."""


class BrokenRule(NamedTuple):
    """A rule that a document breaks.

    Attributes:
        keys: the keys of MongoDB, and indexes, that lead to what breaks it.
        operator: its name, as ``maxLength``.
        specified: what the rule says.
        values: the value that breaks it, if the server tells it.
    """

    keys: tuple[Part, ...]
    operator: str
    specified: Any
    values: tuple[Any, ...]

    def told(self, path: tuple[Part, ...]) -> str:
        """What a message says of it, with the names that its keys have as attributes."""
        name = ".".join(map(str, path))
        if self.operator == "required":
            return f"'{name}' is missing"
        if not name or self.operator.startswith("$"):
            return f"{shown(self.specified)} does not hold"
        return f"'{name}' must have {self.operator}: {shown(self.specified)}"


def is_refusal(error: OperationFailure) -> bool:
    """Whether a driver's error is about a document that a validator refuses."""
    is_raised_already = isinstance(error, ServerValidationError)
    return error.code == FAILED_VALIDATION_CODE and not is_raised_already


def validation_error(error: OperationFailure, document_class: Any) -> ServerValidationError:
    """The library's error for the driver's.

    Parameters:
        error: the driver's error, without the values of passwords.
        document_class: the class of the document; ``None`` where it is not known.
    """
    details = error.details or {}
    broken = list(broken_rules((details.get("errInfo") or {}).get("details")))
    paths = [attribute_path(document_class, rule.keys) for rule in broken]
    told = [rule.told(path) for rule, path in zip(broken, paths, strict=True)]
    text = str(details.get("errmsg", error))
    if told:
        more = ", …" if len(told) > MOST_TOLD else ""
        text = f"{text}: {', '.join(told[:MOST_TOLD])}{more}."
    found = ServerValidationError(text, error.details)
    found.__cause__ = error
    keep_labels(error, found)
    if broken:
        values = broken[0].values
        found.value = values[0] if values else None
        locate(found, *paths[0], about=described(values[0]) if values else "")
    return found


def broken_rules(details: Any, keys: tuple[Part, ...] = ()) -> Iterator[BrokenRule]:
    """The rules that a document breaks, in the order in which the server lists them.

    Parameters:
        details: what the server says of a rule, or of several.
        keys: what leads to what these are about.
    """
    if isinstance(details, list):
        for part in details:
            yield from broken_rules(part, keys)
    if not isinstance(details, Mapping):
        return
    for place in ("propertyName", "itemIndex"):
        if isinstance(part := details.get(place), str | int):
            keys = (*keys, part)
    operator, missing = str(details.get("operatorName", "")), details.get("missingProperties")
    if isinstance(missing, list):
        yield from (BrokenRule((*keys, str(name)), operator, name, ()) for name in missing)
        return
    nested = [details[name] for name in NESTED if name in details]
    if nested:
        yield from broken_rules(nested, keys)
    elif operator:
        specified = details.get("specifiedAs", {})
        if isinstance(specified, Mapping) and [*specified] == [operator]:
            specified = specified[operator]
        values = (details["consideredValue"],) if "consideredValue" in details else ()
        yield BrokenRule(keys, operator, specified, values)

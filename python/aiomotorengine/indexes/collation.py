"""How texts are compared, as servers complete it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["completed_collation", "told", "without_version"]

SIMPLE = "simple"
"""The locale of no collation at all."""

USUAL: Mapping[str, Any] = {
    "caseLevel": False,
    "caseFirst": "off",
    "strength": 3,
    "numericOrdering": False,
    "alternate": "non-ignorable",
    "maxVariable": "punct",
    "normalization": False,
    "backwards": False,
}
"""What holds in most locales where nothing else is said."""

OF_LOCALES: Mapping[str, Mapping[str, Any]] = {
    "da": {"caseFirst": "upper"},
    "fr_CA": {"backwards": True},
    "mt": {"caseFirst": "upper"},
    "th": {"alternate": "shifted"},
}
"""What else holds in some, as MongoDB 6.0.5 completes them."""

NORMALISING = frozenset(
    {
        *("as", "bn", "el", "fa", "fa_AF", "gu", "he", "hi", "ig", "km", "kn", "kok", "mr", "my"),
        *("or", "pa", "ps", "si", "ta", "te", "th", "vi", "yi", "yo"),
    }
)
"""The locales in which texts are normalised; variants for searching do so in each."""


def completed_collation(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A collation with all that its locale says; ``None`` for none.

    Example:
        >>> completed_collation({"locale": "en", "strength": 2})["caseFirst"]
        'off'
    """
    if given is None or given["locale"] == SIMPLE:
        return None
    locale, _, variant = str(given["locale"]).partition("@")
    is_for_search = variant.startswith("collation=search")
    completed = {**USUAL, **({} if is_for_search else OF_LOCALES.get(locale, {}))}
    if is_for_search or locale in NORMALISING:
        completed["normalization"] = True
    return completed | (without_version(given) or {})


def without_version(collation: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A collation as it was given; servers add the version of the rules."""
    if collation is None:
        return None
    return {name: value for name, value in collation.items() if name != "version"}


def told(collation: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A collation without what is so in most locales."""
    parts = without_version(collation)
    if parts is None:
        return None
    return {name: value for name, value in parts.items() if USUAL.get(name) != value}

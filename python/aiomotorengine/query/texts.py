"""The operators for texts: ``__contains``, ``__startswith``, ``__regex`` and their like.

Each has a form with ``i`` in front, for which capitals are letters like others.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.string_field import StringField
from aiomotorengine.query.base import QueryOperator
from aiomotorengine.query.equal import DefaultOperator
from aiomotorengine.query.family import TEXTS
from aiomotorengine.query.values import wrong_value

__all__ = [
    "ContainsQueryOperator",
    "EndsWithQueryOperator",
    "ExactQueryOperator",
    "IContainsQueryOperator",
    "IEndsWithQueryOperator",
    "IExactQueryOperator",
    "IRegexQueryOperator",
    "IStartsWithQueryOperator",
    "IWholeWordQueryOperator",
    "RegexQueryOperator",
    "StartsWithQueryOperator",
    "WholeWordQueryOperator",
    "whole_text",
]

END = r"(?!\n)$"
"""The end of a text. ``$`` by itself would also match before a newline that ends it."""


class TextOperator(QueryOperator):
    """Texts that match a pattern, which is made of the text that the filter gives."""

    family = TEXTS
    follows_documents = False
    options: ClassVar[str] = ""
    """MongoDB's letters for how the pattern is read."""
    has_start: ClassVar[bool] = False
    """Whether the given text begins where the stored one does."""
    has_end: ClassVar[bool] = False
    """Whether it ends where the stored one does."""

    def pattern(self, text: str) -> str:
        """The regular expression for a text, which is escaped already."""
        raise NotImplementedError(f"{type(self).__name__} has no pattern of its own.")

    def to_query(self, db_name: str, value: Any) -> dict[str, Any]:
        return {db_name: matching(self.pattern(escaped(value)), self.options)}

    def get_value(self, field: BaseField[Any], raw: Any) -> str:
        text, leaves = text_of(field, raw), [*field._leaves]
        if len(leaves) == 1 and isinstance(leaves[0], StringField):
            return leaves[0]._normalised_part(text, start=self.has_start, end=self.has_end)
        return text


def text_of(field: BaseField[Any], raw: Any) -> str:
    """The value of a filter that takes a text.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(raw, str):
        raise wrong_value(field, "a text", raw)
    return raw


def escaped(text: str) -> str:
    """A pattern that matches a text as it is.

    Example:
        >>> escaped("a.c"), escaped("a\\0")
        ('a\\\\.c', 'a\\\\x00')
    """
    return re.escape(text).replace("\0", r"\x00")  # the server refuses a NUL in a pattern


def whole_text(text: str) -> str:
    """A pattern that matches a text, and no longer one.

    Example:
        >>> whole_text("a.c")
        '^a\\\\.c(?!\\\\n)$'
    """
    return f"^{escaped(text)}{END}"


def matching(pattern: str, options: str) -> dict[str, str]:
    """What MongoDB is asked for a pattern.

    It is sent as text. PyMongo gives a compiled pattern the flag ``u``, and no index is used then.
    """
    return {"$regex": pattern, "$options": options} if options else {"$regex": pattern}


class ContainsQueryOperator(TextOperator):
    """Texts that have the given one in them; an empty one is in all.

    Example:
        >>> ContainsQueryOperator().to_query("name", "a.c")
        {'name': {'$regex': 'a\\\\.c'}}
    """

    def pattern(self, text: str) -> str:
        return text


class IContainsQueryOperator(ContainsQueryOperator):
    """The same, whether letters are capitals or not.

    Example:
        >>> IContainsQueryOperator().to_query("name", "a")
        {'name': {'$regex': 'a', '$options': 'i'}}
    """

    options = "i"


class StartsWithQueryOperator(TextOperator):
    """Texts that begin with the given one. An index on the field finds them.

    Example:
        >>> StartsWithQueryOperator().to_query("name", "a.c")
        {'name': {'$regex': '^a\\\\.c'}}
    """

    has_start = True

    def pattern(self, text: str) -> str:
        return f"^{text}"


class IStartsWithQueryOperator(StartsWithQueryOperator):
    """The same, whether letters are capitals or not; no index helps.

    Example:
        >>> IStartsWithQueryOperator().to_query("name", "a")
        {'name': {'$regex': '^a', '$options': 'i'}}
    """

    options = "i"


class EndsWithQueryOperator(TextOperator):
    """Texts that end with the given one.

    Example:
        >>> EndsWithQueryOperator().to_query("name", "z")
        {'name': {'$regex': 'z(?!\\\\n)$'}}
    """

    has_end = True

    def pattern(self, text: str) -> str:
        return f"{text}{END}"


class IEndsWithQueryOperator(EndsWithQueryOperator):
    """The same, whether letters are capitals or not.

    Example:
        >>> IEndsWithQueryOperator().to_query("name", "z")
        {'name': {'$regex': 'z(?!\\\\n)$', '$options': 'i'}}
    """

    options = "i"


class ExactQueryOperator(DefaultOperator):
    """Texts that are equal to the given one, as without an operator.

    Example:
        >>> ExactQueryOperator().to_query("name", "Ada")
        {'name': 'Ada'}
    """

    family = TEXTS
    follows_documents = False

    def get_value(self, field: BaseField[Any], raw: Any) -> Any:
        return super().get_value(field, text_of(field, raw))


class IExactQueryOperator(TextOperator):
    """Texts that are equal to the given one, whether letters are capitals or not.

    Example:
        >>> IExactQueryOperator().to_query("name", "Ada")
        {'name': {'$regex': '^Ada(?!\\\\n)$', '$options': 'i'}}
    """

    options = "i"
    has_start = True
    has_end = True

    def pattern(self, text: str) -> str:
        return f"^{text}{END}"


class WholeWordQueryOperator(TextOperator):
    """Texts that have the given word in them, and not as a part of a longer one.

    Example:
        >>> WholeWordQueryOperator().to_query("title", "sea")
        {'title': {'$regex': '(*UCP)\\\\bsea\\\\b'}}
    """

    def pattern(self, text: str) -> str:
        # By itself MongoDB takes only letters of ASCII for parts of words, so that "cole" would be
        # a word of its own in "école".
        return rf"(*UCP)\b{text}\b"


class IWholeWordQueryOperator(WholeWordQueryOperator):
    """The same, whether letters are capitals or not.

    Example:
        >>> IWholeWordQueryOperator().to_query("title", "sea")
        {'title': {'$regex': '(*UCP)\\\\bsea\\\\b', '$options': 'i'}}
    """

    options = "i"


LETTERS: dict[int, str] = {
    re.IGNORECASE: "i",
    re.MULTILINE: "m",
    re.DOTALL: "s",
    re.VERBOSE: "x",
}
"""The flags of Python that MongoDB has as well, and its letters for them."""


class RegexQueryOperator(QueryOperator):
    """Texts that match a regular expression, which is not escaped.

    It is a text, or a compiled pattern with the flags ``IGNORECASE``, ``MULTILINE``, ``DOTALL`` and
    ``VERBOSE``. MongoDB reads it as PCRE does.

    Example:
        >>> RegexQueryOperator().to_query("name", {"$regex": "^A"})
        {'name': {'$regex': '^A'}}
    """

    family = TEXTS
    follows_documents = False
    options: ClassVar[str] = ""

    def to_query(self, db_name: str, value: Any) -> dict[str, Any]:
        return {db_name: value}

    def get_value(self, field: BaseField[Any], raw: Any) -> dict[str, str]:
        if isinstance(raw, str):
            return matching(raw, self.options)
        if not isinstance(raw, re.Pattern) or not isinstance(raw.pattern, str):
            raise wrong_value(field, "a pattern, as text or compiled of a text", raw)
        flags = raw.flags & ~re.UNICODE  # which all patterns of texts have
        letters = {letter for flag, letter in LETTERS.items() if flags & flag}
        unknown = re.RegexFlag(flags & ~sum(LETTERS))
        if unknown:
            raise ValueError(
                f"MongoDB has no {unknown!r} for patterns, only those of i, m, s and x."
            )
        return matching(raw.pattern, "".join(sorted({*letters, *self.options})))


class IRegexQueryOperator(RegexQueryOperator):
    """The same, whether letters are capitals or not.

    Example:
        >>> from aiomotorengine import StringField
        >>> IRegexQueryOperator().get_value(StringField(), "^a")
        {'$regex': '^a', '$options': 'i'}
    """

    options = "i"

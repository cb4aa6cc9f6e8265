"""A search for words, by MongoDB's text index."""

from __future__ import annotations

from typing import Any

from aiomotorengine.query_builder.node import Q

__all__ = ["text_search"]


def text_search(
    text: str,
    language: str | None = None,
    *,
    case_sensitive: bool = False,
    diacritic_sensitive: bool = False,
) -> Q:
    """The query for words.

    Parameters:
        text: the words. Of several, one is enough; ``"words in quotes"`` are looked for as they
            stand, and a word with ``-`` before it must not be there.
        language: whose stems and stop words are meant; by default those of the index.
        case_sensitive: whether capitals matter.
        diacritic_sensitive: whether accents matter.

    Raises:
        TypeError: the text, or the language, is no text.

    Example:
        >>> from aiomotorengine import Document
        >>> text_search("coffee -tea", case_sensitive=True).to_query(Document)
        {'$text': {'$search': 'coffee -tea', '$caseSensitive': True}}
    """
    if not isinstance(text, str):
        raise TypeError(f"search_text() takes words as a text, not {type(text).__name__}.")
    if not isinstance(language, str | None):
        raise TypeError(f"language must be a text, not {type(language).__name__}.")
    asked: dict[str, Any] = {"$search": text}
    if language is not None:
        asked["$language"] = language
    if case_sensitive:
        asked["$caseSensitive"] = True
    if diacritic_sensitive:
        asked["$diacriticSensitive"] = True
    return Q({"$text": asked})

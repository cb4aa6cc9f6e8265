"""URLField: addresses on the web."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.domain import DOMAIN
from aiomotorengine.fields.hooks import NONE_ONLY, accepts
from aiomotorengine.fields.native_kind import native_kind

__all__ = ["URLField"]


@native_kind("url")
class URLField(BaseField[str]):
    """The text of an http or https address.

    ``URL_REGEX`` is the pattern it must match. Empty text is not valid; leave it ``None``.

    Example:
        >>> from aiomotorengine import Document, URLField
        >>> class Site(Document):
        ...     home = URLField()
        >>> Site(home="https://example.com/?page=1").validate()
        True
    """

    URL_REGEX: ClassVar[re.Pattern[str]] = re.compile(
        rf"^(?ai:https?://(?:localhost|[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}|{DOMAIN})(?::[0-9]+)?)"
        r"(?:/?|[/?]\S+)\Z"
    )

    is_scalar = True
    takes_lists = False

    @accepts(lambda field: NONE_ONLY)
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        return isinstance(value, str) and self.URL_REGEX.match(value) is not None

"""Fields that many classes have: bases to put beside ``Document``."""

from __future__ import annotations

from datetime import UTC

from aiomotorengine.fields.datetime_field import DateTimeField

__all__ = ["Timestamps"]


class Timestamps:
    """When a document was stored first, and when it was last: dates in UTC that saves set.

    Updates set ``updated_at`` as well, unless they are told not to stamp.

    Example:
        >>> from aiomotorengine import Document, StringField
        >>> from aiomotorengine.mixins import Timestamps
        >>> class Note(Timestamps, Document):
        ...     text = StringField()
        >>> list(Note._fields)
        ['created_at', 'updated_at', 'text']
    """

    created_at = DateTimeField(auto_now_on_insert=True, tz=UTC)
    updated_at = DateTimeField(auto_now_on_update=True, tz=UTC)

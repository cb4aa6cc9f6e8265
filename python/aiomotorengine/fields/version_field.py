"""VersionField: how often a document was written."""

from __future__ import annotations

from aiomotorengine.fields.int_field import IntField

__all__ = ["VersionField"]


class VersionField(IntField):
    """How often a document was written: 1 when it is inserted, one more with every write after.

    A save of a document that was changed by someone else since it was loaded is refused with a
    ``StaleDocumentError``. A document has one such field at most, which the library sets. What a
    program assigns to it is the version that the next save asks for: that of a form which was
    filled in, say.

    Parameters:
        db_field: the key in MongoDB; by default the attribute's name.

    Example:
        >>> from aiomotorengine import Document, StringField, VersionField
        >>> class Page(Document):
        ...     text = StringField()
        ...     version = VersionField()
        >>> async def edit(page_id, text, version):
        ...     page = await Page.objects.get(page_id)
        ...     page.text, page.version = text, version
        ...     await page.save()
    """

    def __init__(self, db_field: str | None = None) -> None:
        super().__init__(db_field=db_field)

"""An asyncio ODM for MongoDB: documents, queries and aggregation on Motor or PyMongo.

Example:
    >>> from aiomotorengine import Document, IntField, StringField, connect
    >>> class User(Document):
    ...     name = StringField(required=True)
    ...     age = IntField(min_value=0)
    >>> async def grown_ups():
    ...     connect("shop", host="localhost")
    ...     return await User.objects.filter(age__gte=18).order_by(User.name).find_all()
"""

from typing import TYPE_CHECKING

from pymongo import ASCENDING, DESCENDING

from aiomotorengine import on_demand
from aiomotorengine.connection import connect, disconnect, register_connection
from aiomotorengine.document import Document
from aiomotorengine.documents.computed import computed_field as computed_field
from aiomotorengine.documents.marks import after_delete as after_delete
from aiomotorengine.documents.marks import after_insert as after_insert
from aiomotorengine.documents.marks import after_save as after_save
from aiomotorengine.documents.marks import after_update as after_update
from aiomotorengine.documents.marks import before_delete as before_delete
from aiomotorengine.documents.marks import before_insert as before_insert
from aiomotorengine.documents.marks import before_save as before_save
from aiomotorengine.documents.marks import before_update as before_update
from aiomotorengine.documents.marks import before_validate as before_validate
from aiomotorengine.embedded_document import EmbeddedDocument
from aiomotorengine.fields import (
    AnyField,
    BaseField,
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    DictField,
    EmailField,
    EmbeddedDocumentField,
    EnumField,
    FloatField,
    GenericEmbeddedDocumentField,
    GenericReferenceField,
    GeometryCollectionField,
    IntField,
    IPAddressField,
    JsonField,
    LineStringField,
    ListField,
    MapField,
    MultiLineStringField,
    MultiPointField,
    MultiPolygonField,
    ObjectIdField,
    PasswordField,
    PointField,
    PolygonField,
    ReferenceField,
    SequenceField,
    SetField,
    StringField,
    TimedeltaField,
    TimeField,
    TupleField,
    URLField,
    UUIDField,
    VectorField,
    VersionField,
)
from aiomotorengine.fields.password_field import PasswordType as PasswordType
from aiomotorengine.health import health as health
from aiomotorengine.query.places import Near as Near
from aiomotorengine.query_builder.node import Q, QNot
from aiomotorengine.queryset import QuerySet
from aiomotorengine.queryset import RowSet as RowSet

if TYPE_CHECKING:
    from aiomotorengine.aggregation.base import Aggregation
    from aiomotorengine.bulk.report import BulkReport
    from aiomotorengine.changes.change import Change as Change
    from aiomotorengine.changes.stream import ChangeStream as ChangeStream
    from aiomotorengine.expressions.f import F
    from aiomotorengine.expressions.func import Func as Func
    from aiomotorengine.expressions.raw import Raw as Raw
    from aiomotorengine.indexes.index import Index as Index
    from aiomotorengine.migrations.declaring import migration as migration
    from aiomotorengine.reading.pages import Page as Page
    from aiomotorengine.rows.source import Rows
    from aiomotorengine.schema.ensuring_all import ensure_all as ensure_all
    from aiomotorengine.search.search_index import SearchIndex as SearchIndex
    from aiomotorengine.search.vector_search_index import VectorSearchIndex as VectorSearchIndex
    from aiomotorengine.sessions.blocks import outside_transaction as outside_transaction
    from aiomotorengine.sessions.blocks import run_transaction as run_transaction
    from aiomotorengine.sessions.blocks import start_session as start_session
    from aiomotorengine.sessions.blocks import transaction as transaction
    from aiomotorengine.typed.document import TypedDocument
    from aiomotorengine.typed.field_specifier import Field as Field
    from aiomotorengine.typed.reference import Reference as Reference
    from aiomotorengine.update.u import U

# Written out, so that it is there in a tree that is not installed; a test compares it with
# pyproject.toml.
__version__ = "2.0.0"

__all__ = [
    "ASCENDING",
    "DESCENDING",
    "Aggregation",
    "AnyField",
    "BaseField",
    "BinaryField",
    "BooleanField",
    "BulkReport",
    "DateField",
    "DateTimeField",
    "Decimal128Field",
    "DecimalField",
    "DictField",
    "Document",
    "EmailField",
    "EmbeddedDocument",
    "EmbeddedDocumentField",
    "EnumField",
    "F",
    "FloatField",
    "GenericEmbeddedDocumentField",
    "GenericReferenceField",
    "GeometryCollectionField",
    "IPAddressField",
    "IntField",
    "JsonField",
    "LineStringField",
    "ListField",
    "MapField",
    "MultiLineStringField",
    "MultiPointField",
    "MultiPolygonField",
    "ObjectIdField",
    "PasswordField",
    "PointField",
    "PolygonField",
    "Q",
    "QNot",
    "QuerySet",
    "ReferenceField",
    "Rows",
    "SequenceField",
    "SetField",
    "StringField",
    "TimeField",
    "TimedeltaField",
    "TupleField",
    "TypedDocument",
    "U",
    "URLField",
    "UUIDField",
    "VectorField",
    "VersionField",
    "connect",
    "disconnect",
    "register_connection",
]

ON_DEMAND = {
    "Aggregation": "aiomotorengine.aggregation.base",
    "BulkReport": "aiomotorengine.bulk.report",
    "Change": "aiomotorengine.changes.change",
    "ChangeStream": "aiomotorengine.changes.stream",
    "F": "aiomotorengine.expressions.f",
    "Field": "aiomotorengine.typed.field_specifier",
    "Func": "aiomotorengine.expressions.func",
    "Index": "aiomotorengine.indexes.index",
    "Page": "aiomotorengine.reading.pages",
    "Raw": "aiomotorengine.expressions.raw",
    "Reference": "aiomotorengine.typed.reference",
    "Rows": "aiomotorengine.rows.source",
    "SearchIndex": "aiomotorengine.search.search_index",
    "TypedDocument": "aiomotorengine.typed.document",
    "U": "aiomotorengine.update.u",
    "VectorSearchIndex": "aiomotorengine.search.vector_search_index",
    "ensure_all": "aiomotorengine.schema.ensuring_all",
    "migration": "aiomotorengine.migrations.declaring",
    "outside_transaction": "aiomotorengine.sessions.blocks",
    "run_transaction": "aiomotorengine.sessions.blocks",
    "start_session": "aiomotorengine.sessions.blocks",
    "transaction": "aiomotorengine.sessions.blocks",
}
"""What not every program needs, with the module that has it; type checkers read it above."""

if not TYPE_CHECKING:
    __getattr__ = on_demand.attributes(__name__, ON_DEMAND)


def __dir__() -> list[str]:
    return sorted({*globals(), *ON_DEMAND})

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

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pymongo import ASCENDING, DESCENDING

from aiomotorengine.aggregation.base import Aggregation
from aiomotorengine.bulk import BulkReport
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
from aiomotorengine.expressions.f import F
from aiomotorengine.expressions.func import Func as Func
from aiomotorengine.expressions.raw import Raw as Raw
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
from aiomotorengine.health import health as health
from aiomotorengine.indexes.index import Index as Index
from aiomotorengine.query.places import Near as Near
from aiomotorengine.query_builder.node import Q, QNot
from aiomotorengine.queryset import QuerySet
from aiomotorengine.rows import Rows
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

if TYPE_CHECKING:
    from aiomotorengine.migrations.declaring import migration as migration

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


ON_DEMAND = {"migration": "aiomotorengine.migrations.declaring"}
"""What few programs need, with the module that has it."""


def __getattr__(name: str) -> Any:
    if name in ON_DEMAND:
        return getattr(import_module(ON_DEMAND[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""The field classes, one a file."""

from aiomotorengine.fields.any_field import AnyField
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.binary_field import BinaryField
from aiomotorengine.fields.boolean_field import BooleanField
from aiomotorengine.fields.date_field import DateField
from aiomotorengine.fields.datetime_field import DateTimeField
from aiomotorengine.fields.decimal128_field import Decimal128Field
from aiomotorengine.fields.decimal_field import DecimalField
from aiomotorengine.fields.dict_field import DictField
from aiomotorengine.fields.email_field import EmailField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.enum_field import EnumField
from aiomotorengine.fields.float_field import FloatField
from aiomotorengine.fields.generic_embedded_document_field import GenericEmbeddedDocumentField
from aiomotorengine.fields.generic_reference_field import GenericReferenceField
from aiomotorengine.fields.geojson import (
    GeometryCollectionField,
    LineStringField,
    MultiLineStringField,
    MultiPointField,
    MultiPolygonField,
    PointField,
    PolygonField,
)
from aiomotorengine.fields.int_field import IntField
from aiomotorengine.fields.ip_address_field import IPAddressField
from aiomotorengine.fields.json_field import JsonField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.map_field import MapField
from aiomotorengine.fields.object_id_field import ObjectIdField
from aiomotorengine.fields.password_field import PasswordField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.fields.sequence_field import SequenceField
from aiomotorengine.fields.set_field import SetField
from aiomotorengine.fields.string_field import StringField
from aiomotorengine.fields.time_field import TimeField
from aiomotorengine.fields.timedelta_field import TimedeltaField
from aiomotorengine.fields.tuple_field import TupleField
from aiomotorengine.fields.url_field import URLField
from aiomotorengine.fields.uuid_field import UUIDField
from aiomotorengine.fields.vector_field import VectorField
from aiomotorengine.fields.version_field import VersionField

__all__ = [
    "AnyField",
    "BaseField",
    "BinaryField",
    "BooleanField",
    "DateField",
    "DateTimeField",
    "Decimal128Field",
    "DecimalField",
    "DictField",
    "EmailField",
    "EmbeddedDocumentField",
    "EnumField",
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
    "ReferenceField",
    "SequenceField",
    "SetField",
    "StringField",
    "TimeField",
    "TimedeltaField",
    "TupleField",
    "URLField",
    "UUIDField",
    "VectorField",
    "VersionField",
]

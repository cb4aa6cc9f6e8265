"""Every name that programs have imported since 2017 is where it was."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

FIELDS = """
    BaseField StringField BooleanField DateTimeField UUIDField ListField EmbeddedDocumentField
    ReferenceField URLField EmailField IntField FloatField DecimalField BinaryField JsonField
    PasswordField PointField LineStringField PolygonField
"""
TOP = f"ASCENDING DESCENDING connect disconnect Document Aggregation Q QNot {FIELDS}"

NAMES = {
    "aiomotorengine": TOP,
    "aiomotorengine.connection": """connect disconnect register_connection get_connection cleanup
        ConnectionError DEFAULT_CONNECTION_NAME""",
    "aiomotorengine.database": "Database",
    "aiomotorengine.document": "Document BaseDocument AUTHORIZED_FIELDS",
    "aiomotorengine.metaclasses": "DocumentMetaClass classproperty",
    "aiomotorengine.errors": """InvalidDocumentError LoadReferencesRequiredError
        UniqueKeyViolationError PYMONGO_ERROR_REGEX""",
    "aiomotorengine.queryset": "QuerySet DEFAULT_LIMIT",
    "aiomotorengine.query_builder.node": """Q QNot QCombination QNode QNodeVisitor
        SimplificationVisitor QueryCompilerVisitor DuplicateQueryConditionsError""",
    "aiomotorengine.query_builder.transform": """OPERATORS DefaultOperator transform_query
        validate_fields update""",
    "aiomotorengine.query.base": "QueryOperator",
    "aiomotorengine.query.exists": "ExistsQueryOperator",
    "aiomotorengine.query.greater_than": "GreaterThanQueryOperator",
    "aiomotorengine.query.greater_than_or_equal": "GreaterThanOrEqualQueryOperator",
    "aiomotorengine.query.lesser_than": "LesserThanQueryOperator",
    "aiomotorengine.query.lesser_than_or_equal": "LesserThanOrEqualQueryOperator",
    "aiomotorengine.query.in_operator": "InQueryOperator",
    "aiomotorengine.query.is_null": "IsNullQueryOperator",
    "aiomotorengine.query.not_equal": "NotEqualQueryOperator",
    "aiomotorengine.query.not_operator": "NotOperator",
    "aiomotorengine.aggregation.base": """Aggregation BaseAggregation PipelineOperation GroupBy
        Match Unwind OrderBy""",
    "aiomotorengine.aggregation.avg": "AverageAggregation",
    "aiomotorengine.aggregation.sum": "SumAggregation",
    "aiomotorengine.fields": FIELDS,
    "aiomotorengine.fields.base_field": "BaseField",
    "aiomotorengine.fields.string_field": "StringField",
    "aiomotorengine.fields.boolean_field": "BooleanField",
    "aiomotorengine.fields.int_field": "IntField",
    "aiomotorengine.fields.float_field": "FloatField",
    "aiomotorengine.fields.email_field": "EmailField",
    "aiomotorengine.fields.url_field": "URLField",
    "aiomotorengine.fields.uuid_field": "UUIDField",
    "aiomotorengine.fields.binary_field": "BinaryField",
    "aiomotorengine.fields.decimal_field": "DecimalField",
    "aiomotorengine.fields.list_field": "ListField",
    "aiomotorengine.fields.embedded_document_field": "EmbeddedDocumentField",
    "aiomotorengine.fields.reference_field": "ReferenceField",
    "aiomotorengine.fields.datetime_field": "DateTimeField FORMAT",
    "aiomotorengine.fields.dynamic_field": "DynamicField",
    "aiomotorengine.fields.json_field": "JsonField serialize deserialize",
    "aiomotorengine.fields.password_field": "PasswordField PasswordType md5 sha256",
    "aiomotorengine.fields.geojson": "PointField LineStringField PolygonField",
    "aiomotorengine.fields.geojson.point_field": "PointField",
    "aiomotorengine.fields.geojson.line_string_field": "LineStringField",
    "aiomotorengine.fields.geojson.polygon_field": "PolygonField",
    "aiomotorengine.fields.geojson.geo_json_base_field": "GeoJsonBaseField",
    "aiomotorengine.utils": "serialize deserialize get_class",
}


@pytest.mark.parametrize(
    ("module", "name"),
    [(module, name) for module, names in NAMES.items() for name in names.split()],
)
def test_a_name_is_where_it_was(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name)


def test_a_name_means_the_same_from_every_path() -> None:
    found: dict[str, set[int]] = {}
    for module, names in NAMES.items():
        for name in names.split():
            value = getattr(importlib.import_module(module), name)
            found.setdefault(name, set()).add(id(value))
    # fields.json_field has its own pair of old, which needs not be the one of utils.
    del found["serialize"], found["deserialize"]
    assert {name for name, values in found.items() if len(values) > 1} == set()


def test_a_star_import_brings_the_names_of_the_manual() -> None:
    namespace: dict[str, object] = {}
    exec("from aiomotorengine import *", namespace)
    assert set(TOP.split()) - namespace.keys() == set()


@pytest.mark.parametrize(
    ("manual", "code", "name"),
    [
        ("less_than", "lesser_than", "LesserThanQueryOperator"),
        ("less_than_or_equal", "lesser_than_or_equal", "LesserThanOrEqualQueryOperator"),
    ],
)
def test_the_manuals_names_of_two_modules_work_too(manual: str, code: str, name: str) -> None:
    modules = [importlib.import_module(f"aiomotorengine.query.{n}") for n in (manual, code)]
    first, second = (getattr(module, name) for module in modules)
    assert first is second


def test_constants_have_their_values() -> None:
    from_path = {
        (module, name): getattr(importlib.import_module(module), name)
        for module, name in [
            ("aiomotorengine", "ASCENDING"),
            ("aiomotorengine", "DESCENDING"),
            ("aiomotorengine.connection", "DEFAULT_CONNECTION_NAME"),
            ("aiomotorengine.queryset", "DEFAULT_LIMIT"),
            ("aiomotorengine.fields.datetime_field", "FORMAT"),
        ]
    }
    assert list(from_path.values()) == [1, -1, "default", 1000, "%Y-%m-%d %H:%M:%S"]


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


HIDE = "import sys; sys.modules[{name!r}] = None\n"  # what `import` takes for a missing module


def test_k60_a_missing_driver_package_is_named_by_the_import() -> None:
    result = run(HIDE.format(name="pymongo") + "import aiomotorengine")
    assert result.returncode == 1
    assert "ModuleNotFoundError" in result.stderr
    assert "pymongo" in result.stderr.splitlines()[-1]


def test_k60_a_missing_motor_is_named_when_it_is_used() -> None:
    result = run(
        HIDE.format(name="motor") + "import aiomotorengine\n"
        "aiomotorengine.connect('db', driver='pymongo')\n"
        "aiomotorengine.disconnect()\n"
        "aiomotorengine.connect('db', driver='motor')\n"
    )
    assert result.returncode == 1
    assert "line 5" in result.stderr
    assert "motor" in result.stderr.splitlines()[-1]

"""``Document.explain_codec()``: which side converts what, as a table with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from bson.codec_options import CodecOptions

from aiomotorengine import codec, storage
from aiomotorengine.codec.contract import CONTRACT
from aiomotorengine.codec.plan import DocumentPlan, FieldPlan, plan_of, route_of_rows
from aiomotorengine.codec.routes import NATIVE, options_obstacle

__all__ = ["CodecExplanation", "PythonPart", "explain", "python_parts"]

COLUMNS = ("validate", "get_value", "to_son", "from_son")


@dataclass(frozen=True, slots=True)
class CodecExplanation:
    """How bulk operations convert a document class. ``print`` it.

    Attributes:
        implementation: the codec in use, ``"native"`` or ``"python"``.
        plan: what it was told about the class.
        options: why the codec options leave everything to Python; empty if they do not.
        storage: where documents keep their values, ``"native"`` or ``"python"``.
    """

    implementation: str
    plan: DocumentPlan
    options: str = ""
    storage: str = storage.implementation

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.plan.document_class.__name__}: {self.implementation}, contract {CONTRACT}"
        rows: list[tuple[str, ...]] = [("field", "kind", *COLUMNS, "")]
        key = [] if self.plan.key is None else [self.plan.key.field]
        for field in (*key, *self.plan.fields):
            rows.extend(field_rows(field, field.name))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            yield "  ".join(cells).rstrip()
        route = route_of_rows(self.plan)
        yield f"rows: {route}   {route.reason}".rstrip()
        yield f"storage: {self.storage}"
        yield from document_lines(self.plan, "whole documents")
        classes = self.plan.classes.values()
        for other in self.plan.embedded.values():
            if other is not self.plan:
                name = other.document_class.__name__
                kind = "subclass" if other.document_class in classes else "embedded"
                yield from document_lines(other, f"{kind} {name}")
        if self.plan.construct == "init":
            yield "whole documents: made by calling the class, which has its own __init__"
        elif self.plan.document_class._has_own_constructor():  # type: ignore[attr-defined]
            yield (
                "whole documents: made without calling the class, whose own __init__ does not take "
                "_id and every field as keywords"
            )
        if self.options:
            yield f"Python converts everything with these codec options: {self.options}."
        elif self.implementation != "native":
            yield "Python converts everything now; the table is what the native codec would do."


def field_rows(field: FieldPlan, name: str) -> Iterator[tuple[str, ...]]:
    routes = [field.routes[column] for column in COLUMNS]
    reasons = dict.fromkeys(route.reason for route in routes if route.reason)
    yield (name, field.kind or "-", *map(str, routes), "; ".join(reasons))
    if field.item is not None:
        yield from field_rows(field.item, f"{name}[]")
    for index, inner in enumerate(field.inner):
        part = index if field.kind == "tuple" else getattr(inner.document, "__name__", "")
        yield from field_rows(inner, f"{name}[{part}]")


def document_lines(plan: DocumentPlan, title: str) -> Iterator[str]:
    for method, route in plan.routes.items():
        if not route.native:
            yield f"{title}: {method} in python, {route.reason}"


class PythonPart(NamedTuple):
    """What the native codec leaves to Python.

    Attributes:
        name: the field, with ``[]`` behind it for the items of a list; empty for whole documents.
        methods: those of its methods that Python runs.
        reason: why.
    """

    name: str
    methods: tuple[str, ...]
    reason: str


def python_parts(plan: DocumentPlan) -> Iterator[PythonPart]:
    """What of a class the native codec leaves to Python: whole documents, then fields."""
    whole: dict[str, list[str]] = {}
    for method, route in plan.routes.items():
        if not route.native:
            whole.setdefault(route.reason, []).append(method)
    for reason, names in whole.items():
        yield PythonPart("", tuple(names), reason)
    for field in plan.fields:
        for name, _, *cells, reason in field_rows(field, field.name):
            sides = zip(COLUMNS, cells, strict=True)
            methods = tuple(column for column, side in sides if side != str(NATIVE))
            if methods:
                yield PythonPart(name, methods, reason)


def explain(
    document_class: Any, codec_options: CodecOptions[Any] | None = None
) -> CodecExplanation:
    """Explain how a document class is converted, by a client with these codec options."""
    options = options_obstacle(codec_options) if codec_options else ""
    return CodecExplanation(codec.implementation, plan_of(document_class), options)

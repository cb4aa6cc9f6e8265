"""Fields that a class body only annotates: ``name: StringField()``, which declares nothing."""

from __future__ import annotations

import ast
import sys
from collections import ChainMap
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from aiomotorengine.fields.base_field import BaseField

if sys.version_info >= (3, 14):
    import annotationlib

__all__ = ["annotated_fields"]


def annotated_fields(document_class: type) -> Iterator[tuple[str, str]]:
    """The names that a class's own annotations give to fields, each with the field's class.

    Annotations may be text: those of a module with ``from __future__ import annotations``, and
    from Python 3.14 on all, since asking for their values would run them. In a text, only calls of
    field classes that the class body or its module knows by name are found.
    """
    module = sys.modules.get(document_class.__module__)
    names = ChainMap(dict(vars(document_class)), vars(module) if module else {})
    for name, annotation in own_annotations(document_class).items():
        for field_class in field_classes_in(annotation, names):
            yield name, field_class.__name__


def own_annotations(document_class: type) -> Mapping[str, Any]:
    annotations: Mapping[str, Any] | None = vars(document_class).get("__annotations__")
    if annotations is None and sys.version_info >= (3, 14):  # they are not evaluated yet
        return annotationlib.get_annotations(document_class, format=annotationlib.Format.STRING)
    return annotations or {}


def field_classes_in(annotation: Any, names: Mapping[str, Any]) -> Iterator[type]:
    """The classes of the fields in an annotation, at its top or in ``Annotated[...]``."""
    if isinstance(annotation, BaseField):
        yield type(annotation)
    elif isinstance(annotation, str):
        for called in calls_in(annotation):
            found = look_up(called, names)
            if isinstance(found, type) and issubclass(found, BaseField):
                yield found
    else:
        for part in getattr(annotation, "__metadata__", ()):
            yield from field_classes_in(part, names)


def calls_in(text: str) -> Iterator[ast.expr]:
    """What is called in a Python expression."""
    try:
        expression = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return  # no annotation of Python's, and for others to complain about
    for node in ast.walk(expression):
        if isinstance(node, ast.Call):
            yield node.func


def look_up(called: ast.expr, names: Mapping[str, Any]) -> Any:
    """What ``name`` or ``module.name`` stands for; ``None`` if that cannot be told."""
    if isinstance(called, ast.Name):
        return names.get(called.id)
    if isinstance(called, ast.Attribute):
        module = look_up(called.value, names)
        return vars(module).get(called.attr) if isinstance(module, ModuleType) else None
    return None

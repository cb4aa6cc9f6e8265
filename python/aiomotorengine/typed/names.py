"""What the names in annotations mean, be they written as text, and be they known only later."""

from __future__ import annotations

import ast
import builtins
import sys
from collections import ChainMap
from collections.abc import Mapping
from functools import cached_property
from types import FrameType
from typing import Any

from aiomotorengine.fields.forward_class import ForwardClass

if sys.version_info >= (3, 14):
    import annotationlib

__all__ = ["Scope", "annotations_in"]

PACKAGE = __name__.partition(".")[0]


def annotations_in(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The annotations of a class body by attribute name: values, or texts that are to be evaluated.

    Parameters:
        body: the namespace of a class that is being made.
    """
    annotations: Mapping[str, Any] | None = body.get("__annotations__")
    if annotations is None and sys.version_info >= (3, 14):  # nobody has asked for them yet
        annotate = annotationlib.get_annotate_from_class_namespace(body)
        if annotate is not None:
            # Names that are not there yet become text.
            form = annotationlib.Format.FORWARDREF
            annotations = annotationlib.call_annotate_function(annotate, form)
    return annotations or {}


class Scope:
    """Where a class that is being made looks up the names in its annotations.

    These are the names of its body, of the function in which it is made, and of its module. A name
    that an annotated attribute has does not mean the attribute: ``date: date | None = None``.

    Parameters:
        owner: the name of the class.
        body: its namespace.
    """

    def __init__(self, owner: str, body: Mapping[str, Any]) -> None:
        self.owner = owner
        self._body = body
        self._module: str = body.get("__module__", "")
        self._qualname: str = body.get("__qualname__", owner)
        self._frame = frame_outside()

    def resolve(self, annotation: Any, attribute: str) -> Any:
        """An annotation, or a part of one, that may be text.

        Parameters:
            annotation: what stands there.
            attribute: the annotated attribute.

        Returns:
            Its value, with a ``ForwardClass`` for each name that is not there yet.

        Raises:
            NameError: a name is not there that is no part of a type.
            Exception: what evaluating it raises.
        """
        text = annotation if isinstance(annotation, str) else forward_text(annotation)
        while text is not None:
            annotation = self._evaluate(text, f"{self.owner}.{attribute}")
            text = annotation if isinstance(annotation, str) else forward_text(annotation)
        return annotation

    def _evaluate(self, text: str, place: str) -> Any:
        try:
            # A text may have several lines, as what is in brackets has.
            tree = ast.parse(f"({text}\n)", f"<annotation of {place}>", mode="eval")
            later = LaterNames(self._names, place, self._module, self._qualname)
            expression = ast.fix_missing_locations(later.visit(tree))
            code = compile(expression, f"<annotation of {place}>", mode="eval")
            return eval(code, self._globals, self._names.new_child(later.found))
        except NameError as error:
            raise NameError(f"{place}: '{error.name}' is not defined.", name=error.name) from None
        except Exception as error:
            error.add_note(f"It comes from the annotation of {place}.")
            raise

    @cached_property
    def _globals(self) -> dict[str, Any]:
        around, module = self._frame.f_globals, sys.modules.get(self._module)
        if module is None or around.get("__name__") == self._module:
            return around
        return vars(module)

    @cached_property
    def _names(self) -> ChainMap[str, Any]:
        annotated = self._body.get("__annotations__", {})
        own = {name: it for name, it in self._body.items() if name not in annotated}
        # Typeshed has mappings without type parameters for what frames have.
        around: Any = self._frame.f_locals
        return ChainMap(own, around, self._globals, vars(builtins))


def frame_outside() -> FrameType:
    """What has called this library: where the class is made."""
    frame = sys._getframe()
    while frame.f_back is not None and is_own(frame):
        frame = frame.f_back
    return frame


def forward_text(annotation: Any) -> str | None:
    """The text of a reference to what is known later, be it of ``typing`` or ``annotationlib``."""
    text: str | None = getattr(annotation, "__forward_arg__", None)
    return text


def is_own(frame: FrameType) -> bool:
    """Whether it runs a module of this library, and no example that has such a module's names."""
    name = frame.f_globals.get("__name__")
    if not isinstance(name, str) or name.partition(".")[0] != PACKAGE:
        return False
    module = sys.modules.get(name)
    return module is not None and vars(module) is frame.f_globals


class LaterNames(ast.NodeTransformer):
    """Puts a ``ForwardClass`` where a type has a name that is not there yet.

    What is called, or calls something, is a value: ``StringField(choices=SIZES)``. It is left as it
    is.

    Parameters:
        names: the names that are there.
        place, module, qualname: as for ``ForwardClass``.

    Attributes:
        found: the names that are not there, with what is put into their places.
    """

    def __init__(self, names: Mapping[str, Any], place: str, module: str, qualname: str) -> None:
        self.found: dict[str, Any] = {}
        self._known = names
        self._place = place, module, qualname

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._known_or_later(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return self._known_or_later(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def _known_or_later(self, node: ast.expr) -> ast.AST:
        path = path_of(node)
        if path is None or self._is_known(path):
            return node
        name = ".".join(path)
        self.found[name] = ForwardClass(name, *self._place)
        return ast.Name(name, ast.Load())

    def _is_known(self, path: list[str]) -> bool:
        root, *rest = path
        if root not in self._known:
            return False
        found = self._known[root]
        for part in rest:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True


def path_of(node: ast.expr) -> list[str] | None:
    """The parts of ``name`` or ``module.name``; ``None`` for anything else."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        before = path_of(node.value)
        return None if before is None else [*before, node.attr]
    return None

"""Documents: embedded ones, of one class or of several, and references to others."""

from __future__ import annotations

from typing import Any, Self

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_class import SELF
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.forward_class import ForwardClass
from aiomotorengine.fields.generic_embedded_document_field import GenericEmbeddedDocumentField
from aiomotorengine.fields.generic_reference_field import GenericReferenceField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.typed.hints import Hint
from aiomotorengine.typed.reference import Reference

__all__ = ["field_for"]


def field_for(hint: Hint) -> BaseField[Any] | None:
    """The field of documents; ``None`` if the type means something else."""
    alternatives = [hint.part(it) for it in hint.alternatives]
    referred = [referred_classes(it) for it in alternatives]
    if all(it is not None for it in referred):
        return reference_field(hint, [it for classes in referred for it in classes or ()])
    classes = [document_class(it) for it in alternatives]
    if any(it is None for it in classes):
        return None
    if len(classes) > 1:
        return hint.make(GenericEmbeddedDocumentField, classes)
    return hint.make(EmbeddedDocumentField, *classes)


def reference_field(hint: Hint, classes: list[Any]) -> BaseField[Any]:
    """The field of references to documents of some classes."""
    if len(classes) == 1:
        return hint.make(ReferenceField, *classes)
    return hint.make(GenericReferenceField, classes or None)


def referred_classes(hint: Hint) -> list[Any] | None:
    """The classes of what is referred to, none for any; ``None`` if the type is no reference."""
    if hint.origin is not Reference or not hint.arguments:
        return None
    target = hint.part(hint.arguments[0])
    if target.annotation is Any:
        return []
    classes = [document_class(target.part(it)) for it in target.alternatives]
    if any(it is None for it in classes):
        raise TypeError(f"{hint.context.place}: {target.annotation!r} is no document class.")
    return classes


def document_class(hint: Hint) -> Any:
    """What a field is given for the class of documents that a type is; ``None`` if it is none."""
    if isinstance(hint.origin, ForwardClass):
        return hint.origin
    if hint.origin is Self:
        return SELF
    is_class = isinstance(hint.origin, type) and issubclass(hint.origin, DocumentStorage)
    return hint.origin if is_class else None

"""``$lookup``: documents that others refer to, or that refer to them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from aiomotorengine.aggregation.computed import key_to_set
from aiomotorengine.aggregation.names import COMPUTED, Names, ReshapedNames, lists_along
from aiomotorengine.aggregation.pipeline import Pipeline, refuse_elsewhere, stages_of_part
from aiomotorengine.aggregation.stages.base import PipelineOperation
from aiomotorengine.fields.base_field import BaseField, document_classes
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.query_builder.masking import masked
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.query_builder.ownership import are_related
from aiomotorengine.query_builder.value_path import ValuePath, value_path
from aiomotorengine.registry import classes_named, get_document
from aiomotorengine.storage.discriminators import condition_of

__all__ = ["Lookup", "joined_field", "reference_in", "refuse_part_of_other"]


class Lookup(PipelineOperation):
    """Documents joined by a reference; see ``Aggregation.lookup``.

    Attributes:
        target: the class of the documents that are joined.
        is_list: whether they come as a list.
    """

    def __init__(
        self,
        aggregation: Pipeline,
        field: BaseField[Any] | str,
        into: str | None = None,
        part: Pipeline | None = None,
    ) -> None:
        super().__init__(aggregation)
        self.part = part
        given = field.replace("__", ".") if isinstance(field, str) else field
        other = reference_of_other(self.names, given)
        if other is None:
            path = value_path(self.names, given, "Invalid lookup() field '{}'")
            name = given if isinstance(given, str) else given.name
            lists = lists_along(self.names, given)
            self.target = reference_in(path, field).reference_type
            self.local, self.foreign = path.key, "_id"
            self.is_list = bool(lists)
            if into is None and self.is_list and lists != (path.key,):
                raise ValueError(
                    f"lookup({name!r}) leads through a list: say where the documents go, as "
                    "in into='found'."
                )
            self.key = path.key if into is None else key_to_set(aggregation, into)
            self.paths = {name: path.key} if into is None else {}
        else:
            self.target, self.foreign = other
            if into is None:
                raise ValueError(
                    f"lookup() joins the documents of {self.target.__name__} that refer to these: "
                    "say where they go, as in into='found'."
                )
            self.local, self.is_list = "_id", True
            self.paths = {}
            self.key = key_to_set(aggregation, into)
        refuse_elsewhere(aggregation.queryset.__klass__, self.target, "lookup")
        refuse_part_of_other(part, self.target, "lookup")

    def _stages(self, inner: list[Any]) -> list[dict[str, Any]]:
        lookup: dict[str, Any] = {
            "from": self.target.__collection__,
            "localField": self.local,
            "foreignField": self.foreign,
        }
        if inner:
            lookup["pipeline"] = inner
        stages: list[dict[str, Any]] = [{"$lookup": {**lookup, "as": self.key}}]
        if not self.is_list:
            unwind = {"path": f"${self.key}", "preserveNullAndEmptyArrays": True}
            stages.append({"$unwind": unwind})
        return stages

    def to_stages(self) -> list[dict[str, Any]]:
        if self.part is not None:
            return self._stages(stages_of_part(self.part))
        of_class = condition_of(self.target)
        return self._stages([{"$match": of_class}] if of_class else [])

    def to_query(self) -> dict[str, Any]:
        return self.to_stages()[0]

    def shown(self, document_class: Any) -> Any:
        if self.part is None:
            return self.to_stages()
        return masked(document_class, self._stages(self.part.shown_stages()))

    def conditions(self) -> Iterator[tuple[Any, QNode]]:
        if self.part is not None:
            yield from self.part.conditions()

    def names_after(self) -> Any:
        made = self.target if self.part is None else self.part.names
        joined = {self.key: joined_field(made, self.is_list)}
        return ReshapedNames(self.names, joined, paths=self.paths)


def reference_of_other(names: Any, given: BaseField[Any] | str) -> tuple[Any, str] | None:
    """The class whose documents refer to those that there are, and by which key.

    Parameters:
        names: what names mean for those that there are.
        given: what is joined by: a field of another class, or the names of both
            (``"Book.author"``), which type checkers know where a field is none to them.

    Returns:
        ``None`` if it belongs to the documents that there are.

    Raises:
        ValueError: it is no reference to these; or the class's name is that of several.
    """
    current = names.document_class if isinstance(names, Names) else names
    if isinstance(given, BaseField):
        owner = other_owner(current, given)
        field, key = given, given.db_field
    else:
        owner, rest = class_and_path(names, given)
        if owner is not None:
            path = value_path(owner, rest, "Invalid lookup() field '{}'")
            field, key = path.field, path.key
    if owner is None:
        return None
    refuse_reference_to_other(current, field, owner, given)
    return owner, key


def class_and_path(names: Any, given: str) -> tuple[Any, str]:
    """The class with whose name a text begins, and the rest; none where that is the name of
    something in the documents that there are.
    """
    name, _, rest = given.partition(".")
    if not rest or name in names._fields or not classes_named(name):
        return None, given
    try:
        return get_document(name), rest
    except ImportError as error:  # there are several
        raise ValueError(f"Invalid lookup() field {given!r}: {error}") from error


def other_owner(current: Any, field: BaseField[Any]) -> Any:
    """The class that declares a field, if it is another than the one whose documents there are."""
    owners = list(document_classes.get(field, ()))
    if not owners or any(are_related(current, owner) for owner in owners):
        return None
    return owners[0]


def reference_in(path: ValuePath, given: Any) -> ReferenceField[Any]:
    """The reference that is joined by.

    Raises:
        ValueError: it is none.
    """
    field = path.item
    if not isinstance(field, ReferenceField):
        raise ValueError(f"Invalid lookup() field {given!r}: {path.name!r} is no reference.")
    return field


def refuse_reference_to_other(current: Any, field: Any, owner: Any, given: Any) -> None:
    """Refuse a field of another class that does not refer to the documents that there are.

    Raises:
        ValueError: it does not.
    """
    reference = field._innermost
    if not isinstance(reference, ReferenceField) or not are_related(
        current, reference.reference_type
    ):
        raise ValueError(
            f"Invalid lookup() field {given!r}: it is a field of {owner.__name__}, and no "
            f"reference to {current.__name__}."
        )


def refuse_part_of_other(part: Any, target: Any, method: str) -> None:
    """Refuse a pipeline that is for documents of another class.

    Raises:
        TypeError: it is no aggregation.
        ValueError: it is one of another class.
    """
    if part is None:
        return
    if not isinstance(part, Pipeline):
        raise TypeError(
            f"{method}() takes an aggregation, as in pipeline={target.__name__}.objects.aggregate, "
            f"not {type(part).__name__}."
        )
    made_for = part.queryset.__klass__
    if not are_related(made_for, target):
        raise ValueError(
            f"{method}() joins documents of {target.__name__}, and its pipeline is for "
            f"{made_for.__name__}."
        )


def joined_field(names: Any, is_list: bool) -> BaseField[Any]:
    """The field by which documents are known that were put into others.

    Parameters:
        names: their class, or what names mean in them.
        is_list: whether they are in a list.
    """
    document_class = names.as_class() if isinstance(names, Names) else names
    return COMPUTED if document_class is None else field_of_documents(document_class, is_list)


@lru_cache(maxsize=256)
def field_of_documents(document_class: Any, is_list: bool) -> BaseField[Any]:
    # Made once: with each field that is made, all conversions are compiled anew.
    field = EmbeddedDocumentField(document_class)
    return ListField(field) if is_list else field

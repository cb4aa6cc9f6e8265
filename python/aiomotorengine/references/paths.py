"""What is named when references are to be loaded: attributes, and paths that lead further, into
embedded documents and through references.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.generic_reference_field import GenericReferenceField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.storage.discriminators import family_of

__all__ = [
    "REFERENCES",
    "Wanted",
    "references_along",
    "refuse_other_targets",
    "wanted_of",
]

REFERENCES = (ReferenceField, GenericReferenceField)


class Wanted:
    """Which references are loaded in a document, and in what they lead to.

    Attributes:
        inside: what is wanted behind each attribute: in the embedded document there, or in the one
            that a reference there leads to.
        is_all: whether all other references of the document are wanted as well.
        targets: the query that finds what references here lead to; ``None`` for any document.
    """

    __slots__ = ("inside", "is_all", "targets")

    def __init__(self, inside: dict[str, Wanted] | None = None, *, is_all: bool = False) -> None:
        self.inside = {} if inside is None else inside
        self.is_all = is_all
        self.targets: Any = None

    def at(self, names: Iterable[str]) -> Wanted:
        """What is wanted at the end of a path, and from now on something is."""
        found = self
        for name in names:
            found = found.inside.setdefault(name, Wanted())
        return found


def wanted_of(document_class: Any, names: Iterable[str]) -> Wanted:
    """What ``load_references`` is asked for.

    Parameters:
        document_class: the class of the document.
        names: attributes, or paths.

    Raises:
        ValueError: there is no such field, or a path leads to no reference.
        TypeError: it is no name.
    """
    wanted = Wanted()
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"fields must be a list of names, not of {type(name).__name__}.")
        if name in document_class._fields:
            wanted.at([name])
        elif "." in name or "__" in name:
            call = "load_references() path"
            wanted.at(follow(document_class, name, call, ends_in_document=True).names)
        else:
            raise ValueError(f"Field {name} not found in {document_class.__name__}.")
    return wanted


class Path(NamedTuple):
    """A path that leads to references.

    Attributes:
        names: the attributes that it names.
        references: the fields of the references at its end.
        size: how many of the names lead through the document itself, up to its first reference.
    """

    names: tuple[str, ...]
    references: list[BaseField[Any]]
    size: int


def references_along(document_class: Any, path: str, argument: str) -> Path:
    """What a path means.

    Parameters:
        document_class: the class that it begins in.
        path: the names of attributes, with dots or with two underscores between them.
        argument: what errors call the path.

    Raises:
        ValueError: a name on the way leads to no reference, and no further to one.

    Example:
        >>> from aiomotorengine import Document, EmbeddedDocumentField, ListField, ReferenceField
        >>> class Person(Document):
        ...     pass
        >>> class Comment(Document):
        ...     by = ReferenceField(Person)
        >>> class Post(Document):
        ...     comments = ListField(EmbeddedDocumentField(Comment))
        >>> references_along(Post, "comments.by", "path").names
        ('comments', 'by')
    """
    return follow(document_class, path, argument)


def follow(
    document_class: Any, path: str, argument: str, *, ends_in_document: bool = False
) -> Path:
    names = path.split(".")
    if names[0] not in names_in([document_class]):
        names = path.replace("__", ".").split(".")
    holders: Sequence[Any] = [document_class]
    found: list[BaseField[Any]] = []
    size = 0
    for index, name in enumerate(names):
        if index and not holders:
            raise ValueError(
                f"Invalid {argument} '{path}': '{names[index - 1]}' refers to documents of any "
                f"class, of which nobody knows what '{name}' is. Name classes in its choices."
            )
        leaves = list(leaves_of(holders, name))
        found = [leaf for leaf in leaves if isinstance(leaf, REFERENCES)]
        embedded = [leaf for leaf in leaves if isinstance(leaf, EmbeddedDocumentField)]
        is_last = index == len(names) - 1
        if not found and (not embedded or (is_last and not ends_in_document)):
            raise ValueError(f"Invalid {argument} '{path}': '{name}' is no reference.")
        if found and not size:
            size = index + 1
        holders = [it for leaf in (*found, *embedded) for it in classes_of(leaf)]
    return Path(tuple(names), found, size)


def names_in(classes: Iterable[Any]) -> set[str]:
    return {name for one in classes for it in family_of(one) for name in it._fields}


def leaves_of(classes: Iterable[Any], name: str) -> Iterator[BaseField[Any]]:
    """The fields of a name in classes and in those whose documents are found with theirs; of
    containers, the fields of what is in them.
    """
    declared = [it._fields[name] for one in classes for it in family_of(one) if name in it._fields]
    for field in dict.fromkeys(declared):
        yield from field._leaves


def classes_of(field: BaseField[Any]) -> Iterable[Any]:
    """The classes of the documents that a field holds or refers to, as far as they are known."""
    if isinstance(field, GenericReferenceField):
        return field.document_classes or ()
    if isinstance(field, ReferenceField):
        return [field.reference_type]
    assert isinstance(field, EmbeddedDocumentField)
    return [field.embedded_type]


def refuse_other_targets(
    document_class: Any, references: Sequence[BaseField[Any]], path: str
) -> None:
    """Refuse a query of documents to which none of some references leads.

    Parameters:
        document_class: the class of the documents.
        references: the references.
        path: how they are called in the error.

    Raises:
        ValueError: it is one.
    """
    classes = [it for reference in references for it in classes_of(reference)]
    if not any(issubclass(document_class, it) for it in classes):
        names = ", ".join(it.__name__ for it in dict.fromkeys(classes))
        raise ValueError(
            f"prefetch() of '{path}' takes a queryset of {names}, not of {document_class.__name__}."
        )

"""Which classes refer to a class, and what becomes of their documents when its own are deleted.

Class bodies say it with ``ReferenceField(..., on_delete=...)``. Whom the rules are about is found
out when documents of a class are deleted for the first time, since a field may name its target by a
path to what is defined later. Nothing here keeps a class alive: who is gone refers to nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from weakref import ref

from aiomotorengine.fields.reference_field import OnDelete, ReferenceField
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.discriminators import condition_of, family_of
from aiomotorengine.writing.deletion.declared import declaring, found_rules
from aiomotorengine.writing.deletion.paths import ReferencePath, references_of

__all__ = ["DeleteRule", "rules_for"]


class DeleteRule(NamedTuple):
    """What becomes of documents when those that they refer to are deleted.

    Attributes:
        document_class: the class that refers.
        path: where the references stand in it.
        action: what becomes of its documents.
    """

    document_class: Any
    path: ReferencePath
    action: OnDelete

    def query(self, ids: Sequence[Any]) -> dict[str, Any]:
        """What finds the documents in which one of these ids stands there."""
        return {**condition_of(self.document_class), **self.path.query(ids)}


class WeakRule(NamedTuple):
    """A rule that does not keep the class alive."""

    document_class: ref[type[Any]]
    path: ReferencePath
    action: OnDelete


def rules_for(document_class: type[Any]) -> list[DeleteRule]:
    """The rules that point to a class or to one of its bases.

    Raises:
        ImportError: a reference names its target by a path under which nothing is found, and the
            name at its end is that of the class or of one of its bases.
        NameError: the same of an annotation.
    """
    if not declaring:
        return []
    rules = found_rules.get(document_class)
    if rules is None:
        rules = found_rules[document_class] = tuple(find_rules(document_class))
    classes = ((rule.document_class(), rule) for rule in rules)
    return [
        DeleteRule(referring, rule.path, rule.action)
        for referring, rule in classes
        if referring is not None
    ]


def find_rules(document_class: type[Any]) -> Iterator[WeakRule]:
    for referring in dict.fromkeys(classes_below(DocumentStorage)):
        for path, reference in references_of(referring):
            if reference.on_delete is None:
                continue
            try:
                is_about = may_refer_to(reference, document_class)
            except (ImportError, NameError) as error:
                error.add_note(
                    f"It is the target of {referring.__name__}.{path.name}, whose "
                    f"on_delete={reference.on_delete!r} has to be obeyed."
                )
                raise
            if is_about:
                yield WeakRule(ref(referring), path, reference.on_delete)


def classes_below(base: type[Any]) -> Iterator[Any]:
    """The document classes that there are, in the order in which they were made."""
    for derived in type.__subclasses__(base):
        if "_fields" in vars(derived):
            yield derived
        yield from classes_below(derived)


def may_refer_to(reference: ReferenceField[Any], document_class: type[Any]) -> bool:
    """Whether documents of a class may stand in a reference.

    Raises:
        ImportError: nothing is found under the path of the target, and it might be the class.
        NameError: the same of an annotation.
    """
    try:
        wanted = reference.reference_type
        return issubclass(document_class, wanted) or wanted in family_of(document_class)
    except (ImportError, NameError):
        name = str(reference._reference_document_type).rpartition(".")[2]
        if any(base.__name__ == name for base in document_class.__mro__):
            raise
        return False
    except ValueError:
        return False  # no document class, so that the field refuses all that is assigned

"""The command ``check``: what is wrong with document classes, found without a server."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from aiomotorengine import registry
from aiomotorengine.codec.explain import python_parts
from aiomotorengine.codec.plan import plan_of
from aiomotorengine.commands.models import BrokenModuleError, CommandError, full_name, import_module
from aiomotorengine.commands.wording import counted
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.generic_embedded_document_field import GenericEmbeddedDocumentField
from aiomotorengine.fields.generic_reference_field import GenericReferenceField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.indexes import declared
from aiomotorengine.indexes.classes import classes_beside
from aiomotorengine.locations import location_of, shown
from aiomotorengine.schema.collection import options_of
from aiomotorengine.search import ensuring as searching
from aiomotorengine.storage.shard_keys import shard_key_of
from aiomotorengine.validation import refusals_of_value

__all__ = [
    "SUMMARY",
    "CheckReport",
    "Finding",
    "InPython",
    "add_arguments",
    "check",
    "run",
]

SUMMARY = "find what is wrong with document classes, and what of them is not converted natively"

RESOLVED: tuple[tuple[type[BaseField[Any]], Callable[[Any], Any]], ...] = (
    (EmbeddedDocumentField, lambda field: field.embedded_type),
    (ReferenceField, lambda field: field.reference_type),
    (GenericReferenceField, lambda field: field.document_classes),
    (GenericEmbeddedDocumentField, lambda field: field._fields_by_name),
)
"""The fields that name document classes, and what looks these up."""

NOT_FOUND = (ImportError, NameError)
"""What is raised for a name that means no class."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong.

    Attributes:
        place: the dotted name of a class, or of an attribute of one; or of a module that can't be
            imported.
        message: what it is.
    """

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class InPython:
    """Something that is right, and converted by Python where the native codec would be faster.

    Attributes:
        place: the dotted name of a class, where it is about whole documents, or of an attribute.
        methods: the methods that Python runs.
        reason: why.
    """

    place: str
    methods: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {', '.join(self.methods)}: {self.reason}"


@dataclass(frozen=True)
class CheckReport:
    """What was found in document classes; as a text, a line for each.

    Attributes:
        classes: the classes.
        findings: what is wrong with them.
        in_python: what of them the native codec leaves to Python, which is nothing wrong.
    """

    classes: tuple[type[Any], ...]
    findings: tuple[Finding, ...]
    in_python: tuple[InPython, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def __str__(self) -> str:
        counts = counted(len(self.classes), "class"), counted(len(self.findings), "problem")
        lines = [", ".join(counts), *map(str, self.findings)]
        if self.in_python:
            lines += ["", "Converted by Python:", *map(str, self.in_python)]
        return "\n".join(lines)


def check(document_classes: Iterable[type[Any]] | None = None) -> CheckReport:
    """Find what is wrong with document classes, and would else show only when they are used.

    Names of classes in fields have to mean some, names in indexes and shard keys fields; the
    classes of a union have to be told apart, and defaults to be valid. Functions that make defaults
    are called. Where the classes are wrong by themselves they were refused as they were made.

    Parameters:
        document_classes: the classes; by default all that there are.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> from aiomotorengine.commands.check import check
        >>> class Odd(Document):
        ...     __indexes__ = ["nmae"]
        ...     size = IntField(min_value=1, default=0)
        >>> report = check([Odd])
        >>> report.ok, [finding.message for finding in report.findings]
        (False, ["The default 0 is refused: Field 'size' must be valid (0 (int); a whole number \
of at least 1 is wanted).", "Index ('nmae',): Odd has no field 'nmae'."])
    """
    chosen = registry.documents() if document_classes is None else document_classes
    classes: tuple[Any, ...] = tuple(chosen)
    findings = (finding for one in classes for finding in findings_in(one))
    in_python = (part for one in classes if not one.__abstract__ for part in parts_of(one))
    return CheckReport(classes, tuple(dict.fromkeys(findings)), tuple(in_python))


def findings_in(document_class: Any) -> Iterator[Finding]:
    place = full_name(document_class)
    said = set()
    for field in [*document_class._declared_key, *document_class._fields.values()]:
        for error in unresolved(field):
            said.add(str(error))
            yield Finding(f"{place}.{field.name}", str(error))
        for inside, message in wrong_default(document_class, field):
            yield Finding(".".join((place, field.name, *inside)), message)
    for error in wrong_names(document_class):
        if not isinstance(error, NOT_FOUND) and str(error) not in said:
            yield Finding(place, str(error))


def unresolved(field: BaseField[Any]) -> Iterator[Exception]:
    """What is raised for the names of classes in a field, or in what its values consist of."""
    for kind, resolve in RESOLVED:
        if isinstance(field, kind):
            try:
                resolve(field)
            except Exception as error:  # it may also come of a module that is imported for it
                yield error
    for inner in field._inner_fields:
        yield from unresolved(inner)


def wrong_default(
    document_class: Any, field: BaseField[Any]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Why the default of a field is no valid value, and where in it.

    That something is missing, or a list is empty, is nothing wrong: a document may be completed
    later.
    """
    if field.default is None:
        return
    try:
        default = field.default() if callable(field.default) else field.default
        value = field._presented(field._kept(default))
        if field._holds_items and field.is_empty(value):
            return
        refusals = list(refusals_of_value(field, value, strict=document_class.__strict__))
    except Exception as error:
        if not isinstance(error, NOT_FOUND):
            yield (), f"The default can't be made: {type(error).__name__}: {error}"
        return
    for refusal in refusals:
        if isinstance(refusal, InvalidDocumentError) and refusal.code == "required":
            continue
        if isinstance(refusal, NOT_FOUND):
            continue
        location = location_of(refusal)
        about = f" ({location.about})" if location and location.about else ""
        parts = tuple(map(str, location.parts)) if location else ()
        default_shown = shown(default, secret=field._is_secret(value))
        message = str(refusal).removesuffix(".")
        yield parts, f"The default {default_shown} is refused: {message}{about}."


def wrong_names(document_class: Any) -> Iterator[Exception]:
    """What is raised for names of fields in the indexes and settings of a class."""
    if document_class.__collection__ is None:
        return  # they are those of the classes that derive from it
    yield from declared.refusals_of(document_class)
    yield from searching.refusals_of(document_class)
    asked: list[Callable[[Any], Any]] = [shard_key_of, options_of]
    if not any(any(declared.refusals_of(one)) for one in classes_beside(document_class)):
        asked.append(declared.declared_for)  # which differ from class to class, if anything
    for ask in asked:
        try:
            ask(document_class)
        except Exception as error:
            yield error


def parts_of(document_class: Any) -> Iterator[InPython]:
    """What of a class is converted by Python."""
    name = full_name(document_class)
    try:
        plan = plan_of(document_class)
    except (ImportError, NameError, ValueError):
        return  # which the fields have said already
    for part in python_parts(plan):
        place = f"{name}.{part.name}" if part.name else name
        yield InPython(place, part.methods, part.reason)


# -- on the command line ---------------------------------------------------------------------------


def add_arguments(parser: ArgumentParser) -> None:
    """What the command line takes for it."""
    parser.add_argument(
        "modules",
        nargs="+",
        metavar="MODULE",
        help="modules whose document classes are checked, with those of all that they import",
    )


def run(arguments: Namespace) -> int:
    """Import the modules, check all classes that are known then, and print the report.

    That a class body is refused is something found.
    """
    broken = []
    for name in arguments.modules:
        try:
            import_module(name)
        except BrokenModuleError as error:
            broken.append(Finding(error.module, f"It can't be imported: {error.reason}"))
    report = check()
    if not report.classes and not broken:
        raise CommandError(f"No document class is declared in {', '.join(arguments.modules)}.")
    report = CheckReport(report.classes, (*broken, *report.findings), report.in_python)
    print(report)
    return 0 if report.ok else 1

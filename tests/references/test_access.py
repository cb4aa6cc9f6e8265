"""References before and after loading: what the attribute reads, what is stored."""

from __future__ import annotations

import pytest
from bson import ObjectId

from aiomotorengine import Document, EmbeddedDocumentField, ListField, ReferenceField
from aiomotorengine.errors import LoadReferencesRequiredError
from tests.references.library import Author, Book, Comment

COMPLAINT = (
    "The property 'author' can't be accessed before calling 'load_references' on its instance "
    "first (Book) or setting __lazy__ to False in the Book class."
)


def test_an_unloaded_reference_complains_when_read() -> None:
    book = Book.from_son({"a": ObjectId()})
    with pytest.raises(LoadReferencesRequiredError) as complaint:
        _ = book.author
    assert str(complaint.value) == COMPLAINT
    assert isinstance(complaint.value, RuntimeError)


def test_the_complaint_is_no_attribute_error() -> None:
    book = Book.from_son({"a": ObjectId()})
    with pytest.raises(LoadReferencesRequiredError):
        hasattr(book, "author")
    with pytest.raises(LoadReferencesRequiredError):
        getattr(book, "author", None)


def test_the_complaint_names_the_class_that_was_read() -> None:
    class Novel(Book):
        pass

    with pytest.raises(LoadReferencesRequiredError, match=r"first \(Novel\).*in the Novel class"):
        _ = Novel(author=ObjectId()).author


def test_an_unset_reference_reads_none() -> None:
    assert Book().author is None
    assert Book.from_son({"a": None}).author is None


def test_an_assigned_document_is_loaded_an_assigned_id_is_not() -> None:
    ada = Author(_id=ObjectId(), name="Ada")
    book = Book(author=ada)
    assert book.author is ada
    book.author = ada._id
    with pytest.raises(LoadReferencesRequiredError):
        _ = book.author
    book.author = ada
    assert book.author is ada
    book.author = None
    assert book.author is None


def test_a_list_of_references_is_a_list_of_ids_before_loading() -> None:
    ids = [ObjectId(), ObjectId()]
    assert Book.from_son({"rs": ids}).readers == ids


def test_what_is_stored_is_the_id_loaded_or_not() -> None:
    ada = Author(_id=ObjectId(), name="Ada")
    other = ObjectId()
    for author in (ada, ada._id):
        son = Book(author=author, readers=[author, other]).to_son()
        assert (son["a"], son["rs"]) == (ada._id, [ada._id, other])


def test_references_in_embedded_documents_complain_too() -> None:
    book = Book.from_son({"comments": [{"b": ObjectId()}], "review": {"first": {"b": ObjectId()}}})
    with pytest.raises(LoadReferencesRequiredError, match=r"first \(Comment\)"):
        _ = book.comments[0].by
    with pytest.raises(LoadReferencesRequiredError, match="'by'"):
        _ = book.review.first.by


def test_a_document_of_another_class_is_not_valid() -> None:
    with pytest.raises(ValueError, match=r"Field 'author' must be valid\."):
        Book(author=Comment(_id=ObjectId())).validate()
    with pytest.raises(ValueError, match=r"Field 'readers' must be valid\."):
        Book(readers=[Comment(_id=ObjectId())]).validate()
    with pytest.raises(ValueError, match=r"Field 'author' must be valid\."):
        Book(author=Author(name="unsaved")).validate()


def test_a_path_that_leads_nowhere_is_an_import_error() -> None:
    class Lost(Document):
        nothing = ReferenceField("Nothing")
        nowhere = EmbeddedDocumentField("tests.references.library.Nowhere")

    with pytest.raises(ImportError, match=r"Can't find class Nothing\."):
        Lost(nothing=ObjectId()).validate()
    with pytest.raises(ImportError, match="Nowhere"):
        Lost.from_son({"nowhere": {"a": 1}})


def test_a_class_that_is_no_document_is_refused_at_first_use() -> None:
    class WrongReference(Document):
        field = ReferenceField(int)  # type: ignore[type-var]

    class WrongEmbedded(Document):
        field = ListField(EmbeddedDocumentField(int))  # type: ignore[type-var]

    for document, argument in (
        (WrongReference(field=ObjectId()), "reference_document_type"),
        (WrongEmbedded(field=[5]), "embedded_document_type"),
    ):
        with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the text follows
            document.validate()
        assert str(refusal.value) == (
            f"The field '{argument}' argument must be a subclass of Document, not '<class 'int'>'."
        )

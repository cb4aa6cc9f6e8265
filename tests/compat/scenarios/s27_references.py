"""S27 References: lazy, loaded on request, loaded always."""

from tests.compat.scenarios.prelude import *


class Author(Document):
    name = StringField(required=True)


class Book(Document):
    author = ReferenceField(reference_document_type=Author)
    readers = ListField(ReferenceField(Author))


class EagerBook(Document):
    __lazy__ = False
    __collection__ = "Book"
    author = ReferenceField(Author)
    readers = ListField(ReferenceField(Author))


async def scenario():
    ada, bob = await Author(name="Ada").save(), await Author(name="Bob").save()
    book = await Book(author=ada, readers=[ada, bob]).save()
    loaded = await Book.objects.get(book._id)
    with raises(LoadReferencesRequiredError,
                "The property 'author' can't be accessed before calling 'load_references' "
                "on its instance first (Book) or setting __lazy__ to False in the Book class."):
        loaded.author
    assert loaded.readers == [ada._id, bob._id]
    result = await loaded.load_references(fields=["author"])
    assert result["loaded_reference_count"] == 1 and loaded.author.name == "Ada"
    result = await loaded.load_references()
    assert result["loaded_reference_count"] == 2
    assert [r.name for r in loaded.readers] == ["Ada", "Bob"]
    assert (await loaded.load_references()) == {
        "loaded_reference_count": 0, "loaded_values": []}
    assert (await EagerBook.objects.get(book._id)).author.name == "Ada"
    assert (await Book.objects.find_all(lazy=False))[0].readers[1].name == "Bob"
    assert await Book.objects.filter(author=ada).count() == 1
    assert await Book.objects.filter(author__in=[ada, bob._id]).count() == 1
    await ada.delete()
    eager = (await EagerBook.objects.find_all())[0]
    assert eager.author is None
    await eager.save()
    assert (await Book.objects.coll().find_one({}))["author"] == ada._id
    with raises(InvalidDocumentError, "Field 'author' must be valid."):
        await Book(author=Author(name="unsaved")).save()

run(scenario)

"""prefetch: references that are loaded with what a query finds."""

from __future__ import annotations

import asyncio
import pickle
import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    BooleanField,
    Document,
    EmbeddedDocumentField,
    GenericReferenceField,
    IntField,
    ListField,
    MapField,
    QuerySet,
    ReferenceField,
    StringField,
    TupleField,
    U,
    transaction,
)
from aiomotorengine.errors import LoadReferencesRequiredError, StoredValueError
from tests.harness import Mongo
from tests.integration.aliases import other_database
from tests.integration.commands import Commands, watch


class Company(Document):
    name = StringField()


class PrefetchedThing(Document):
    """The only class of its collection, so that a reference without choices leads here."""


class Person(Document):
    name = StringField()
    is_active = BooleanField(default=True)
    age = IntField()
    company = ReferenceField(Company)
    boss = ReferenceField("self")


class Comment(Document):
    user = ReferenceField(Person, db_field="u")
    also = ReferenceField(Person)


class Post(Document):
    title = StringField()
    author = ReferenceField(Person, db_field="a")
    editor = ReferenceField(Person)
    publisher = ReferenceField(Company)
    readers = ListField(ReferenceField(Person))
    comments = ListField(EmbeddedDocumentField(Comment), db_field="c")
    best = EmbeddedDocumentField(Comment)
    pair = TupleField(ReferenceField(Person), ReferenceField(Company))
    by_role = MapField(ReferenceField(Person))
    notes = MapField(EmbeddedDocumentField(Comment))
    about = GenericReferenceField(choices=[Person, Company])
    anything = GenericReferenceField()


class EagerPerson(Document):
    __collection__ = "Person"
    __lazy__ = False
    name = StringField()
    company = ReferenceField(Company)


class EagerPost(Document):
    __collection__ = "Post"
    __lazy__ = False
    author = ReferenceField(Person, db_field="a")
    editor = ReferenceField(EagerPerson)


class Animal(Document):
    __discriminator__ = "_cls"


class Dog(Animal):
    owner = ReferenceField(Person)


class Cat(Animal):
    pass


class Kennel(Document):
    animals = ListField(ReferenceField(Animal))
    guard = ReferenceField(Dog)


@pytest.fixture
async def people(mongo: Mongo, codec: str) -> dict[str, Any]:
    """Ann and Bob of Acme, and Cid, who is not active."""
    acme = await Company(name="Acme").save()
    ann = await Person(name="Ann", company=acme).save()
    bob = await Person(name="Bob", company=acme, boss=ann).save()
    cid = await Person(name="Cid", is_active=False).save()
    return {"acme": acme, "ann": ann, "bob": bob, "cid": cid}


@pytest.fixture
def commands(mongo: Mongo, people: dict[str, Any]) -> Commands:
    """What is sent from when the people are stored."""
    return watch(mongo)


def asked(commands: Commands) -> list[str]:
    """The collections that were read, in turn."""
    return [sent["find"] for sent in commands.of("find")]


# -- what is loaded ------------------------------------------------------------------------------


async def test_one_find_for_all_and_one_instance(
    people: dict[str, Any], commands: Commands
) -> None:
    await Post.objects.bulk_insert([Post(title=t, author=people["ann"]) for t in "xyz"])
    x, y, z = await Post.objects.order_by("title").prefetch("author").to_list()
    assert x.author.name == "Ann"
    assert x.author is y.author is z.author
    assert asked(commands) == ["Post", "Person"]
    with pytest.raises(LoadReferencesRequiredError):
        _ = x.author.company


async def test_paths_lead_through_references(people: dict[str, Any], commands: Commands) -> None:
    await Post(author=people["bob"], publisher=people["acme"]).save()
    (post,) = await Post.objects.prefetch("author.company", "author.boss").to_list()
    assert (post.author.company.name, post.author.boss.name) == ("Acme", "Ann")
    assert asked(commands) == ["Post", "Person", "Company", "Person"]


async def test_each_class_is_asked_for_once_a_level(
    people: dict[str, Any], commands: Commands
) -> None:
    ann, bob = people["ann"], people["bob"]
    comments = [Comment(user=ann), Comment(user=bob, also=ann)]
    await Post(author=ann, editor=bob, publisher=people["acme"], comments=comments).save()
    found = Post.objects.prefetch(
        "author", Post.editor, "publisher", "comments.user", "comments__also", "author.company"
    )
    (post,) = await found.to_list()
    assert asked(commands) == ["Post", "Person", "Company"]
    assert post.author is post.comments[0].user is post.comments[1].also
    assert post.editor is post.comments[1].user
    assert post.author.company is post.publisher


async def test_whatever_holds_references(people: dict[str, Any], commands: Commands) -> None:
    ann, bob, acme = people["ann"], people["bob"], people["acme"]
    thing = await PrefetchedThing().save()
    commands.forget()
    await Post(
        readers=[bob, ann, bob],
        best=Comment(user=ann, also=bob),
        pair=(ann, acme),
        by_role={"first": bob},
        about=acme,
        anything=thing,
    ).save()
    (post,) = await Post.objects.prefetch(
        "readers", "best.user", "pair", "by_role", "about", "anything"
    ).to_list()
    assert [it.name for it in post.readers] == ["Bob", "Ann", "Bob"]
    assert post.readers[0] is post.readers[2] is post.by_role["first"]
    assert post.best.user is post.readers[1] is post.pair[0]
    assert post.pair[1] is post.about
    assert post.anything._id == thing._id
    with pytest.raises(LoadReferencesRequiredError):
        _ = post.best.also
    assert asked(commands) == ["Post", "Person", "Company", "PrefetchedThing"]


async def test_what_is_gone_reads_none_and_is_saved_unharmed(people: dict[str, Any]) -> None:
    gone = ObjectId()
    await Post(author=gone, readers=[people["ann"], gone]).save()
    (post,) = await Post.objects.prefetch("author", "readers").to_list()
    assert post.author is None
    assert [it and it.name for it in post.readers] == ["Ann", None]
    post.title = "changed"
    await post.save()
    stored = await Post.objects.coll().find_one({})
    assert (stored["a"], stored["readers"]) == (gone, [people["ann"]._id, gone])


async def test_a_name_of_classes_below(people: dict[str, Any], commands: Commands) -> None:
    await Dog(owner=people["ann"]).save()
    await Cat().save()
    dog, cat = await Animal.objects.order_by("id").prefetch("owner.company").to_list()
    assert isinstance(dog, Dog)
    assert isinstance(cat, Cat)
    assert dog.owner.company.name == "Acme"


async def test_paths_of_one_queryset_lead_to_one_instance(
    people: dict[str, Any], commands: Commands
) -> None:
    await Post(author=people["ann"], readers=[people["ann"], people["bob"]]).save()
    active = Person.objects.filter(is_active=True)
    (post,) = await Post.objects.prefetch("author", "readers", queryset=active).to_list()
    assert post.author is post.readers[0]
    assert post.readers[1].name == "Bob"
    assert asked(commands) == ["Post", "Person"]


@pytest.mark.parametrize("paths", [("guard", "animals"), ("animals", "guard")])
async def test_references_of_a_class_and_of_its_base_lead_to_one_instance(
    people: dict[str, Any], commands: Commands, paths: tuple[str, ...]
) -> None:
    dog, cat = await Dog(owner=people["ann"]).save(), await Cat().save()
    await Kennel(animals=[cat, dog], guard=dog).save()
    commands.forget()
    (kennel,) = await Kennel.objects.prefetch(*paths).to_list()
    assert [type(it) for it in kennel.animals] == [Cat, Dog]
    assert kennel.animals[1] is kennel.guard
    looked_up = [len(sent["filter"]["_id"]["$in"]) for sent in commands.of("find")[1:]]
    assert sum(looked_up) == 2


async def test_what_is_wanted_of_one_instance_by_several_ways(people: dict[str, Any]) -> None:
    bob = people["bob"]
    await Post(author=bob, editor=bob).save()
    ann = people["ann"]
    ann.boss = people["cid"]
    await ann.save()
    (post,) = await Post.objects.prefetch("author.boss.company", "editor.boss.boss").to_list()
    assert post.author is post.editor
    assert post.author.boss.company.name == "Acme"
    assert post.author.boss.boss.name == "Cid"


async def test_circles_end(people: dict[str, Any], commands: Commands) -> None:
    ann = people["ann"]
    ann.boss = people["bob"]
    await ann.save()
    commands.forget()
    (bob,) = await Person.objects.filter(name="Bob").prefetch("boss.boss.boss").to_list()
    assert bob.boss.boss.boss is bob.boss
    assert asked(commands) == ["Person", "Person", "Person"]


async def test_nothing_is_asked_where_nothing_is_referred_to(commands: Commands) -> None:
    await Post(title="x").save()
    (post,) = await Post.objects.prefetch("author", "readers", "comments.user").to_list()
    assert post.author is None
    assert await Post.objects.filter(title="y").prefetch("author").to_list() == []
    assert asked(commands) == ["Post", "Post"]


# -- wherever documents are read -----------------------------------------------------------------


async def iterated(posts: QuerySet[Any]) -> list[Any]:
    return [post async for post in posts]


async def in_batches(posts: QuerySet[Any]) -> list[Any]:
    return [post async for batch in posts.batches(10) for post in batch]


READINGS: dict[str, Callable[[QuerySet[Any], Any], Awaitable[Any]]] = {
    "find_all": lambda posts, id: posts.find_all(),
    "to_list": lambda posts, id: posts.to_list(),
    "async for": lambda posts, id: iterated(posts),
    "batches": lambda posts, id: in_batches(posts),
    "page": lambda posts, id: posts.page(),
    "sample": lambda posts, id: posts.sample(1),
    "first": lambda posts, id: posts.first(),
    "last": lambda posts, id: posts.last(),
    "get": lambda posts, id: posts.get(id),
    "get_or_none": lambda posts, id: posts.get_or_none(id),
    "get_one": lambda posts, id: posts.get_one(id),
    "in_bulk": lambda posts, id: posts.in_bulk([id]),
    "get_or_create": lambda posts, id: posts.get_or_create(title="x"),
    "find_one_and_update": lambda posts, id: posts.find_one_and_update(U.set(title="y")),
    "find_one_and_delete": lambda posts, id: posts.find_one_and_delete(),
}


@pytest.mark.parametrize("reading", READINGS)
async def test_every_way_of_reading(people: dict[str, Any], reading: str) -> None:
    stored = await Post(title="x", author=people["ann"]).save()
    found = await READINGS[reading](Post.objects.prefetch("author"), stored._id)
    if isinstance(found, dict):
        found = [*found.values()]
    post = found if isinstance(found, Post) else next(iter(found))
    assert post.author.name == "Ann"


async def test_once_for_each_answer(people: dict[str, Any], commands: Commands) -> None:
    await Post.objects.bulk_insert([Post(author=people["ann"]) for _ in range(6)])
    commands.forget()
    posts = [post async for post in Post.objects.batch_size(3).prefetch("author")]
    assert asked(commands) == ["Post", "Person", "Person"]
    assert posts[0].author is posts[2].author
    assert posts[0].author is not posts[3].author


@pytest.mark.parametrize(
    "results", [lambda query: query, lambda query: query.aggregate.into(Post)], ids=["find", "into"]
)
async def test_once_for_an_answer_that_is_decoded_in_parts(
    people: dict[str, Any], commands: Commands, results: Callable[[Any], Any]
) -> None:
    posts = [Post(title="x" * 200, author=people["ann"]) for _ in range(90)]
    await Post.objects.bulk_insert(posts)
    commands.forget()
    found = [post async for post in results(Post.objects.prefetch("author"))]
    assert len({id(post.author) for post in found}) == 1
    assert len(found) == 90
    assert asked(commands).count("Person") == 1


async def test_what_precedes_an_unreadable_document_comes_with_its_references(
    people: dict[str, Any], commands: Commands
) -> None:
    posts = [Post(title="x" * 200, author=people["ann"]) for _ in range(90)]
    await Post.objects.bulk_insert(posts)
    await Post.objects.coll().update_one({"_id": posts[70]._id}, {"$set": {"best": 7}})
    commands.forget()
    names = []
    found = aiter(Post.objects.order_by("_id").prefetch("author"))
    for _ in range(70):
        names.append((await anext(found)).author.name)
    with pytest.raises(StoredValueError):
        await anext(found)
    assert names == ["Ann"] * 70
    assert asked(commands) == ["Post", "Person"]


async def test_an_answer_whose_end_is_unreadable_is_complete_before_the_next_is_read(
    people: dict[str, Any], commands: Commands
) -> None:
    posts = [Post(title="x" * 200, author=people["ann"]) for _ in range(90)]
    await Post.objects.bulk_insert(posts)
    await Post.objects.coll().update_one({"_id": posts[39]._id}, {"$set": {"best": 7}})
    commands.forget()
    left_out: list[Any] = []
    query = Post.objects.order_by("_id").batch_size(40).prefetch("author")
    found = query.on_unreadable(lambda error, stored: left_out.append(stored["_id"]))
    async with aclosing(aiter(found)) as arriving:
        assert (await anext(arriving)).author.name == "Ann"
    assert commands.names == ["find", "find", "killCursors"]
    assert left_out == [posts[39]._id]


# -- which of them, and how much -----------------------------------------------------------------


async def test_a_queryset_says_which(people: dict[str, Any], commands: Commands) -> None:
    cid = people["cid"]
    await Post.objects.bulk_insert([Post(title="x", author=people["ann"]), Post(author=cid)])
    active = Person.objects.filter(is_active=True)
    first, second = await Post.objects.prefetch("author", queryset=active).to_list()
    assert (first.author.name, second.author) == ("Ann", None)
    await second.save()
    assert await Post.objects.filter(author=cid).count() == 1
    none = await Post.objects.prefetch("author", queryset=Person.objects.none()).first()
    assert none is not None
    assert none.author is None


async def test_a_queryset_is_taken_as_it_is_then(people: dict[str, Any]) -> None:
    await Post(author=people["ann"]).save()
    some = Person.objects.filter(is_active=True)
    posts = Post.objects.prefetch("author", queryset=some)
    some.filter(name="nobody")
    (post,) = await posts.to_list()
    assert post.author.name == "Ann"


async def test_a_queryset_with_references_of_its_own(
    people: dict[str, Any], commands: Commands
) -> None:
    await Post(author=people["bob"], editor=people["ann"]).save()
    authors = Person.objects.prefetch("company")
    (post,) = await (
        Post.objects.prefetch("author", queryset=authors)
        .prefetch("author.boss", "editor")
        .to_list()
    )
    assert (post.author.company.name, post.author.boss.name) == ("Acme", "Ann")
    assert post.author.boss is post.editor
    with pytest.raises(LoadReferencesRequiredError):
        _ = post.editor.company


async def test_a_queryset_of_another_database(mongo: Mongo, codec: str) -> None:
    async with other_database(mongo) as _:
        acme = await Company.objects.create(name="Acme", alias="other")
        ann = await Person.objects.create(name="Ann", company=acme, alias="other")
        await Post(author=ann).save()
        elsewhere = Person.objects.using("other")
        (post,) = await Post.objects.prefetch("author", queryset=elsewhere).to_list()
        assert post.author.name == "Ann"
        (post,) = await (
            Post.objects.prefetch("author", queryset=elsewhere).prefetch("author.company").to_list()
        )
        assert post.author.company.name == "Acme"


async def test_the_connection_of_the_call_holds_for_what_is_loaded(
    mongo: Mongo, codec: str
) -> None:
    async with other_database(mongo) as _:
        ann = await Person.objects.create(name="Ann", alias="other")
        await Post.objects.create(author=ann, alias="other")
        (post,) = await Post.objects.prefetch("author").to_list(alias="other")
        assert post.author.name == "Ann"


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_it_takes_part_in_a_transaction(people: dict[str, Any]) -> None:
    async with transaction():
        dan = await Person(name="Dan").save()
        await Post(author=dan, editor=dan).save()
        known = Person.objects.filter(name="Dan")
        found = Post.objects.prefetch("author").prefetch("editor", queryset=known)
        (post,) = await found.to_list()
        assert (post.author.name, post.editor.name) == ("Dan", "Dan")


@pytest.mark.parametrize(
    ("path", "projection"),
    [
        ("author.company", {"title": 1, "a": 1}),
        ("comments.user", {"title": 1, "c.u": 1}),
        ("best.user.boss", {"title": 1, "best.u": 1}),
        ("pair", {"title": 1, "pair": 1}),
        ("notes.user", {"title": 1, "notes": 1}),
    ],
)
async def test_what_leads_to_references_is_loaded_with_a_part(
    people: dict[str, Any], commands: Commands, path: str, projection: dict[str, int]
) -> None:
    ann, bob = people["ann"], people["bob"]
    await Post(
        title="x",
        author=bob,
        comments=[Comment(user=bob)],
        best=Comment(user=bob),
        pair=(bob, people["acme"]),
        notes={"a": Comment(user=bob)},
    ).save()
    commands.forget()
    (post,) = await Post.objects.only("title").prefetch(path).to_list()
    assert commands.of("find")[0]["projection"] == {"_id": 1, **projection}
    found = {
        "author.company": lambda: post.author,
        "comments.user": lambda: post.comments[0].user,
        "best.user.boss": lambda: post.best.user,
        "pair": lambda: post.pair[0],
        "notes.user": lambda: post.notes["a"].user,
    }[path]()
    assert found.name == "Bob"
    if path == "best.user.boss":
        assert found.boss.name == ann.name


@pytest.mark.parametrize(
    ("left_out", "path"),
    [
        ("author", "author"),
        ("author", "author.company"),
        ("comments.user", "comments.user"),
        ("comments", "comments.user"),
    ],
)
async def test_what_is_left_out_is_not_loaded(
    people: dict[str, Any], left_out: str, path: str
) -> None:
    text = rf"exclude\('{left_out}'\) leaves out what prefetch\('{path}'\) would load"
    with pytest.raises(ValueError, match=text):
        Post.objects.exclude(left_out).prefetch(path)
    for posts in (Post.objects, Post.objects.only("title", left_out)):
        with pytest.raises(ValueError, match=text):
            await posts.prefetch(path).exclude(left_out).to_list()


async def test_one_class_of_several(people: dict[str, Any]) -> None:
    await Post.objects.bulk_insert([Post(about=people["cid"]), Post(about=people["acme"])])
    active = Person.objects.filter(is_active=True)
    first, second = await Post.objects.prefetch("about", queryset=active).to_list()
    assert first.about is None
    assert second.about.name == "Acme"


async def test_a_queryset_of_a_class_below(people: dict[str, Any]) -> None:
    dog, cat = await Dog(owner=people["ann"]).save(), await Cat().save()
    await Kennel(animals=[dog, cat]).save()
    dogs = Dog.objects.prefetch("owner")
    (kennel,) = await Kennel.objects.prefetch("animals", queryset=dogs).to_list()
    assert kennel.animals[1] is None
    assert kennel.animals[0].owner.name == "Ann"


# -- with what classes and query sets say of references ------------------------------------------


async def test_what_else_an_eager_class_loads(people: dict[str, Any], commands: Commands) -> None:
    await Post(author=people["ann"], editor=people["bob"]).save()
    (post,) = await EagerPost.objects.prefetch("author.company").to_list()
    assert (post.author.company.name, post.editor.name) == ("Acme", "Bob")
    assert post.editor.company.name == "Acme"
    (post,) = await EagerPost.objects.no_dereference().prefetch("author").to_list()
    assert post.author.name == "Ann"
    assert post._values["editor"] == people["bob"]._id


async def test_a_document_of_an_eager_class_has_its_own_loaded(people: dict[str, Any]) -> None:
    await Post(author=people["ann"], editor=people["ann"]).save()
    (post,) = await EagerPost.objects.no_dereference().prefetch("editor").to_list()
    assert post.editor.company.name == "Acme"
    lazy = EagerPerson.objects.no_dereference()
    (post,) = await EagerPost.objects.no_dereference().prefetch("editor", queryset=lazy).to_list()
    assert post.editor._values["company"] == people["acme"]._id


async def test_what_cannot_be_read(people: dict[str, Any]) -> None:
    ann = people["ann"]
    await Post(author=ann).save()
    await Person.objects.coll().update_one({"_id": ann._id}, {"$set": {"age": "x"}})
    with pytest.raises(StoredValueError, match="'age' of the Person"):
        await Post.objects.prefetch("author").to_list()
    errors: list[Any] = []
    (post,) = await Post.objects.prefetch("author").on_unreadable(errors).to_list()
    assert (post.author, len(errors)) == (None, 1)
    others = Person.objects.on_unreadable("skip")
    (post,) = await Post.objects.prefetch("author", queryset=others).to_list()
    assert post.author is None


# -- saying it -----------------------------------------------------------------------------------


def test_it_narrows_as_all_that_narrows() -> None:
    posts = Post.objects
    assert posts.prefetch("author") is posts
    copied = posts.clone().prefetch("editor")
    assert [it.names for it in posts._prefetched] == [("author",)]
    assert [it.names for it in copied._prefetched] == [("author",), ("editor",)]


async def test_what_is_said_later_does_not_count(people: dict[str, Any]) -> None:
    await Post.objects.bulk_insert([Post(author=people["ann"], editor=people["bob"])])
    for read in (iterated, in_batches):
        posts = Post.objects.prefetch("author")
        reading = read(posts)
        pending = asyncio.ensure_future(reading)
        await asyncio.sleep(0)
        posts.prefetch("editor")
        (post,) = await pending
        assert post.author.name == "Ann"
        assert post._values["editor"] == people["bob"]._id


async def test_it_pickles(people: dict[str, Any]) -> None:
    await Post(author=people["cid"]).save()
    active = Person.objects.filter(is_active=True)
    posts = pickle.loads(pickle.dumps(Post.objects.prefetch("author", queryset=active)))
    (post,) = await posts.to_list()
    assert post.author is None


async def test_what_does_not_look_at_it(people: dict[str, Any], commands: Commands) -> None:
    await Post(author=people["ann"]).save()
    commands.forget()
    posts = Post.objects.prefetch("author")
    assert await posts.count() == 1
    assert await posts.exists()
    await posts.update(U.set(title="y"))
    await posts.delete()
    assert "Person" not in asked(commands)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("title", "title"),
        ("nope", "nope"),
        ("author.nam", "nam"),
        ("author__nam", "nam"),
        ("author.name", "name"),
        ("comments", "comments"),
        ("comments.text", "text"),
        ("author.company.name.x", "name"),
        ("", ""),
        ("$where", "$where"),
    ],
)
def test_what_leads_to_no_reference(path: str, name: str) -> None:
    text = rf"^Invalid prefetch\(\) path '.*': '{re.escape(name)}' is no reference\.$"
    with pytest.raises(ValueError, match=text):
        Post.objects.prefetch(path)


def test_beyond_documents_of_any_class() -> None:
    Post.objects.prefetch("about.company")
    with pytest.raises(ValueError, match="'anything' refers to documents of any class"):
        Post.objects.prefetch("anything.company")


def test_querysets_that_do_not_fit() -> None:
    for wrong in (Person.objects.skip(1), Person.objects.limit(5), Person.objects[:5]):
        with pytest.raises(ValueError, match=r"takes no queryset with skip or limit"):
            Post.objects.prefetch("author", queryset=wrong)
    with pytest.raises(
        ValueError, match=r"prefetch\(\) of 'author' takes a queryset of Person, not of Company"
    ):
        Post.objects.prefetch("author", queryset=Company.objects)
    with pytest.raises(ValueError, match="of Person, Company, not of Post"):
        Post.objects.prefetch("about", queryset=Post.objects)
    for no_query_set in ({"$ne": 1}, Person, [Person.objects]):
        with pytest.raises(TypeError, match="takes a query set as queryset"):
            Post.objects.prefetch("author", queryset=no_query_set)


def test_arguments_that_are_no_paths() -> None:
    with pytest.raises(TypeError):
        Post.objects.prefetch()
    for wrong in (5, None, {"$ne": ""}, ["author"]):
        with pytest.raises(TypeError, match="takes fields and their names"):
            Post.objects.prefetch(wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Person"):
        Post.objects.prefetch(Person.company)


# -- load_references with paths ------------------------------------------------------------------


async def test_load_references_takes_paths(people: dict[str, Any], commands: Commands) -> None:
    ann, bob = people["ann"], people["bob"]
    await Post(author=bob, comments=[Comment(user=ann, also=bob)]).save()
    post = await Post.objects.get_one(title=None)
    await post.load_references(fields=["comments.user", "author.company", "author__boss"])
    assert post.comments[0].user.name == "Ann"
    assert (post.author.company.name, post.author.boss.name) == ("Acme", "Ann")
    with pytest.raises(LoadReferencesRequiredError):
        _ = post.comments[0].also
    with pytest.raises(LoadReferencesRequiredError):
        _ = post.comments[0].user.company


async def test_load_references_goes_on_from_what_is_loaded(people: dict[str, Any]) -> None:
    await Post(author=people["bob"]).save()
    post = await Post.objects.get_one(title=None)
    await post.load_references(["author"])
    author = post.author
    await post.load_references(["author.company"])
    assert post.author is author
    assert author.company.name == "Acme"


async def test_load_references_refuses_what_leads_nowhere(people: dict[str, Any]) -> None:
    post = await Post(author=people["bob"]).save()
    with pytest.raises(ValueError, match=r"Invalid load_references\(\) path 'author.nam': 'nam'"):
        await post.load_references(["author.nam"])

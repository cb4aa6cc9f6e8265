"""What class bodies declare: in fields, in embedded documents, and in ``__indexes__``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pymongo.collation import Collation
from pymongo.operations import IndexModel

from aiomotorengine import (
    BaseField,
    DateTimeField,
    DictField,
    Document,
    EmbeddedDocumentField,
    GenericEmbeddedDocumentField,
    Index,
    IntField,
    ListField,
    MapField,
    PointField,
    Q,
    SetField,
    StringField,
    TupleField,
)
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.indexes.declared import declared_by


class Home(Document):
    town = StringField(db_field="tw", index=True, unique=True)
    left = DateTimeField(expires=60)
    zip = StringField()


class Person(Document):
    name = StringField(db_field="n")
    mail = StringField()
    born = DateTimeField()
    home = EmbeddedDocumentField(Home, db_field="h")
    data = BaseField[Any]()
    place = PointField()


def models_of(document_class: type[Document]) -> list[dict[str, Any]]:
    return [
        {**index.model.document, "key": dict(index.model.document["key"])}
        for index in declared_by(document_class)
    ]


def made_of(*items: Any) -> list[dict[str, Any]]:
    """What a class with these ``__indexes__`` declares, without the names made of keys."""

    class Other(Document):
        __indexes__ = items
        name = StringField(db_field="n")
        mail = StringField()
        born = DateTimeField()
        home = EmbeddedDocumentField(Person, db_field="h")
        homes = ListField(EmbeddedDocumentField(Person))
        data = BaseField[Any]()

    # Those of embedded documents come first, and are no matter here.
    own = len([index for index in declared_by(Other) if index.title.startswith("that of")])
    return models_of(Other)[own:]


@pytest.mark.parametrize(
    ("item", "keys"),
    [
        ("name", {"n": 1}),
        ("-name", {"n": -1}),
        ("+name", {"n": 1}),
        ("$name", {"n": "text"}),
        ("#name", {"n": "hashed"}),
        ("*home.place", {"h.place": "2dsphere"}),
        ("home.home.zip", {"h.h.zip": 1}),
        ("homes.home.zip", {"homes.h.zip": 1}),
        ("homes.0.name", {"homes.0.n": 1}),
        ("data.$**", {"data.$**": 1}),
        ("$**", {"$**": 1}),
        ("data.any.thing", {"data.any.thing": 1}),
        ("id", {"_id": 1}),
        ("_id", {"_id": 1}),
        ("_colour", {"_colour": 1}),
        ("home._meta.x", {"h._meta.x": 1}),
        (("name", "-born"), {"n": 1, "born": -1}),
        (["name", "-born"], {"n": 1, "born": -1}),
        (("name", -1), {"n": -1}),
        ((("name", "hashed"), "born"), {"n": "hashed", "born": 1}),
        (Index("name", ("born", -1)), {"n": 1, "born": -1}),
        (Person.mail, {"mail": 1}),
        (("-mail", Person.mail), {"mail": 1}),
        ({"fields": ["name", "-born"]}, {"n": 1, "born": -1}),
        (IndexModel([("anything", -1)]), {"anything": -1}),
    ],
    ids=repr,
)
def test_keys(item: Any, keys: dict[str, Any]) -> None:
    (model,) = made_of(item)
    assert model["key"] == keys


@pytest.mark.parametrize(
    ("item", "options"),
    [
        (Index("name", unique=True, sparse=True), {"unique": True, "sparse": True}),
        (Index("name", hidden=True), {"hidden": True}),
        (Index("born", expires=90), {"expireAfterSeconds": 90}),
        (Index("born", expires=timedelta(hours=1)), {"expireAfterSeconds": 3600}),
        (Index("born", expires=0), {"expireAfterSeconds": 0}),
        (Index("mail", partial=Q(name="a")), {"partialFilterExpression": {"n": "a"}}),
        (Index("mail", partial={"n": "a"}), {"partialFilterExpression": {"n": "a"}}),
        (Index("mail", collation="en"), {"collation": {"locale": "en"}}),
        (Index("mail", collation={"locale": "en"}), {"collation": {"locale": "en"}}),
        (
            Index("mail", collation=Collation("en", strength=2)),
            {"collation": {"locale": "en", "strength": 2}},
        ),
        (
            Index("$name", weights={"name": 3}, default_language="german"),
            {"weights": {"n": 3}, "default_language": "german"},
        ),
        (
            Index("$**", wildcard_projection={"home.name": 1}),
            {"wildcardProjection": {"h.n": 1}},
        ),
        (Index(("data.at", "2d"), bits=20), {"bits": 20}),
        ({"fields": ["name"], "unique": True, "cls": False}, {"unique": True}),
        ({"fields": ["born"], "expireAfterSeconds": 5}, {"expireAfterSeconds": 5}),
        (IndexModel("a", unique=True), {"unique": True}),
    ],
)
def test_options(item: Any, options: dict[str, Any]) -> None:
    (model,) = made_of(item)
    assert {name: it for name, it in model.items() if name not in ("key", "name")} == options


def test_names_are_made_of_keys_unless_they_are_given() -> None:
    names = [model["name"] for model in made_of(("name", "-born"), Index("mail", name="by mail"))]
    assert names == ["n_1_born_-1", "by mail"]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("nmae", "Index ('nmae',): Other has no field 'nmae'."),
        (("name", "-nmae"), "Index ('name', '-nmae'): Other has no field 'nmae'."),
        ("home.twon", "Index ('home.twon',): Other has no field 'home.twon'."),
        ("name.first", "Index ('name.first',): Other has no field 'name.first'."),
        (Index("name", weights={"nmae": 1}), "Index ('name',): Other has no field 'nmae'."),
    ],
    ids=repr,
)
def test_a_name_that_leads_nowhere_is_refused(item: Any, message: str) -> None:
    with pytest.raises(InvalidDocumentError) as refusal:
        made_of(item)
    assert str(refusal.value) == message


@pytest.mark.parametrize("item", [5, {"unique": True}, Index("name", 5)], ids=repr)
def test_what_declares_no_index_is_refused(item: Any) -> None:
    with pytest.raises(TypeError, match="not "):
        made_of(item)


def test_arguments_of_an_index_are_checked() -> None:
    with pytest.raises(TypeError, match="at least one key"):
        Index()
    with pytest.raises(ValueError, match="expires must be 0 or more"):
        Index("a", expires=-1)
    with pytest.raises(TypeError, match="seconds or a timedelta"):
        Index("a", expires=True)
    assert repr(Index("a", ("b", -1), unique=True)) == "Index('a', ('b', -1), unique=True)"


# -- fields ----------------------------------------------------------------------------------------


def test_indexes_of_fields_come_in_their_order() -> None:
    class Event(Document):
        kind = StringField(db_field="k", index=True)
        rank = IntField(index=-1)
        code = StringField(index="hashed")
        text = StringField(index="text")
        where = PointField(index=True)
        places = ListField(PointField(), index=True)
        tags = ListField(StringField(index=True))
        at = DateTimeField(expires=timedelta(days=1))
        seen = DateTimeField(index=True, expires=5)

    assert models_of(Event) == [
        {"name": "k_1", "key": {"k": 1}},
        {"name": "rank_-1", "key": {"rank": -1}},
        {"name": "code_hashed", "key": {"code": "hashed"}},
        {"name": "text_text", "key": {"text": "text"}},
        {"name": "where_2dsphere", "key": {"where": "2dsphere"}},
        {"name": "places_2dsphere", "key": {"places": "2dsphere"}},
        {"name": "tags_1", "key": {"tags": 1}},
        {"name": "at_1", "key": {"at": 1}, "expireAfterSeconds": 86400},
        {"name": "seen_1", "key": {"seen": 1}, "expireAfterSeconds": 5},
    ]


def test_unique_fields() -> None:
    class Account(Document):
        name = StringField(unique=True)
        mail = StringField(unique=True, sparse=True, index=True)
        until = DateTimeField(unique=True, expires=5)
        owner = StringField(unique_with="name")
        number = IntField(db_field="no", unique_with=["owner", "id"])

    assert models_of(Account) == [
        {"name": "name_1", "key": {"name": 1}, "unique": True},
        {"name": "mail_1", "key": {"mail": 1}, "unique": True, "sparse": True},
        {"name": "until_1", "key": {"until": 1}, "unique": True, "expireAfterSeconds": 5},
        {"name": "owner_1_name_1", "key": {"owner": 1, "name": 1}, "unique": True},
        {"name": "no_1_owner_1__id_1", "key": {"no": 1, "owner": 1, "_id": 1}, "unique": True},
    ]


def test_unique_with_a_name_that_leads_nowhere() -> None:
    class Account(Document):
        owner = StringField(unique_with="nmae")

    with pytest.raises(InvalidDocumentError, match="Field 'owner' can't be unique with 'nmae'"):
        declared_by(Account)


def test_embedded_documents_count_with_their_path_but_for_what_is_unique() -> None:
    class House(Document):
        home = EmbeddedDocumentField(Home, db_field="h")
        homes = ListField(EmbeddedDocumentField(Home))

    assert [model["name"] for model in models_of(House)] == [
        "h.tw_1",
        "h.left_1",
        "homes.tw_1",
        "homes.left_1",
    ]
    assert not any("unique" in model for model in models_of(House))


def test_a_class_embedded_in_itself() -> None:
    class Branch(Document):
        name = StringField(index=True)
        branches: Any = ListField(
            EmbeddedDocumentField("tests.indexes.test_declared.recursive_class")
        )

    globals()["recursive_class"] = Branch
    assert [model["name"] for model in models_of(Branch)] == ["name_1"]


recursive_class: Any = None


def test_indexes_of_all_bases_are_joined() -> None:
    class Dated(Document):
        __indexes__ = ["made"]
        made = DateTimeField()

    class Named(Document):
        __indexes__ = ["name", "made"]
        name = StringField()
        made = DateTimeField()

    class Both(Named, Dated):
        __indexes__ = ["-size"]
        size = IntField()

    assert [model["name"] for model in models_of(Both)] == ["made_1", "name_1", "size_-1"]
    assert [model["name"] for model in models_of(Dated)] == ["made_1"]


def test_two_different_indexes_of_one_name_are_refused() -> None:
    class Twice(Document):
        __indexes__ = [Index("name", sparse=True)]
        name = StringField(index=True)

    with pytest.raises(InvalidDocumentError, match="has the name 'name_1', too"):
        declared_by(Twice)


def test_what_a_class_declares_is_looked_up_anew_when_it_changes() -> None:
    class Changing(Document):
        __indexes__: Any = ["name"]
        name = StringField()

    assert [index.name for index in declared_by(Changing)] == ["name_1"]
    Changing.__indexes__ = ["-name"]
    assert [index.name for index in declared_by(Changing)] == ["name_-1"]


def test_a_primary_key_is_the_id() -> None:
    class Ware(Document):
        __indexes__ = [("price", "-sku"), ("id", "price")]
        sku = StringField(primary_key=True)
        price = IntField(unique_with="sku")

    assert [model["key"] for model in models_of(Ware)] == [
        {"price": 1, "_id": 1},
        {"price": 1, "_id": -1},
        {"_id": 1, "price": 1},
    ]


def test_containers() -> None:
    class Text(Document):
        text = StringField(db_field="t", index=True)

    class Held(Document):
        __indexes__ = ["prices.eur", "more.any.thing", "texts.text", "parts.0.text", "pair.1"]
        tags = SetField(StringField(index=True))
        texts = TupleField(EmbeddedDocumentField(Text), ...)
        parts = ListField(GenericEmbeddedDocumentField([Text, Home]))
        by_name = MapField(EmbeddedDocumentField(Text))
        prices = MapField(IntField())
        more = DictField()
        pair = TupleField(IntField(), IntField())

    assert [model["name"] for model in models_of(Held)] == [
        "tags_1",
        "texts.t_1",
        "parts.t_1",
        "parts.tw_1",
        "parts.left_1",
        "prices.eur_1",
        "more.any.thing_1",
        "parts.0.t_1",
        "pair.1_1",
    ]


@pytest.mark.parametrize(
    ("setting", "value", "wanted"),
    [
        ("__indexes__", "name", "a list of indexes"),
        ("__search_indexes__", 5, "a list of search indexes"),
        ("__auto_index__", "yes", "True, False or None"),
        ("__collection_options__", True, "a mapping of what create takes"),
        ("__shard_key__", "tenant", "a list of names, or a mapping of them"),
        ("__title__", 5, "a text"),
    ],
)
def test_settings_of_a_wrong_kind(setting: str, value: Any, wanted: str) -> None:
    with pytest.raises(InvalidDocumentError) as refusal:
        type("User", (Document,), {setting: value})
    assert str(refusal.value) == f"User.{setting} must be {wanted}, not {value!r}."


def test_unique_fields_of_one_of_several_classes_in_a_collection() -> None:
    class Animal(Document):
        __discriminator__ = "_cls"
        name = StringField(unique=True)

    class Dog(Animal):
        chip = StringField(unique=True, sparse=True)

    assert [index.options for index in declared_by(Dog)] == [
        {"unique": True},
        {"unique": True, "partialFilterExpression": {"chip": {"$exists": True}}},
    ]

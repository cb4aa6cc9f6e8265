"""update, delete and remove of many documents, and create."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from bson import ObjectId
from pymongo.errors import WriteError

from aiomotorengine import (
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    PointField,
    ReferenceField,
    StringField,
    UUIDField,
    connect,
    disconnect,
)
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.password_field import sha256
from aiomotorengine.update.definition import update_document
from tests.harness import Mongo


class Friend(Document):
    name = StringField()


class Home(Document):
    road = StringField(db_field="r", required=True)


class User(Document):
    first = StringField(db_field="f")
    last = StringField()
    age = IntField(min_value=0)
    price = DecimalField()
    password = PasswordField(db_field="pw")
    seen = DateTimeField()
    key = UUIDField()
    friend = ReferenceField(Friend)
    home = EmbeddedDocumentField(Home)
    homes = ListField(EmbeddedDocumentField(Home))
    place = PointField()
    marks = ListField(IntField())


@pytest.fixture
async def users(mongo: Mongo) -> None:
    """The users f0 to f3."""
    for n in range(4):
        await User(first=f"f{n}", last="x").save()


async def stored(name: str = "f0") -> dict[str, Any]:
    row: dict[str, Any] = await User.objects.coll().find_one({"f": name})
    return row


# -- update --------------------------------------------------------------------------------------


async def test_update_changes_all_that_match(users: None) -> None:
    result = await User.objects.filter(first__in=["f1", "f2"]).update({User.last: "y"})
    assert (result.count, result.updated_existing) == (2, True)
    assert result == {"count": 2, "updated_existing": True}
    assert await User.objects.filter(last="y").count() == 2
    assert await User.objects.filter(last="x").count() == 2


async def test_update_of_nothing(users: None) -> None:
    result = await User.objects.filter(first="none").update({User.last: "y"})
    assert result == {"count": 0, "updated_existing": False}
    assert (result.count, result.updated_existing) == (0, False)


async def test_update_counts_what_matched_not_what_changed(users: None) -> None:
    assert (await User.objects.update({User.last: "x"})).count == 4


async def test_update_ignores_limit_and_skip(users: None) -> None:
    assert (await User.objects.limit(1).skip(2).update({User.last: "y"})).count == 4


async def test_update_leaves_other_keys_alone(users: None) -> None:
    before = await stored()
    await User.objects.filter(first="f0").update({User.last: "y", User.age: 5})
    assert await stored() == {**before, "last": "y", "age": 5}


@pytest.mark.parametrize("by", ["field", "name"])
async def test_k17_a_value_is_converted_as_in_a_filter(users: None, by: str) -> None:
    friend = await Friend(name="g").save()
    key = uuid4()
    values = {
        "age": ("7", 7),
        "price": (Decimal("2.5"), "2.50"),
        "seen": ("2010-11-12 13:14:15", datetime(2010, 11, 12, 13, 14, 15)),
        "key": (str(key), key),
        "friend": (friend, friend._id),
        "home": (Home(road="Loop"), {"r": "Loop"}),
        "place": ([1, 2], {"type": "Point", "coordinates": [1, 2]}),
        "marks": (["1", 2], [1, 2]),
        "password": ("secret", sha256("secret")),
    }
    definition = {
        getattr(User, name) if by == "field" else name: given for name, (given, _) in values.items()
    }
    await User.objects.filter(first="f0").update(definition)
    row = await stored()
    for name, (_, expected) in values.items():
        assert row[User._db_field_map[name]] == expected, name


async def test_k17_a_password_is_never_stored_as_plain_text(users: None) -> None:
    await User.objects.update({User.password: "secret"})
    assert (await stored())["pw"] == sha256("secret")
    assert await User.objects.filter(password="secret").count() == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age", "no number"),
        ("age", -1),
        ("last", 5),
        ("price", "no number"),
        ("seen", 5),
        ("key", "no uuid"),
        ("friend", ["no id"]),
        ("friend", Friend(name="unsaved")),
        ("home", 5),
        ("place", [1, 2, 3]),
        ("marks", 5),
        ("marks", ["x"]),
        ("password", 5),
        ("age", {"$gt": 0}),
        ("last", {"$ne": ""}),
    ],
)
async def test_k17_what_a_field_cannot_take_is_refused_before_sending(
    name: str, value: Any
) -> None:
    for key in (name, getattr(User, name)):
        with pytest.raises(InvalidDocumentError) as refusal:
            await User.objects.update({key: value})
        assert str(refusal.value) == f"Field '{name}' must be valid."


async def test_k17_an_invalid_embedded_document_names_the_inner_field() -> None:
    with pytest.raises(InvalidDocumentError, match=r"Field 'road' is required\."):
        await User.objects.update({User.home: Home()})


async def test_k17_mappings_for_embedded_documents_stand_for_documents(users: None) -> None:
    some = User.objects.filter(first="f0")
    await some.update({"home": {"road": "Loop"}, "homes": [{"r": "Lane"}, {"road": "x", "no": 2}]})
    row = await stored()
    assert row["home"] == {"r": "Loop"}
    assert row["homes"] == [{"r": "Lane"}, {"r": "x", "_no": 2}]
    user = await some.first()
    assert user is not None
    assert (user.home.road, user.homes[1].no) == ("Loop", 2)
    assert await User.objects.filter(home={"road": "Loop"}).count() == 1
    assert await User.objects.filter(homes=[{"road": "Lane"}]).count() == 1
    before = await stored()
    for name, value, refusal in (
        ("home", {"road": 5}, "Field 'road' must be valid."),
        ("home", {"no": 5}, "Field 'road' is required."),
        ("homes", [{"road": "x"}, {"road": 5}], "Field 'road' must be valid."),
        ("homes", [{"$each": []}], "Field 'homes' must be valid."),
    ):
        with pytest.raises(InvalidDocumentError) as caught:
            await some.update({name: value})
        assert str(caught.value) == refusal
    assert await stored() == before


@pytest.mark.parametrize(
    ("definition", "path", "code", "value", "shown"),
    [
        ({"age": "old"}, "age", "invalid", "old", "At age: 'old' (str)"),
        ({"friend": [5]}, "friend", "invalid", [5], "At friend: [5] (list)"),
        ({"home": 5}, "home", "invalid", 5, "At home: 5 (int); an instance of Home is wanted"),
        ({"home": {"road": 5}}, "home.road", "invalid", 5, "At home.road: 5 (int)"),
        ({"home": {"no": 5}}, "home.road", "required", None, "At home.road: None"),
        ({"homes": [{"r": "a"}, {"r": 5}]}, "homes.1.road", "invalid", 5, "At homes[1].road: 5"),
        ({"homes": [{"r": "a"}, 5]}, "homes.1", "invalid", 5, "At homes[1]: 5 (int)"),
        ({"homes": 5}, "homes", "invalid", 5, "At homes: 5 (int); a list is wanted"),
        ({"marks": [1, "x"]}, "marks.1", "invalid", "x", "At marks[1]: 'x' (str)"),
        ({"password": 5}, "password", "invalid", "***", "At password: '***' (int)"),
    ],
)
async def test_a_refused_update_says_where(
    definition: Any, path: str, code: str, value: Any, shown: str
) -> None:
    with pytest.raises(InvalidDocumentError) as refusal:
        await User.objects.update(definition)
    error = refusal.value
    assert (error.path, error.code, error.value) == (path, code, value)
    assert error.__notes__[0].startswith(shown)


@pytest.mark.parametrize(
    ("name", "value"),
    [("name", None), ("name", ""), ("marks", []), ("marks", None), ("password", "")],
)
async def test_an_update_refuses_what_is_empty_for_a_required_field(name: str, value: Any) -> None:
    class Member(Document):
        name = StringField(required=True)
        marks = ListField(IntField(), required=True)
        password = PasswordField(required=True)

    for key in (name, getattr(Member, name)):
        with pytest.raises(InvalidDocumentError) as refusal:
            await Member.objects.update({key: value})
        assert str(refusal.value) == f"Field '{name}' is required."


async def test_an_unknown_name_is_stored_as_a_save_stores_it(users: None) -> None:
    user = await User.objects.get(first="f0")
    assert user is not None
    user.nick = "z"
    await user.save()
    await User.objects.filter(first="f0").update({"nick": "y", "_size": 5})
    row = await stored()
    assert (row["_nick"], row["_size"]) == ("y", 5)
    assert not {"nick", "size", "__size"} & row.keys()
    assert await User.objects.filter(nick="y", size=5).count() == 1


@pytest.mark.mongod_only("SecantusDB has other words for it, or changes nulls")
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"home.r": "Loop"}, "home"),
        ({"home.inner.road": "Loop"}, "home"),
        ({"$inc": {"age": 1}}, "age"),
        ({"$mul": {"age": 2}}, "age"),
        ({"$bit": {"age": {"and": 1}}}, "age"),
        ({"$push": {"seen": 1}}, "seen"),
        ({"$addToSet": {"seen": 1}}, "seen"),
        ({"$pop": {"seen": 1}}, "seen"),
    ],
)
async def test_a_null_in_the_way_of_an_update_is_named(
    users: None, change: dict[str, Any], name: str
) -> None:
    with pytest.raises(WriteError) as refusal:
        await User.objects.update(change)
    assert refusal.value.__notes__ == [
        f"'{name}' is null there: give the field a default, or set the whole of it."
    ]


async def test_other_refusals_of_the_server_get_no_note(users: None) -> None:
    with pytest.raises(WriteError) as refusal:
        await User.objects.update({"$inc": {"last": 1}})
    assert not hasattr(refusal.value, "__notes__")


async def test_k17_none_is_sent_as_null(users: None) -> None:
    others = [field for name, field in User._fields.items() if name != "first"]
    await User.objects.filter(first="f0").update(dict.fromkeys(others))
    row = await stored()
    assert {key for key in row if row[key] is not None} == {"_id", "f"}
    assert row.keys() == {"_id", *User._reverse_db_field_map}


async def test_k17_a_text_that_names_a_field_means_the_field(users: None) -> None:
    await User.objects.filter(first="f0").update({"first": "new"})
    row = await stored("new")
    assert "first" not in row


async def test_k17_dotted_paths_are_keys_with_values_untouched(users: None) -> None:
    some = User.objects.filter(first="f0")
    await some.update({User.home: Home(road="Loop"), User.marks: [0]})
    await some.update({"home.r": 5, "marks.0": "1"})
    row = await stored()
    assert (row["home"], row["marks"]) == ({"r": 5}, ["1"])


async def test_k17_a_db_name_that_is_no_attribute_is_such_a_key(users: None) -> None:
    await User.objects.filter(first="f0").update({"pw": "as it is"})
    assert (await stored())["pw"] == "as it is"


async def test_k17_operators_are_sent_as_the_update_itself(users: None) -> None:
    await User.objects.filter(first="f0").update({User.age: 1})
    result = await User.objects.filter(first="f0").update(
        {"$inc": {"age": 2}, "$push": {"marks": 5}, "$unset": {"last": 1}}
    )
    assert result.count == 1
    row = await stored()
    assert (row["age"], row["marks"]) == (3, [5])
    assert "last" not in row


async def test_k17_operators_among_fields_are_refused(users: None) -> None:
    before = await stored()
    with pytest.raises(ValueError, match=r"this one has both fields and \$inc"):
        await User.objects.update({"$inc": {"age": 1}, User.last: "y"})
    assert await stored() == before


async def test_update_with_a_field_of_another_class_is_refused() -> None:
    for field in (Friend.name, Home.road):
        with pytest.raises(ValueError, match="User"):
            await User.objects.update({field: "x"})


async def test_update_with_a_field_of_a_base_class(mongo: Mongo) -> None:
    class Admin(User):
        pass

    await Admin(first="a").save()
    assert (await Admin.objects.update({User.last: "y", Admin.age: 5})).count == 1
    (found,) = await Admin.objects.find_all()
    assert (found.last, found.age) == ("y", 5)


@pytest.mark.parametrize("definition", [None, [], "last", 5, [("last", "y")]])
async def test_update_with_what_is_no_mapping(definition: Any) -> None:
    with pytest.raises(TypeError):
        await User.objects.update(definition)


@pytest.mark.parametrize("key", [5, None, ("last",)])
async def test_update_of_what_is_neither_field_nor_text(key: Any) -> None:
    with pytest.raises(TypeError):
        await User.objects.update({key: "x"})


@pytest.mark.parametrize("key", [User.last, 5, None])
async def test_an_operator_changes_what_texts_name(key: Any) -> None:
    with pytest.raises(TypeError, match=r"^The keys of '\$set' are MongoDB's, as texts, not "):
        await User.objects.update({"$inc": {"age": 1}, "$set": {key: "x"}})


async def test_update_with_nothing_to_change_changes_nothing(users: None) -> None:
    before = await stored()
    assert (await User.objects.update({})).count == 4
    assert await stored() == before


async def test_update_runs_no_on_save(mongo: Mongo) -> None:
    calls = []

    class Counted(Document):
        size = IntField(on_save=lambda document, creating: calls.append(1))

    await Counted.objects.update({Counted.size: 1})
    assert calls == []


async def test_changes_that_the_server_does_not_acknowledge(users: None, mongo: Mongo) -> None:
    name = mongo.database.name
    disconnect()
    connect(name, host=mongo.uri, w=0, maxPoolSize=1)
    result = await User.objects.filter(first="f0").update({User.last: "y"})
    assert (result.count, result.updated_existing) == (0, False)
    assert await User.objects.filter(first="f1").delete() == 0
    assert await User.objects.count() == 3  # on the same socket, hence after both
    assert (await stored("f0"))["last"] == "y"


# -- delete and remove ---------------------------------------------------------------------------


async def test_delete_removes_what_matches(users: None) -> None:
    assert await User.objects.filter(first="f1").delete() == 1
    assert await User.objects.filter_not(first="f0").delete() == 2
    assert await User.objects.count() == 1


async def test_delete_without_a_filter_removes_everything(users: None) -> None:
    assert await User.objects.delete() == 4
    assert await User.objects.delete() == 0


async def test_delete_ignores_limit_and_skip(users: None) -> None:
    assert await User.objects.limit(1).skip(1).delete() == 4


async def test_remove_of_all_that_match_and_of_one(users: None) -> None:
    assert await User.objects.filter(first__in=["f0", "f1"]).remove() == 2
    left = await User.objects.find_all()
    assert await User.objects.remove(left[0]) == 1
    assert await User.objects.remove(instance=left[0]) == 0
    assert await User.objects.count() == 1


async def test_k27_a_delete_never_forgets_a_part_of_its_filter(users: None) -> None:
    assert await User.objects.filter({"f": "f1"}, last="nobody").delete() == 0
    assert await User.objects.filter(last="x").filter({"f": "f1"}).delete() == 1


# -- create --------------------------------------------------------------------------------------


async def test_create_gives_defaults_and_validates(mongo: Mongo) -> None:
    user = await User.objects.create(first="a", age="5")
    assert isinstance(user, User)
    assert isinstance(user._id, ObjectId)
    assert (await stored("a"))["age"] == 5
    with pytest.raises(InvalidDocumentError, match=r"Field 'age' must be valid\."):
        await User.objects.create(age=-1)


async def test_a_document_of_another_class_is_not_removed(mongo: Mongo) -> None:
    class Friend(Document):
        name = StringField()

    class Stranger(Document):
        name = StringField()

    friend = await Friend(name="Ada").save()
    with pytest.raises(ValueError, match="can't remove an instance of type 'Stranger'"):
        await Friend.objects.remove(Stranger(_id=friend._id))  # type: ignore[arg-type]
    assert await Friend.objects.count() == 1


@pytest.mark.parametrize("second", ["first", User.first, "f"])
def test_two_values_for_one_field_are_refused(second: Any) -> None:
    first = User.first if second == "first" else "first"
    with pytest.raises(ValueError, match="has two values for 'f'"):
        update_document(User, {first: "Ada", second: "Eve"})

"""Document classes as types of pydantic."""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
from datetime import date
from typing import Annotated, Any, Literal, Optional

import pytest
from bson import ObjectId

from aiomotorengine import (
    DateField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    ReferenceField,
    StringField,
    computed_field,
)
from aiomotorengine import Field as OurField
from aiomotorengine.errors import InvalidDocumentError, UniqueKeyViolationError
from tests.interop.hashing import CountingHasher

pydantic = pytest.importorskip("pydantic")

ID = ObjectId("1" * 24)


class Home(EmbeddedDocument):
    town = StringField(required=True, min_length=2)
    inner = EmbeddedDocumentField("self")


class Plain(Document):
    size = IntField(required=True)


class User(Document):
    """Somebody."""

    name = StringField(db_field="n", required=True)
    age = IntField(min_value=0, default=18)
    born = DateField()
    home = EmbeddedDocumentField(Home)
    homes = ListField(EmbeddedDocumentField(Home))
    plain = EmbeddedDocumentField(Plain)
    friend = ReferenceField("self")
    password = PasswordField()

    @computed_field
    def loud(self) -> str:
        return (self.name or "").upper()


class Admin(User):
    secret = StringField()


class Knot(Document):
    boughs = ListField(EmbeddedDocumentField("tests.interop.test_pydantic.Bough"))


class Bough(Document):
    knot = EmbeddedDocumentField(Knot)


USERS: Any = pydantic.TypeAdapter(User)


class Group(pydantic.BaseModel):  # type: ignore[misc,name-defined]
    leader: User
    members: list[User] = pydantic.Field(default=[])
    guest: User | None = None


def test_a_mapping_becomes_a_document_and_a_document_stays() -> None:
    user = USERS.validate_python({"name": "Ada", "born": "1815-12-10"})
    assert type(user) is User and (user.age, user.born) == (18, date(1815, 12, 10))
    assert USERS.validate_python(user) is user
    assert USERS.validate_json('{"name": "Ada"}').name == "Ada"
    group = Group(leader=user, members=[{"name": "Eva"}])
    assert group.leader is user and group.members[0].name == "Eva"


def test_there_is_an_error_for_each_field_with_the_way_to_it() -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        Group.model_validate(
            {"leader": {"age": -1, "homes": [{"town": "Ur"}, {"town": "U"}]}, "members": [5]}
        )
    errors = caught.value.errors(include_url=False)
    assert [(it["loc"], it["type"], it["msg"]) for it in errors] == [
        (("leader", "name"), "missing", "Field 'name' is required."),
        (("leader", "age"), "invalid", "Field 'age' must be valid."),
        (
            ("leader", "homes", 1, "town"),
            "min_length",
            "Field 'town' must be valid: it has 1 of at least 2 characters.",
        ),
        (("members", 0), "document_type", "Input should be a User or a mapping"),
    ]
    assert errors[1]["input"] == -1


def test_passwords_are_in_no_error() -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        USERS.validate_python({"name": "Ada", "password": ["hunter2"]})
    assert "hunter2" not in str(caught.value) + repr(caught.value.errors())


def test_what_a_method_of_the_program_raises_goes_out() -> None:
    class Broken(Document):
        def validate(self) -> bool:
            raise RuntimeError("out of order")

    with pytest.raises(RuntimeError, match="out of order"):
        pydantic.TypeAdapter(Broken).validate_python({})


def test_it_is_shown_as_to_dict_has_it() -> None:
    user = User(_id=ID, name="Ada", born=date(1815, 12, 10), password="hunter2")
    assert USERS.dump_python(user) == user.to_dict()
    assert USERS.dump_python(user, mode="json") == user.to_dict(mode="json")
    assert USERS.dump_json(user).decode() == user.to_json(separators=(",", ":"))
    group = Group(leader=user)
    assert group.model_dump()["leader"] == user.to_dict()
    assert group.model_dump(by_alias=True)["leader"] == user.to_dict()
    assert group.model_dump(include={"leader": {"name"}}) == {"leader": {"name": "Ada"}}
    assert group.model_dump(exclude_none=True)["leader"] == user.to_dict(exclude_none=True)
    shown = group.model_dump(mode="json", exclude={"leader": {"homes", "loud"}})
    assert shown["leader"] == user.to_dict(mode="json", exclude={"homes", "loud"})


def test_of_a_derived_class_no_more_is_shown_than_was_declared() -> None:
    admin = Admin(_id=ID, name="Ada", secret="x")
    assert USERS.dump_python(admin) == User(_id=ID, name="Ada").to_dict()
    assert USERS.dump_python(admin, include={"name", "secret"}) == {"name": "Ada"}
    assert pydantic.TypeAdapter(Admin).dump_python(admin)["secret"] == "x"

    class Animal(Document):
        __discriminator__ = "_cls"
        name = StringField()

    class Dog(Animal):
        tricks = IntField()

    assert pydantic.TypeAdapter(Animal).dump_python(Dog(tricks=2)) == Dog(tricks=2).to_dict()


def test_json_schemas() -> None:
    schema = pydantic.TypeAdapter(list[User]).json_schema()
    own = User.json_schema()
    user = schema["$defs"]["User"]
    assert (user["title"], user["description"]) == ("User", "Somebody.")
    assert user["required"] == ["name"]
    for name in "id", "name", "age", "born", "password":
        assert user["properties"][name] == own["properties"][name]
    assert user["properties"]["home"] == {"anyOf": [{"$ref": "#/$defs/Home"}, {"type": "null"}]}
    assert list(user["properties"]["plain"]["properties"]) == ["size"]
    assert schema["$defs"]["Home"]["properties"]["inner"]["anyOf"][0] == {"$ref": "#/$defs/Home"}
    shown = USERS.json_schema(mode="serialization")
    assert "password" not in shown["properties"] and "loud" in shown["properties"]


def test_documents_that_embed_themselves() -> None:
    class Node(Document):
        size = IntField()
        below = ListField(EmbeddedDocumentField("self"))

    nodes = pydantic.TypeAdapter(Node)
    node = nodes.validate_python({"size": 1, "below": [{"size": 2}]})
    assert node.below[0].size == 2

    class Tree(Document):
        root = EmbeddedDocumentField(Node, required=True)

    inside = {"$ref": "#/$defs/EmbeddedNode"}
    shown = nodes.dump_python(nodes.validate_python({"id": ID, "below": [{"size": 2}]}))
    for mode in "validation", "serialization":
        schema = nodes.json_schema(mode=mode)
        assert schema["properties"].keys() == {"id", "size", "below"} == shown.keys()
        assert schema["properties"]["below"]["items"]["anyOf"][0] == inside
        # In another one it has no id.
        found = schema["$defs"]["EmbeddedNode"]
        assert found["properties"].keys() == {"size", "below"} == shown["below"][0].keys()
        assert found["properties"]["below"]["items"]["anyOf"][0] == inside
        assert set(found.get("required", ())) <= found["properties"].keys()
        tree = pydantic.TypeAdapter(Tree).json_schema(mode=mode)
        assert tree["properties"]["root"] == inside
        assert tree["$defs"] == schema["$defs"]


def test_documents_that_embed_one_another() -> None:
    class Branch(Document):
        knot = EmbeddedDocumentField("tests.interop.test_pydantic.Knot", required=True)

    schema = pydantic.TypeAdapter(Knot).json_schema(mode="serialization")
    assert schema["required"] == ["id", "boughs"]
    assert schema["$defs"]["EmbeddedBough"]["required"] == ["knot"]
    assert schema["$defs"]["EmbeddedKnot"]["required"] == ["boughs"]
    branch = pydantic.TypeAdapter(Branch).json_schema(mode="serialization")
    assert branch["properties"]["knot"] == {"$ref": "#/$defs/EmbeddedKnot"}
    assert branch["$defs"] == schema["$defs"]


def test_a_value_of_more_levels_than_python_goes_down_is_refused_as_any_other() -> None:
    class Sheet(Document):
        title = StringField()

    deep: list[Any] = []
    for _ in range(2 * sys.getrecursionlimit()):
        deep = [deep]
    for read in pydantic.TypeAdapter(Sheet).validate_python, Sheet.pydantic_model().model_validate:
        with pytest.raises(pydantic.ValidationError) as raised:
            read({"title": deep})
        assert [it["loc"] for it in raised.value.errors()] == [("title",)]


def test_a_model_hashes_passwords_when_nothing_is_refused() -> None:
    hasher = CountingHasher()

    class Key(EmbeddedDocument):
        secret = PasswordField(hasher=hasher)

    class Account(Document):
        password = PasswordField(hasher=hasher)
        keys = ListField(EmbeddedDocumentField(Key))
        mail = StringField(required=True)

    model: Any = Account.pydantic_model()
    given = {"password": "a", "keys": [{"secret": "b"}]}

    class Pair(pydantic.BaseModel):  # type: ignore[misc,name-defined]
        one: model

    for refused in (given, given | {"mail": ""}, given | {"mail": "m", "age": 1, "keys": 5}):
        with pytest.raises(pydantic.ValidationError):
            model(**refused)
        with pytest.raises(pydantic.ValidationError):
            Pair(one=refused)
    assert hasher.hashed == []
    account = model(**given, mail="m")
    assert sorted(hasher.hashed) == ["a", "b"]
    assert "'a'" not in repr(vars(account.password)).replace("hash of", "")
    assert account.password.verify("a")
    assert Pair(one={**given, "mail": "m"}).one.keys[0].secret.verify("b")
    assert sorted(hasher.hashed) == ["a", "a", "b", "b"]
    part = Account.pydantic_model("SomeAccount", partial=True)(password="c")
    assert part.model_dump(exclude_unset=True)["password"].verify("c")
    assert hasher.hashed[4:] == ["c"]


def test_what_a_hasher_refuses_has_its_place() -> None:
    class Lock(EmbeddedDocument):
        code = PasswordField(hasher=CountingHasher(longest=3))

    class Guarded(Document):
        password = PasswordField(hasher=CountingHasher(longest=3))
        locks = ListField(EmbeddedDocumentField(Lock))
        mail = StringField(required=True)

    model: Any = Guarded.pydantic_model()

    class Holder(pydantic.BaseModel):  # type: ignore[misc,name-defined]
        one: model

    for given, place in (
        ({"password": "long", "mail": "m"}, ("password",)),
        ({"locks": [{}, {"code": "long"}], "mail": "m"}, ("locks", 1, "code")),
    ):
        for read, body, above in (
            (model.model_validate, given, ()),
            (Holder.model_validate, {"one": given}, ("one",)),
            (pydantic.TypeAdapter(Guarded).validate_python, given, ()),
        ):
            with pytest.raises(pydantic.ValidationError) as raised:
                read(body)
            [error] = raised.value.errors()
            assert (error["loc"], error["input"]) == ((*above, *place), "***")
            assert error["msg"] == f"Field '{place[-1]}' must be valid: it is too long."
            assert "long'" not in "".join(traceback.format_exception(raised.value))


def test_object_ids() -> None:
    from aiomotorengine.pydantic import PydanticObjectId  # noqa: PLC0415

    class Reply(pydantic.BaseModel):  # type: ignore[misc,name-defined]
        to: PydanticObjectId
        others: list[PydanticObjectId] = pydantic.Field(default=[])

    for given in ID, str(ID):
        reply = Reply(to=given)
        assert type(reply.to) is ObjectId and reply.model_dump()["to"] == ID
        assert reply.model_dump_json(include={"to"}) == '{"to":"111111111111111111111111"}'
    with pytest.raises(pydantic.ValidationError, match="Input should be an ObjectId, or its 24"):
        Reply(to="x")
    for mode in "validation", "serialization":
        to = Reply.model_json_schema(mode=mode)["properties"]["to"]
        assert (to["type"], to["pattern"]) == ("string", "^[0-9a-fA-F]{24}$")


def test_pydantic_is_not_imported_before_somebody_asks_for_it() -> None:
    program = (
        "import sys, aiomotorengine as a\n"
        "class User(a.Document):\n    name = a.StringField()\n"
        "User.from_json(User(name='Ada').to_json())\n"
        "sys.exit('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0


# -- models ------------------------------------------------------------------------------------


def test_a_model_has_the_fields_of_a_class_and_their_rules() -> None:
    model: Any = User.pydantic_model()
    made = model(name="Ada", born="1815-12-10", homes=[{"town": "Ur"}], password="hunter2")
    assert (model.__name__, made.age, made.born) == ("User", 18, date(1815, 12, 10))
    assert made.homes == [Home(town="Ur")]
    assert "password" not in made.model_dump() and "hunter2" not in made.model_dump_json()
    user = User.from_dict(dict(made))
    assert (user.name, user.password) == ("Ada", "hunter2")
    assert made.model_dump(mode="json") == user.to_dict(mode="json", exclude={"loud"})
    with pytest.raises(pydantic.ValidationError) as caught:
        model(age=-1, homes=[{"town": "U"}])
    assert [it["loc"] for it in caught.value.errors()] == [
        ("name",),
        ("age",),
        ("homes", 0, "town"),
    ]
    with pytest.raises(pydantic.ValidationError, match="Field 'name' is required"):
        model(name="")


def test_a_model_of_parts() -> None:
    model: Any = User.pydantic_model("Some", include={"name", "age"}, partial=True)
    assert model(age=3).model_dump(exclude_unset=True) == {"age": 3}
    assert model().model_dump() == {"name": None, "age": None}
    with pytest.raises(pydantic.ValidationError):
        model(age=-1)
    assert User.pydantic_model(partial=True).__name__ == "PartialUser"
    assert "id" not in User.pydantic_model(exclude={"id"}).model_fields
    with pytest.raises(ValueError, match="User has no field 'nmae'. Did you mean 'name'?"):
        User.pydantic_model(include={"nmae"})


def test_excluded_fields_are_among_what_is_to_be_changed() -> None:
    class Account(Document):
        name = StringField()
        password = PasswordField()
        token = StringField(exclude=True)

    model: Any = Account.pydantic_model("Changes", partial=True)
    changes = model(password="hunter2", token="t")
    given = changes.model_dump(exclude_unset=True)
    assert list(given) == ["password", "token"]
    account = Account(name="Ada", **given)
    assert account.password == "hunter2" and account.token == "t"
    assert changes.model_dump(exclude_unset=True, include={"token"}) == {"token": "t"}
    assert list(changes.model_dump(exclude_unset=True, exclude={"token"})) == ["password"]
    assert model(token=None).model_dump(exclude_unset=True) == {"token": None}
    assert model(token=None).model_dump(exclude_unset=True, exclude_none=True) == {}
    # What others get has none of them.
    assert changes.model_dump(exclude_unset=True, mode="json") == {}
    assert changes.model_dump_json(exclude_unset=True) == "{}"
    assert changes.model_dump() == {"id": None, "name": None}
    shown = model.model_validate(account).model_dump_json(exclude_unset=True)
    assert json.loads(shown) == {"id": None, "name": "Ada"}
    schema = model.model_json_schema(mode="serialization")
    assert list(schema["properties"]) == ["id", "name"]


def test_errors_of_a_model_do_not_show_what_was_given_with_a_password() -> None:
    class Account(Document):
        name = StringField(required=True)
        inner = EmbeddedDocumentField(User)

    class Registered(Account):
        password = PasswordField()

    class Plain(Document):
        name = StringField(required=True)

    for kind, given in (
        (Registered, {"password": "hunter2"}),
        (Account, {"inner": {"a": "hunter2"}}),
    ):
        with pytest.raises(pydantic.ValidationError) as caught:
            kind.pydantic_model().model_validate(given)
        assert "hunter2" not in str(caught.value)
    with pytest.raises(pydantic.ValidationError, match="shown"):
        Plain.pydantic_model().model_validate({"more": "shown"})


def test_the_json_schema_of_a_model_is_that_of_the_class() -> None:
    schema = User.pydantic_model().model_json_schema()
    own = User.json_schema()
    assert schema["required"] == own["required"]
    for name in "name", "age", "born", "password":
        assert own["properties"][name].items() <= schema["properties"][name].items()
    assert schema["$defs"].keys() == {"Home"}


def test_a_model_of_a_class_without_other_values_takes_no_others() -> None:
    class Strict(Document):
        __dynamic__ = False
        name = StringField()

    with pytest.raises(pydantic.ValidationError, match="Extra inputs are not permitted"):
        Strict.pydantic_model()(nmae="x")
    assert Strict.pydantic_model().model_validate(Strict(name="a")).name == "a"


# -- document classes of models ----------------------------------------------------------------


class Address(pydantic.BaseModel):  # type: ignore[misc,name-defined]
    street: str = pydantic.Field(min_length=2)


class Member(pydantic.BaseModel):  # type: ignore[misc,name-defined]
    """Somebody."""

    name: str = pydantic.Field(alias="fullName", title="Name")
    age: int = pydantic.Field(default=18, ge=0)
    home: Address | None = None
    homes: list[Address] = pydantic.Field(default=[])
    places: dict[str, Annotated[Address, "said"]] = pydantic.Field(default_factory=dict)
    friend: Optional[Member] = None  # noqa: UP045  # a name that is not there yet
    kind: Literal["a", "b"] = "a"
    secret: str | None = pydantic.Field(default=None, exclude=True)

    @pydantic.field_validator("name")
    @classmethod
    def capital(cls, name: str) -> str:
        if not name[:1].isupper():
            raise ValueError("a capital is wanted")
        return name

    @pydantic.model_validator(mode="after")
    def old_ones(self) -> Member:
        if self.age > 100 and self.home is None:
            raise ValueError("old ones need a home.")
        return self

    @pydantic.computed_field
    @property
    def loud(self) -> str:
        return self.name.upper()


def member_class(**settings: Any) -> Any:
    return pytest.importorskip("aiomotorengine.pydantic").document_class(Member, **settings)


def test_a_document_class_has_the_fields_of_a_model() -> None:
    made = member_class(collection="members", indexes=["age"])
    assert (made.__name__, made.__doc__, made.__collection__) == ("Member", "Somebody.", "members")
    assert made._fields["name"].required and made._fields["name"]._settings.title == "Name"
    ada = made.from_dict(
        {
            "name": "Ada",
            "homes": [{"street": "Loop"}],
            "places": {"x": {"street": "Lane"}},
            "friend": {"name": "Eva"},
            "secret": "x",
        }
    )
    assert type(ada.friend) is made and type(ada.homes[0]).__name__ == "Address"
    assert ada.friend.loud == "EVA" and "loud" not in ada.to_son()
    assert "secret" not in ada.to_dict() and ada.to_son()["secret"] == "x"
    assert Address.model_validate(ada.homes[0].to_dict()) == Address(street="Loop")


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"name": "ada"}, {"name": "Field 'name' must be valid: a capital is wanted."}),
        (
            {"name": "Ada", "age": -1, "homes": [{"street": "x"}]},
            {
                "age": "Field 'age' must be valid: Input should be greater than or equal to 0.",
                "homes.0.street": "Field 'street' must be valid: String should have at least 2 "
                "characters.",
            },
        ),
        ({"name": "Ada", "age": 101}, {"": "old ones need a home."}),
        ({}, {"name": "Field 'name' is required."}),
        (
            {"name": "Ada", "friend": {"name": "eva"}},
            {"friend.name": "Field 'name' must be valid: a capital is wanted."},
        ),
    ],
)
def test_its_documents_have_the_rules_of_the_model(values: Any, errors: Any) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # what it says is looked at
        member_class().from_dict(values)
    found = caught.value.errors  # type: ignore[attr-defined]
    assert {error.path: error.message for error in found} == errors


def test_what_a_model_refuses_shows_no_secret() -> None:
    def refuse(value: Any) -> Any:
        raise ValueError("it is refused")

    refused = Annotated[str, pydantic.AfterValidator(refuse)]

    class Inner(pydantic.BaseModel):  # type: ignore[misc,name-defined]
        token: refused = pydantic.Field(exclude=True)
        name: refused

    class Holder(pydantic.BaseModel):  # type: ignore[misc,name-defined]
        password: Annotated[str, PasswordField()] = pydantic.Field(max_length=3)
        inners: list[Inner]

    secret = "hunter2"
    module = pytest.importorskip("aiomotorengine.pydantic")
    holder_class: Any = module.document_class(Holder)
    inner = {"token": secret, "name": "Ada"}
    holder = holder_class.from_dict({"password": secret, "inners": [inner]}, validate=False)
    with pytest.raises(InvalidDocumentError) as caught:
        holder.validate()
    assert [(it.path, it.value) for it in caught.value.errors] == [
        ("password", "***"),
        ("inners.0.token", "***"),
        ("inners.0.name", "Ada"),
    ]
    assert secret not in "".join(traceback.format_exception(caught.value))


def test_there_are_only_the_settings_of_classes() -> None:
    with pytest.raises(TypeError, match="document_class\\(\\) has no setting 'colection'."):
        member_class(colection="members")


def test_models_that_take_other_values_have_dynamic_ones() -> None:
    class Open(pydantic.BaseModel):  # type: ignore[misc,name-defined]
        model_config = pydantic.ConfigDict(extra="allow")
        name: str = ""

    make = pytest.importorskip("aiomotorengine.pydantic").document_class
    assert make(Open).from_dict({"nick": "A"}).nick == "A"
    assert not member_class().__dynamic__


async def test_fields_in_annotations_of_a_model_are_those_of_its_documents(mongo: Any) -> None:
    make = pytest.importorskip("aiomotorengine.pydantic").document_class

    class Account(pydantic.BaseModel):  # type: ignore[misc,name-defined]
        password: Annotated[str, PasswordField()] = pydantic.Field(title="Secret word")
        nick: Annotated[str, StringField(max_length=2, unique=True)] = "ab"
        mail: Annotated[str, OurField(max_length=30)] | None = None
        codes: list[Annotated[str, PasswordField]] = pydantic.Field(default=[])
        old: Annotated[str | None, PasswordField()] = None
        cost: Annotated[int, IntField(title="Cost")] = pydantic.Field(
            default=1, description="In cents.", examples=[5], exclude=True
        )

    made = make(Account)
    password, nick, cost = (made._fields[name] for name in ("password", "nick", "cost"))
    assert type(password) is PasswordField and password.required
    assert password._settings.title == "Secret word"
    assert password._settings.exclude
    assert nick.unique and nick.max_length == 2 and nick.default == "ab"
    assert made._fields["mail"].max_length == 30
    assert type(made._fields["codes"]._base_field) is PasswordField
    assert cost._settings.title == "Cost" and cost._settings.description == "In cents."
    assert cost._settings.exclude and cost.default == 1
    ada = make(Account)(password="hunter2", codes=["swordfish"], old="letmein")
    assert ada.validation_errors() == []
    for text in "hunter2", "swordfish", "letmein":
        assert text not in f"{ada.to_son()} {ada!r} {ada.to_dict()} {ada.to_json(mode='relaxed')}"
    assert ada.password.verify("hunter2")
    await made(password="hunter2").save()
    found = await made.objects.get(nick="ab")
    assert found.password.verify("hunter2")
    with pytest.raises(UniqueKeyViolationError):
        await made(password="other").save()


async def test_they_are_stored(mongo: Any) -> None:
    made = member_class()
    ada = await made.from_dict({"name": "Ada", "homes": [{"street": "Loop"}]}).save()
    assert (await made.objects.get(name="Ada")).homes[0].street == "Loop"
    assert ada.id is not None


def test_of_several_types_each_document_is_shown_by_its_own() -> None:
    class Ticket(Document):
        __dynamic__ = False
        seat = StringField(required=True)

    class Voucher(Document):
        __dynamic__ = False
        code = StringField(required=True)
        cents = IntField(default=5)

    class Special(Ticket):
        extra = StringField(default="x")

    either = pydantic.TypeAdapter(list[Ticket | Voucher | int])
    read = either.validate_python([{"code": "a"}, {"seat": "b"}, Special(seat="c"), 7])
    assert [type(it).__name__ for it in read] == ["Voucher", "Ticket", "Special", "int"]
    shown = either.dump_python(read, mode="json")
    assert [it if it == 7 else it.keys() - {"id"} for it in shown] == [
        {"code", "cents"},
        {"seat"},
        {"seat"},
        7,
    ]
    with pytest.raises(pydantic.ValidationError) as caught:
        either.validate_python([{"nothing": 1}])
    places = {str(it["loc"][1]) for it in caught.value.errors()}
    assert places == {"function-plain[Ticket()]", "function-plain[Voucher()]", "int"}

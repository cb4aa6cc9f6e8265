"""Mistakes about typed documents that a type checker must find."""

# After a mistake the types that follow from it are unknown; that is not what is asked here.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from aiomotorengine import Field, QuerySet, TypedDocument


class Address(TypedDocument):
    street: str


class User(TypedDocument):
    name: str
    age: int | None = None
    home: Address | None = None


def what_constructors_do_not_take() -> None:
    User()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    User(nmae="Ada")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    User("Ada")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    User(name=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    User(name="Ada", home="Loop")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def what_attributes_do_not_take(user: User) -> None:
    user.name = None  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    user.age = "3"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    print(user.nmae)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    print(user.home.street)  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


def an_option_that_there_is_not() -> None:
    Field(patern="@")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Field(bits=16)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def about_addresses(query: QuerySet[Address]) -> None: ...


async def what_a_query_gives(address: Address) -> None:
    await User.objects.save(address)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    about_addresses(User.objects)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (await User.objects.first()).name  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]  # noqa: B018

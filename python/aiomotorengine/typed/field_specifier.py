"""Field: what is said of an annotated attribute besides its type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any, Literal, Unpack

from aiomotorengine.fields.reference_field import OnDelete
from aiomotorengine.fields.settings import OptionsWithoutDefault, PasswordHasher

__all__ = ["UNSET", "Field", "FieldSpecifier", "SpecifierOptions"]

UNSET: Any = object()
"""In the place of a default that is not given, since ``None`` may be one."""


class SpecifierOptions(OptionsWithoutDefault, total=False):
    """The options of ``Field``: those of all fields, and those of the field of a type."""

    auto_now_on_insert: bool
    auto_now_on_update: bool
    bits: Literal[32, 64] | None
    by_name: bool
    crypt_func: Callable[[str], Any]
    discriminator: str
    hasher: PasswordHasher | None
    max_bytes: int | None
    max_length: int | None
    max_value: Any
    min_length: int | None
    min_value: Any
    null: bool
    on_delete: OnDelete | None
    pattern: Any
    precision: int | None
    rounding: str
    strip_whitespace: bool
    to_lower: bool
    to_upper: bool
    tz: tzinfo | None
    unique_items: bool
    unit: Literal["microseconds", "milliseconds", "seconds"]


class FieldSpecifier:
    """What ``Field`` gives: its arguments, until the class body is made into fields.

    Attributes:
        options: the arguments of the field.
    """

    __slots__ = ("options",)

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options

    def __set_name__(self, owner: type, name: str) -> None:
        # Where it has become a field, it is not in the class any more.
        raise TypeError(
            f"{owner.__name__}.{name}: Field() needs a type, as in '{name}: str = Field()' in the "
            "body of a TypedDocument."
        )

    def __repr__(self) -> str:
        return f"Field({', '.join(f'{name}={it!r}' for name, it in self.options.items())})"


def Field(  # noqa: N802  # as in pydantic, and as a field class is written
    *,
    default: Any = UNSET,
    default_factory: Callable[[], Any] | None = None,
    **options: Unpack[SpecifierOptions],
) -> Any:
    """What is said of an annotated attribute of a ``TypedDocument`` besides its type.

    It stands where the default would, or in ``Annotated``.

    Parameters:
        default: the value where none is given. Lists, dicts and sets are copied for each document.
        default_factory: a function without arguments that makes the value where none is given.
        options: those of the field that the type means: ``index``, ``unique`` and all that every
            field takes, ``max_length`` for ``str`` and so on.

    Raises:
        TypeError: both a default and a function that makes one are given, or that is none.

    Example:
        >>> from typing import Annotated
        >>> from aiomotorengine import Field, TypedDocument
        >>> class Account(TypedDocument):
        ...     mail: str = Field(pattern="@", unique=True)
        ...     roles: list[Annotated[str, Field(max_length=20)]] = []
        >>> Account.mail, Account.mail.unique
        (<StringField mail>, True)
    """
    given: dict[str, Any] = {**options}
    if default_factory is not None:
        if default is not UNSET:
            raise TypeError("Field() takes a default or a default_factory, not both.")
        if not callable(default_factory):
            raise TypeError(
                f"The default_factory of a Field() is a function, not {default_factory!r}."
            )
        given["default"] = default_factory
    elif default is not UNSET:
        given["default"] = default
    return FieldSpecifier(given)

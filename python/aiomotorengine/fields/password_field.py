"""PasswordField: passwords, of which only a hash is stored."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from types import NoneType
from typing import TYPE_CHECKING, Any, Unpack

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import accepts, unchanged
from aiomotorengine.fields.native_kind import native_kind

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["PasswordField", "PasswordType", "md5", "sha256"]


def md5(text: str) -> str:
    """The MD5 digest of a text's UTF-8 bytes, as hex digits. Only for passwords stored with it."""
    return hashlib.md5(as_bytes(text), usedforsecurity=False).hexdigest()


def sha256(text: str) -> str:
    """The SHA-256 digest of a text's UTF-8 bytes, as hex digits.

    It is unsalted and fast to compute, so it resists nobody who has the database; it is the default
    because stored hashes must go on matching.
    """
    return hashlib.sha256(as_bytes(text)).hexdigest()


class PasswordType:
    """A password as a hash, which compares with plain text.

    Parameters:
        value: the plain text; or the hash, if ``is_crypted``.
        crypt_func: the function that makes the hash of a text. One text must always give one hash.
        is_crypted: whether ``value`` is a hash already.

    Attributes:
        value: the hash.
        crypt_func: the function.

    Example:
        >>> from aiomotorengine.fields.password_field import PasswordType
        >>> password = PasswordType("secret")
        >>> password == "secret", password == "Secret"
        (True, False)
    """

    def __init__(
        self, value: Any, crypt_func: Callable[[str], Any] = sha256, is_crypted: bool = False
    ) -> None:
        self.value = value if is_crypted else crypt_func(value)
        self.crypt_func = crypt_func

    def __eq__(self, other: object) -> bool:
        # Whoever measures how long a comparison takes must not learn how much of it matched.
        if isinstance(other, str):
            return hmac.compare_digest(as_bytes(self.value), as_bytes(self.crypt_func(other)))
        if isinstance(other, PasswordType):
            return hmac.compare_digest(as_bytes(self.value), as_bytes(other.value))
        return False

    def __hash__(self) -> int:
        return hash(as_bytes(self.value))

    def __str__(self) -> str:
        return as_bytes(self.value).decode(errors="backslashreplace")

    def keys(self) -> tuple[str, ...]:
        """None. Who takes any object apart to make JSON of it, as FastAPI does, asks for them
        first, and finds no hash.
        """
        return ()

    def __repr__(self) -> str:
        # What is written into logs and tracebacks must not help to find the password.
        return "<PasswordType>"


def as_bytes(value: Any) -> bytes:
    """A text or a hash as bytes. Lone surrogates, which any client may send, do no harm."""
    if isinstance(value, bytes):
        return value
    # What a text says, and not what its class shows of it: "****", say.
    text = value if isinstance(value, str) else str(value)
    return str.encode(text, errors="surrogatepass")


@native_kind("password", hashed=PasswordType)
class PasswordField(BaseField[PasswordType]):
    """A password. Text given by the program is hashed, and the attribute reads a ``PasswordType``.

    Filters and updates take plain text as well.

    Parameters:
        crypt_func: the function that makes the hash of a text. One text must always give one hash,
            or a password could not be found by it; and it is called for every comparison.

    Example:
        >>> from aiomotorengine import Document, PasswordField
        >>> class User(Document):
        ...     password = PasswordField()
        >>> User(password="secret").password == "secret"
        True
    """

    is_scalar = True
    takes_lists = False
    _keeps_blanks = True

    def __init__(
        self,
        crypt_func: Callable[[str], Any] = sha256,
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        self.crypt_func = crypt_func

    def is_empty(self, value: Any) -> bool:
        # For a PasswordType, the hash of the empty text.
        return value is None or (isinstance(value, str | PasswordType) and value == "")

    def get_value(self, value: Any) -> Any:
        return PasswordType(value, self.crypt_func) if isinstance(value, str) else value

    @accepts(lambda field: frozenset({PasswordType, NoneType}))
    def validate(self, value: Any) -> bool:
        return value is None or isinstance(value, PasswordType)

    @unchanged(NoneType)
    def to_son(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, PasswordType):
            return value.value
        if isinstance(value, str):
            return self.crypt_func(value)
        raise TypeError("The type of the value should be the PasswordType")

    @unchanged(NoneType)
    def from_son(self, value: Any) -> Any:
        return value if value is None else PasswordType(value, self.crypt_func, is_crypted=True)

    def parse(self, text: str) -> str:
        return text

    def _is_secret(self, value: Any) -> bool:
        return True

    def _kept(self, value: Any) -> Any:
        # A plain text that stayed in the document would be in whatever shows ``vars(document)``.
        return value if self.overrides("get_value", PasswordField) else self.get_value(value)

    if TYPE_CHECKING:

        def __set__(self, instance: DocumentStorage, value: PasswordType | str | None) -> None: ...

"""PasswordField: passwords, of which only a hash is stored."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import cached_property
from types import NoneType
from typing import TYPE_CHECKING, Any, Unpack

from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import accepts, unchanged
from aiomotorengine.fields.native_kind import native_kind
from aiomotorengine.fields.settings import PasswordHasher

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["PasswordField", "PasswordType", "md5", "sha256"]


SECRET = "***"
"""What is shown in the place of a password."""


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
        hasher: what hashes it instead, if there is one. Then ``crypt_func`` is only what hashed
            passwords that were stored before.

    Attributes:
        value: the hash.
        crypt_func: the function.
        hasher: the hasher.

    Example:
        >>> from aiomotorengine.fields.password_field import PasswordType
        >>> password = PasswordType("secret")
        >>> password == "secret", password == "Secret"
        (True, False)
    """

    hasher: PasswordHasher | None = None
    _is_of_empty_text = False
    _text: str | None = None

    def __init__(
        self,
        value: Any,
        crypt_func: Callable[[str], Any] = sha256,
        is_crypted: bool = False,
        *,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self.crypt_func = crypt_func
        if is_crypted:
            self.value = value
        else:
            self.value = crypt_func(value) if hasher is None else hasher.hash(value)
        if hasher is not None:
            self.hasher = hasher
            self._is_of_empty_text = not is_crypted and value == ""

    @classmethod
    def hashed_later(
        cls, text: str, crypt_func: Callable[[str], Any], hasher: PasswordHasher | None
    ) -> PasswordType:
        """A password of a text that is hashed when somebody asks for the hash: parameters as for
        the class.
        """
        password = cls.__new__(cls)
        password.crypt_func = crypt_func
        if hasher is not None:
            password.hasher = hasher
        password._text = text
        return password

    @cached_property
    def value(self) -> Any:
        made = PasswordType(self._text, self.crypt_func, hasher=self.hasher)
        self._is_of_empty_text = made._is_of_empty_text
        del self._text
        return made.value

    def verify(self, text: str) -> bool:
        """Whether a text is the password.

        Example:
            >>> from aiomotorengine.fields.password_field import PasswordType
            >>> PasswordType("secret").verify("secret")
            True
        """
        # Whoever measures how long a comparison takes must not learn how much of it matched.
        if hmac.compare_digest(as_bytes(self.value), as_bytes(self.crypt_func(text))):
            return True
        if self.hasher is None:
            return False
        try:
            return bool(self.hasher.verify(self.value, text))
        except Exception:  # how hashers say that it is another, or that they have not made the hash
            return False

    @property
    def needs_rehash(self) -> bool:
        """Whether the password should be stored anew, as soon as its text is at hand: its hash is
        not the hasher's own, or weaker than it would be today. Without a hasher it is not asked.
        """
        if self.hasher is None:
            return False
        try:
            return bool(self.hasher.check_needs_rehash(self.value))
        except Exception:  # it has not made this hash
            return True

    @property
    def is_of_empty_text(self) -> bool:
        """Whether it is the hash of no text, as far as that is known without a hasher."""
        if self._text is not None:
            return self._text == ""
        empty = as_bytes(self.crypt_func(""))
        return self._is_of_empty_text or hmac.compare_digest(as_bytes(self.value), empty)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return self.verify(other)
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

    Filters and updates take plain text as well. Give a ``hasher``, such as that of ``argon2-cffi``:
    what is stored without one is neither salted nor slow to guess.

    Parameters:
        crypt_func: the function that makes the hash of a text. One text must always give one hash,
            or a password could not be found by it; and it is called for every comparison.
        hasher: what makes the hash instead: an object with ``hash(text)``,
            ``verify(stored, text)`` and ``check_needs_rehash(stored)``, as ``argon2`` has. Hashes
            of ``crypt_func`` that are stored already are still verified, and need a rehash.
            Filters find no password then, since each hash has a salt of its own.

    Example:
        >>> from aiomotorengine import Document, PasswordField
        >>> class User(Document):
        ...     password = PasswordField()
        >>> user = User(password="secret")
        >>> user.password.verify("secret"), user.password == "Secret"
        (True, False)
    """

    is_scalar = True
    takes_lists = False
    _keeps_blanks = True
    _stored_by = ("crypt_func",)  # of a hasher's texts, each says itself how it was made

    def __init__(
        self,
        crypt_func: Callable[[str], Any] = sha256,
        *args: Any,
        hasher: PasswordHasher | None = None,
        **options: Unpack[FieldOptions],
    ) -> None:
        options.setdefault("exclude", True)
        super().__init__(*args, **options)
        self._settings = self._settings.but(hasher=hasher)
        self.crypt_func = crypt_func

    def is_empty(self, value: Any) -> bool:
        if isinstance(value, PasswordType):
            return value.is_of_empty_text
        return value is None or (isinstance(value, str) and value == "")

    def get_value(self, value: Any) -> Any:
        return self._hashed(value) if isinstance(value, str) else value

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
            return self._hashed(value).value
        raise TypeError("The type of the value should be the PasswordType")

    @unchanged(NoneType)
    def from_son(self, value: Any) -> Any:
        return value if value is None else self._hashed(value, is_crypted=True)

    def to_query(self, value: Any) -> Any:
        if self._settings.hasher is not None and isinstance(value, str):
            raise ValueError(
                f"{self._title} is hashed with a salt, so no filter finds a password: load the "
                "document, and ask verify(text) of its attribute."
            )
        return self.to_son(value)

    def to_query_item(self, value: Any) -> Any:
        return self.to_query(value)

    def _hashed(self, value: Any, *, is_crypted: bool = False) -> PasswordType:
        return PasswordType(value, self.crypt_func, is_crypted, hasher=self._settings.hasher)

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "string"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "string", "format": "password", "writeOnly": True}

    def _dict_form(self, value: Any, forms: Any) -> Any:
        return SECRET

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        if isinstance(form, str) and form == SECRET:
            # It was sent back as it was shown. As a password it would be known to everybody.
            raise InvalidDocumentError.invalid(self.name, "it is what is shown of one")
        if not isinstance(form, str) or self.overrides("get_value", PasswordField):
            return form
        # Hashers take long on purpose, and the event loop stands still meanwhile.
        password = PasswordType.hashed_later(form, self.crypt_func, self._settings.hasher)
        reading.put_off(self, form, lambda: password.value)
        return password

    def parse(self, text: str) -> str:
        return text

    def _is_secret(self, value: Any) -> bool:
        return True

    def _kept(self, value: Any) -> Any:
        # A plain text that stayed in the document would be in whatever shows ``vars(document)``.
        return value if self.overrides("get_value", PasswordField) else self.get_value(value)

    if TYPE_CHECKING:

        def __set__(self, instance: DocumentStorage, value: PasswordType | str | None) -> None: ...

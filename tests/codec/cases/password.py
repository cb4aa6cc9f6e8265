"""PasswordField: text is hashed; a ``PasswordType`` is one already."""

from __future__ import annotations

from aiomotorengine import PasswordField
from aiomotorengine.fields.password_field import PasswordType, md5, sha256
from tests.codec.case import Case, Refused


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


def shouted(text: str) -> str:
    return text.upper() + "é"


CASES = [
    Case(PasswordField(), python=None, stored=None),
    Case(PasswordField(), python="xxx", stored=sha256("xxx"), reads=PasswordType("xxx")),
    Case(PasswordField(), python="", stored=sha256(""), reads=PasswordType("")),
    Case(
        PasswordField(),
        python="pässwörd",
        stored=sha256("pässwörd"),
        reads=PasswordType("pässwörd"),
    ),
    Case(PasswordField(), python=Text("xxx"), stored=sha256("xxx"), reads=PasswordType("xxx")),
    Case(PasswordField(), python=PasswordType("xxx"), stored=sha256("xxx")),
    Case(PasswordField(crypt_func=md5), python="x", stored=md5("x"), reads=PasswordType("x", md5)),
    Case(PasswordField(shouted), python="x", stored="Xé", reads=PasswordType("x", shouted)),
    Case(PasswordField(required=True), python="x", stored=sha256("x"), reads=PasswordType("x")),
    Refused(PasswordField(required=True), python=None),
    Refused(PasswordField(required=True), python=""),
    Refused(PasswordField(), python=5),
    Refused(PasswordField(), python=b"xxx"),
    Refused(PasswordField(), python={"$ne": None}),
]

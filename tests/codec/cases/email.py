"""EmailField."""

from __future__ import annotations

from aiomotorengine import EmailField
from tests.codec.case import Case, Refused

VALID = (
    "ada@example.com",
    "Ada.Lovelace+tag@Example.CO.UK",
    "o'neill!#$%&*/=?^_`{|}~-@example.org",
    '"quoted"@example.com',
    '"a\\"b"@example.com',
    "a@xn--bcher-kva.example",
    "a@example.xn--p1ai",
    "a@example.photography",
    "a@example.com.",
    f"a@{'b' * 63}.com",
)
NOT_VALID = (
    "",
    "ada",
    "@example.com",
    "ada@",
    "ada@localhost",
    "ada@10.0.0.1",
    "ada@example",
    "ada@example.c",
    "ada@-example.com",
    "ada@example-.com",
    "ada@exa_mple.com",
    f"a@{'b' * 64}.com",
    f"a@b.{'c' * 64}",
    ".ada@example.com",
    "ada.@example.com",
    "a..b@example.com",
    "a b@example.com",
    '"a b"@example.com',
    "ada@example.com\n",
    "ada@example.com ",
    "ädä@example.com",
    "ada@bücher.example",
    "ada@\u212a.example",  # the sign of Kelvin, whose lower case is k
    5,
    b"ada@example.com",
    {"$ne": None},
)

CASES = [
    Case(EmailField(), python=None, stored=None),
    *(Case(EmailField(), python=address, stored=address) for address in VALID),
    Case(EmailField(required=True), python="ada@example.com", stored="ada@example.com"),
    Refused(EmailField(required=True), python=None),
    *(Refused(EmailField(), python=value) for value in NOT_VALID),
]

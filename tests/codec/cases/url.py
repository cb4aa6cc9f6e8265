"""URLField."""

from __future__ import annotations

from aiomotorengine import URLField
from tests.codec.case import Case, Refused

VALID = (
    "http://example.com",
    "http://example.com/",
    "HTTPS://Example.COM./a/b?c=d#e",
    "https://localhost:8080/x?y=1",
    "http://LOCALHOST",
    "http://10.0.0.1",
    "http://300.1.1.1:80/",
    "http://example.com?x=1",
    "http://a-b.example.com",
    "http://xn--bcher-kva.example/",
    "http://example.xn--p1ai/",
    "http://example.photography",
    "http://example.com/päth",
    f"http://{'b' * 63}.com",
)
NOT_VALID = (
    "",
    "example",
    "example.com",
    "ftp://example.com",
    "http://",
    "http://example",
    "http://example.c",
    "http://-example.com",
    "http://example-.com",
    "http://example.com-",
    "http://bücher.example",
    "http://\u212a.example",  # the sign of Kelvin, whose lower case is k
    "http://exa_mple.com",
    "http://a..com",
    f"http://{'b' * 64}.com",
    "http://10.0.0",
    "http://1000.0.0.1",
    "http://٣.0.0.1",
    "http://example.com:x",
    "http://example.com:",
    "http://example.com?",
    "http://a.com/ b",
    "http://a.com/\n",
    "http://a.com\n",
    "http://a.com/\u00a0",
    " http://a.com",
    5,
    b"http://example.com",
    {"$ne": None},
)

CASES = [
    Case(URLField(), python=None, stored=None),
    *(Case(URLField(), python=address, stored=address) for address in VALID),
    Case(URLField(required=True), python="http://a.com", stored="http://a.com"),
    Refused(URLField(required=True), python=None),
    *(Refused(URLField(), python=value) for value in NOT_VALID),
]

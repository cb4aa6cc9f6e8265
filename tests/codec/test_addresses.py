"""The patterns of addresses are what counts: every codec takes and refuses exactly what they do."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from aiomotorengine import BaseField, Document, EmailField, URLField
from aiomotorengine.codec import DocumentError, codec_for
from tests.codec.cases import email, url
from tests.codec.laws import STANDARD

ALPHABET = 'aZ09-_.:/@?#[]\\"!%+~ \t\n\x00\x7fxXfF0123456789...:::ü\u200d\u3002\uff0f\ud800'
PIECES = (
    *("http://", "HTTPS://", "a", "b.c", "example.com", "xn--", "xn--a", "0x", "0xff", "1.2.3.4"),
    *("255", "256", "01", "::", ":", "[", "]", "[::1]", "1:2:3:4:5:6:7", "ffff", ":80", ":65535"),
    *(":65536", ":0000", "@", "u:p@", "/", "?q", "#f", ".", "..", '"', '"q\\"', "\\", "-", "_"),
    *("a" * 63, "a" * 64, "com", "c0m", "ü", "рф", " ", "\n", "\x7f"),
)

GROUPS = ("", "1", "ffff", "fffff", "1.2.3.4")


class Site(Document):
    at = URLField()


class Person(Document):
    at = EmailField()


FIELDS: tuple[tuple[Any, BaseField[Any], Any], ...] = (
    (Site, URLField(), [text for text in (*url.VALID, *url.NOT_VALID) if isinstance(text, str)]),
    (Person, EmailField(), [t for t in (*email.VALID, *email.NOT_VALID) if isinstance(t, str)]),
)


def changed(random: Random, text: str) -> str:
    """The text with a character or two added, taken away or replaced."""
    for _ in range(random.randint(1, 2)):
        at, until = random.randint(0, len(text)), random.choice((0, 1))
        text = text[:at] + random.choice(("", *ALPHABET)) + text[at + until :]
    return text


def texts(random: Random, known: list[str]) -> Iterator[str]:
    yield from known
    for _ in range(200):
        yield changed(random, random.choice(known))
        yield "".join(random.choices(PIECES, k=random.randint(1, 7)))
        yield "http://" + "".join(random.choices(PIECES, k=random.randint(1, 7)))
        yield "a@" + "".join(random.choices(PIECES, k=random.randint(1, 7)))
        yield f"http://[{':'.join(random.choices(GROUPS, k=random.randint(1, 9)))}]"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("model", "field", "known"), FIELDS, ids=["URLField", "EmailField"])
def test_a_codec_takes_what_the_pattern_takes(
    codec: str, model: Any, field: BaseField[Any], known: list[str], seed: int
) -> None:
    side = codec_for(model, STANDARD)
    valid = 0
    for text in texts(Random(seed), known):
        try:
            taken = side.validate_many([model(at=text)])
        except DocumentError:
            taken = False
        assert taken == field.validate(text), ascii(text)
        valid += taken
    assert valid > 20


@pytest.mark.parametrize(("model", "field", "known"), FIELDS, ids=["URLField", "EmailField"])
def test_hostile_texts_end(codec: str, model: Any, field: BaseField[Any], known: list[str]) -> None:
    side = codec_for(model, STANDARD)
    for start in ("http://", "http://[", "http://a:", "a@", '"', ""):
        for piece in ("a.", "1.", "a-", ":", "1:", "@", "\\a", "0", "..", "aa", "[", "ü."):
            text = start + piece * 10_000
            documents = [model(at=text), model(at=f"{text}!"), model(at=f"{text} ")]
            for document in documents:
                try:
                    taken = side.validate_many([document])
                except DocumentError:
                    taken = False
                assert taken == field.validate(document.at)

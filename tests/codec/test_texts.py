"""Texts of all lengths, with characters beyond ASCII: short ones are read in their own way."""

from __future__ import annotations

import pytest

from aiomotorengine import AnyField, Document, ListField, StringField
from aiomotorengine.codec import codec_for
from tests.codec.laws import STANDARD, agree

pytestmark = pytest.mark.usefixtures("codec")

LONGEST = 70  # beyond all lengths that are short


class Letter(Document):
    body = StringField()
    lines = ListField(StringField())
    anything = AnyField()


def written(text: str) -> Letter:
    return Letter(body=text, lines=[text, text[1:], text], anything={text: text})


def test_texts_in_ascii() -> None:
    plain = "".join(chr(65 + place % 60) for place in range(LONGEST))
    agree(Letter, [written(plain[:length]) for length in range(LONGEST)], STANDARD)


@pytest.mark.parametrize("odd", ["\x01", "\x7f", "\x80", "é", "日", "😀"], ids=ascii)
def test_texts_with_another_character_in_any_place(odd: str) -> None:
    texts = [
        "a" * place + odd + "z" * (length - place - 1)
        for length in range(1, LONGEST)
        for place in range(length)
    ]
    agree(Letter, [written(text) for text in texts], STANDARD)


def test_a_text_is_compact_and_knows_that_it_is_ascii() -> None:
    texts = ["x" * length for length in range(LONGEST)]
    (read,) = roundtrip(Letter(lines=texts))
    for text in read.lines:
        assert text.isascii() and text == "x" * len(text) and hash(text) == hash("x" * len(text))


def roundtrip(document: Letter) -> list[Letter]:
    side = codec_for(Letter, STANDARD)
    return side.decode_many(side.encode_many([document], [1])[0])

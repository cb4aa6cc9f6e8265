"""What hosts and domain names look like, for the fields that hold addresses.

The native codec has a twin of these patterns for ASCII text (``kinds/domain.rs``), so they spell
out what a letter and a digit is, and are compiled without flags.
"""

from __future__ import annotations

__all__ = ["BEYOND_ASCII", "BLANKS", "HOST", "MAIL_DOMAIN"]

BLANKS = r"\x00- \x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff"
"""For a class of characters: blanks, control characters, halves of surrogate pairs."""

BEYOND_ASCII = (
    rf"{BLANKS}\xad\u180e\u200b\u200e-\u206f\u2100\u2101\u2105\u2106\u2a74\ue000-\uf8ff"
    r"\ufe10-\ufe19\ufe30-\ufe6f\ufeff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
    r"\ufff9-\uffff"
)
"""For a class of characters that excludes: what no name has beyond ASCII. Besides blanks these are
characters that are not seen, and the punctuation that browsers read as one of ``. / : ? # @``, or
that looks like one.
"""

LETTER = rf"[^\x00-@\[-`{{-\x7f{BEYOND_ASCII}]"
LETTER_OR_DIGIT = rf"[^\x00-/:-@\[-`{{-\x7f{BEYOND_ASCII}]"
INNER = rf"[^\x00-,./:-@\[-`{{-\x7f{BEYOND_ASCII}]"  # and hyphens
HOST_CHARACTER = rf"[^\x00-,./:-@\[-^`{{-\x7f{BEYOND_ASCII}]"  # and hyphens and underscores

LABEL = rf"{LETTER_OR_DIGIT}(?:{INNER}{{0,61}}{LETTER_OR_DIGIT})?"
TOP_LEVEL = rf"(?:[Xx][Nn]--[A-Za-z0-9-]{{0,58}}[A-Za-z0-9]|{LETTER}{{2,63}})"

MAIL_DOMAIN = rf"(?:{LABEL}\.)+{TOP_LEVEL}\.?"
"""At least two labels, the last of letters; a final dot allowed. Mail is not sent to other names
(RFC 5321, section 2.3.5).
"""

OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4 = rf"{OCTET}(?:\.{OCTET}){{3}}"

PIECE = r"[0-9A-Fa-f]{1,4}"
LAST_TWO = rf"(?:{PIECE}:{PIECE}|{IPV4})"
IPV6 = "|".join(
    [
        rf"(?:{PIECE}:){{6}}{LAST_TWO}",
        rf"::(?:{PIECE}:){{5}}{LAST_TWO}",
        *(
            rf"(?:{PIECE}(?::{PIECE}){{0,{before}}})?::(?:{PIECE}:){{{4 - before}}}{LAST_TWO}"
            for before in range(5)
        ),
        rf"(?:{PIECE}(?::{PIECE}){{0,5}})?::{PIECE}",
        rf"(?:{PIECE}(?::{PIECE}){{0,6}})?::",
    ]
)

END = r"(?=[:/?#]|\Z)"
NUMBER = r"(?:[0-9]+|0[Xx][0-9A-Fa-f]*)"

HOST = (
    rf"(?:\[(?:{IPV6})\]|{IPV4}{END}"
    rf"|(?:{HOST_CHARACTER}{{1,63}}+\.(?={HOST_CHARACTER}))*+(?!{NUMBER}\.?{END})"
    rf"{HOST_CHARACTER}{{1,63}}+\.?{END})"
)
"""The host of a web address: IPv6 in brackets, IPv4, or a name of one or more labels. A name whose
last label is a number is no name: browsers take it for IPv4.
"""

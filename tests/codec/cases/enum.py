"""EnumField: members, stored as their values or their names."""

from __future__ import annotations

from enum import Enum, IntEnum, IntFlag, StrEnum

from aiomotorengine import EnumField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING


class Level(Enum):
    LOW = 1
    HIGH = 2
    TOP = 2**40
    MAXIMUM = TOP


class Color(StrEnum):
    RED = "red"
    GREEN = "grün"


class Weight(IntEnum):
    LIGHT = 1
    HEAVY = 2


class Access(IntFlag):
    READ = 1
    WRITE = 2


class Mixed(Enum):
    NOTHING = 0
    HALF = 0.5
    WORD = "word"
    PAIR = [1, 2]  # noqa: RUF012
    HUGE = b"bytes"


class Lenient(Enum):
    ON = "on"

    @classmethod
    def _missing_(cls, value: object) -> Lenient | None:
        return cls.ON if isinstance(value, str) and value.lower() == "on" else None


CASES = [
    Case(EnumField(Level), python=None, stored=None),
    Case(EnumField(Level), python=Level.LOW, stored=1),
    Case(EnumField(Level), python=Level.MAXIMUM, stored=2**40),
    Case(EnumField(Level), python=2, stored=2, reads=Level.HIGH),
    Case(EnumField(Level), python=2.0, stored=2, reads=Level.HIGH),
    Case(EnumField(Level, by_name=True), python=Level.LOW, stored="LOW"),
    Case(EnumField(Level, by_name=True), python="HIGH", stored="HIGH", reads=Level.HIGH),
    Case(EnumField(Level, by_name=True), python="MAXIMUM", stored="TOP", reads=Level.TOP),
    Case(EnumField(Color), python=Color.GREEN, stored="grün"),
    Case(EnumField(Color), python="grün", stored="grün", reads=Color.GREEN),
    Case(EnumField(Color), python="red", stored="red", reads=Color.RED),
    Case(EnumField(Weight), python=Weight.HEAVY, stored=2),
    Case(EnumField(Access), python=Access.READ, stored=1),
    Case(EnumField(Access), python=Access.READ | Access.WRITE, stored=3),
    Case(EnumField(Access), python=Access(0), stored=0),
    Case(EnumField(Access, by_name=True), python=Access.WRITE, stored="WRITE"),
    *(Case(EnumField(Mixed), python=member, stored=member.value) for member in Mixed),
    *(Case(EnumField(Mixed, True), python=member, stored=member.name) for member in Mixed),
    Case(EnumField(Lenient), python="ON", stored="on", reads=Lenient.ON),
    Case(EnumField(Level, required=True), python=Level.LOW, stored=1),
    Case(EnumField(Access, required=True), python=Access(0), stored=0),
    Refused(EnumField(Level, required=True), python=None),
    Refused(EnumField(Level), python=3),
    Refused(EnumField(Level), python="LOW"),
    Refused(EnumField(Level), python=Weight.HEAVY),
    Refused(EnumField(Level, by_name=True), python=1),
    Refused(EnumField(Level, by_name=True), python=Color.RED),
    Refused(EnumField(Access, by_name=True), python=Access.READ | Access.WRITE),
    Refused(EnumField(Color), python=""),
    Refused(EnumField(Level), python=[1]),
    Refused(EnumField(Level), python={"$ne": 1}),
    *(Refused(EnumField(Level), python=value) for value in MISSING),
]

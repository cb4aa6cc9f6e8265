"""IPAddressField: addresses, stored as their shortest text."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address

from aiomotorengine import IPAddressField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING

OLD, NEW = IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1")
SHOWN = IPv4Address("192.0.2.9")
SCOPED = IPv6Address("fe80::1%eth0")
MAPPED = IPv6Address("::ffff:192.0.2.1")


class Host(IPv4Address):
    """An address of a class of its own, which shows itself otherwise."""

    __slots__ = ()

    def __str__(self) -> str:
        return str(SHOWN)


def read(text: str) -> Case:
    """The text of an address of version 6, and what Python makes of it."""
    address = IPv6Address(text)
    return Case(IPAddressField(), python=text, stored=str(address), reads=address)


CASES = [
    Case(IPAddressField(), python=None, stored=None),
    Case(IPAddressField(), python=OLD, stored="192.0.2.1"),
    Case(IPAddressField(), python=NEW, stored="2001:db8::1"),
    Case(IPAddressField(), python="192.0.2.1", stored="192.0.2.1", reads=OLD),
    Case(IPAddressField(), python="2001:DB8:0::0001", stored="2001:db8::1", reads=NEW),
    Case(IPAddressField(), python=Host("192.0.2.1"), stored="192.0.2.9", reads=SHOWN),
    Case(IPAddressField(version=4), python=OLD, stored="192.0.2.1"),
    Case(IPAddressField(version=6), python="2001:db8::1", stored="2001:db8::1", reads=NEW),
    *(
        Case(IPAddressField(), python=IPv4Address(number), stored=str(IPv4Address(number)))
        for number in (0, 2**32 - 1, 2**31, 0x0A64_6309)
    ),
    *(
        Case(IPAddressField(), python=IPv6Address(number), stored=str(IPv6Address(number)))
        for number in (0, 1, 2**16, 2**112, 2**127, 2**128 - 1, 0x1_0000_0000_0000_0001 << 32)
    ),
    Case(IPAddressField(), python=SCOPED, stored="fe80::1%eth0"),
    Case(IPAddressField(), python=str(SCOPED), stored="fe80::1%eth0", reads=SCOPED),
    Case(IPAddressField(), python=MAPPED, stored=str(MAPPED)),
    read("::FFFF:192.0.2.1"),
    read("::ffff:c000:201"),
    read("::192.0.2.1"),
    read("64:ff9b::192.0.2.33"),
    read("1:2:3:4:5:6:192.0.2.1"),
    read("1:2:3:4:5:6:7::"),
    read("::2:3:4:5:6:7:8"),
    read("1:0:0:4:0:0:7:8"),
    read("1:0:0:4:0:0:0:8"),
    read("1:0:3:4:5:6:7:8"),
    read("0000:0:00:0:000:0:0:0"),
    Case(IPAddressField(strict=True), python=NEW, stored="2001:db8::1"),
    Refused(IPAddressField(strict=True), python="192.0.2.1"),
    Refused(IPAddressField(), python="01.2.3.4"),
    Refused(IPAddressField(), python="1.2.3.00"),
    Refused(IPAddressField(), python="1.2.3"),
    Refused(IPAddressField(), python="1.2.3.4 "),
    Refused(IPAddressField(), python="\u0661.2.3.4"),
    Refused(IPAddressField(), python="1::2::3"),
    Refused(IPAddressField(), python="1:2:3:4:5:6:7::8"),
    Refused(IPAddressField(), python=":1:2:3:4:5:6:7"),
    Refused(IPAddressField(), python="::12345"),
    Refused(IPAddressField(), python="::1.2.3.04"),
    Refused(IPAddressField(), python="1.2.3.4::"),
    Refused(IPAddressField(), python="[::1]"),
    Refused(IPAddressField(), python="fe80::1%"),
    Refused(IPAddressField(version=4), python="::ffff:192.0.2.1"),
    Refused(IPAddressField(version=4), python=SCOPED),
    Refused(IPAddressField(required=True), python=None),
    Refused(IPAddressField(version=4), python=NEW),
    Refused(IPAddressField(version=6), python="192.0.2.1"),
    Refused(IPAddressField(), python=""),
    Refused(IPAddressField(), python="192.0.2.256"),
    Refused(IPAddressField(), python="192.0.2.0/24"),
    Refused(IPAddressField(), python=IPv4Interface("192.0.2.1/24")),
    Refused(IPAddressField(), python=IPv4Network("192.0.2.0/24")),
    Refused(IPAddressField(), python=int(OLD)),
    Refused(IPAddressField(), python=OLD.packed),
    Refused(IPAddressField(), python={"$ne": "192.0.2.1"}),
    *(Refused(IPAddressField(), python=value) for value in MISSING),
]

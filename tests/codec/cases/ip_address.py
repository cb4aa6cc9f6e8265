"""IPAddressField: addresses, stored as their shortest text."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address

from aiomotorengine import IPAddressField
from tests.codec.case import Case, Refused
from tests.fields.strange import MISSING

OLD, NEW = IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1")

CASES = [
    Case(IPAddressField(), python=None, stored=None),
    Case(IPAddressField(), python=OLD, stored="192.0.2.1"),
    Case(IPAddressField(), python=NEW, stored="2001:db8::1"),
    Case(IPAddressField(), python="192.0.2.1", stored="192.0.2.1", reads=OLD),
    Case(IPAddressField(), python="2001:DB8:0::0001", stored="2001:db8::1", reads=NEW),
    Case(IPAddressField(version=4), python=OLD, stored="192.0.2.1"),
    Case(IPAddressField(version=6), python="2001:db8::1", stored="2001:db8::1", reads=NEW),
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

"""IPAddressField."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv6Address
from typing import Any

import bson
import pytest

from aiomotorengine import IPAddressField
from aiomotorengine.codec import codec_for
from aiomotorengine.errors import StoredValueError
from tests.codec.laws import STANDARD
from tests.fields.support import holder, reloaded

OLD, NEW = IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1")


@pytest.mark.parametrize("address", [OLD, NEW, IPv6Address("fe80::1%eth0")])
def test_an_address_is_stored_as_text_and_read_as_itself(address: Any) -> None:
    document = holder(IPAddressField())(value=address)
    assert document.to_son() == {"value": str(address)}
    assert reloaded(document).value == address


def test_text_is_shortened_so_that_filters_find_it() -> None:
    field = IPAddressField()
    for convert in field.to_son, field.to_query, field.to_query_item, field.to_update:
        assert convert("2001:0DB8:0:0::1") == "2001:db8::1"


def test_the_version_is_that_which_is_asked_for() -> None:
    assert IPAddressField(version=4).validate(OLD)
    assert not IPAddressField(version=4).validate(str(NEW))
    assert not IPAddressField(version=6).validate(OLD)
    with pytest.raises(ValueError, match="'version' argument must be 4, 6 or None, not '5'"):
        IPAddressField(version=5)  # type: ignore[arg-type]


def test_networks_and_numbers_are_no_addresses() -> None:
    values = ("192.0.2.0/24", IPv4Interface("192.0.2.1/24"), int(OLD), OLD.packed, " 192.0.2.1", "")
    assert not any(map(IPAddressField().validate, values))


@pytest.mark.usefixtures("codec")
def test_another_form_is_read_and_kept() -> None:
    model = holder(IPAddressField())
    raw = bson.encode({"_id": 1, "value": "2001:0DB8::1"})
    [document] = codec_for(model, STANDARD).decode_many(raw)
    assert document.value == NEW
    assert codec_for(model, STANDARD).encode_many([document], [1], validate=True) == [raw]


@pytest.mark.parametrize("stored", ["somewhere", 5])
def test_what_is_no_address_cannot_be_read(stored: Any) -> None:
    with pytest.raises(StoredValueError, match="IPAddressField can't read it"):
        holder(IPAddressField()).from_son({"value": stored})

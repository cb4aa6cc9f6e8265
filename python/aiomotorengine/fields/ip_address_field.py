"""IPAddressField: addresses of the Internet Protocol."""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv6Address,
    IPv6Interface,
    ip_address,
)
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Any, Literal, Unpack

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.field_methods import NONE_ONLY, accepts, unchanged
from aiomotorengine.fields.json_texts import from_text
from aiomotorengine.fields.native_kind import native_kind

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["IPAddressField"]

VERSIONS = (None, 4, 6)


@native_kind("ip_address")
class IPAddressField(BaseField[IPv4Address | IPv6Address]):
    """An address of the Internet Protocol, or its text, stored as its shortest text.

    Parameters:
        version: 4 or 6; ``None`` for both.

    Raises:
        ValueError: ``version`` is another one.

    Example:
        >>> from aiomotorengine import Document, IPAddressField
        >>> class Host(Document):
        ...     address = IPAddressField()
        >>> Host(address="2001:db8:0:0:0:0:0:1").to_son()
        {'address': '2001:db8::1'}
    """

    is_scalar = True
    takes_lists = False
    _own_types = (IPv4Address, IPv6Address)
    _made_for_json = MappingProxyType({IPv4Address: str, IPv6Address: str})

    def __init__(
        self,
        version: Literal[4, 6] | None = None,
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(*args, **options)
        if version not in VERSIONS:
            raise ValueError(
                f"The IP address field 'version' argument must be 4, 6 or None, not '{version}'."
            )
        self.version = version

    @accepts(lambda field: NONE_ONLY)
    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        try:
            address = as_address(value)
        except (TypeError, ValueError):
            return False
        return self.version is None or address.version == self.version

    @unchanged(NoneType)
    def to_son(self, value: Any) -> str | None:
        return value if value is None else str(as_address(value))

    @unchanged(NoneType)
    def from_son(self, value: Any) -> IPv4Address | IPv6Address | None:
        return value if value is None else as_address(value)

    def parse(self, text: str) -> IPv4Address | IPv6Address:
        return as_address(text)

    def _from_dict_form(self, form: Any, reading: Any) -> Any:
        return from_text(form, as_address)

    def _wanted(self, value: Any) -> str:
        return f"an IPv{self.version} address" if self.version else "an IP address"

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        return stored is not None and bool(stored != str(loaded))

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "string"}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        versions = [self.version] if self.version else [4, 6]
        formats = [{"type": "string", "format": f"ipv{version}"} for version in versions]
        return formats[0] if len(formats) == 1 else {"anyOf": formats}

    if TYPE_CHECKING:

        def __set__(
            self, instance: DocumentStorage, value: IPv4Address | IPv6Address | str | None
        ) -> None: ...


def as_address(value: Any) -> IPv4Address | IPv6Address:
    """The address that a value is, or that its text says.

    Raises:
        TypeError: it is neither address nor text.
        ValueError: the text is no address's.
    """
    if isinstance(value, str):
        return ip_address(value)
    is_network = isinstance(value, IPv4Interface | IPv6Interface)
    if isinstance(value, IPv4Address | IPv6Address) and not is_network:
        return value
    raise TypeError(f"an IP address or its text is wanted, not {type(value).__name__}.")

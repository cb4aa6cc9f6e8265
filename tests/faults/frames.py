"""Frames of MongoDB's wire protocol, as far as a proxy has to know them."""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass, replace
from typing import Any

import bson

__all__ = ["OP_MSG", "Frame"]

HEADER = struct.Struct("<iiii")
OP_MSG = 2013
CHECKSUM_PRESENT = 1
MAIN_SECTION = 5
"""Where an OP_MSG's own document begins: after the flags, and the byte that says what follows."""


@dataclass(frozen=True)
class Frame:
    """One message: the four numbers of its header less the length, and the rest.

    Attributes:
        request_id: the sender's number of it.
        response_to: the number of the request that it answers, or 0.
        opcode: what kind it is.
        body: all after the header.
    """

    request_id: int
    response_to: int
    opcode: int
    body: bytes

    @classmethod
    async def read(cls, reader: asyncio.StreamReader) -> Frame:
        """The next message of a connection.

        Raises:
            asyncio.IncompleteReadError: the connection ended.
        """
        header = HEADER.unpack(await reader.readexactly(HEADER.size))
        length, request_id, response_to, opcode = header
        body = await reader.readexactly(length - HEADER.size)
        return cls(request_id, response_to, opcode, body)

    def __bytes__(self) -> bytes:
        length = HEADER.size + len(self.body)
        return HEADER.pack(length, self.request_id, self.response_to, self.opcode) + self.body

    @property
    def command(self) -> str:
        """The name of the command, which is its first key; empty for other kinds of messages."""
        if self.opcode != OP_MSG:
            return ""
        first_key = MAIN_SECTION + 4 + 1
        return self.body[first_key : self.body.index(b"\0", first_key)].decode()

    @property
    def document(self) -> dict[str, Any]:
        """What an OP_MSG says, less the documents that are sent beside it."""
        (length,) = struct.unpack_from("<i", self.body, MAIN_SECTION)
        return bson.decode(self.body[MAIN_SECTION : MAIN_SECTION + length])

    def with_bson(self, raw: bytes) -> Frame:
        """The same message with another document, which need not be one."""
        (flags,) = struct.unpack_from("<i", self.body)
        return replace(self, body=struct.pack("<iB", flags & ~CHECKSUM_PRESENT, 0) + raw)

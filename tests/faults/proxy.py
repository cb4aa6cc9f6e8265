"""Stands between a client and a server, and does to the client's commands what a test has planned.

It runs on a thread and an event loop of its own, so that it goes on when the loop under test does
not. Everything that no fault is planned for passes unchanged.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType

from tests.faults.frames import Frame

__all__ = ["Exchange", "Fault", "Proxy"]

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
DISCONNECTIONS = (asyncio.IncompleteReadError, OSError)
SECONDS_TO_START = 10


class Proxy:
    """A way to a server that can be disturbed.

    Parameters:
        host: where the server is.
        port: likewise.

    Attributes:
        port: where clients find the proxy, on 127.0.0.1.
        seen: the names of the commands that came, in their order.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server = host, port
        self._plans: dict[str, deque[Fault | None]] = {}
        self._links: dict[Link, asyncio.Task[None]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy")
        self.port = 0
        self.seen: list[str] = []

    def plan(self, *faults: Fault | None, command: str = "insert") -> None:
        """What happens to the next commands of a name, one after the other; ``None`` is nothing.

        It takes the place of what was planned for that name before.
        """
        self._plans[command] = deque(faults)

    def plan_nothing(self) -> None:
        """Let all commands pass from now on."""
        self._plans.clear()

    def fault_for(self, command: str) -> Fault | None:
        """What happens to the command that has just come."""
        self.seen.append(command)
        plan = self._plans.get(command)
        return plan.popleft() if plan else None

    @property
    def connections(self) -> int:
        """How many clients' connections are open.

        Those on which nothing was ever said are not counted: PyMongo's async client leaves one open
        when it is cancelled while it connects.
        """
        return sum(link.was_used for link in list(self._links))

    def cut_all(self) -> None:
        """Reset all connections that are open."""
        self._loop.call_soon_threadsafe(self._cut_all)

    def _cut_all(self) -> None:
        for link in self._links:
            link.cut()

    def __enter__(self) -> Proxy:
        self._thread.start()
        start = asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._listener = asyncio.run_coroutine_threadsafe(start, self._loop).result(
            SECONDS_TO_START
        )
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(SECONDS_TO_START)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self) -> None:
        self._listener.close()
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        await asyncio.sleep(0)  # transports close their sockets in a callback

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link(self, reader, writer)
        task = self._links[link] = asyncio.ensure_future(link.run(*self._server))
        # Not at the end of `run`, which is never entered if the proxy stops before its first step.
        task.add_done_callback(lambda _: self._disconnected(link))

    def _disconnected(self, link: Link) -> None:
        del self._links[link]
        link.client.transport.abort()


class Link:
    """One client's connection, and the one to the server behind it."""

    server_reader: asyncio.StreamReader
    server: asyncio.StreamWriter

    def __init__(
        self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.proxy = proxy
        self.client_reader, self.client = reader, writer
        self.awaited: dict[int, asyncio.Future[Frame]] = {}
        self.was_used = False

    async def run(self, host: str, port: int) -> None:
        """Pass on what comes, until one of both has gone. Whoever calls it closes the client's
        connection then.
        """
        try:
            self.server_reader, self.server = await asyncio.open_connection(host, port)
        except OSError:
            return  # the server is not there, so nobody is
        ways = [asyncio.create_task(way()) for way in (self._requests, self._answers)]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self.server.transport.abort()

    async def _requests(self) -> None:
        with suppress(*DISCONNECTIONS):
            while True:
                request = await Frame.read(self.client_reader)
                self.was_used = True
                fault = self.proxy.fault_for(request.command)
                if fault is None:
                    self.server.write(bytes(request))
                    await self.server.drain()
                else:
                    await fault(Exchange(self, request))

    async def _answers(self) -> None:
        with suppress(*DISCONNECTIONS):
            while True:
                answer = await Frame.read(self.server_reader)
                if answer.response_to in self.awaited:
                    self.awaited.pop(answer.response_to).set_result(answer)
                else:
                    self.client.write(bytes(answer))
                    await self.client.drain()

    def cut(self) -> None:
        sock = self.client.get_extra_info("socket")
        with suppress(OSError):  # it is closed already
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.client.transport.abort()


class Exchange:
    """One command that something is planned for. Nothing passes but what the fault lets pass.

    Parameters:
        link: the connection on which it came.
        request: the command.
    """

    def __init__(self, link: Link, request: Frame) -> None:
        self._link = link
        self.request = request

    async def forward(self, data: bytes | None = None) -> None:
        """Send the request to the server, or these bytes in its place."""
        self._link.server.write(bytes(self.request) if data is None else data)
        await self._link.server.drain()

    async def answer(self) -> Frame:
        """Send the request to the server, and wait until it has answered."""
        answer = self._link.awaited[self.request.request_id] = asyncio.Future()
        await self.forward()
        return await answer

    async def reply(self, data: bytes) -> None:
        """Send bytes to the client."""
        self._link.client.write(data)
        await self._link.client.drain()

    async def wait(self, seconds: float | None = None) -> None:
        """Let time pass, or the client go away."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._link.client_reader.read(1), seconds)

    def cut(self) -> None:
        """Reset the client's connection."""
        self._link.cut()


Fault = Callable[[Exchange], Awaitable[None]]
"""What happens to a command in place of passing."""

"""A slow link in user space: a TCP proxy with one rate and one delay for all connections together, as a real line has.

What it does not show is TCP's reaction to loss. Per direction: segments of 1,460 bytes with 40 bytes of headers counted, a
one-way delay, at most 256 KiB in flight per connection, one round trip for the handshake.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field

SEGMENT, HEADERS, IN_FLIGHT = 1460, 40, 256 * 1024


@dataclass
class Direction:
    """One way of the line. ``rate`` in bytes per second, ``delay`` one way in seconds; ``carried`` counts payload bytes."""

    rate: float
    delay: float
    carried: int = 0
    free_at: float = 0.0

    def arrival(self, now: float, size: int) -> float:
        """When a segment handed over now has arrived at the other end."""
        self.free_at = max(now, self.free_at) + (size + HEADERS) / self.rate
        self.carried += size
        return self.free_at + self.delay


@dataclass
class Link:
    """A proxy on a loopback port before ``target``, running on a thread of its own between ``start`` and ``stop``."""

    target: int
    bits_per_second: float
    round_trip: float
    port: int = 0
    up: Direction = field(init=False)
    down: Direction = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False, repr=False)
    _thread: threading.Thread = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rate, delay = self.bits_per_second / 8, self.round_trip / 2
        self.up, self.down = Direction(rate, delay), Direction(rate, delay)

    def __enter__(self) -> Link:
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def reset(self) -> None:
        """Forget what was carried so far."""
        self.up.carried = self.down.carried = 0

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.round_trip)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._carry(reader, far_writer, self.up), self._carry(far_reader, writer, self.down))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Direction) -> None:
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(IN_FLIGHT // SEGMENT)
        delivery = asyncio.create_task(self._deliver(line, writer))
        with contextlib.suppress(ConnectionError):
            while segment := await reader.read(SEGMENT):
                await line.put((way.arrival(self._loop.time(), len(segment)), segment))
        await line.put((way.arrival(self._loop.time(), 0), b""))
        await delivery

    async def _deliver(self, line: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        gone = False
        while True:
            at, segment = await line.get()
            if not segment:
                break
            if gone:
                continue  # keep emptying the line, or the reading side waits for ever
            await asyncio.sleep(max(0.0, at - self._loop.time()))
            try:
                writer.write(segment)
                await writer.drain()
            except ConnectionError:
                gone = True
        with contextlib.suppress(ConnectionError):
            writer.close()

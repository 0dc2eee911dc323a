"""A TCP proxy on loopback that counts bytes and adds latency, in a thread of its own.

Every chunk is passed on a fixed time after it came, in order, however many are on their way: latency without
a limit on throughput. Opening a connection is not delayed: a new one costs a round trip less than far away.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_CHUNK = 2**16
_PATIENCE = 10


@dataclass
class Traffic:
    """Bytes that have passed.

    Attributes:
        address: Of the proxy, for a browser.
        down: Bytes from the server.
        up: Bytes to the server.
    """

    address: str
    down: int = 0
    up: int = 0


@contextlib.contextmanager
def proxy(port: int, latency: float) -> Iterator[Traffic]:
    """Stand between browsers and a port of this machine, until the block ends.

    Args:
        port: Of the server.
        latency: Milliseconds added each way.
    """
    loop = asyncio.new_event_loop()
    traffic = Traffic("")

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):  # either side may leave, or the block end
            there, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(pump(reader, back, passed_up), pump(there, writer, passed_down))

    def passed_up(size: int) -> None:
        traffic.up += size

    def passed_down(size: int) -> None:
        traffic.down += size

    async def pump(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passed: Callable[[int], None]
    ) -> None:
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        passing = asyncio.create_task(deliver(late, writer))
        chunk = b"more"
        while chunk:
            try:
                chunk = await reader.read(_CHUNK)
            except OSError:
                chunk = b""
            passed(len(chunk))
            late.put_nowait((loop.time() + latency / 1e3, chunk))
        await passing

    async def deliver(late: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, chunk = await late.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not chunk:
                    break
                writer.write(chunk)
                await writer.drain()
        writer.close()

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    begun = asyncio.run_coroutine_threadsafe(asyncio.start_server(connect, "127.0.0.1", 0), loop)
    listening = begun.result(_PATIENCE)
    traffic.address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield traffic
    finally:
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(_PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)

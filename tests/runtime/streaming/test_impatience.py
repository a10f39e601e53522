"""Connections straight at the daemon: who sends half a request or takes nothing is sent away, and nobody else."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvicorn

from runtime.streaming.impatience import Impatient

LARGE = 64 * 1024 * 1024
GET = b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"
SLOWLY = b"GET /slowly HTTP/1.1\r\nHost: a.example\r\n\r\n"


class Hasty(Impatient):
    """The same connection with deadlines that a test can wait for."""

    headers_within = 0.3
    taken_within = 0.3


async def application(scope, receive, send):
    """Answer shortly, after twice the deadline, with much, or with how long a body was."""
    body = b"ok"
    if scope["path"] == "/slowly":
        await asyncio.sleep(2 * Hasty.headers_within)
    if scope["path"] == "/much":
        body = bytes(LARGE)
    if scope["method"] == "POST":
        size, more = 0, True
        while more:
            message = await receive()
            size, more = size + len(message["body"]), message.get("more_body", False)
        body = str(size).encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def visit():
    """Let a visitor talk to such a server; return what the visitor came to."""

    def run(visitor):
        async def both():
            listening = socket.create_server(("127.0.0.1", 0))
            options = {"http": Hasty, "lifespan": "off", "log_config": None, "timeout_keep_alive": 60}
            server = uvicorn.Server(uvicorn.Config(application, **options))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            try:
                return await asyncio.wait_for(visitor(reader, writer), 30)
            finally:
                writer.transport.abort()
                server.should_exit = True
                await serving

        # A thread of its own: the loop of a browser's driver may run in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(both())).result()

    return run


async def answer(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line.split()[1] for line in head.splitlines() if line.lower().startswith(b"content-length"))
    return await reader.readexactly(int(length))


async def rest(reader):
    """Return what still comes until the connection ends, however it does."""
    pieces = []
    try:
        while piece := await reader.read(65536):
            pieces.append(piece)
    except ConnectionError:
        pass
    return b"".join(pieces)


@pytest.mark.parametrize("said", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a.example\r\nX-Slow: "])
def test_who_does_not_finish_a_first_request_is_sent_away(visit, said):
    async def visitor(reader, writer):
        writer.write(said)
        return await rest(reader)

    assert visit(visitor) == b""


def test_who_sends_a_letter_now_and_then_is_sent_away_nevertheless(visit):
    async def visitor(reader, writer):
        async def drip():
            writer.write(b"GET / HTTP/1.1\r\n")
            while not writer.transport.is_closing():
                writer.write(b"X: 1\r\n")
                await asyncio.sleep(Hasty.headers_within / 6)

        dripping = asyncio.create_task(drip())
        try:
            return await rest(reader)
        finally:
            dripping.cancel()

    assert visit(visitor) == b""


def test_who_breaks_off_in_a_second_request_is_sent_away(visit):
    async def visitor(reader, writer):
        writer.write(GET)
        first = await answer(reader)
        writer.write(GET[:20])
        return first, await rest(reader)

    assert visit(visitor) == (b"ok", b"")


def test_an_answer_may_take_its_time_and_the_connection_stays(visit):
    async def visitor(reader, writer):
        writer.write(SLOWLY)
        first = await answer(reader)
        await asyncio.sleep(2 * Hasty.headers_within)
        writer.write(GET)
        return first, await answer(reader)

    assert visit(visitor) == (b"ok", b"ok")


def test_a_body_may_take_its_time_for_its_handler_has_a_deadline_of_its_own(visit):
    async def visitor(reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 6\r\n\r\nabc")
        await asyncio.sleep(2 * Hasty.headers_within)
        writer.write(b"def")
        return await answer(reader)

    assert visit(visitor) == b"6"


def test_who_takes_nothing_of_an_answer_is_sent_away(visit):
    async def visitor(reader, writer):
        writer.write(b"GET /much HTTP/1.1\r\nHost: a.example\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(6 * Hasty.taken_within)
        return len(await rest(reader))

    assert visit(visitor) < LARGE


def test_who_takes_an_answer_gets_all_of_it_however_long_it_takes(visit):
    async def visitor(reader, writer):
        writer.write(b"GET /much HTTP/1.1\r\nHost: a.example\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        taken = 0
        while taken < LARGE:
            taken += len(await reader.readexactly(LARGE // 32))
            await asyncio.sleep(Hasty.taken_within / 4)
        return taken

    assert visit(visitor) == LARGE

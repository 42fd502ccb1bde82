"""What a damaged response does on the wire, byte by byte."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import zlib
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from pytest_zstack_ticket.model.exchange import Response
from pytest_zstack_ticket.simulator.response import DamagedResponse

Damage: TypeAlias = Callable[[DamagedResponse, asyncio.Transport], Coroutine[Any, Any, bool]]
"""Carries out one kind of damage; True if the response should still be sent in the ordinary way."""

_FOR_EVER = 3600.0
_ENDLESS_BYTES = 256 * 1024 * 1024
_BOMB_BYTES = 64 * 1024 * 1024
_CHUNK = 65_536
_CLOSES = "connection: close\r\n"
_OURS = ("content-length", "connection")


async def damage(answer: DamagedResponse, transport: asyncio.Transport) -> bool:
    """Damage a response on its way; returns whether the connection is whole and the answer still to be sent."""
    return await _DAMAGES[answer.kind](answer, transport)


def _head(response: Response, *, length: int | None, version: str = "1.1", extra: str = _CLOSES) -> bytes:
    """Write a head by hand. It says that the connection ends, since it does after every damage."""
    lines = [f"HTTP/{version} {response.status} "]
    lines += [f"{name}: {value}" for name, value in response.headers if name.lower() not in _OURS]
    if length is not None:
        lines.append(f"content-length: {length}")
    return ("\r\n".join(lines) + "\r\n" + extra + "\r\n").encode("latin-1", "replace")


async def _close(answer: DamagedResponse, transport: asyncio.Transport) -> bool:
    del answer
    transport.close()
    return False


async def _reset(answer: DamagedResponse, transport: asyncio.Transport) -> bool:
    """Send RST instead of FIN: linger of zero seconds."""
    del answer
    plug = transport.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    return False


async def _never(answer: DamagedResponse, transport: asyncio.Transport) -> bool:
    await asyncio.sleep(answer.amount or _FOR_EVER)
    transport.abort()
    return False


async def _slow(answer: DamagedResponse, transport: asyncio.Transport) -> bool:
    del transport
    await asyncio.sleep(answer.amount)
    return True


async def _trickle(answer: DamagedResponse, transport: asyncio.Transport) -> bool:
    response = answer.response
    for byte in _head(response, length=len(response.body)) + response.body:
        if transport.is_closing():
            break
        transport.write(bytes((byte,)))
        await asyncio.sleep(answer.amount or 0.001)
    transport.close()
    return False


def _raw(build: Callable[[Response], bytes]) -> Damage:
    """Damage that writes bytes and closes."""

    async def damaged(answer: DamagedResponse, transport: asyncio.Transport) -> bool:
        transport.write(build(answer.response))
        transport.close()
        return False

    return damaged


async def _silent_close(answer: DamagedResponse, transport: asyncio.Transport) -> bool:
    """Answer in full and close without having said so."""
    response = answer.response
    transport.write(_head(response, length=len(response.body), extra="") + response.body)
    transport.close()
    return False


async def _endless(answer: DamagedResponse, transport: asyncio.Transport) -> bool:
    """Write a body without an end, as fast as the client reads, up to a bound of our own."""
    transport.write(_head(answer.response, length=None))
    sent = 0
    while sent < _ENDLESS_BYTES and not transport.is_closing():
        if transport.get_write_buffer_size() > _CHUNK * 4:
            await asyncio.sleep(0.001)
            continue
        transport.write(b" " * _CHUNK)
        sent += _CHUNK
        await asyncio.sleep(0)
    transport.close()
    return False


def _gzipped(response: Response, data: bytes) -> bytes:
    return _head(response, length=len(data), extra=f"{_CLOSES}content-encoding: gzip\r\n") + data


def _bomb(response: Response) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blank = b" " * _CHUNK
    parts = [packer.compress(blank) for _ in range(_BOMB_BYTES // _CHUNK)]
    return _gzipped(response, b"".join(parts) + packer.flush())


def _chunks(response: Response) -> bytes:
    parts = [response.body[at : at + 7] for at in range(0, len(response.body), 7)]
    body = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts) + b"0\r\n\r\n"
    return _head(response, length=None, extra=f"{_CLOSES}transfer-encoding: chunked\r\n") + body


_DAMAGES: dict[str, Damage] = {
    "close": _close,
    "reset": _reset,
    "never": _never,
    "slow": _slow,
    "trickle": _trickle,
    "silent-close": _silent_close,
    "endless": _endless,
    "long-length": _raw(lambda one: _head(one, length=len(one.body) + 100) + one.body),
    "short-length": _raw(lambda one: _head(one, length=2) + one.body),
    "half": _raw(lambda one: _head(one, length=len(one.body)) + one.body[: len(one.body) // 2]),
    "garbage-status": _raw(lambda one: b"hello\r\n\r\n" + one.body),
    "chunked": _raw(_chunks),
    "http10": _raw(lambda one: _head(one, length=None, version="1.0") + one.body),
    "many-100": _raw(lambda one: b"HTTP/1.1 100 Continue\r\n\r\n" * 5000 + _head(one, length=len(one.body)) + one.body),
    "huge-header": _raw(
        lambda one: _head(one, length=len(one.body), extra=f"{_CLOSES}x-pad: {'x' * 1_000_000}\r\n") + one.body
    ),
    "gzip": _raw(lambda one: _gzipped(one, gzip.compress(one.body))),
    "gzip-lie": _raw(lambda one: _gzipped(one, one.body)),
    "gzip-bomb": _raw(_bomb),
}

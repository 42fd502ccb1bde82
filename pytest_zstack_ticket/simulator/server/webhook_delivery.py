"""Delivering web hooks as the target does: POST until a 2xx, again after a pause, then dropped. Source: dossier 3.6."""

from __future__ import annotations

import asyncio
import ssl
from urllib.parse import SplitResult, urlsplit

from pytest_zstack_ticket.simulator.response import Delivery

_WITHIN = 10.0


async def deliver(delivery: Delivery) -> bool:
    """Deliver one web hook; returns whether it was taken."""
    for attempt in range(delivery.attempts):
        if attempt:
            await asyncio.sleep(delivery.pause)
        try:
            status = await asyncio.wait_for(_post(delivery), _WITHIN)
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError):
            continue
        if 200 <= status < 300:
            return True
    return False


async def _post(delivery: Delivery) -> int:
    """Send the hook once and return the status; certificates are not verified, as on the target."""
    url = urlsplit(delivery.url)
    secure = url.scheme == "https"
    reader, writer = await asyncio.open_connection(
        url.hostname, url.port or (443 if secure else 80), ssl=_unverified() if secure else None
    )
    try:
        writer.write(_head(delivery, url) + delivery.body)
        await writer.drain()
        line = await reader.readline()
        return int(line.split()[1]) if len(line.split()) > 1 else 0
    finally:
        writer.close()


def _head(delivery: Delivery, url: SplitResult) -> bytes:
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    lines = [f"POST {target} HTTP/1.1", f"Host: {url.netloc.rpartition('@')[2]}"]
    lines += [f"{name}: {value}" for name, value in delivery.headers]
    lines += [f"Content-Length: {len(delivery.body)}", "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context

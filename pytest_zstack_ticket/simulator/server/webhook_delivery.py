"""Delivering web hooks as the target does: POST until a 2xx, again after a pause, then dropped. Source: dossier 3.6."""

from __future__ import annotations

import asyncio

import httpx

from pytest_zstack_ticket.simulator.response import Delivery

_TIMEOUT = 10.0
_HEADERS = {"User-Agent": "okhttp/4.9.3", "Accept-Encoding": "gzip", "Connection": "Keep-Alive"}
"""What the target's HTTP client sends; it follows a 302 with a GET (facts.md)."""
_MAX_PORT = 65_535
"""asyncio raises what is no OSError for a larger one."""


async def deliver(delivery: Delivery) -> bool:
    """Deliver one web hook; returns whether it was taken."""
    # certificates are not verified, as on the target; proxies of this machine are not the target's
    async with httpx.AsyncClient(
        verify=False,  # noqa: S501 - see above
        trust_env=False,
        timeout=_TIMEOUT,
        follow_redirects=True,
        headers=_HEADERS,
    ) as client:
        for attempt in range(delivery.attempts):
            if attempt:
                await asyncio.sleep(delivery.pause)
            if await _post(client, delivery):
                return True
    return False


async def _post(client: httpx.AsyncClient, delivery: Delivery) -> bool:
    try:
        if (httpx.URL(delivery.url).port or 0) > _MAX_PORT:
            return False
        response = await client.post(delivery.url, content=delivery.body, headers=delivery.headers)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return response.is_success

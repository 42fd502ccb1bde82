"""CPU per exchange of send, redact, record and classify, beside a bare `httpx.Client.post` loop in the same run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import httpx
from measuring import QUICK, rounds

from pytest_zstack_ticket.api.classify import classify
from pytest_zstack_ticket.api.polling import submit
from pytest_zstack_ticket.artifacts.evidence_writer import EvidenceWriter
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.redaction.redactor import Redactor
from pytest_zstack_ticket.strategies import calibration_draft
from pytest_zstack_ticket.transport.clock import SystemClock
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport

SERVER = """
import asyncio, json
BODY = json.dumps({"inventory": {"uuid": "f" * 32, "name": "a ticket", "status": "Pending", "request": []}}).encode()
ANSWER = b"HTTP/1.1 200 \\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(BODY), BODY)
async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            size = [int(line.split(b":")[1]) for line in head.lower().split(b"\\r\\n") if line.startswith(b"content-length")]
            await reader.readexactly(size[0] if size else 0)
            writer.write(ANSWER)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
EXCHANGES = 50 if QUICK else 400
ROUNDS = 1 if QUICK else 9
SESSION = "0123456789abcdef0123456789abcdef"


def bare(client: httpx.Client, url: str, body: bytes, headers: dict[str, str]) -> int:
    """Post with httpx and nothing else."""
    for _ in range(EXCHANGES):
        client.post(url, content=body, headers=headers).read()
    return EXCHANGES


def ours(client: Client, request: Request, profile: object) -> int:
    """Send, redact, record and classify."""
    for _ in range(EXCHANGES):
        classify(client.run(submit(request, job_limit=10, first_wait=0.01)), profile)  # type: ignore[arg-type] # a profile
    return EXCHANGES


def main() -> None:
    """Print CPU per exchange and the ratio."""
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own text
    try:
        assert server.stdout is not None
        root = f"http://127.0.0.1:{server.stdout.readline().strip()}/zstack"
        draft = calibration_draft(Context())
        headers = {**dict(draft.headers), "Authorization": f"OAuth {SESSION}"}
        redactor = Redactor(b"benchmark")
        redactor.learn("session", SESSION)
        with tempfile.TemporaryDirectory() as folder, httpx.Client(trust_env=False) as plain:
            recorder = EvidenceWriter(Path(folder, "evidence.jsonl.gz"), {"run": "benchmark"})
            client = Client(
                transport=HttpxTransport(Settings(url=root)),
                clock=SystemClock(),
                redact=redactor.exchange,
                recorder=recorder,
            )
            request = Request(method="POST", path="/v1/tickets", headers=tuple(headers.items()), body=draft.body)
            found = rounds(
                {
                    "bare": partial(bare, plain, f"{root}/v1/tickets", draft.body, headers),
                    "ours": partial(ours, client, request, load_profile("deployed")),
                },
                count=ROUNDS,
            )
            recorder.close()
        measured = {name: f"{seconds * 1e6:.0f} us" for name, seconds in found.items()}
        print(json.dumps(measured), f"ratio {found['ours'] / found['bare']:.2f} (at most 1.25)")
    finally:
        server.terminate()


if __name__ == "__main__":
    main()

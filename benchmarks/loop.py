"""CPU per exchange of the whole one-by-one loop, beside a bare `httpx.Client.post` loop in the same run.

Ours draws with Hypothesis, sends, redacts, records, classifies, judges and keeps the example; both send the same bodies to
the same answering process, which answers at once.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from exchange import SERVER, SESSION
from measuring import QUICK, rounds

from pytest_zstack_ticket.artifacts.evidence_writer import EvidenceWriter
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.model.settings import Session, Settings
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.redaction.redactor import Redactor
from pytest_zstack_ticket.runner.examiner import Examiner
from pytest_zstack_ticket.runner.explorer import Explorer
from pytest_zstack_ticket.strategies import calibration_draft, drafts, mutated_drafts
from pytest_zstack_ticket.transport.clock import SystemClock
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport

EXCHANGES = 40 if QUICK else 240
"""As many as three properties at standard effort."""
ROUNDS = 1 if QUICK else 9
REQUIRED = 2.2


class Kept:
    """Keeps one session for ever."""

    session = Session(uuid=SESSION)

    def another(self) -> Session:
        """Return the same session."""
        return self.session

    def renew(self, dead: Session) -> Session:
        """Return the same session."""
        return dead


def bare(client: httpx.Client, url: str, bodies: list[bytes], headers: dict[str, str]) -> int:
    """Post with httpx and nothing else."""
    for body in bodies:
        client.post(url, content=body, headers=headers).read()
    return len(bodies)


def ours(explorer: Explorer, strategy: Any, endpoint: TicketEndpoint, examiner: Examiner) -> int:
    """Explore one by one, as a suite does."""
    sibling, sent = endpoint.calibration, 0
    examiner.begin("ZT-BODY-060", "benchmark")

    def holds(example: Any) -> None:
        nonlocal sent
        sent += 1
        draft = getattr(example, "draft", example)
        violation = examiner("sameness", edit=draft.edit, subject=endpoint.create(draft), sibling=sibling)
        assert violation is None, violation

    explorer(strategy, holds, share=EXCHANGES / 80)
    examiner.end()
    return sent


def main() -> None:
    """Print CPU per exchange and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true", help="show where our time goes")
    arguments = parser.parse_args()
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own text
    try:
        assert server.stdout is not None
        with tempfile.TemporaryDirectory() as folder, httpx.Client(trust_env=False) as plain:
            measure(
                f"http://127.0.0.1:{server.stdout.readline().strip()}/zstack",
                Path(folder),
                plain,
                profiled=arguments.profile,
            )
    finally:
        server.terminate()


def measure(root: str, folder: Path, plain: httpx.Client, *, profiled: bool) -> None:
    """Run both in turn."""
    context, profile = Context(), load_profile("deployed")
    redactor = Redactor(b"benchmark")
    redactor.learn("session", SESSION)
    recorder = EvidenceWriter(folder / "evidence.jsonl.gz", {"run": "benchmark"})
    settings = Settings(url=root)
    client = Client(
        transport=HttpxTransport(settings), clock=SystemClock(), redact=redactor.exchange, recorder=recorder
    )
    draft = calibration_draft(context)
    endpoint = TicketEndpoint(
        sender=client, sessions=Kept(), settings=settings, state=TargetState(profile, context), draft=draft
    )
    examiner = Examiner(
        profile=lambda: profile,
        keep=recorder.example,
        observe=recorder.observation,
        words=str,
        sibling=lambda: endpoint.calibration,
    )
    explorer = Explorer("standard", 0, str(folder))
    headers = {**dict(draft.headers), "Authorization": f"OAuth {SESSION}"}
    loops = {
        "bare": partial(bare, plain, f"{root}/v1/tickets", [draft.body] * EXCHANGES, headers),
        "drafts": partial(ours, explorer, drafts(context, profile.limits), endpoint, examiner),
        "mutated drafts": partial(ours, explorer, mutated_drafts(context, profile.limits), endpoint, examiner),
    }
    if profiled:
        watch = cProfile.Profile()
        watch.runcall(lambda: [loops["drafts"]() for _ in range(4)])
        pstats.Stats(watch).sort_stats("tottime").print_stats(45)
        return
    found = rounds(loops, count=ROUNDS)
    recorder.close()
    print(json.dumps({name: f"{seconds * 1e6:.0f} us" for name, seconds in found.items()}))
    for name in ("drafts", "mutated drafts"):
        print(f"{name}: {found[name] / found['bare']:.2f} x the CPU of bare httpx (at most {REQUIRED})")


if __name__ == "__main__":
    main()

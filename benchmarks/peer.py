"""Requests per second of our exploring and of our sweep, beside Schemathesis' fuzzing and coverage phases.

Both run on the first core against one server process on the second, `zstack-ticket simulate` as the page has it: every
create is answered at once, so nothing is polled. Ours has the window that it has by default on this machine; more workers
of the peer share no operation. The peer reads the OpenAPI document that we export, explores as many examples as we do, and
looks only for server errors, for else it stops at the first body that the target refuses. Start-up is excluded on both
sides: ours is timed inside the test, the peer's by taking away the time of a run of a single example. The peer is
installed, in its newest release, into an environment of its own in a temporary folder.
"""

from __future__ import annotations

import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from measuring import QUICK

from pytest_zstack_ticket.api.auth import login_request

OWN = Path(sys.executable).parent / "zstack-ticket"
TEST = '''
import json, os, time
from pathlib import Path
import pytest
from pytest_zstack_ticket.strategies import drafts, mutated_drafts

@pytest.mark.requirement("ZT-BODY-060")
def test_rates(ticket_endpoint, zstack_context, zstack_profile, zstack_explore, zstack_examine, zstack_cases, zstack_run):
    """Sweep, then explore, and tell how many requests each took in how many seconds."""
    sibling, used = ticket_endpoint.calibration, lambda: zstack_run.reached.usage_counter.used.requests
    def timed(work):
        before, began, cpu = used(), time.monotonic(), time.process_time()
        work()
        return {"requests": used() - before, "seconds": time.monotonic() - began, "cpu": time.process_time() - cpu}
    def sweep():
        for catalogue, check in (("variations", "sameness"), ("mutations", "refusal")):
            for edit, trail in zstack_cases.results(catalogue):
                arguments = {"fields": list(edit.fields)} if check == "refusal" else {}
                zstack_examine(check, edit=edit, subject=trail, sibling=sibling, arguments=arguments)
    def same(draft):
        zstack_examine("sameness", edit=draft.edit, subject=ticket_endpoint.create(draft), sibling=sibling)
    def refused(mutated):
        edit, subject = mutated.draft.edit, ticket_endpoint.create(mutated.draft)
        zstack_examine("refusal", edit=edit, subject=subject, sibling=sibling, arguments={"fields": list(edit.fields)})
    limits = zstack_profile.limits
    def explore():
        zstack_explore(drafts(zstack_context, limits), same, share=2.5)
        zstack_explore(mutated_drafts(zstack_context, limits), refused, share=2.5)
    zstack_explore(drafts(zstack_context, limits), lambda _: None, share=0.1)
    zstack_explore(mutated_drafts(zstack_context, limits), lambda _: None, share=0.1)
    zstack_cases.rows("variations"), zstack_cases.rows("mutations")
    Path(os.environ["MEASURED"]).write_text(json.dumps({"sweep": timed(sweep), "exploring": timed(explore)}))
'''
ROUNDS = 3
EXAMPLES = 400
"""As many as ours explores."""
REQUIRED = {"exploring": 10.0, "sweep": 3.0}
GENERATED = re.compile(r"(\d+) generated")
PASSWORD = "password"  # noqa: S105 - of the embedded endpoint


@dataclass(frozen=True, slots=True)
class Spent:
    """Requests with the seconds and the CPU seconds that they took."""

    requests: int
    seconds: float
    cpu: float

    def less(self, other: Spent) -> Spent:
        """Return what was spent beyond another run."""
        return Spent(self.requests - other.requests, self.seconds - other.seconds, self.cpu - other.cpu)


def run(command: list[Any], folder: Path, **variables: str) -> tuple[str, float, float]:
    """Run a command on the first core; return what it wrote, its seconds and its CPU seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own command
        ["taskset", "-c", "0", *command],  # noqa: S607 - of every Linux
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout + done.stderr, time.monotonic() - began, cpu


def peer(folder: Path, url: str, session: str, phase: str, examples: int) -> Spent:
    """Run one phase of Schemathesis on the creation of tickets."""
    command: list[Any] = [folder / "venv" / "bin" / "schemathesis", "run", "openapi.json", f"--url={url}"]
    command += [f"--phases={phase}", f"--max-examples={examples}", "--include-operation-id=CreateTicket", "--workers=1"]
    command += ["--no-color", "--continue-on-failure", "--generation-database=none", "--checks=not_a_server_error"]
    text, seconds, cpu = run([*command, "-H", f"Authorization: OAuth {session}"], folder)
    found = GENERATED.search(text)
    if found is None:
        sys.exit(f"the peer did not run:\n{text[-2500:]}")
    return Spent(int(found[1]), seconds, cpu)


def ours(folder: Path, url: str) -> dict[str, Spent]:
    """Run our plugin and return what its sweep and its exploring took."""
    (folder / "measured.json").unlink(missing_ok=True)
    command: list[Any] = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_rates.py"]
    command += [f"--zstack-url={url}", "--zstack-profile=documented", "--zstack-report=report"]
    command.append("--zstack-concurrency=8")
    text, _, _ = run(command, folder, MEASURED="measured.json", ZSTACK_PASSWORD=PASSWORD)
    if not (folder / "measured.json").exists():
        sys.exit(f"ours did not run:\n{text[-2500:]}")
    return {
        name: Spent(**measured) for name, measured in json.loads((folder / "measured.json").read_text("utf-8")).items()
    }


def prepare(folder: Path) -> None:
    """Install the peer, and write what both are started with."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)  # noqa: S603 - our own command
    subprocess.run([folder / "venv" / "bin" / "pip", "install", "-q", "schemathesis"], check=True)  # noqa: S603 - as above
    exported = subprocess.run([OWN, "export", "openapi"], check=True, capture_output=True)  # noqa: S603 - as above
    (folder / "openapi.json").write_bytes(exported.stdout)
    version = subprocess.run(  # noqa: S603 - as above
        [folder / "venv" / "bin" / "schemathesis", "--version"], check=True, capture_output=True, text=True
    )
    print(version.stdout.strip())


def logged_in(url: str) -> str:
    """Return a session for the peer."""
    request = login_request("account", "admin", PASSWORD)
    return str(
        httpx.put(url + request.path, content=request.body, headers=dict(request.headers)).json()["inventory"]["uuid"]
    )


def measure(folder: Path, url: str) -> None:
    """Run all in turn and print the medians."""
    rates: dict[str, list[tuple[float, float]]] = {}
    for _ in range(ROUNDS):
        session = logged_in(url)
        start = peer(folder, url, session, "fuzzing", 1)
        found = {
            "their fuzzing": peer(folder, url, session, "fuzzing", EXAMPLES).less(start),
            "their coverage": peer(folder, url, session, "coverage", 1).less(start),
            **{f"our {name}": spent for name, spent in ours(folder, url).items()},
        }
        for name, one in found.items():
            rates.setdefault(name, []).append((one.requests / one.seconds, one.requests / one.cpu))
    medians = {name: [statistics.median(one) for one in zip(*pairs, strict=True)] for name, pairs in rates.items()}
    for name, (wall, cpu) in medians.items():
        print(f"{name}: {wall:.0f} requests/s, {cpu:.0f} for each second of CPU")
    for mine, theirs in (("exploring", "fuzzing"), ("sweep", "coverage")):
        wall, cpu = (one / other for one, other in zip(medians[f"our {mine}"], medians[f"their {theirs}"], strict=True))
        print(f"{mine}: {wall:.1f} x their {theirs}, {cpu:.1f} x by CPU (at least {REQUIRED[mine]:g} x)")


def main() -> None:
    """Serve on the second core and measure on the first; in a quick run only our side is shown to run."""
    serve = [OWN, "simulate", "--profile", "documented", "--latency", "0"]
    server = subprocess.Popen(["taskset", "-c", "1", *serve], stdout=subprocess.PIPE, text=True)  # noqa: S603, S607 - our own command
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "test_rates.py").write_text(TEST, "utf-8")
            if QUICK:
                print(ours(Path(folder), url))
                return
            prepare(Path(folder))
            measure(Path(folder), url)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()

"""Bodies per second of our strategies, beside a plain hand-built one and Schemathesis' own generator, in one run.

The peer is installed in an environment of its own in a temporary folder; `--no-peer` leaves it out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from measuring import QUICK, rounds

from pytest_zstack_ticket.config.profile_file import api_schemas
from pytest_zstack_ticket.model.profile import Limits
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies import drafts, mutated_drafts

EXAMPLES = 10 if QUICK else 150
ROUNDS = 1 if QUICK else 5
BOUNDS = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
PEER = """
import json, sys, time
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
schema = schemathesis.openapi.from_dict(json.load(open(sys.argv[1])))
operation = schema["/zstack/v1/tickets"]["POST"]
strategy = operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE)
count = 0
@settings(max_examples=int(sys.argv[2]), database=None, deadline=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
@given(strategy)
def run(case):
    global count
    count += 1
run()
count, started = 0, time.process_time()
run()
print((time.process_time() - started) / count)
"""


def hand_built() -> st.SearchStrategy[Any]:
    """Return what one writes from the page in ten minutes."""
    uuids = st.text("0123456789abcdef", min_size=32, max_size=32)
    scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
    values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
    request = st.fixed_dictionaries(
        {
            "requestName": st.text(),
            "apiName": st.just("org.zstack.header.vm.APICreateVmInstanceMsg"),
            "executeTimes": st.integers(1, 10),
            "apiBody": st.dictionaries(st.text(), values),
        }
    )
    params = st.fixed_dictionaries(
        {
            "name": st.text(min_size=1, max_size=255),
            "requests": st.lists(request, min_size=1, max_size=3),
            "accountSystemType": st.just("iam2"),
            "accountSystemContext": st.fixed_dictionaries({"projectUuid": uuids, "virtualIDUuid": uuids}),
        },
        optional={"description": st.text(max_size=2048), "resourceUuid": uuids},
    )
    return st.fixed_dictionaries({"params": params}).map(lambda body: json.dumps(body).encode())


def generate(strategy: st.SearchStrategy[Any]) -> int:
    """Draw the examples of one round and return how many there were."""
    seen = [0]

    @BOUNDS
    @given(strategy)
    def run(_: Any) -> None:
        seen[0] += 1

    run()
    return seen[0]


def peer(folder: Path) -> float:
    """Return the peer's CPU seconds per body, measured in its own process after a warm-up."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)  # noqa: S603 - our own command
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "schemathesis"], check=True)  # noqa: S603 - as above
    request = json.loads(dict(api_schemas())["create-request"])
    ticket = request.pop("$defs")["ticketRequest"]
    request["properties"]["params"]["properties"]["requests"]["items"] = ticket
    for key in ("$schema", "$id"):
        request.pop(key)
    content = {"application/json": {"schema": request}}
    operation = {"requestBody": {"required": True, "content": content}, "responses": {"200": {"description": "ok"}}}
    document = {"openapi": "3.1.0", "info": {"title": "tickets", "version": "1"}}
    document["paths"] = {"/zstack/v1/tickets": {"post": operation}}  # type: ignore[assignment] # a JSON object of any values
    (folder / "openapi.json").write_text(json.dumps(document), "utf-8")
    (folder / "peer.py").write_text(PEER, "utf-8")
    command = [python, folder / "peer.py", folder / "openapi.json", str(EXAMPLES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - as above
    if done.returncode:
        sys.exit(f"the peer did not run: {done.stderr[-800:]}")
    return float(done.stdout)


def main() -> None:
    """Print bodies per second and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-peer", action="store_true")
    arguments = parser.parse_args()
    context, limits = Context(), Limits()
    candidates: dict[str, Callable[[], int]] = {
        "drafts": partial(generate, drafts(context, limits)),
        "mutated_drafts": partial(generate, mutated_drafts(context, limits)),
        "hand-built": partial(generate, hand_built()),
    }
    started = time.time()
    found = rounds(candidates, count=ROUNDS)
    if not arguments.no_peer:
        with tempfile.TemporaryDirectory() as folder:
            found["schemathesis"] = peer(Path(folder))
    for name, seconds in found.items():
        print(f"{name}: {1 / seconds:.0f} bodies/s of CPU")
    for other, wanted in (("hand-built", 6), ("schemathesis", 12)):
        if other in found:
            ratio = found[other] / max(found["drafts"], found["mutated_drafts"])
            print(f"at least {ratio:.1f} x {other} (required {wanted} x)")
    print(f"{time.time() - started:.0f} s")


if __name__ == "__main__":
    main()

"""Examine a healthy cloud behind every kind of front end: `python -m tests.front_ends.judge`.

What a front end decides is never the API's failure: no requirement may be `failed`, nothing may be left, and where a
front end hides something, report and doctor must say so.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import ipaddress
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from tests.front_ends.front_end import BLOCKED, FIREWALLS, KINDS

ROOT = Path(__file__).parents[2]
NODES = {"sticky-cookie": 2}
HARMLESS_PAGES = {"pages-401", "pages-403"}
HIDES = (
    frozenset(
        {
            *FIREWALLS,
            *BLOCKED,
            "wants-session",
            "gateway-5xx",
            "own-limits",
            *(kind for kind in KINDS if kind.startswith("pages-")),
        }
    )
    - HARMLESS_PAGES
)
"""Kinds that answer pages of their own in the API's stead; without access keys the API answers neither 401 nor 403."""
CLOUD = "embedded?latency=0.05"
"""Jobs last longer than the way through a front end, or none would be polled while it runs (ZT-JOB-006)."""
FEW = 5
"""Inconclusive requirements that are named one by one."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run behind a front end ended."""

    kind: str
    status: int | None
    failed: tuple[str, ...]
    named: bool
    doctor: bool
    passed: int
    inconclusive: tuple[str, ...]
    left: int
    shown: str

    @property
    def good(self) -> bool:
        """True if nothing failed, nothing was left, and a front end that hid something was named by both."""
        named = (self.named and self.doctor) or self.kind not in HIDES or not self.inconclusive
        return self.status in (0, 12) and not self.failed and not self.left and named


def certificate(folder: Path) -> Path:
    """Write a key and a certificate for 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "front end")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "front.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path


@contextlib.contextmanager
def standing_before(kind: str, upstreams: list[str], folder: Path) -> Iterator[str]:
    """Start a front end before some nodes and give its URL."""
    command = [sys.executable, "-m", "tests.front_ends.front_end", "--kind", kind]
    for url in upstreams:
        command += ["--upstream", urlsplit(url).netloc]
    if kind == "tls-offload":
        command += ["--certificate", str(certificate(folder))]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            scheme = "https" if kind == "tls-offload" else "http"
            yield f"{scheme}://127.0.0.1:{port}" + ("/cloud/api" if kind == "path-rewrite" else "")
        finally:
            process.kill()


def examine(kind: str, *, effort: str = "smoke", seed: int = 1, only: str = "") -> Ended:
    """Run the suites against a healthy cloud behind one front end."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        nodes = [stack.enter_context(SimulatorServer(CLOUD)) for _ in range(NODES.get(kind, 1))]
        urls = [node.url for node in nodes] * (2 if kind == "two-nodes" else 1)
        url = stack.enter_context(standing_before(kind, urls, folder))
        command = [sys.executable, "-m", "pytest", f"--zstack-url={url}", f"--zstack-effort={effort}", "-q"]
        command += [
            f"--zstack-seed={seed}",
            f"--zstack-report={folder}/report",
            "-p",
            "no:cacheprovider",
            "--zstack-lang=en",
        ]
        if kind == "tls-offload":
            command.append(f"--zstack-ca={folder}/ca.pem")
        if only:
            command += ["-k", only]
        environment = {**os.environ, "ZSTACK_PASSWORD": "password", "PYTHONPATH": str(ROOT)}
        doctor = asked_doctor(url, environment) if kind in HIDES else ""
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=900
        )
        path = folder / "report" / "report.json"
        if not path.exists():
            return Ended(
                kind=kind,
                status=done.returncode,
                failed=(),
                named=False,
                doctor=False,
                passed=0,
                inconclusive=(),
                left=0,
                shown=(done.stdout + done.stderr)[-900:],
            )
        report = json.loads(path.read_text("utf-8"))
    rows = report["requirements"]
    failed = tuple(row["id"] for row in rows if row["verdict"] in ("failed", "error"))
    text = done.stdout + json.dumps(report)
    return Ended(
        kind=kind,
        status=done.returncode,
        failed=failed,
        named="in front of the target answers" in text and bool(report["front_end"]),
        doctor="in front of the target answers" in doctor,
        passed=sum(row["verdict"] == "passed" for row in rows),
        inconclusive=tuple(row["id"] for row in rows if row["verdict"] == "inconclusive"),
        left=len(report["run"].get("residue", {}).get("left", ())),
        shown=done.stdout[-900:],
    )


def asked_doctor(url: str, environment: dict[str, str]) -> str:
    """Return what the doctor says of a target before any run."""
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "doctor", url, "--lang=en"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    return " ".join(done.stdout.split())


def main() -> int:
    """Examine behind every kind; return 1 if any was judged wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--effort", default="smoke")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="a -k expression")
    arguments = parser.parse_args()
    wrong = 0
    with ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
        kinds = arguments.kind or KINDS
        runs = pool.map(
            lambda kind: examine(kind, effort=arguments.effort, seed=arguments.seed, only=arguments.only), kinds
        )
        for ended in runs:
            wrong += not ended.good
            word = "good" if ended.good else "WRONG"
            print(
                f"{word} {ended.kind}: exit {ended.status}, {len(ended.failed)} failed, {len(ended.inconclusive)} inconclusive, "
                f"{ended.left} left, named by the report: {ended.named}, by the doctor: {ended.doctor}"
            )
            if 0 < len(ended.inconclusive) <= FEW:
                print(f"    inconclusive: {' '.join(ended.inconclusive)}", flush=True)
            if not ended.good:
                print(f"    failed: {' '.join(ended.failed)}\n{ended.shown}", flush=True)
    print(f"{len(kinds)} front ends: {wrong} judged wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

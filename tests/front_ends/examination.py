"""Run doctor and suites against a healthy cloud at a URL, and say how that ended."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).parents[2]
FEW = 20
"""Inconclusive requirements that are named one by one."""
NAMED = "in front of the target"
"""How doctor, report and a run that cannot begin name a front end."""
FINISHED = (0, 12)
"""Exit statuses of a run that failed nothing: all passed, or something is inconclusive."""
RESIDUE, UNSEEN = 13, "could not be looked up"
"""How a run ends and what it says where a front end hides what became of creates: that is true, and wrong elsewhere."""
LONGEST = 1500


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run behind a front end ended.

    `usable` is false where a front end lets no run begin; `breaks` are requirements that it breaks for every user, in a
    way that cannot be told from the API's doing.
    """

    kind: str
    status: int | None
    failed: tuple[str, ...] = ()
    named: bool = False
    doctor: bool = False
    passed: int = 0
    inconclusive: tuple[str, ...] = ()
    left: int = 0
    shown: str = ""
    hides: bool = False
    usable: bool = True
    breaks: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """True if no requirement was failed wrongly, nothing was left, and a front end that hid something was named by both."""
        if not self.usable:
            return self.status not in (*FINISHED, 1) and self.named and not self.left
        named = (self.named and self.doctor) or not self.hides or not self.inconclusive
        blamed = set(self.failed) - set(self.failed if "*" in self.breaks else self.breaks)
        hidden = (RESIDUE,) if self.hides and UNSEEN in " ".join(self.shown.split()) else ()
        ended = self.status in (*FINISHED, *hidden, *((1,) if self.failed else ()))
        return ended and not blamed and not self.left and named

    def told(self) -> str:
        """Return a line on how it ended, and more where it was judged wrongly or few are inconclusive."""
        text = (
            f"{'good' if self.good else 'WRONG'} {self.kind}: exit {self.status}, {len(self.failed)} failed, "
            f"{self.passed} passed, {len(self.inconclusive)} inconclusive, {self.left} left, named by the report: "
            f"{self.named}, by the doctor: {self.doctor}, {self.seconds:.0f} s"
        )
        if self.good and self.failed:
            text += f"\n    broken for every user: {' '.join(self.failed)}"
        if 0 < len(self.inconclusive) <= FEW:
            text += f"\n    inconclusive: {' '.join(self.inconclusive)}"
        return text if self.good else f"{text}\n    failed: {' '.join(self.failed)}\n{self.shown}"


def told(runs: Iterable[Ended]) -> int:
    """Print how each run ended; return how many were judged wrongly."""
    wrong = 0
    for ended in runs:
        wrong += not ended.good
        print(ended.told(), flush=True)
    return wrong


def examined(
    url: str,
    kind: str,
    folder: Path,
    *,
    hides: bool,
    usable: bool = True,
    breaks: tuple[str, ...] = (),
    ask_doctor: bool = True,
    arguments: tuple[str, ...] = (),
    keep: Path | None = None,
) -> Ended:
    """Run the doctor if wanted, and the suites, against a cloud at a URL; the report stays in `keep`, if given."""
    environment = {**os.environ, "ZSTACK_PASSWORD": "password", "PYTHONPATH": str(ROOT)}
    reports = keep or folder
    ca = (f"ca={folder}/ca.pem",) if url.startswith("https:") else ()
    doctor = asked_doctor(url, environment, ca) if ask_doctor else ""
    command = [sys.executable, "-m", "pytest", f"--zstack-url={url}", "-q", "-p", "no:cacheprovider"]
    command += [f"--zstack-report={reports}/report", "--zstack-lang=en", *(f"--zstack-{one}" for one in ca), *arguments]
    began = time.monotonic()
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=LONGEST
        )
    except subprocess.TimeoutExpired:
        return Ended(kind=kind, status=None, shown=f"the run took longer than {LONGEST} s", hides=hides)
    seconds = time.monotonic() - began
    path = reports / "report" / "report.json"
    report = json.loads(path.read_text("utf-8")) if path.exists() else {"requirements": [], "run": {}}
    rows = report["requirements"]
    text = " ".join((done.stdout + done.stderr + json.dumps(report)).split())
    if keep is not None:
        Path(keep, "doctor.txt").write_text(doctor, "utf-8")
        Path(keep, "shown.txt").write_text(done.stdout + done.stderr, "utf-8")
    return Ended(
        kind=kind,
        status=done.returncode,
        failed=tuple(row["id"] for row in rows if row["verdict"] in ("failed", "error")),
        named=NAMED in text and (not usable or bool(report.get("front_end"))),
        doctor=NAMED in doctor,
        passed=sum(row["verdict"] == "passed" for row in rows),
        inconclusive=tuple(row["id"] for row in rows if row["verdict"] == "inconclusive"),
        left=len(report["run"].get("residue", {}).get("left", ())),
        shown=(done.stdout + done.stderr)[-900:],
        hides=hides,
        usable=usable,
        breaks=breaks,
        seconds=seconds,
    )


def asked_doctor(url: str, environment: dict[str, str], arguments: tuple[str, ...] = ()) -> str:
    """Return what the doctor says of a target before any run."""
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "doctor", url, "--lang=en"]
    command += [f"--{one}" for one in arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    return " ".join(done.stdout.split())


def certificate(folder: Path) -> Path:
    """Write a key and a certificate for 127.0.0.1, signed by itself: `front.pem`, and the latter as `ca.pem`."""
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

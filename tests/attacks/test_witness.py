"""What a vendor does to evidence that fits itself, and that a record of a witness shows.

Each bundle here is made consistent and signed again by its vendor, and believed without the record.
"""

import copy
import gzip
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pytest_zstack_ticket.api.auth import password_digest
from pytest_zstack_ticket.artifacts.bundle import ENVELOPE, open_bundle, sha256
from pytest_zstack_ticket.artifacts.evidence_reader import read_evidence
from pytest_zstack_ticket.artifacts.merkle import MerkleTree
from pytest_zstack_ticket.certify.dsse import Envelope, envelope_text
from pytest_zstack_ticket.certify.keys import new_key
from pytest_zstack_ticket.certify.rejudge import judge_bundle, rejudged
from pytest_zstack_ticket.certify.sign import sign_bundle
from pytest_zstack_ticket.certify.statement import PAYLOAD_TYPE, Terms, make_statement
from pytest_zstack_ticket.certify.statement_reader import seal_of
from pytest_zstack_ticket.certify.verify import Verification, Wanted, verify_bundle
from pytest_zstack_ticket.certify.witness_record import WitnessRecord, read_record
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.config.policy_file import load_policy
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.redaction.leak_scan import scan
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from tests.support.witness import RunningWitness, write

ROOT = Path(__file__).parents[2]
VENDOR, WITNESS = new_key(), new_key()
SOME = "ZT-BODY-004 or test_framing or test_delivery or ZT-SESSION"
DAY = 86400.0


@dataclass(frozen=True)
class Honest:
    """A run that a witness saw: its signed report and the record, and the secrets that passed."""

    folder: Path
    record: Path
    secrets: dict[str, str]

    @property
    def read(self) -> WitnessRecord:
        """The record."""
        return read_record(self.record, [WITNESS.public], None)


def judged(folder: Path) -> dict:
    return judge_bundle(folder).report


def terms() -> Terms:
    now = datetime.now(UTC)
    return Terms(not_before=now, not_after=now + timedelta(days=180))


def run_on(url: str, folder: Path, *more: str) -> None:
    """Run a few tests on a target, as a vendor does."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("ZSTACK_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", SOME, *more]
    options = [f"--zstack-url={url}", "--zstack-effort=smoke", f"--zstack-report={folder}", "--zstack-seed=1"]
    done = subprocess.run(
        [*command, *options],
        cwd=ROOT,
        env={**plain, "ZSTACK_PASSWORD": "password"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (folder / "report.json").is_file(), done.stdout + done.stderr


def make(home: Path, *more: str) -> Honest:
    with (
        SimulatorServer("embedded?fault=accept-too-long:name") as cloud,
        RunningWitness(cloud.url, home / "record.gz", WITNESS) as witness,
    ):
        run_on(witness.url, home / "report", *more)
    assert not sign_bundle(home / "report", VENDOR, terms(), judge_again=judged).rejections
    return Honest(home / "report", home / "record.gz", witness.secrets)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Honest:
    return make(tmp_path_factory.mktemp("honest"))


@pytest.fixture
def bundle(honest: Honest, tmp_path: Path) -> Path:
    """A copy of the report that may be tampered with."""
    return Path(shutil.copytree(honest.folder, tmp_path / "report"))


def verified(folder: Path, record: WitnessRecord | None = None, policy: dict | None = None) -> Verification:
    at = datetime.now(UTC) + timedelta(days=1)
    wanted = Wanted(keys=[VENDOR.public], since=at, until=at, witness=record, policy=policy)
    return verify_bundle(folder, wanted, judge_again=judged)


def reasons(found: Verification) -> set[str]:
    return {one.reason for one in found.rejections}


def entries_of(folder: Path) -> list[dict]:
    lines = gzip.decompress((folder / "evidence.jsonl.gz").read_bytes()).splitlines()
    return [json.loads(line) for line in lines[:-1]]


def keep(folder: Path, entries: list[dict]) -> None:
    """Write other evidence, a report that follows from it, and a signature; what repeats the report is left out."""
    leaves = [json.dumps(one, separators=(",", ":")).encode() for one in entries]
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    counts = dict(Counter(one["type"] for one in entries[1:]))
    seal = {"size": tree.size, "root": tree.root(), "counts": counts}
    footer = json.dumps({"type": "footer", "cut_short": [], **seal}).encode()
    (folder / "evidence.jsonl.gz").write_bytes(gzip.compress(b"".join(leaf + b"\n" for leaf in [*leaves, footer])))
    report = json.loads((folder / "report.json").read_text("utf-8"))
    report["evidence"] |= seal
    report = rejudged(report, read_evidence(folder / "evidence.jsonl.gz")).report
    (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for page in [*folder.glob("*.html"), *folder.glob("*.xml"), folder / "ctrf.json"]:
        page.unlink(missing_ok=True)
    shutil.rmtree(folder / "requests", ignore_errors=True)
    sign_anyway(folder)


def sign_anyway(folder: Path) -> None:
    report = json.loads((folder / "report.json").read_text("utf-8"))
    opened = open_bundle(folder)
    files = {name: sha256(opened, name) for name in opened.names - {ENVELOPE}}
    statement = make_statement(report, files, seal_of(opened, "evidence.jsonl.gz").seal, terms())
    envelope = Envelope(payload_type=PAYLOAD_TYPE, payload=json.dumps(statement).encode())
    (folder / ENVELOPE).write_bytes(envelope_text(envelope.with_signature(VENDOR.sign(envelope.signed_bytes))))


def exchanges(entries: list[dict]) -> list[dict]:
    return [one for one in entries if one["type"] == "exchange"]


def unused(entries: list[dict]) -> dict:
    """Return the last exchange of a process that no example is about: the run logs out with it.

    It need not stand last: what was sent at the same time may have been answered after it.
    """
    last = {one["id"].rpartition("-")[0]: one for one in sorted(exchanges(entries), key=lambda one: one["id"])}
    return next(one for one in reversed(list(last.values())) if one["request"]["method"] == "DELETE")


def edit_an_answer(entries: list[dict]) -> None:
    unused(entries)["response"]["headers"].append(["x-frame-options", "DENY"])


def edit_a_body(entries: list[dict]) -> None:
    unused(entries)["response"]["body"] += " "


def edit_a_status(entries: list[dict]) -> None:
    unused(entries)["response"]["status"] = 204


def hide_an_answer(entries: list[dict]) -> None:
    one = unused(entries)
    del one["response"]
    one["failure"] = {"kind": "timeout", "detail": "no answer within 60 s", "sent": True}


def leave_out(entries: list[dict]) -> None:
    entries.remove(unused(entries))


def add(entries: list[dict]) -> None:
    one = copy.deepcopy(unused(entries))
    prefix, _, number = one["id"].rpartition("-")
    one["id"] = f"{prefix}-{int(number) + 1:06}"
    one["request"]["path"] += "0"
    entries.append(one)


def repeat(entries: list[dict]) -> None:
    one = copy.deepcopy(unused(entries))
    prefix, _, number = one["id"].rpartition("-")
    one["id"] = f"{prefix}-{int(number) + 1:06}"
    entries.append(one)


def pass_for_a_webhook(entries: list[dict]) -> None:
    """Give an edited exchange the id of a webhook, which goes past the witness."""
    one = unused(entries)
    one["id"] = "m-hook-000001"
    one["response"]["status"] = 500


def claim_not_to_have_sent(entries: list[dict]) -> None:
    one = unused(entries)
    del one["response"]
    one["failure"] = {"kind": "stopped", "detail": "the cap is reached", "sent": False}


def without_session(entries: list[dict]) -> None:
    """Claim that a request which had a session had none."""
    one = with_session(entries)
    one["request"]["headers"] = [pair for pair in one["request"]["headers"] if pair[0] != "Authorization"]


def other_session(entries: list[dict]) -> None:
    """Claim that a request was sent with another session of the run."""
    one = with_session(entries)
    mine = dict(map(tuple, one["request"]["headers"]))["Authorization"]
    tokens = {
        value for each in exchanges(entries) for name, value in each["request"]["headers"] if name == "Authorization"
    }
    other = next(token for token in sorted(tokens) if token != mine and len(token) == len(mine))
    one["request"]["headers"] = [[name, other if value == mine else value] for name, value in one["request"]["headers"]]


def with_session(entries: list[dict]) -> dict:
    """Return an exchange of the clean-up, which no example is about, with the session of the run.

    A log-out shows the session that it ends, which may be used by no other exchange.
    """
    return next(
        one
        for one in reversed(exchanges(entries))
        if "-end-" in one["id"]
        and one["request"]["path"].startswith("/v1/tickets")
        and any(name == "Authorization" for name, _ in one["request"]["headers"])
    )


ATTACKS: dict[Callable[[list[dict]], None], str] = {
    edit_an_answer: "witness-differs",
    edit_a_body: "witness-differs",
    edit_a_status: "witness-differs",
    hide_an_answer: "witness-differs",
    leave_out: "witness-missing",
    claim_not_to_have_sent: "witness-missing",
    pass_for_a_webhook: "witness-differs",
    add: "witness-unseen",
    repeat: "witness-unseen",
    without_session: "witness-differs",
    other_session: "witness-session",
}


@pytest.mark.parametrize("more", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_an_honest_run_is_seen_whole(more: tuple[str, ...], honest: Honest, tmp_path: Path):
    made = make(tmp_path, *more) if more else honest
    found = verified(made.folder, made.read)
    assert found.rejections == ()
    assert found.witness is not None
    assert found.witness.seen == found.witness.exchanges > 100
    assert (found.witness.unanswered, found.witness.beside) == (0, 0)


@pytest.mark.parametrize(("attack", "reason"), ATTACKS.items(), ids=[one.__name__ for one in ATTACKS])
def test_evidence_that_fits_itself_is_rejected_by_what_the_witness_saw(
    attack: Callable[[list[dict]], None], reason: str, bundle: Path, honest: Honest
):
    entries = entries_of(bundle)
    attack(entries)
    keep(bundle, entries)
    assert reasons(verified(bundle)) == set(), "believed without the record"
    assert reasons(verified(bundle, honest.read)) == {reason}


def test_a_part_that_was_run_against_another_server_was_not_seen(honest: Honest, tmp_path: Path):
    kept = [one for one in honest.read.exchanges if one.number % 7]
    part = write(
        tmp_path / "part.gz", WITNESS, kept, honest.read.target, honest.read.since, honest.read.until, honest.read.salt
    )
    assert reasons(verified(honest.folder, read_record(part, [WITNESS.public], None))) == {"witness-unseen"}


def test_an_old_record_is_none_of_this_run(honest: Honest):
    old = replace(
        honest.read,
        since=honest.read.since - DAY,
        until=honest.read.until - DAY,
        exchanges=tuple(replace(one, at=one.at - DAY) for one in honest.read.exchanges),
    )
    assert reasons(verified(honest.folder, old)) == {"witness-other-time"}


def test_a_record_that_was_changed_cut_short_or_signed_by_another_counts_nothing(honest: Honest, tmp_path: Path):
    lines = gzip.decompress(honest.record.read_bytes()).splitlines(keepends=True)
    for changed, why in (
        ([*lines[:5], *lines[6:]], "another Merkle root"),
        (lines[:-1], "no signed end"),
        ([lines[0], lines[2], lines[1], *lines[3:]], "another Merkle root"),
        ([lines[-1]], "another Merkle root"),
        ([b"[1]\n"], "not an object"),
    ):
        (tmp_path / "changed.gz").write_bytes(gzip.compress(b"".join(changed)))
        with pytest.raises(EvidenceError, match=why):
            read_record(tmp_path / "changed.gz", [WITNESS.public], None)
    with pytest.raises(EvidenceError, match="signed by none of the keys"):
        read_record(honest.record, [VENDOR.public], None)


def test_a_record_holds_no_secret(honest: Honest):
    found = scan([honest.record], {**honest.secrets, password_digest("password"): "password-digest"})
    assert found.secrets > 3
    assert found.found == ()


def test_a_policy_may_demand_a_witness(honest: Honest, bundle: Path):
    policy = {**load_policy("standard-2026"), "witness": True}
    lacking = ("policy-unmet", "no record of a witness")
    assert lacking in {(one.reason, one.where) for one in verified(honest.folder, policy=policy).rejections}
    found = verified(honest.folder, honest.read, policy)
    assert lacking not in {(one.reason, one.where) for one in found.rejections}
    demanding = replace(terms(), policy=policy)
    done = sign_bundle(bundle, VENDOR, demanding, judge_again=judged, replace=True)
    assert lacking in {(one.reason, one.where) for one in done.rejections}
    done = sign_bundle(bundle, VENDOR, demanding, judge_again=judged, replace=True, witness=honest.read)
    assert lacking not in {(one.reason, one.where) for one in done.rejections}


def test_the_command_says_what_was_seen_and_refuses_what_was_not(
    honest: Honest, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for name, key in (("vendor", VENDOR), ("witness", WITNESS)):
        (tmp_path / f"{name}.pem").write_bytes(key.public.pem)
    keys = ["--public-key", str(tmp_path / "vendor.pem")]
    record = ["--witness", str(honest.record), "--witness-key", str(tmp_path / "witness.pem")]
    assert main(["verify", str(bundle), *keys, *record]) == 0
    seen = len(honest.read.exchanges)
    assert f"{seen} of {seen} exchanges of the evidence were seen, identical" in capsys.readouterr().out
    entries = entries_of(bundle)
    edit_a_status(entries)
    keep(bundle, entries)
    assert main(["verify", str(bundle), *keys, *record, "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert [one["reason"] for one in document["reasons"]] == ["witness-differs"]
    assert document["witness"]["seen"] == seen - 1
    assert main(["verify", str(bundle), *keys, *record[:2]]) == 4
    assert main(["verify", str(bundle), *keys, *record[2:]]) == 4

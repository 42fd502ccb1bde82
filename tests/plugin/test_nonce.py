"""The certifier's nonce: it stands in the names of tickets, clean-up still finds them, and a certificate holds to it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.certify.keys import new_key
from pytest_zstack_ticket.certify.sign import sign_bundle
from pytest_zstack_ticket.certify.statement import Terms, extension
from pytest_zstack_ticket.certify.strict_rejudge import judged_report
from pytest_zstack_ticket.certify.verify import Wanted, verify_bundle
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data

NONCE = "CERT-2027-014"
NOW = datetime(2027, 1, 31, tzinfo=UTC)
TERMS = Terms(not_before=NOW, not_after=NOW + timedelta(days=180))


def judged(folder):
    """Return the report of a bundle as it is judged again."""
    return judged_report(folder)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SimulatorServer]:
    monkeypatch.setenv("ZSTACK_PASSWORD", seed_data.PASSWORD)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with SimulatorServer("embedded") as server:
        yield server


def names_sent(folder: Path) -> list[str]:
    lines = [json.loads(line) for line in gzip.decompress((folder / "evidence.jsonl.gz").read_bytes()).splitlines()]
    requests = [line["request"] for line in lines if line["type"] == "exchange"]
    bodies = [one["body"] for one in requests if one["method"] == "POST" and one["path"] == "/v1/tickets"]
    return [json.loads(body)["params"].get("name", "") for body in bodies]


def test_the_nonce_stands_in_names_and_all_tickets_are_taken_away(
    pytester: pytest.Pytester, cloud: SimulatorServer, report: Callable[[], Any]
):
    pytester.runpytest(
        f"--zstack-url={cloud.url}",
        f"--zstack-nonce={NONCE}",
        "--zstack-report=out",
        "-k",
        "ZT-BODY-001 or ZT-QUERY-001 or ZT-QUERY-011",
    )
    folder = pytester.path / "out"
    document = report()
    names = names_sent(folder)
    assert document["run"]["nonce"] == NONCE
    assert len(names) > 6
    assert [name for name in names if name and NONCE not in name] == []
    assert document["run"]["residue"]["deleted"] > 0
    assert document["run"]["left_on_target"] == 0
    assert NONCE not in json.dumps(document["pinned"])


def test_a_certificate_holds_to_the_nonce_of_its_run(pytester: pytest.Pytester, cloud: SimulatorServer):
    pytester.runpytest(
        f"--zstack-url={cloud.url}", f"--zstack-nonce={NONCE}", "--zstack-report=out", "-k", "ZT-BODY-001"
    )
    folder, key = pytester.path / "out", new_key()
    other = Terms(not_before=TERMS.not_before, not_after=TERMS.not_after, nonce="CERT-2027-015")
    assert {one.reason for one in sign_bundle(folder, key, other, judge_again=judged).rejections} == {
        "nonce-other",
        "nonce-unused",
    }
    done = sign_bundle(folder, key, TERMS, judge_again=judged)
    assert done.statement is not None
    assert extension(done.statement)["nonce"] == NONCE
    at = NOW + timedelta(days=1)
    for nonce, wanted in ((NONCE, set()), ("CERT-2027-015", {"nonce-other"})):
        found = verify_bundle(folder, Wanted(keys=[key.public], since=at, until=at, nonce=nonce))
        assert {one.reason for one in found.rejections} == wanted


@pytest.mark.parametrize(
    "bad", ["short", "x" * 65, "with space", "quote'd-nonce", "-leading-dash", "ünicode-nonce", "a;rm -rf b", ""]
)
def test_a_nonce_that_could_not_stand_anywhere_is_refused(bad: str, pytester: pytest.Pytester):
    result = pytester.runpytest("--zstack-url=embedded", f"--zstack-nonce={bad}", "--collect-only")
    assert result.ret == 4
    assert "is not a nonce" in result.stderr.str()


def test_a_name_without_room_for_the_nonce_is_refused(pytester: pytest.Pytester):
    pytester.makefile(".toml", narrow='base = "deployed"\n[limits]\nname = 60\n')
    result = pytester.runpytest(
        "--zstack-url=embedded", "--zstack-profile=narrow.toml", f"--zstack-nonce={NONCE}", "-q"
    )
    assert result.ret == 4
    assert "at most 23 characters" in result.stderr.str()

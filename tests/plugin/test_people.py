"""People beside us: they are named in the context file, have passwords of their own, and leave nothing behind."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.cleanup.ledger import Ledger, LedgerHead, SavedLedger
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.target.resume_cleanup import sweep_ledger

ALICE = '[owner]\nlogin = "virtual-id"\nuser = "alice"\nproject = "p1"\n'
BOB = '[stranger]\nlogin = "virtual-id"\nuser = "bob"\nproject = "p2"\n'
ADMIN = '[approver]\nuser = "admin"\n'
OWN = f"""
[stranger.account-system-context]
projectUuid = "{seed_data.PROJECT_TWO}"
virtualIDUuid = "{seed_data.BOB}"
"""


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatorServer]:
    for name in ("", "OWNER_", "STRANGER_", "APPROVER_"):
        monkeypatch.setenv(f"ZSTACK_{name}PASSWORD", seed_data.PASSWORD)
    with SimulatorServer("embedded") as server:
        yield server


@pytest.fixture
def run(pytester: pytest.Pytester, cloud: SimulatorServer) -> Callable[..., pytest.RunResult]:
    def start(context: str, *options: str) -> pytest.RunResult:
        Path("cloud.toml").write_text(context, "utf-8")
        output = (f"--zstack-url={cloud.url}", "--zstack-context=cloud.toml", "--zstack-effort=smoke")
        return pytester.runpytest(*output, *options)

    return start


def test_a_person_without_a_password_is_an_error_of_the_caller(run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ZSTACK_STRANGER_PASSWORD")
    result = run(BOB)
    assert result.ret == 4
    assert "names virtual-id 'bob' as stranger, but there is no password" in result.stderr.str()
    assert "Set ZSTACK_STRANGER_PASSWORD or ZSTACK_STRANGER_PASSWORD_FILE" in result.stderr.str()


def test_a_password_may_lie_in_a_file(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("ZSTACK_STRANGER_PASSWORD")
    (tmp_path / "secret").write_text(seed_data.PASSWORD + "\n", "utf-8")
    monkeypatch.setenv("ZSTACK_STRANGER_PASSWORD_FILE", str(tmp_path / "secret"))
    assert run(BOB, "-k", "ZT-ISOLATION-006").ret == 0


def test_a_person_who_cannot_log_in_ends_the_run_before_anything_is_created(
    run, cloud: SimulatorServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ZSTACK_STRANGER_PASSWORD", "not the right one")
    before = cloud.engine.tickets
    result = run(BOB)
    assert result.ret == 11
    assert "refuses to log in the stranger virtual-id 'bob'" in result.stdout.str() + result.stderr.str()
    assert "Check [stranger] in the context file and ZSTACK_STRANGER_PASSWORD." in (
        result.stdout.str() + result.stderr.str()
    )
    assert cloud.engine.tickets == before


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ('[stranger]\nuser = "admin"\n', "is the administrator, who sees every ticket"),
        (ALICE + BOB.replace("bob", "carol").replace("p2", "p1"), "has the account of the tickets' owner"),
        (ADMIN, "is the owner of the tickets"),
        ('[stranger]\nlogin = "account"\n', "line 1: stranger has no user; add it."),
        ('[stranger]\nuser = "bob"\npassword = "x"\n', "line 3: stranger.password is not known here"),
    ],
)
def test_somebody_who_cannot_play_his_part_is_refused(run, context: str, words: str):
    result = run(context)
    assert result.ret == 4
    assert words in result.stderr.str()


def test_without_people_what_needs_them_is_inapplicable(run, report: Callable[[], Any]):
    result = run("", "-k", "ZT-ISOLATION-006 or ZT-LIFECYCLE-034", "--zstack-report=out")
    assert result.ret == 12
    verdicts = {row["id"]: row["verdict"] for row in report()["requirements"]}
    assert (verdicts["ZT-ISOLATION-006"], verdicts["ZT-LIFECYCLE-034"]) == ("inapplicable", "inapplicable")


def test_nothing_is_approved_unless_the_context_file_allows_it(run, cloud: SimulatorServer, report: Callable[[], Any]):
    chosen = ("-k", "ZT-LIFECYCLE-034 or ZT-LIFECYCLE-032", "--zstack-report=out")
    assert run(ALICE + ADMIN, *chosen).ret == 0
    verdicts = {row["id"]: row["verdict"] for row in report()["requirements"]}
    assert (verdicts["ZT-LIFECYCLE-032"], verdicts["ZT-LIFECYCLE-034"]) == ("passed", "inapplicable")
    assert b'"approve"' not in _evidence()
    assert run("allow-approve = true\n" + ALICE + ADMIN, *chosen).ret == 0
    verdicts = {row["id"]: row["verdict"] for row in report()["requirements"]}
    assert verdicts["ZT-LIFECYCLE-034"] == "passed"


def _evidence() -> bytes:
    return gzip.decompress(Path("out/evidence.jsonl.gz").read_bytes())


def test_everybody_takes_his_own_tickets_away(run, cloud: SimulatorServer):
    before = cloud.engine.tickets
    result = run(ALICE + BOB + OWN, "-k", "ZT-ISOLATION-019 or ZT-ISOLATION-014", "--zstack-report=out")
    assert result.ret == 0
    assert cloud.engine.tickets == before
    assert not list(Path("out").glob("ledger-*"))


@pytest.mark.parametrize("choice", ["required", "ignored"])
def test_a_stranger_of_whom_the_file_says_nothing_sends_their_own_context(
    pytester: pytest.Pytester, cloud: SimulatorServer, report: Callable[[], Any], choice: str
):
    Path("cloud.toml").write_text(ALICE + BOB, "utf-8")
    with SimulatorServer(f"embedded?choice=context-match:{choice}") as checked:
        target = (f"--zstack-url={checked.url}", "--zstack-context=cloud.toml", "--zstack-effort=smoke")
        chosen = "ZT-ACCESS-011 or ZT-ISOLATION-014 or ZT-ISOLATION-019"
        assert pytester.runpytest(*target, "-k", chosen, "--zstack-report=out").ret == 0
    verdicts = {row["id"]: row["verdict"] for row in report()["requirements"]}
    assert {verdicts[one] for one in chosen.split(" or ")} == {"passed"}


def test_a_stranger_to_whom_tickets_are_shown_fails_the_requirement(
    pytester: pytest.Pytester, report: Callable[[], Any]
):
    options = ("--zstack-effort=smoke", "-k", "ZT-ISOLATION-006", "--zstack-report=out")
    result = pytester.runpytest("--zstack-url=embedded?fault=get-leaks", *options)
    assert result.ret == 1
    assert "$ZSTACK_STRANGER_SESSION" in result.stdout.str()
    assert main(["judge", "out"]) == 0


def test_a_plan_says_that_approvals_would_be_sent(run):
    plan = run("allow-approve = true\n" + ALICE + ADMIN, "--zstack-plan").stdout.str()
    assert "approvals:" in plan
    assert "never: approvals" not in plan
    assert "never: approvals" in run(ALICE + ADMIN, "--zstack-plan").stdout.str()


def test_the_doctor_names_who_cannot_log_in(
    cloud: SimulatorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "cloud.toml"
    file.write_text(ALICE + BOB, "utf-8")
    command = ["doctor", cloud.url, "--context", str(file), "--lang", "en"]
    assert main(command) == 0
    assert "other users: owner, stranger" in capsys.readouterr().out
    monkeypatch.setenv("ZSTACK_STRANGER_PASSWORD", "not the right one")
    assert main(command) == 11
    assert "the stranger virtual-id" in " ".join(capsys.readouterr().out.split())


def test_a_later_sweep_logs_in_as_the_person_of_the_ledger(cloud: SimulatorServer, tmp_path: Path):
    head = LedgerHead(run="m-stranger", url=cloud.url, login="virtual-id", user="bob", project="p2", part="stranger")
    path = tmp_path / "ledger-stranger.jsonl"
    Ledger(path, head).close()
    environment = {"ZSTACK_STRANGER_PASSWORD": seed_data.PASSWORD}
    assert sweep_ledger(SavedLedger(path), environment=environment).clean

"""Lives of tickets on the embedded simulator: what is judged, named, written, forgotten and deleted; one user at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts.evidence_segments import broken_segment
from pytest_zstack_ticket.artifacts.gzip_lines import read_lines
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.load.plan import LoadPlan
from pytest_zstack_ticket.load.session import KEPT, LoadSession
from pytest_zstack_ticket.load.ticket_life import TicketLife, back_off
from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import Exchange
from pytest_zstack_ticket.simulator.server.server import SimulatorServer, started
from pytest_zstack_ticket.simulator.storage import seed_data
from tests.support.builders import answered, failed, inventory, profile

LIVES = 12


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ZSTACK_PASSWORD", seed_data.PASSWORD)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@contextmanager
def load(url: str, report: Path | None = None, **options: object) -> Iterator[tuple[LoadSession, SimulatorServer]]:
    """Open a session on a simulator and learn about it."""
    server = started(url)
    given = {name.replace("_", "-"): value for name, value in options.items()}
    plan = LoadPlan(
        url=server.url, shown=url, users=1, seconds=1.0, report=str(report) if report else "", options=given
    )
    session = LoadSession(plan)
    try:
        session.learn()
        yield session, server
    finally:
        session.close()
        server.stop()


def kinds(session: LoadSession) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in session.tally.findings.values():
        found.setdefault(one["kind"], set()).add(one["requirement"])
    return found


def pending(session: LoadSession) -> int:
    """Return how many tickets the ledger still has."""
    ledger = session.target.own.ledger
    assert ledger is not None
    return len(ledger.book.pending())


@pytest.mark.parametrize("url", ["embedded", "embedded:documented", "embedded:deployed@3.6"])
def test_a_healthy_target_fails_nothing_and_is_left_empty(url: str, tmp_path: Path) -> None:
    with load(url, tmp_path / "load") as (session, server):
        before = server.tickets
        session.probe(3)
        assert kinds(session) == {}
        assert all(held and not failed for held, failed, _ in session.tally.judged.values())
        assert set(session.tally.judged) == set(session.requirements)
        assert len(session.requirements) >= 7
        assert server.tickets == before  # each life deletes its own ticket
        assert session.counter.used.alive == pending(session)
        session.sweep()
        assert (session.swept.left, session.swept.clean) == ([], True)


@pytest.mark.parametrize(
    ("fault", "kind", "requirement"),
    [
        ("after:9(lose-ticket)", "lost", "ZT-STORE-001"),
        ("after:9(double-ticket)", "doubled", "ZT-STORE-001"),
        ("mix-texts", "mixed-up", "ZT-STORE-003"),
        ("read-before", "stale", "ZT-LIFECYCLE-001"),
        ("after:9(mangle-stored-name:upper)", "other", "ZT-STORE-003"),
    ],
)
def test_what_fails_is_named(fault: str, kind: str, requirement: str) -> None:
    with load(f"embedded?fault={fault}") as (session, server):
        session.probe(LIVES)
        assert requirement in kinds(session)[kind]
        assert set(kinds(session)) == {kind}
        session.sweep()
        assert session.swept.clean
        assert pending(session) == 0
        assert server.tickets == len(seed_data.FOREIGN_TICKETS)


def test_a_refusal_under_load_is_an_error_and_a_violation() -> None:
    with load("embedded?fault=after:9(fail-always)") as (session, _):
        session.probe(LIVES)
        assert kinds(session) == {"other": {"ZT-STORE-016"}}
        (trouble,) = session.tally.errors.values()
        assert (trouble["call"], trouble["error"]) == ("create", "refused 503 SYS.1006")


def test_a_cut_connection_is_an_error_and_no_violation() -> None:
    with load("embedded?fault=after:12(wire:create=close)") as (session, _):
        session.probe(LIVES)
        assert kinds(session) == {}
        assert {one["call"] for one in session.tally.errors.values()} == {"create"}


def test_a_cap_ends_the_load() -> None:
    with load("embedded", max_created=12) as (session, _):
        session.probe(LIVES)
        assert "--zstack-max-created 12" in session.stopped
        assert kinds(session) == {}


def test_evidence_is_sealed_and_keeps_examples_with_their_exchanges(tmp_path: Path) -> None:
    folder = tmp_path / "load"
    with load("embedded?fault=after:9(lose-ticket)", folder) as (session, _):
        session.probe(LIVES)
        session.sweep()
        seal = session.seal()
    assert broken_segment(folder, seal) == ""
    lines = [json.loads(line) for line in read_lines(folder / KEPT)]
    examples = [line for line in lines if line["type"] == "example"]
    known = {line["id"] for line in lines if line["type"] == "exchange"}
    assert {one["requirement"] for one in examples} >= {"ZT-STORE-001", "ZT-ANSWER-001"}
    assert all(key in known for one in examples for keys in one["roles"].values() for key in keys)
    assert seed_data.PASSWORD not in json.dumps(lines)


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SettingsError, match="holds no report"):
        LoadSession(LoadPlan(url="http://127.0.0.1:1", shown="", users=1, seconds=1.0, report=str(tmp_path)))


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (failed("reset"), 1.0),
        (answered(429, b"", headers=(("retry-after", "7"),)), 7.0),
        (answered(429, b"", headers=(("retry-after", "3600"),)), 60.0),
        (answered(200, {"inventory": inventory()}), 0.0),
    ],
)
def test_a_user_stays_away_from_a_target_that_cannot_answer(answer: Exchange, seconds: float) -> None:
    created = CallResult(exchanges=(answer,), profile=profile())
    assert back_off(TicketLife(steps={"create": created})) == seconds


def test_ctrl_c_ends_the_probes_after_the_life_that_is_led() -> None:
    with load("embedded") as (session, _):
        led = session.life

        def interrupted_life() -> TicketLife:
            session.interrupted = True
            return led()

        session.life = interrupted_life  # type: ignore[method-assign,assignment] # as the signal comes in the first life
        assert len(session.probe()) == 1
        assert session.probe() == []
        session.sweep()
        assert session.swept.clean

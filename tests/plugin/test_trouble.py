"""A target that cannot be examined: one sentence, its own exit status, and no verdict."""

import gzip
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.simulator.server.server import SimulatorServer

SLOW = '''
import os, signal
import pytest

@pytest.mark.requirement("OWN-1")
def test_first(ticket_endpoint, zstack_examine):
    """A second create is decided like the first."""
    again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None

@pytest.mark.requirement("OWN-2")
def test_second(ticket_endpoint):
    """It is interrupted."""
    os.kill(os.getpid(), signal.SIGINT)
'''


@pytest.fixture
def cloud():
    """Serve an endpoint that is not embedded in the run."""
    with SimulatorServer("embedded") as server:
        yield server


def one_sentence(result: pytest.RunResult):
    """Return what was told, after seeing that it was told once."""
    document = [line for line in result.errlines if line.startswith("Exit: ")]
    assert len(document) == 1
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    assert "verdict" not in result.stdout.str()
    assert "Exit:" not in result.stdout.str()
    return document[0]


def test_nobody_at_the_address(pytester: pytest.Pytester, own_test: Path):
    result = pytester.runpytest("--zstack-url=http://127.0.0.1:9", own_test)
    assert result.ret == 11
    assert "nothing listens at 127.0.0.1:9" in one_sentence(result)


def test_nobody_at_the_address_under_xdist(pytester: pytest.Pytester, own_test: Path):
    result = pytester.runpytest("--zstack-url=http://127.0.0.1:9", "-n", "2", own_test)
    assert result.ret == 11
    assert "nothing listens" in one_sentence(result)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "returns an HTML page"),
        ("/refused", "something in front of the target refuses the log-in (status 403"),
    ],
)
def test_an_html_page(
    pytester: pytest.Pytester,
    own_test: Path,
    page_server: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    path: str,
    words: str,
):
    monkeypatch.setenv("ZSTACK_PASSWORD", "hunter22")
    result = pytester.runpytest(f"--zstack-url={page_server}{path}", own_test)
    assert result.ret == 11
    assert words in one_sentence(result)


def test_plain_http_where_tls_was_asked_for(pytester: pytest.Pytester, own_test: Path, page_server: str):
    result = pytester.runpytest(f"--zstack-url={page_server.replace('http', 'https')}", own_test)
    assert result.ret == 11
    assert "TLS" in one_sentence(result)


def test_a_wrong_password(
    pytester: pytest.Pytester, own_test: Path, cloud: SimulatorServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ZSTACK_PASSWORD", "hunter22")
    result = pytester.runpytest(f"--zstack-url={cloud.url}", own_test)
    assert result.ret == 11
    assert "refuses to log in" in one_sentence(result)
    assert "hunter22" not in result.stdout.str() + result.stderr.str()


def test_no_password(pytester: pytest.Pytester, own_test: Path, cloud: SimulatorServer):
    result = pytester.runpytest(f"--zstack-url={cloud.url}", own_test)
    assert result.ret == 11
    assert "ZSTACK_PASSWORD" in one_sentence(result)


def test_a_refused_calibration_leaves_acceptance_open(pytester: pytest.Pytester, report: Callable[[], Any]):
    pytester.makefile(".toml", context='[ticket]\napi-name = "org.example.Unknown"\n')
    result = pytester.runpytest(
        "--zstack-url=embedded",
        "--zstack-context=context.toml",
        "--zstack-report=out",
        "--zstack-effort=smoke",
        "-k",
        "ZT-BODY-040 or ZT-ANSWER-010",
    )
    assert result.ret == 12
    result.stdout.fnmatch_lines(["The calibration request was refused:*", "*--zstack-context*"])
    document = report()
    assert document["verdict"] == "inconclusive"
    assert document["calibration"]["accepted"] is False


def test_ctrl_c_keeps_what_was_found(pytester: pytest.Pytester, report: Callable[[], Any]):
    result = pytester.runpytest_subprocess("--zstack-url=embedded", "--zstack-report=out", pytester.makepyfile(SLOW))
    assert result.ret == 2
    document = report()
    assert document["run"]["complete"] is False
    assert [row["verdict"] for row in document["requirements"]] == ["passed"]
    assert document["verdict"] == "inconclusive"
    evidence = gzip.decompress((pytester.path / "out" / "evidence.jsonl.gz").read_bytes())
    assert evidence.splitlines()[-1].startswith(b'{"type":"footer"')


def test_ctrl_c_leaves_unrun_suites_inconclusive(pytester: pytest.Pytester, report: Callable[[], Any]):
    command = [sys.executable, "-m", "pytest", "--zstack-url=embedded?latency=0.2", "--zstack-report=out", "-v"]
    process = subprocess.Popen(command, cwd=pytester.path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if " PASSED" in line:
            break
    os.kill(process.pid, signal.SIGINT)
    shown, _ = process.communicate()
    assert process.returncode == 2
    assert "the run was cut short" in shown
    document = report()
    assert document["verdict"] == "inconclusive"
    assert document["counts"]["requirements"]["inconclusive"] > 100


def test_a_target_that_dies_half_way_leaves_the_rest_inconclusive(
    pytester: pytest.Pytester, cloud: SimulatorServer, monkeypatch: pytest.MonkeyPatch, report: Callable[[], Any]
):
    monkeypatch.setenv("ZSTACK_PASSWORD", "password")
    dying = pytester.makepyfile(
        """
        import pytest

        def once_more(ticket_endpoint, zstack_examine):
            again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
            assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None

        @pytest.mark.requirement("OWN-1")
        def test_alive(ticket_endpoint, zstack_examine):
            once_more(ticket_endpoint, zstack_examine)

        def test_the_target_dies(pytestconfig):
            pytestconfig.cloud.stop()

        @pytest.mark.requirement("OWN-2")
        def test_dead(ticket_endpoint, zstack_examine):
            once_more(ticket_endpoint, zstack_examine)

        @pytest.mark.requirement("OWN-3")
        def test_dead_log_in(ticket_endpoint, zstack_examine):
            ticket_endpoint.another_session()
        """
    )

    class Cloud:
        def pytest_configure(self, config: pytest.Config) -> None:
            config.cloud = cloud

    arguments = (f"--zstack-url={cloud.url}", "--zstack-report=out", str(dying))
    result = pytester.inline_run(*arguments, plugins=[Cloud()])
    assert result.ret == 13
    assert [row["verdict"] for row in report()["requirements"]] == ["passed", "inconclusive", "inconclusive"]


def test_a_session_that_is_thrown_out_half_way_is_renewed(
    pytester: pytest.Pytester, cloud: SimulatorServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ZSTACK_PASSWORD", "password")
    thrown_out = pytester.makepyfile(
        """
        import pytest

        @pytest.mark.requirement("OWN-1")
        def test_thrown_out(ticket_endpoint, zstack_session, zstack_examine):
            ticket_endpoint.logout(zstack_session.uuid)
            again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
            assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None
        """
    )
    pytester.runpytest(f"--zstack-url={cloud.url}", thrown_out).assert_outcomes(passed=1)


def test_nothing_is_left_on_the_target(
    pytester: pytest.Pytester, cloud: SimulatorServer, own_test: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ZSTACK_PASSWORD", "password")
    before = cloud.tickets
    pytester.runpytest(f"--zstack-url={cloud.url}", own_test).assert_outcomes(passed=1)
    assert cloud.tickets == before


FLAWS = {
    "latency=100000": "the job of the calibration request had not ended after 1 s",
    "fault=wire:create=close": "the calibration request got no response (connection closed)",
}


@pytest.mark.parametrize("fault", FLAWS)
def test_why_no_create_is_accepted_is_said_truly(
    fault: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    """Neither asks for a context file; a create that breaks its connection every time has failed, and once."""
    monkeypatch.setenv("ZSTACK_PASSWORD", "password")
    with SimulatorServer(f"embedded?{fault}") as server:
        result = pytester.runpytest_subprocess(
            f"--zstack-url={server.url}",
            "--zstack-effort=smoke",
            "--zstack-job-timeout=1",
            "-k",
            "ZT-ANSWER-001 or ZT-ANSWER-010 or ZT-BODY-001",
        )
    shown = " ".join(result.stdout.str().split())
    assert f"Acceptance could not be examined: {FLAWS[fault]}" in shown
    assert "--zstack-context" not in shown.partition("not examined:")[0]
    closed = "close" in fault
    assert ("explains" in shown and " blocked): ZT-" in shown) == closed
    assert result.ret == (1 if closed else 12)
    assert result.parseoutcomes().get("failed", 0) == int(closed)


MORTAL = '''
import time
from pathlib import Path
import pytest

@pytest.mark.requirement("OWN-1")
def test_first(ticket_endpoint, zstack_examine):
    """The target dies."""
    again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    Path("die").touch()
    while not Path("died").exists():
        time.sleep(0.01)
    for _ in range(6):
        ticket_endpoint.query(limit=1)

@pytest.mark.requirement("OWN-2")
def test_second(ticket_endpoint):
    """Nobody is there any more."""
    raise AssertionError("this is not to run")
'''


def test_a_target_that_stops_answering_ends_the_run(
    cloud: SimulatorServer, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ZSTACK_PASSWORD", "password")
    pytester.makepyfile(test_own=MORTAL)
    die = pytester.path / "die"

    def wait() -> None:
        while not die.exists():
            time.sleep(0.01)
        cloud.stop()
        die.with_name("died").touch()

    watcher = threading.Thread(target=wait, daemon=True)
    watcher.start()
    result = pytester.runpytest_subprocess(f"--zstack-url={cloud.url}", "test_own.py")
    watcher.join()
    section = result.outlines[next(n for n, one in enumerate(result.outlines) if "ZStack CreateTicket" in one) + 1 :]
    assert re.match(r"the run was cut short: the target stopped answering at \d\d:\d\d:\d\d \(", section[0])
    assert result.ret == 13
    assert "this is not to run" not in result.stdout.str()

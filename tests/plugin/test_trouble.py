"""A target that cannot be examined: one sentence, its own exit status, and no verdict."""

import gzip
import os
import signal
import subprocess
import sys
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
    told = [line for line in result.errlines if line.startswith("Exit: ")]
    assert len(told) == 1
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    assert "verdict" not in result.stdout.str()
    assert "Exit:" not in result.stdout.str()
    return told[0]


def test_nobody_at_the_address(pytester: pytest.Pytester, own_test: Path):
    result = pytester.runpytest("--zstack-url=http://127.0.0.1:9", own_test)
    assert result.ret == 11
    assert "nothing listens at 127.0.0.1:9" in one_sentence(result)


def test_nobody_at_the_address_under_xdist(pytester: pytest.Pytester, own_test: Path):
    result = pytester.runpytest("--zstack-url=http://127.0.0.1:9", "-n", "2", own_test)
    assert result.ret == 11
    assert "nothing listens" in one_sentence(result)


def test_an_html_page(pytester: pytest.Pytester, own_test: Path, page_server: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZSTACK_PASSWORD", "hunter22")
    result = pytester.runpytest(f"--zstack-url={page_server}", own_test)
    assert result.ret == 11
    assert "returns an HTML page" in one_sentence(result)


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
    told = report()
    assert told["verdict"] == "inconclusive"
    assert told["calibration"]["accepted"] is False


def test_ctrl_c_keeps_what_was_found(pytester: pytest.Pytester, report: Callable[[], Any]):
    result = pytester.runpytest_subprocess("--zstack-url=embedded", "--zstack-report=out", pytester.makepyfile(SLOW))
    assert result.ret == 2
    told = report()
    assert told["run"]["complete"] is False
    assert [row["verdict"] for row in told["requirements"]] == ["passed"]
    assert told["verdict"] == "inconclusive"
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
    told = report()
    assert told["verdict"] == "inconclusive"
    assert told["counts"]["requirements"]["inconclusive"] > 100


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

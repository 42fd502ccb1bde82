"""Ctrl-C, or SIGTERM as `timeout` and a cancelled CI job send it, ends a run: with clean-up, or at once the second time."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.plugin.interrupts import Interrupts
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.target.target import Target

TWICE = '''
import os, signal
import pytest

@pytest.mark.requirement("OWN-1")
def test_first(ticket_endpoint, zstack_examine):
    """A second create is decided like the first."""
    again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None

@pytest.mark.requirement("OWN-2")
def test_second(ticket_endpoint, zstack_examine):
    """It is ended by what `timeout` sends: two signals, one right after the other."""
    again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    os.kill(os.getpid(), signal.SIGTERM)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
'''


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SimulatorServer]:
    monkeypatch.setenv("ZSTACK_PASSWORD", seed_data.PASSWORD)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with SimulatorServer("embedded") as server:
        yield server


def left(cloud: SimulatorServer) -> tuple[int, int]:
    """Return how many tickets and sessions the target has."""
    return cloud.tickets, len(cloud.engine.state.sessions.live)


def interrupted(pytester: pytest.Pytester, cloud: SimulatorServer, tests: str) -> pytest.RunResult:
    """Run tests that interrupt their run, with a report in `out`."""
    result = pytester.runpytest_subprocess(
        f"--zstack-url={cloud.url}", "--zstack-report=out", pytester.makepyfile(tests)
    )
    assert result.ret == 2
    return result


def test_the_first_sigterm_cleans_up_and_writes_the_report(
    pytester: pytest.Pytester, cloud: SimulatorServer, report: Callable[[], Any]
):
    before = left(cloud)
    result = interrupted(pytester, cloud, TWICE)
    result.stdout.fnmatch_lines(["*SIGTERM*", "*0 tickets left*"])
    document = report()
    assert (document["run"]["complete"], document["run"]["cut_short"]) == (False, "SIGTERM")
    assert [row["examples"]["held"] for row in document["requirements"]] == [1, 1]
    assert left(cloud) == before
    assert main(["judge", "out"]) == 0


SWALLOWED = '''
import os, signal
import pytest

class Closing:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)  # Python drops what a finalizer raises
        sum(range(1000))

def check(endpoint, examine):
    again = endpoint.create(endpoint.calibration_draft)
    assert examine("sameness", subject=again, sibling=endpoint.calibration) is None

@pytest.mark.filterwarnings("ignore")
@pytest.mark.requirement("OWN-1")
def test_first(ticket_endpoint, zstack_examine):
    """It is interrupted where nothing comes of it."""
    check(ticket_endpoint, zstack_examine)
    Closing()

@pytest.mark.requirement("OWN-2")
def test_second(ticket_endpoint, zstack_examine):
    """It is not run any more."""
    check(ticket_endpoint, zstack_examine)
'''


def test_ctrl_c_in_a_callback_that_swallows_it_ends_the_run_with_that_test(
    pytester: pytest.Pytester, cloud: SimulatorServer, report: Callable[[], Any]
):
    before = left(cloud)
    interrupted(pytester, cloud, SWALLOWED)
    assert [row["examples"]["held"] for row in report()["requirements"]] == [1]
    assert left(cloud) == before


REPLACED = '''
import os, signal
import pytest

@pytest.mark.requirement("OWN-1")
def test_first(ticket_endpoint, zstack_examine):
    """A library that it is interrupted in raises an error of its own, as Hypothesis does where its state is half made."""
    again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None
    try:
        os.kill(os.getpid(), signal.SIGINT)
        sum(range(1000))
    finally:
        raise AssertionError("None is not None")

@pytest.mark.requirement("OWN-2")
def test_second():
    """It is not run any more."""
'''


def test_an_error_that_an_interrupt_led_to_is_the_interrupt(
    pytester: pytest.Pytester, cloud: SimulatorServer, report: Callable[[], Any]
):
    before = left(cloud)
    interrupted(pytester, cloud, REPLACED)
    document = report()
    assert (document["verdict"], document["run"]["cut_short"]) == ("inconclusive", "KeyboardInterrupt")
    assert [row["examples"]["held"] for row in document["requirements"]] == [1]
    assert left(cloud) == before


def test_a_second_sigterm_kills(pytester: pytest.Pytester, cloud: SimulatorServer):
    pytester.makeconftest(
        """
        import os, signal, time
        import pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_sessionfinish():
            time.sleep(1.1)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        """
    )
    result = pytester.runpytest_subprocess(f"--zstack-url={cloud.url}", pytester.makepyfile(TWICE))
    assert result.ret == -signal.SIGTERM


def test_a_run_that_cleans_up_already_is_not_broken_off(
    pytester: pytest.Pytester, cloud: SimulatorServer, own_test: Path
):
    before = left(cloud)
    pytester.makeconftest(
        """
        import os, signal

        def pytest_sessionfinish():
            os.kill(os.getpid(), signal.SIGTERM)
        """
    )
    assert pytester.runpytest_subprocess(f"--zstack-url={cloud.url}", own_test).ret == 0
    assert left(cloud) == before


@pytest.mark.parametrize("whole_group", [False, True])
def test_workers_end_with_the_run(
    pytester: pytest.Pytester, cloud: SimulatorServer, report: Callable[[], Any], whole_group: bool
):
    before = left(cloud)
    command = [sys.executable, "-m", "pytest", f"--zstack-url={cloud.url}", "--zstack-report=out", "-n", "2", "-q"]
    process = subprocess.Popen(
        command, cwd=pytester.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    end = time.monotonic() + 30
    while time.monotonic() < end and cloud.tickets < before[0] + 20:
        time.sleep(0.05)
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGTERM)
    shown, _ = process.communicate(timeout=120)  # a signal that Python drops in a callback counts at the end of a test
    assert process.returncode == 2, shown
    assert report()["run"]["cut_short"] == "SIGTERM"
    assert left(cloud) == before, shown


def test_the_former_handler_comes_back_and_runs_without_target_never_lose_it(
    pytester: pytest.Pytester, cloud: SimulatorServer, own_test: Path
):
    before = signal.getsignal(signal.SIGTERM)
    pytester.inline_run(f"--zstack-url={cloud.url}", str(own_test)).assertoutcome(passed=1)
    assert signal.getsignal(signal.SIGTERM) is before
    plain = pytester.makepyfile(
        test_plain="""
        import signal

        def test_plain():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        """
    )
    pytester.runpytest_subprocess(plain).assert_outcomes(passed=1)


def test_the_first_signal_stops_what_other_threads_still_have_to_send():
    """What waits for these threads, before the interrupt is seen, would wait for all of it."""
    stopped: list[None] = []
    interrupts = Interrupts(cast("Run", SimpleNamespace(target=None)))
    interrupts.stops.append(lambda: stopped.append(None))
    with pytest.raises(KeyboardInterrupt):
        interrupts._handle(signal.SIGINT, None)
    assert stopped == [None]


def test_what_was_created_while_a_target_is_reached_is_taken_away(
    pytester: pytest.Pytester, cloud: SimulatorServer, own_test: Path, monkeypatch: pytest.MonkeyPatch
):
    before, learn = left(cloud), Target.learn

    def interrupted(target: Target) -> None:
        learn(target)
        assert cloud.tickets > before[0]
        raise KeyboardInterrupt

    monkeypatch.setattr(Target, "learn", interrupted)
    assert pytester.inline_run(f"--zstack-url={cloud.url}", str(own_test), no_reraise_ctrlc=True).ret == 2
    assert left(cloud) == before


HANGING = '''
import os, signal, time
import pytest

@pytest.mark.requirement("OWN-1")
def test_some(ticket_endpoint):
    """It creates tickets, and somebody presses Ctrl-C."""
    for _ in range(20):
        ticket_endpoint.create(ticket_endpoint.calibration_draft)
    os.kill(os.getpid(), signal.SIGINT)
'''
PRESSED_AGAIN = """
import os, signal, time
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish():
    time.sleep(1.2)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(20)
"""


def test_the_first_ctrl_c_says_what_is_cleaned_up_and_how_to_leave_it(
    pytester: pytest.Pytester, cloud: SimulatorServer
):
    before = left(cloud)
    result = pytester.runpytest_subprocess(
        f"--zstack-url={cloud.url}", "--zstack-report=a report", pytester.makepyfile(HANGING)
    )
    assert result.ret == 2
    (said,) = [line for line in result.errlines if line.startswith("Interrupted.")]
    command = said.partition("then sweep with: ")[2]
    assert shlex.split(command)[:2] == ["zstack-ticket", "sweep"]
    assert "a report/ledger-" in shlex.split(command)[2]
    assert "Traceback" not in result.stderr.str()
    assert left(cloud) == before


def test_the_second_ctrl_c_ends_at_once_and_its_command_sweeps(pytester: pytest.Pytester, cloud: SimulatorServer):
    before = cloud.tickets
    pytester.makeconftest(PRESSED_AGAIN)
    began = time.monotonic()
    result = pytester.runpytest_subprocess(
        f"--zstack-url={cloud.url}", "--zstack-report=a report", pytester.makepyfile(HANGING)
    )
    assert result.ret == -signal.SIGINT
    assert time.monotonic() - began < 15
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    (said,) = [line for line in result.errlines if " are left on " in line]
    assert cloud.tickets > before
    assert main(shlex.split(said.partition("Sweep with: ")[2])[1:]) == 0
    assert cloud.tickets == before


def test_ctrl_c_while_a_run_that_came_to_its_end_cleans_up_breaks_nothing_off(
    pytester: pytest.Pytester, cloud: SimulatorServer, own_test: Path
):
    before = left(cloud)
    pytester.makeconftest(
        """
        import os, signal

        def pytest_sessionfinish():
            os.kill(os.getpid(), signal.SIGINT)
        """
    )
    assert pytester.runpytest_subprocess(f"--zstack-url={cloud.url}", own_test).ret == 0
    assert left(cloud) == before

"""Workers of pytest-xdist: what tests share is sent once, whoever hands out the tests."""

import json

import pytest

SHARING = '''
import os
import pytest

@pytest.mark.parametrize("number", range(6))
@pytest.mark.requirement("OWN-{group}")
def test_{group}(number, {fixture}, ticket_endpoint, zstack_examine):
    """A second create is decided like the first."""
    again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    with open("workers.txt", "a") as file:
        print("{group}", os.environ["PYTEST_XDIST_WORKER"], file=file)
    assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None
'''


@pytest.fixture
def sharing(pytester: pytest.Pytester):
    """Two modules of tests that use shared rows, and one of tests that do not."""
    for module, group, fixture in (
        ("one", "rows", "zstack_cases"),
        ("two", "rows", "zstack_cases"),
        ("three", "alone", "tmp_path"),
    ):
        pytester.makepyfile(**{f"test_{module}": SHARING.format(group=group, fixture=fixture)})
    return pytester


def workers_of(pytester: pytest.Pytester, group: str) -> set[str]:
    lines = (pytester.path / "workers.txt").read_text().split("\n")
    return {line.split()[1] for line in lines if line.startswith(group)}


def test_tests_that_share_rows_run_in_one_worker(sharing: pytest.Pytester) -> None:
    result = sharing.runpytest("--zstack-url=embedded", ".", "-n", "2")
    result.assert_outcomes(passed=18)
    assert len(workers_of(sharing, "rows")) == 1


def test_a_chosen_way_to_distribute_is_kept(sharing: pytest.Pytester) -> None:
    result = sharing.runpytest("--zstack-url=embedded", ".", "-n", "2", "--dist", "loadfile", "-v")
    result.assert_outcomes(passed=18)
    assert len(workers_of(sharing, "alone")) == 1


def test_a_mark_of_ones_own_decides(pytester: pytest.Pytester) -> None:
    text = SHARING.format(group="alone", fixture="tmp_path").replace(
        "@pytest.mark.param", '@pytest.mark.xdist_group("mine")\n@pytest.mark.param'
    )
    pytester.makepyfile(text)
    pytester.runpytest("--zstack-url=embedded", ".", "-n", "2").assert_outcomes(passed=6)
    assert len(workers_of(pytester, "alone")) == 1


def test_two_workers_send_what_one_process_sends(pytester: pytest.Pytester) -> None:
    used = []
    for workers in ("0", "2"):
        options = (
            "--zstack-url=embedded",
            "--zstack-effort=smoke",
            "--zstack-seed=1",
            "--zstack-report=out",
            "-n",
            workers,
        )
        result = pytester.runpytest(*options, "-k", "ZT-BODY or ZT-ANSWER or ZT-JOB-00")
        assert result.ret == 0
        report = json.loads((pytester.path / "out" / "report.json").read_text("utf-8"))
        used.append(report["run"]["residue"]["used"]["requests"])
    # each process learns for itself how long jobs take, so the number of polls differs; rows sent twice would add half
    assert used[1] <= used[0] * 1.1

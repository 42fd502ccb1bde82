"""Before and after an upgrade: the same examples first, then a fresh search, and one line for each difference."""

import json

import pytest

FEW = ("--zstack-effort=smoke", "-k", "ZT-ANSWER-011 or ZT-BODY-004 or ZT-ANSWER-001")
BROKEN = "--zstack-url=embedded?fault=accept-too-long:name"
WHOLE = "--zstack-url=embedded"


@pytest.fixture
def run(pytester: pytest.Pytester):
    """Run a few shipped tests; return exit status, report and output."""

    def run(url: str, folder: str, *options: str):
        result = pytester.runpytest(url, *FEW, f"--zstack-report={folder}", *options)
        return (
            int(result.ret),
            json.loads((pytester.path / folder / "report.json").read_text("utf-8")),
            result.stdout.str(),
        )

    return run


def test_an_unchanged_target_has_no_line_whatever_the_seed(run):
    run(WHOLE, "before", "--zstack-seed=1")
    status, report, shown = run(WHOLE, "after", "--zstack-seed=2", "--zstack-baseline=before")
    assert (status, report["upgrade"]["lines"]) == (0, [])
    assert report["upgrade"]["replayed"] == 3
    assert "requirements compared: no difference" in shown


def test_a_regression_is_one_line_and_exit_status_10(run):
    _, before, _ = run(WHOLE, "before", "--zstack-seed=1")
    status, report, shown = run(
        "--zstack-url=embedded?fault=created-after-updated", "after", "--zstack-seed=2", "--zstack-baseline=before"
    )
    assert status == report["exit_status"] == 10
    assert [(line["class"], line["requirements"]) for line in report["upgrade"]["lines"]] == [
        ("regression", ["ZT-ANSWER-011"])
    ]
    assert report["upgrade"]["baseline"] == before["run"]["id"]
    assert "regression: ZT-ANSWER-011: verdict: passed -> failed" in shown


def test_a_failure_that_was_there_before_is_known(run):
    run(BROKEN, "before", "--zstack-seed=1")
    status, report, _ = run(BROKEN, "after", "--zstack-seed=2", "--zstack-baseline=before")
    assert status == 1
    assert report["upgrade"]["lines"] == []
    assert [line["requirements"] for line in report["upgrade"]["known"]] == [["ZT-BODY-004"]]


def test_pinned_examples_hold_neither_session_nor_nonce(run, pytester: pytest.Pytester):
    _, report, _ = run(WHOLE, "out", "--zstack-seed=1")
    text = json.dumps(report["pinned"])
    assert "Authorization" not in text
    assert "zt-0000000000000000" in text


def test_a_baseline_that_cannot_be_read_is_a_usage_error(pytester: pytest.Pytester):
    result = pytester.runpytest(WHOLE, *FEW, "--zstack-baseline=nowhere")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--zstack-baseline: nowhere cannot be read: No such file or directory.*"])

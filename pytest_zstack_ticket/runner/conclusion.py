"""The end of a run: form the verdicts, decide the exit status, write the report."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.api.server_info import target_facts
from pytest_zstack_ticket.artifacts.bundle import REPORT
from pytest_zstack_ticket.artifacts.execution import execution_json
from pytest_zstack_ticket.artifacts.provenance import installed_json, machine_json, suite_json
from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.config.options import safe_arguments
from pytest_zstack_ticket.model.codec import phrase_to_json
from pytest_zstack_ticket.model.errors import UsageError
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.report.document import RequirementRow, RunFacts, report_json
from pytest_zstack_ticket.report.exports.ctrf import ctrf
from pytest_zstack_ticket.report.exports.junit import junit
from pytest_zstack_ticket.report.finding import calibration_json
from pytest_zstack_ticket.report.html.page_writer import PDF, write_page
from pytest_zstack_ticket.report.pdf.printer import Printer
from pytest_zstack_ticket.report.sanitize import scrubbed_json
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.runner.expectation_result import ExpectationResult
from pytest_zstack_ticket.runner.record import explored_json
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.verdicts.floors import thin_passes, thin_reasons
from pytest_zstack_ticket.verdicts.judge import NOT_CALIBRATED, Result, doubts_of, exit_status, judge
from pytest_zstack_ticket.verdicts.lateness import too_early
from pytest_zstack_ticket.verdicts.limits_in_text import with_limits
from pytest_zstack_ticket.verdicts.tally import Tally

NOT_WRITTEN = 4
"""Exit status of a run that would be conformant, if a file that was asked for cannot be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What a run came to: the result, pytest's exit status, the report, and where it was written.

    `trouble` says why a PDF that was asked for is not there.
    """

    result: Result
    status: int
    report: dict[str, Any]
    path: Path | None
    expectation_result: ExpectationResult
    trouble: str = ""


def conclude(run: Run, *, pytest_status: int, evidence: dict[str, Any]) -> Conclusion:
    """Form the verdicts of a run and write its report; `evidence` is the seal of what was recorded."""
    profile = run.reached.profile
    requirements = with_limits(
        run.results.requirements(run.catalogue.values(), run.own_catalogue, whole=run.shipped), profile.limits
    )
    cut = _cut(run, requirements)
    result = _result(run, requirements, cut)
    residue = _is_avoidable(run, profile)
    expectation_result = ExpectationResult.of(run, result)
    status = expectation_result.status(exit_status(expectation_result.result, pytest_status, residue=residue))
    facts = RunFacts(
        run=_run_json(run, pytest_status, avoidable=residue),
        target=_target_json(run, profile),
        profile=profile,
        verdict=result.verdict,
        partial=result.partial,
        exit_status=status,
        counts=result.counts,
        calibration=_calibration_json(run),
        front_end=run.reached.pages.counts,
        observations=run.results.observations,
        evidence=evidence or None,
        environment=_environment_json(run),
    )
    report = expectation_result.added(
        scrubbed_json(report_json(facts, _rows(run, requirements, result, cut), translations()))
    )
    status = report["exit_status"]
    path, trouble = _write(run, report)
    if trouble:
        status = status or NOT_WRITTEN
    return Conclusion(
        result=result, status=status, report=report, path=path, expectation_result=expectation_result, trouble=trouble
    )


def _is_avoidable(run: Run, profile: Profile) -> bool:
    """Return True if something is left, or may be, that a clean-up could have found and deleted.

    A laboratory without any call to delete or to query leaves tickets that could not be avoided.
    """
    swept, foreign = run.swept, run.reached.kind == "foreign"
    unknown = bool(swept.unseen or swept.why)
    return (bool(swept.left) and (swept.offered or foreign)) or (
        unknown and ("query" in profile.capabilities or foreign)
    )


def _result(run: Run, requirements: tuple[Requirement, ...], cut: frozenset[str]) -> Result:
    early = too_early(run.results.first_seen, run.late)
    thin = thin_reasons(thin_passes(requirements, run.results.tallies, run.options["effort"]))
    return judge(
        requirements,
        run.results.tallies,
        run.reached.profile,
        doubts=doubts_of(cut=cut, early=early, thin=thin),
        calibration=run.reached.calibration_flaw if run.reached.known_calibration else NOT_CALIBRATED,
        cut_short=bool(run.cut_short),
        left_out=bool(_left_out(run, requirements)),
    )


def _cut(run: Run, requirements: tuple[Requirement, ...]) -> frozenset[str]:
    """Return the requirements that a run that was cut short did not come to the end of."""
    if not run.cut_short:
        return frozenset()
    if run.role == "controller":
        return frozenset(one.id for one in requirements) - set(run.results.tallies)
    return frozenset(one for one, tests in run.selected.items() if run.results.tests[one] < tests)


def _left_out(run: Run, requirements: tuple[Requirement, ...]) -> dict[str, int]:
    """Count the tests that were not run of each requirement of which others were."""
    shipped = (rule for rule in requirements if rule.id in run.catalogue)
    return {rule.id: rule.tests - ran for rule in shipped if 0 < (ran := run.results.tests[rule.id]) < rule.tests}


def _rows(run: Run, requirements: tuple[Requirement, ...], result: Result, cut: frozenset[str]) -> list[RequirementRow]:
    left_out = _left_out(run, requirements)
    return [
        RequirementRow(
            requirement=requirement,
            judged=one,
            findings=run.results.findings.get(one.id, ()),
            outside=_outside(one.tally, cut=one.id in cut, left_out=left_out.get(one.id, 0)),
            witnesses=run.results.witnesses.get(one.id, ()),
        )
        for requirement, one in zip(requirements, result.judged, strict=True)
    ]


def _outside(tally: Tally, *, cut: bool, left_out: int) -> dict[str, Any]:
    """Return what counts in a verdict and is in no example."""
    lost = [phrase_to_json(one) for one in tally.lost]
    explored = explored_json(tally)
    outside: dict[str, Any] = {"errors": list(tally.errors), "lost": lost, "ran": tally.ran, "cut": cut}
    outside |= {"left_out": left_out} if left_out else {}
    return {**outside, "explored": explored} if explored else outside


def _run_json(run: Run, pytest_status: int, *, avoidable: bool) -> dict[str, Any]:
    return {
        "id": run.id,
        "started": _date(run.started),
        "ended": _date(time.time()),
        "suite": suite_json(),
        "installed": installed_json(),
        "nonce": run.options["nonce"] or None,
        "effort": run.options["effort"],
        "seed": run.options["seed"],
        "budget": run.options["budget"] or None,
        "complete": not run.cut_short,
        "cut_short": run.cut_short or None,
        "left_on_target": len(run.swept.left),
        "residue": {**_residue_json(run), "avoidable": avoidable},
        "pytest_status": pytest_status,
        "execution": execution_json(run.options, **run.started_by, redact=run.reached.redactor.text),
        "arguments": [run.reached.redactor.text(argument) for argument in safe_arguments()],
    }


def _residue_json(run: Run) -> dict[str, Any]:
    """Return what was used of the caps, and what is left of it on the target."""
    used = run.reached.usage_counter.used
    caps = run.reached.usage_counter.caps
    return {
        "left": run.swept.left,
        "deleted": len(run.swept.deleted),
        "unseen": run.swept.unseen,
        "reason": run.swept.why or None,
        "used": asdict(used),
        "caps": asdict(caps),
    }


def _target_json(run: Run, profile: Profile) -> dict[str, Any]:
    given = str(run.options["url"])
    return {
        "url": run.reached.settings.url,
        "given": given if run.options.embedded else None,
        "kind": "embedded" if run.options.embedded else run.reached.kind,
        "release": {"oldest": str(profile.oldest), "newest": str(profile.newest)},
        "version": run.reached.redactor.text(run.reached.state.version) or None,
        "tls": sorted(f"sha256:{one}" for one in run.reached.certificates),
    }


def _environment_json(run: Run) -> dict[str, Any]:
    """Return what target and machine were like; nothing in it names a machine or a path."""
    trail = run.reached.known_calibration
    return {"target": target_facts(trail.exchanges if trail else ()), "ours": machine_json()}


def _calibration_json(run: Run) -> dict[str, Any] | None:
    trail = run.reached.known_calibration
    return calibration_json(trail.exchanges, run.reached.profile) if trail else None


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _write(run: Run, report: dict[str, Any]) -> tuple[Path | None, str]:
    """Write the report in every form; return the path to show, and why there is no PDF."""
    if run.place is None:
        return None, ""
    folder, text = run.place.folder, json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    write_atomically(folder / REPORT, text, durable=True)
    write_atomically(folder / "junit.xml", junit(report))
    write_atomically(folder / "ctrf.json", json.dumps(ctrf(report), ensure_ascii=False, indent=1) + "\n")
    write_page(report, folder, run.lang, run.catalogue.values(), run.expectations.baseline)
    return run.place.shown, _write_pdf(run, folder, text.encode())


def _write_pdf(run: Run, folder: Path, text: bytes) -> str:
    """Write the PDF if it was asked for; return why it is not there, if so."""
    if not run.options["pdf"]:
        return ""
    try:
        printed = Printer.of(run.options).page(text, REPORT, folder, run.lang, run.catalogue.values())
    except UsageError as error:
        return str(error)
    write_atomically(folder / PDF, printed)
    return ""

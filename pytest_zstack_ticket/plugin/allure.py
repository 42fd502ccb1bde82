"""Let the results of allure-pytest say what our Allure export says; imported only where `--alluredir` is given.

allure-pytest writes a result when a test is over. What it then hands to its file writer is given our words here, in the
process that ran the test, so workers of xdist need nothing more.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import allure_commons
import pytest
from allure_commons.model2 import Attachment, Label, Link, Parameter, StatusDetails, TestResult

from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.plugin.items import RECORD, RULE, test_name
from pytest_zstack_ticket.report.document import RequirementRow, row_json
from pytest_zstack_ticket.report.exports import allure
from pytest_zstack_ticket.report.finding import message_json, subject_role
from pytest_zstack_ticket.report.sanitize import scrubbed_json
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.runner.record import KEY, ItemRecord, tally_from_json
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.verdicts.judge import verdict_of

KEPT = frozenset({"host", "thread", "package"})
"""Labels of allure-pytest that stay beside ours."""
LATE = frozenset({"failed", "broken", "unknown"})
"""Statuses that a requirement may get after its tests: a budget is spent to its end, then waivers are decided."""


class AllureResults:
    """Gives the results of a run our words, and adds what is about the run as a whole."""

    def __init__(self, run: Run, folder: Path) -> None:
        self._run = run
        self._folder = folder
        self._began = time.time()
        self._pending: tuple[str, dict[str, Any], list[dict[str, Any]]] | None = None
        allure_commons.plugin_manager.register(self)

    def remember(self, item: pytest.Item, report: pytest.TestReport) -> None:
        """Remember what a test saw until its result is written."""
        found = next((value for name, value in report.user_properties if name == KEY), None)
        if not isinstance(found, dict):
            return
        row = self._row(item.stash[RULE], found)
        self._pending = test_name(item), row, _witnesses(item.stash[RECORD]) if row["verdict"] == "passed" else []

    def _row(self, rule: Requirement, found: dict[str, Any]) -> dict[str, Any]:
        """Return what one test makes of its requirement, as a report has it."""
        tally, finding = tally_from_json(found["tally"]), found["finding"]
        # what is missing may still come, as in the report of pytest
        judged = verdict_of(rule, replace(tally, missing=0), self._run.reached.profile)
        row = RequirementRow(
            requirement=rule, judged=judged, findings=[finding] if finding and judged.verdict == "failed" else []
        )
        active = finding is not None and (rule.id, finding["signature"]) in self._run.expectations.active
        shown: dict[str, Any] = scrubbed_json(row_json(row, translations()))
        return {**shown, "waived": active}

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: TestResult) -> None:
        """Give a result our words before it is written; one of a test that is none of ours stays as it is."""
        if self._pending is None:
            return
        (test, row, witnesses), self._pending = self._pending, None
        known = f"{row['id']}:{test}"
        result.name = allure.title(row)
        result.description = allure.description(row)
        result.descriptionHtml = None
        result.historyId = result.testCaseId = allure.history_id(known)
        result.fullName = f"zstack-ticket:{known}"
        result.labels = [Label(**one) for one in allure.labels(row)] + [
            *(one for one in result.labels if one.name in KEPT),
            Label(name="subSuite", value=test),
        ]
        result.links = [Link(**one) for one in allure.links(row)]
        for one in result.parameters:
            one.excluded = True
        result.parameters += [Parameter(**one) for one in allure.parameters(row)]
        self._judge(result, row)
        for name, text in allure.attachments(row, witnesses):
            self._attach(result, name, text)

    def _judge(self, result: TestResult, row: dict[str, Any]) -> None:
        """Give a result our verdict and its reason; what broke after a test that held stays as it is reported."""
        why = allure.details(row)
        if why is None:
            return
        broke = row["verdict"] == "error" and result.statusDetails
        trace = result.statusDetails.trace if broke else None
        result.status = allure.STATUSES[row["verdict"]]
        # its model has no word for muted
        known = why.get("known")
        result.statusDetails = StatusDetails(message=why["message"], trace=why["trace"] or trace, known=known)

    def _attach(self, result: TestResult, name: str, text: str) -> None:
        file = f"{result.uuid}-{len(result.attachments) + 1:02}-attachment.txt"
        allure_commons.plugin_manager.hook.report_attached_data(body=text.encode(), file_name=file)
        result.attachments.append(Attachment(name=name, source=file, type="text/plain"))

    def conclude(self, report: dict[str, Any]) -> None:
        """Write what is about the run as a whole, and what came to light only after its tests. Raises OSError."""
        reported = self._statuses()
        for row in report["requirements"]:
            status = allure.STATUSES[row["verdict"]]
            if status in LATE and status not in reported.get(row["id"], {status}):
                self._put(allure.requirement_files(report, row, ()))
        self._put(allure.run_files(report))

    def _statuses(self) -> dict[str, set[str]]:
        """Return what the results of this run say of each requirement, whichever process wrote them."""
        found: dict[str, set[str]] = {}
        for path in self.written():
            if path.name.endswith("-result.json"):
                result = json.loads(path.read_text("utf-8"))
                for label in result["labels"]:
                    if label["name"] == "requirement":
                        found.setdefault(label["value"], set()).add(result["status"])
        return found

    def _put(self, files: Iterable[tuple[str, str]]) -> None:
        for name, text in files:
            write_atomically(self._folder / name, text)

    def written(self) -> list[Path]:
        """Return the files of this run, for a search for secrets."""
        return [
            path for path in sorted(self._folder.glob("*")) if path.is_file() and path.stat().st_mtime >= self._began
        ]

    def close(self) -> None:
        """Stop to listen; a second call does nothing."""
        if allure_commons.plugin_manager.is_registered(self):
            allure_commons.plugin_manager.unregister(self)


def _witnesses(record: ItemRecord) -> list[dict[str, Any]]:
    """Return the message of the first example that held."""
    if record.witness is None:
        return []
    trails = record.witness.trails
    shown = message_json(tuple(trails.get(subject_role(trails), ())))
    return [scrubbed_json(shown)] if shown else []

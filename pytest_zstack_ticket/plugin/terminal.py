"""What a terminal shows at the end of a run: verdict, counts, and one card for each cause."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pytest_zstack_ticket.report.grouping import causes_in
from pytest_zstack_ticket.report.html.page_writer import PAGE_NAMES
from pytest_zstack_ticket.report.text.budget_text import shortfall_lines
from pytest_zstack_ticket.report.text.causes_text import CausesText
from pytest_zstack_ticket.report.text.columns import pad, visible, width, wrapped
from pytest_zstack_ticket.report.text.comparison_text import diff_lines
from pytest_zstack_ticket.report.text.finding_card import COLUMNS
from pytest_zstack_ticket.report.text.headline import claims_of, extent, headline, mark_of, narrowed
from pytest_zstack_ticket.report.text.left_out_text import left_out_lines
from pytest_zstack_ticket.report.text.limit_text import calibration_lines, front_end_lines, residue_line
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.report.text.waiver_text import waiver_lines
from pytest_zstack_ticket.runner.conclusion import Conclusion
from pytest_zstack_ticket.runner.residue import sweep_command
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.verdicts.judge import Result

COLOURS = {"passed": "green", "failed": "red", "error": "red", "inconclusive": "yellow"}
MOST_REASONS = 12
SHOWN = ("passed", "failed", "error", "inconclusive", "inapplicable", "untested")


def summary(run: Run, ending: Conclusion, reporter: pytest.TerminalReporter) -> None:
    """Write our section."""
    words, lang = translations(), run.lang
    title = words.say("title", lang)
    writer = reporter.config.get_terminal_writer()
    reporter.ensure_newline()
    # pytest counts letters, not columns
    writer.sep("=", title, fullwidth=writer.fullwidth - (width(title) - len(title)))
    for line in opening(run, ending):
        reporter.write_line(line)
    if not ending.result.judged:
        reporter.write_line(words.say("no-requirement" if reporter.stats else "no-tests", lang))
        written(run, ending, reporter)
        return
    for line in table(ending.result, lang):
        reporter.write_line(line)
    text = CausesText(cards=run.cards, folder=_shown_folder(run), verbose=reporter.verbosity > 0)
    causes = causes_in(ending.report["requirements"])
    for line, is_title in text.groups(causes):
        reporter.write_line(line, **({"red": True, "bold": True} if is_title else {}))
    reporter.write_line("")
    for line in text.reasons(causes):
        reporter.write_line(line)
    for line in expectations(ending, lang):
        reporter.write_line(line)
    conclusion(ending, lang, reporter)
    written(run, ending, reporter)


def conclusion(ending: Conclusion, lang: str, reporter: pytest.TerminalReporter) -> None:
    """Write the verdict, why the exit status is another one, and what was not examined."""
    words, claims = translations(), claims_of(ending.report)
    said, why = headline(claims, words, lang), residue_line(ending.report, words, lang)
    text = words.say("verdict-left", lang, verdict=said, why=why) if why else words.say("verdict", lang, verdict=said)
    colour = COLOURS["inconclusive" if why else mark_of(ending.report)]
    for line in wrapped(text, COLUMNS):
        reporter.write_line(line, bold=True, **{colour: True})
    for line in left_out_lines(claims, words, lang, COLUMNS):
        reporter.write_line(line)


def written(run: Run, ending: Conclusion, reporter: pytest.TerminalReporter) -> None:
    """Say where the report is, and what a search for secrets found in all that was written."""
    words, lang, scan = translations(), run.lang, run.scanned
    if ending.path is None:
        for line in wrapped(words.say("no-report", lang), COLUMNS):
            reporter.write_line(line)
    else:
        folder = _shown_folder(run)
        shown = f"{folder}/{PAGE_NAMES['en']}" if folder else ending.path
        reporter.write_line(words.say("report", lang, path=shown))
    if ending.trouble:
        reporter.write_line(words.say("no-pdf", lang, reason=visible(ending.trouble)), red=True)
    if scan.files:
        found = words.say("secrets", lang, secrets=scan.secrets, files=scan.files, found=len(scan.found))
        reporter.write_line(found, red=bool(scan.found))
        for name, kind in scan.found:
            reporter.write_line(f"  {name}: {kind}", red=True)


def expectations(ending: Conclusion, lang: str) -> list[str]:
    """Return what waivers are worth, and what differs from the run before."""
    lines = waiver_lines(ending.report, translations(), lang)
    if ending.expectation_result.diff is not None:
        lines += diff_lines(ending.expectation_result.diff, translations(), lang)
    return [part for line in lines for part in wrapped(line, COLUMNS)]


def opening(run: Run, ending: Conclusion) -> list[str]:
    """Return target, profile, seed, and what limits the verdict."""
    words, lang, report = translations(), run.lang, ending.report
    bounds = report["target"]["release"]
    release = bounds["oldest"]
    if bounds["oldest"] != bounds["newest"]:
        release = words.say("release-between", lang, **bounds)
    kind = words.word(report["target"]["kind"], lang)
    lines = [words.say("cut-short", lang, reason=visible(run.cut_short))] if run.cut_short else []
    lines += [
        words.say("target", lang, url=report["target"]["url"], kind=kind, release=release),
        words.say("judged-by", lang, profile=report["profile"]["name"]),
        words.say("seed", lang, effort=run.options["effort"], seed=run.options["seed"]),
    ]
    if ending.result.partial:
        lines.append(words.say(extent(report), lang))
    lines += shortfall_lines(report, words, lang)
    limits = [*narrowed(claims_of(report), words, lang), *front_end_lines(report, words, lang)]
    limits += map(visible, calibration_lines(report, words, lang))
    return [*_wrapped(lines), *residue(run), *_wrapped(limits)]


def _wrapped(lines: list[str]) -> list[str]:
    return [part for line in lines for part in wrapped(line, COLUMNS)]


def residue(run: Run, *, whole: bool = False) -> list[str]:
    """Return what is left on the target, and how to delete it; the `whole` list where nothing else has it."""
    words, lang, swept = translations(), run.lang, run.swept
    if run.options.embedded:
        return []
    lines = [words.say("left", lang, count=len(swept.left), deleted=len(swept.deleted), used=run.used.requests)]
    shown = swept.left if whole else swept.left[:MOST_REASONS]
    lines += [f"  {visible(uuid)}" for uuid in shown]
    if len(swept.left) > len(shown):
        lines.append(words.say("left-more", lang, count=len(swept.left) - len(shown)))
    if swept.unseen:
        lines.append(words.say("left-unseen", lang, count=swept.unseen))
    command = [] if swept.clean else [words.say("left-advice", lang, command=sweep_command(run))]
    return _wrapped(lines) + command


def table(result: Result, lang: str) -> list[str]:
    """Return the counts by level, one column for each verdict that occurs."""
    words = translations()
    used = [verdict for verdict in SHOWN if verdict == "passed" or any(row[verdict] for row in result.counts.values())]
    heads = [words.word(verdict, lang) for verdict in used]
    first = words.say("requirements", lang)
    lines = [f"{pad(first, 14)}{'  '.join(heads)}"]
    for level in ("must", "should", "may"):
        row = result.counts.get(level)
        if row:
            cells = (f"{row[verdict]}" for verdict in used)
            filled = (" " * (width(head) - width(cell)) + cell for head, cell in zip(heads, cells, strict=True))
            lines.append(f"{pad(words.word(level, lang), 14)}{'  '.join(filled)}")
    return lines


def _shown_folder(run: Run) -> str:
    """Name the folder of the report as short as it can be, empty if no folder stays."""
    if run.place is None or run.place.zip is not None:
        return ""
    beside = os.path.relpath(run.place.folder)
    return str(run.place.folder) if beside.startswith("..") else beside


@contextmanager
def findings_hidden(run: Run, reporter: Any) -> Iterator[None]:
    """Keep pytest from repeating findings, and what the shipped suites skip: our section shows each once."""
    stats, hidden = reporter.stats, {}
    for outcome in ("failed", "skipped") if run.shipped else ("failed",):
        reports = stats.get(outcome, [])
        kept = [report for report in reports if not _is_shown_by_us(report)]
        if len(kept) < len(reports):
            hidden[outcome] = reports
            stats[outcome] = kept
    try:
        yield
    finally:
        stats.update(hidden)


def _is_shown_by_us(report: Any) -> bool:
    """Say whether a report is that of a requirement with a card or a reason, and not of a test that broke."""
    marked = next((value for name, value in getattr(report, "user_properties", ()) if name == "requirement"), None)
    if marked is None:
        return False
    # the text of a finding begins with its requirement, a traceback does not
    return report.outcome == "skipped" or str(report.longrepr).startswith(marked)

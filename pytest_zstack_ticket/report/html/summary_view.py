"""The first screen of a page: the verdict, what limits it, what was examined, and what was left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pytest_zstack_ticket.report.html.page_context import Json, PageContext, verdict_counts
from pytest_zstack_ticket.report.html.provenance_view import Provenance, provenance_view
from pytest_zstack_ticket.report.text.budget_text import shortfall_lines
from pytest_zstack_ticket.report.text.comparison_text import diff_lines
from pytest_zstack_ticket.report.text.headline import claims_of, extent, headline, mark_of, narrowed
from pytest_zstack_ticket.report.text.left_out_text import left_out_line
from pytest_zstack_ticket.report.text.limit_text import calibration_lines, front_end_lines, residue_line
from pytest_zstack_ticket.report.text.waiver_text import waiver_lines
from pytest_zstack_ticket.verdicts.comparison import Diff, Line

MAX_TICKETS = 20
"""UUIDs of left-over tickets that are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What `summary.html` shows beyond the report itself.

    `mark` is the verdict whose mark and colour the headline has; `counts` add up to all requirements; `limits` say what
    a reader must know before trusting the verdict; `lists` are headings with their lines.
    """

    headline: str
    mark: str
    counts: str
    limits: Sequence[str]
    release: str
    examples: int
    period: str
    evidence: str
    provenance: Provenance
    lists: Mapping[str, Sequence[str]]


def summary_view(context: PageContext) -> Summary:
    """Compute the first screen."""
    report, evidence = context.report, context.report["evidence"]
    rows = report["requirements"]
    return Summary(
        headline=headline(claims_of(report), context.translations, context.lang),
        mark=mark_of(report),
        counts=context.say("of-all", counts=context.counts(verdict_counts(rows)), count=len(rows)),
        limits=_limits(context),
        release=_release(context, report["target"]["release"]),
        examples=sum(report["counts"]["examples"].values()),
        period=_period(report["run"]["started"], report["run"]["ended"]),
        evidence=context.say("evidence-lines", size=evidence["size"], root=evidence["root"][:16]) if evidence else "",
        provenance=provenance_view(context),
        lists=_lists(context),
    )


def _limits(context: PageContext) -> list[str]:
    report, run = context.report, context.report["run"]
    residue = run["residue"]
    embedded = report["target"]["kind"] == "embedded"
    limits = [context.say("cut-short", reason=run["cut_short"])] if run["cut_short"] else []
    limits.append(context.say(extent(report)))
    claims = claims_of(report)
    limits += filter(None, [left_out_line(claims, context.translations, context.lang)])
    limits += narrowed(claims, context.translations, context.lang)
    if embedded:
        limits.append(context.say("simulator"))
    limits += front_end_lines(report, context.translations, context.lang)
    limits += calibration_lines(report, context.translations, context.lang)
    if not embedded:
        limits.append(context.say("residue", left=run["left_on_target"], deleted=residue["deleted"]))
        limits += filter(None, [residue_line(report, context.translations, context.lang)])
    if residue["unseen"]:
        limits.append(context.say("unseen", count=residue["unseen"]))
    return limits + shortfall_lines(report, context.translations, context.lang)


def _lists(context: PageContext) -> dict[str, list[str]]:
    """Waivers, the comparison with the run before, and left-over tickets, as far as there are any."""
    upgrade = context.report.get("upgrade")
    return {
        "waivers": waiver_lines(context.report, context.translations, context.lang),
        "upgrade": diff_lines(_diff(upgrade), context.translations, context.lang) if upgrade else [],
        "left": _tickets(context.report["run"]["residue"]["left"]),
    }


def _tickets(uuids: list[str]) -> list[str]:
    return [*uuids[:MAX_TICKETS], *([f"… ({len(uuids)})"] if len(uuids) > MAX_TICKETS else [])]


def _diff(upgrade: Json) -> Diff:
    """Read a comparison back from a report."""
    lines, known = ([_line(one) for one in upgrade[key]] for key in ("lines", "known"))
    return Diff(lines=tuple(lines), known=tuple(known), compared=upgrade["compared"])


def _line(line: Json) -> Line:
    return Line(
        kind=line["class"],
        what=line["what"],
        before=line["before"],
        after=line["after"],
        requirements=tuple(line["requirements"]),
    )


def _release(context: PageContext, bounds: Mapping[str, str]) -> str:
    between = bounds["oldest"] != bounds["newest"]
    return context.say("release-between", **bounds) if between else bounds["oldest"]


def _period(started: str, ended: str) -> str:
    """When a run was, to the second; the day of its end only if it is another one."""
    try:
        begin, end = datetime.fromisoformat(started), datetime.fromisoformat(ended)
    except ValueError:
        return f"{started} – {ended}"
    last = f"{end:%H:%M:%S %Z}" if begin.date() == end.date() else f"{end:%Y-%m-%d %H:%M:%S %Z}"
    return f"{begin:%Y-%m-%d %H:%M:%S} – {last}"

"""The first screen of a page: the verdict, what was examined, what limits the verdict, and charts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pytest_zstack_ticket.report.html.charts import distribution, quantile, stacked_bar, tiles
from pytest_zstack_ticket.report.html.markup import Markup, element, joined
from pytest_zstack_ticket.report.html.page_context import MARKS, VERDICTS, Json, PageContext, tally
from pytest_zstack_ticket.report.html.provenance import provenance
from pytest_zstack_ticket.report.text.budget_text import shortfall_lines
from pytest_zstack_ticket.report.text.comparison_text import diff_lines
from pytest_zstack_ticket.report.text.waiver_text import deviations_text, waiver_lines
from pytest_zstack_ticket.verdicts.comparison import Diff, Line

LEVELS = ("must", "should", "may")
MOST_PATHS = 40
MOST_LEFT = 20


def summary(sheet: PageContext) -> Markup:
    """Return everything that somebody who signs needs to see."""
    return element("header", element("h1", sheet.say("title")), _verdict(sheet), _scope(sheet), _standing(sheet))


def _verdict(sheet: PageContext) -> Markup:
    """Return the verdict with everything that qualifies it."""
    report, counts = sheet.report, sheet.report["counts"]["requirements"]
    verdict = report["verdict"]
    deviations = deviations_text(report, sheet.wording, sheet.lang)
    applied = sum(count for name, count in counts.items() if name != "inapplicable")
    words = element("strong", f"{MARKS[verdict]} ", deviations or sheet.say(f"verdict-{verdict}"))
    sums = sheet.say("sums", applied=applied, **{name: counts.get(name, 0) for name in ("passed", "failed")})
    return element(
        "div",
        words,
        element("p", sums),
        element("ul", *(element("li", one) for one in _limits(sheet))),
        class_=f"verdict {'inconclusive' if deviations else verdict}",
    )


def _limits(sheet: PageContext) -> list[str]:
    """Return what a reader must know before trusting the verdict."""
    report, run = sheet.report, sheet.report["run"]
    residue, calibration = run["residue"], report["calibration"]
    embedded = report["target"]["kind"] == "embedded"
    told = [sheet.say("partial" if report["partial"] else "whole")]
    told += [sheet.say("cut-short", reason=run["cut_short"])] if run["cut_short"] else []
    told += [sheet.say("simulator")] if embedded else []
    if calibration and not calibration["accepted"]:
        told.append(sheet.say("calibration-refused", reason=calibration["reason"]))
    if not embedded:
        told.append(sheet.say("residue", left=run["left_on_target"], deleted=residue["deleted"]))
    told += [sheet.say("unseen", count=residue["unseen"])] if residue["unseen"] else []
    return told + shortfall_lines(report, sheet.wording, sheet.lang)


def _scope(sheet: PageContext) -> Markup:
    """Return target, rules and run."""
    report, run, target, profile = (sheet.report, *(sheet.report[key] for key in ("run", "target", "profile")))
    evidence, sets = report["evidence"], report["requirement-set"]
    url = element("code", target["url"])
    return sheet.facts(
        [
            ("target", joined(url, f" ({sheet.word(target['kind'])})")),
            ("given", target["given"]),
            ("release", _release(sheet, target["release"])),
            ("profile", profile["name"]),
            ("effort", sheet.say("effort-seed", effort=run["effort"], seed=run["seed"])),
            (
                "examined",
                sheet.say("counts", requirements=sets["count"], examples=sum(report["counts"]["examples"].values())),
            ),
            (
                "sent",
                sheet.say(
                    "sent-counts", **{key: run["residue"]["used"].get(key, 0) for key in ("requests", "created")}
                ),
            ),
            ("run", element("code", run["id"])),
            ("when", _span(run["started"], run["ended"])),
            *provenance(sheet),
            ("rules", element("code", sets["digest"][:23] + "…")),
            (
                "evidence",
                sheet.say("evidence-lines", size=evidence["size"], root=evidence["root"][:16]) if evidence else None,
            ),
        ]
    )


def _standing(sheet: PageContext) -> Markup:
    """Return waivers, the comparison with the run before, and tickets that are left, as far as there are any."""
    upgrade = sheet.report.get("upgrade")
    groups = {
        "waivers": waiver_lines(sheet.report, sheet.wording, sheet.lang),
        "upgrade": diff_lines(_diff(upgrade), sheet.wording, sheet.lang) if upgrade else [],
        "left": _left(sheet.report["run"]["residue"]["left"]),
    }
    return joined(
        *(
            joined(element("h3", sheet.say(key)), element("ul", *(element("li", line) for line in lines)))
            for key, lines in groups.items()
            if lines
        )
    )


def _left(uuids: list[str]) -> list[str]:
    return [*uuids[:MOST_LEFT], *([f"… ({len(uuids)})"] if len(uuids) > MOST_LEFT else [])]


def _diff(told: Json) -> Diff:
    """Read a comparison back."""
    lines, known = ([_line(one) for one in told[key]] for key in ("lines", "known"))
    return Diff(lines=tuple(lines), known=tuple(known), compared=told["compared"])


def _line(told: Json) -> Line:
    return Line(
        kind=told["class"],
        what=told["what"],
        before=told["before"],
        after=told["after"],
        requirements=tuple(told["requirements"]),
    )


def _release(sheet: PageContext, bounds: Mapping[str, str]) -> str:
    between = bounds["oldest"] != bounds["newest"]
    return sheet.say("release-between", **bounds) if between else bounds["oldest"]


def _span(started: str, ended: str) -> str:
    """Return when a run was, to the second; the day of its end only if it is another one."""
    try:
        begin, end = datetime.fromisoformat(started), datetime.fromisoformat(ended)
    except ValueError:
        return f"{started} – {ended}"
    last = f"{end:%H:%M:%S %Z}" if begin.date() == end.date() else f"{end:%Y-%m-%d %H:%M:%S %Z}"
    return f"{begin:%Y-%m-%d %H:%M:%S} – {last}"


def charts(sheet: PageContext) -> Markup:
    """Return what people would rather look at than read, each with its figures beside it."""
    told = element("div", *figures(sheet), _partitions(sheet), class_="charts")
    return element("section", element("h2", sheet.say("charts")), told)


def figures(sheet: PageContext) -> list[Markup]:
    """Return the charts that say everything without being pointed at, as paper needs it."""
    found = [_areas(sheet), _levels(sheet)]
    for key, values in (("latency", sheet.beside.seconds), ("jobs", sheet.beside.jobs)):
        found += [_durations(sheet, key, values)] if values else []
    return found


def _figure(sheet: PageContext, key: str, *parts: Markup, **attributes: str) -> Markup:
    return element("figure", element("figcaption", sheet.say(key)), *parts, **attributes)


def _areas(sheet: PageContext) -> Markup:
    areas: dict[str, list[Json]] = {}
    for row in sheet.report["requirements"]:
        areas.setdefault(row["area"], []).append(row)
    return _figure(sheet, "by-area", *(_bar(sheet, area, rows) for area, rows in areas.items()))


def _bar(sheet: PageContext, area: str, rows: list[Json]) -> Markup:
    counts = tally(rows)
    told = ", ".join(f"{sheet.word(name)} {count}" for name, count in counts.items())
    label = element("a", area, href=f"#area-{area}")
    return element(
        "div", label, stacked_bar(counts, f"{area}: {told}"), element("span", told, class_="soft"), class_="row"
    )


def _levels(sheet: PageContext) -> Markup:
    """Return the counts by level as a table, one column for each verdict that occurs."""
    counts = sheet.report["counts"]["by-level"]
    used = [name for name in VERDICTS if any(row.get(name) for row in counts.values())]
    heads = element(
        "tr", element("th", sheet.say("level")), *(element("th", sheet.badge(name), scope="col") for name in used)
    )
    rows = [
        element(
            "tr",
            element("th", sheet.word(level), scope="row"),
            *(element("td", counts[level].get(name, 0)) for name in used),
        )
        for level in LEVELS
        if level in counts
    ]
    table = element("table", element("thead", heads), element("tbody", *rows))
    return _figure(sheet, "by-level", element("div", table, class_="wide"))


def _partitions(sheet: PageContext) -> Markup:
    """Return one tile for each way of changing a part of the body that was tried."""
    rows = sheet.report["requirements"]
    states = dict.fromkeys(sorted({name for row in rows for name in row["partitions"]}), "passed")
    states |= {one["partition"]: "failed" for row in rows for one in row["findings"] if one["partition"]}
    paths: dict[str, dict[str, str]] = {}
    for name, state in sorted(states.items(), key=lambda one: ("/" not in one[0], one[0])):
        path = name.partition("/")[0] if "/" in name else sheet.say("whole-request")
        paths.setdefault(path, {})[name] = state
    shown = list(paths.items())[:MOST_PATHS]
    more = [element("p", f"… ({len(paths)})", class_="soft")] if len(paths) > MOST_PATHS else []
    note = element("p", sheet.say("partitions-note", count=len(states)), class_="soft")
    return _figure(
        sheet, "partitions", note, element("div", *(_tiles(sheet, *one) for one in shown)), *more, class_="path"
    )


def _tiles(sheet: PageContext, path: str, states: dict[str, str]) -> Markup:
    bad = sum(state == "failed" for state in states.values())
    told = sheet.say("tried", count=len(states), failed=bad)
    return element("div", element("code", path), tiles(states, f"{path}: {told}"), class_="row")


def _durations(sheet: PageContext, key: str, values: Any) -> Markup:
    """Return how long something took, as a chart and as figures."""
    told = [(f"p{share * 100:g}", quantile(values, share)) for share in (0.5, 0.95, 0.99)]
    figures = ", ".join(f"{name} {duration(value)}" for name, value in [*told, ("max", max(values))])
    line = element("p", sheet.say("measured", count=len(values), figures=figures), class_="soft")
    return _figure(sheet, key, distribution(values, f"{sheet.say(key)}: {figures}", duration), line)


def duration(seconds: float) -> str:
    """Return seconds in the unit that reads best."""
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"

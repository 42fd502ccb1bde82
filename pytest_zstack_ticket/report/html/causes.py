"""What somebody has to do: failed requirements first, then why others came to no decision, and how to mend that."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_zstack_ticket.report.html.markup import Markup, anchor, element, joined
from pytest_zstack_ticket.report.html.page_context import VERDICTS, Json, PageContext, in_order

ACTIONS = frozenset(
    {
        "calibration-refused",
        "cut-short",
        "examined-too-early",
        "harness-error",
        "no-example",
        "not-run",
        "other-profile",
        "sibling-not-accepted",
        "target-lost",
        "target-silent",
        "unmet-need",
    }
)
"""The reasons, by the key of their phrase, that somebody can do something about."""
MOST_IDS = 60
MOST_FAILED = 25


def causes(sheet: PageContext) -> Markup:
    """Return causes and actions."""
    rows = in_order(sheet.report["requirements"])
    failed = [row for row in rows if row["verdict"] == "failed"]
    open_ = _by_reason(row for row in rows if row["verdict"] not in ("passed", "failed"))
    parts = [_failed(sheet, row) for row in failed[:MOST_FAILED]]
    if failed[MOST_FAILED:]:
        title = element("summary", sheet.say("more-failed", count=len(failed) - MOST_FAILED))
        parts.append(element("details", title, *(_failed(sheet, row) for row in failed[MOST_FAILED:])))
    parts += [_undecided(sheet, key, same) for key, same in open_.items()]
    advice = [element("p", sheet.say("action-failed"), class_="soft")] if failed else []
    return element(
        "section", element("h2", sheet.say("causes")), *advice, *(parts or [element("p", sheet.say("nothing-to-do"))])
    )


def _failed(sheet: PageContext, row: Json) -> Markup:
    """Return a failed requirement with what was seen, once for each way in which it failed."""
    ways = dict.fromkeys((sheet.told(one["expected"]), sheet.told(one["actual"])) for one in row["findings"])
    seen = [element("li", sheet.say("instead", expected=expected, actual=actual)) for expected, actual in ways]
    consequence = element("p", sheet.say("means", text=sheet.told(row["consequence"]))) if row["consequence"] else None
    waived = joined(" · ", sheet.say("waived")) if row.get("waived") else None
    first = element("p", sheet.badge("failed"), " · ", _link(row["id"]), f" · {sheet.word(row['level'])}", waived)
    reason = element("p", sheet.told(row["reason"])) if row["reason"] else None
    body = (element("p", sheet.told(row["text"])), reason, element("ul", *seen) if seen else None, consequence)
    return element("div", first, *body, class_="cause failed")


def _undecided(sheet: PageContext, key: tuple[str, str, str], rows: list[Json]) -> Markup:
    """Return one reason with what can be done about it and the requirements that it kept from a decision."""
    verdict, _, phrase = key
    links = joined(*(_link(row["id"]) for row in rows[:MOST_IDS]), between=", ")
    more = f" … ({len(rows)})" if len(rows) > MOST_IDS else None
    action = element("p", sheet.say(f"action-{phrase}")) if phrase in ACTIONS else None
    first = element(
        "p", sheet.badge(verdict), f" · {len(rows)} · ", sheet.told(rows[0]["reason"]) or sheet.say("no-reason")
    )
    names = element("p", links, more, class_="mono")
    shown = names if len(rows) <= 12 else element("details", element("summary", sheet.say("which")), names)
    return element("div", first, action, shown, class_=f"cause {verdict}")


def _by_reason(rows: Iterable[Json]) -> dict[tuple[str, str, str], list[Json]]:
    """Return requirements by verdict and reason, what needs somebody first."""
    found: dict[tuple[str, str, str], list[Json]] = {}
    for row in rows:
        reason = row["reason"] or {"key": "", "en": ""}
        found.setdefault((row["verdict"], reason["en"], reason["key"]), []).append(row)
    return dict(sorted(found.items(), key=lambda pair: VERDICTS.index(pair[0][0])))


def _link(key: str) -> Markup:
    return element("a", key, href=f"#{anchor(key)}")

"""What the documentation leaves open, and how this target reads it: no verdict, but an upgrade may change it."""

from __future__ import annotations

from pytest_zstack_ticket.report.html.markup import Markup, Part, element, joined
from pytest_zstack_ticket.report.html.page_context import Json, PageContext

READINGS = ("accepted", "refused", "lost")
OPEN = "open."


def observed(sheet: PageContext) -> Markup | None:
    """Return every open question with the reading that was seen, by the part of the request that it is about."""
    facts = sheet.report["observations"]
    if not facts:
        return None
    heads = element("tr", *(element("th", sheet.say(key), scope="col") for key in ("question", "reading")))
    rows = [_row(sheet, one) for one in facts]
    table = element("table", element("thead", heads), element("tbody", *rows), class_="told")
    return element(
        "section",
        element("h2", sheet.say("observed")),
        element("p", sheet.say("observed-note"), class_="soft"),
        element("p", _sums(sheet, facts)),
        element(
            "details",
            element("summary", sheet.say("observed-all", count=len(facts))),
            element("div", table, class_="wide"),
        ),
    )


def _sums(sheet: PageContext, facts: list[Json]) -> str:
    """Return how often each reading was seen."""
    counts: dict[str, int] = {}
    for fact in facts:
        for one in fact["values"]:
            said = _reading(sheet, one["value"])
            counts[said] = counts.get(said, 0) + 1
    return " · ".join(f"{said}: {count}" for said, count in sorted(counts.items()))


def _row(sheet: PageContext, fact: Json) -> Markup:
    seen: list[Part] = [
        joined(_reading(sheet, one["value"]), f" ({one['count']} ×)" if one["count"] > 1 else None)
        for one in fact["values"]
    ]
    question = element("th", _question(sheet, fact["id"]), scope="row")
    return element("tr", question, element("td", joined(*seen, between="; ")))


def _question(sheet: PageContext, key: str) -> Markup:
    """Return what a fact is about; one that is not ours keeps its id."""
    path, _, name = key.removeprefix(OPEN).rpartition("/")
    words = sheet.wording.catalogues[sheet.lang]["observed"]
    if not key.startswith(OPEN) or name not in words:
        return element("code", key)
    return joined(element("code", path), " ", words[name])


def _reading(sheet: PageContext, value: object) -> str:
    """Return a reading in words: A takes it, B refuses it; anything else is told as it was recorded."""
    return sheet.say(f"reading-{value}") if value in READINGS else str(value)

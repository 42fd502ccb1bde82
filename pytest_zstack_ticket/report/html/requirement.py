"""Everything about one requirement, folded unless it failed."""

from __future__ import annotations

from pytest_zstack_ticket.report.html.exchange import exchange_text, message_text
from pytest_zstack_ticket.report.html.finding import finding
from pytest_zstack_ticket.report.html.markup import Markup, Part, anchor, element, joined
from pytest_zstack_ticket.report.html.page_context import Json, PageContext, in_order, tally
from pytest_zstack_ticket.report.text.budget_text import explored

MOST_FINDINGS = 12
MOST_IDS = 200
"""Characters of the ids of a witness."""
OPEN = frozenset({"failed", "error"})


def requirements(sheet: PageContext) -> Markup:
    """Return every requirement by area, what needs somebody first."""
    areas: dict[str, list[Json]] = {}
    for row in in_order(sheet.report["requirements"]):
        areas.setdefault(row["area"], []).append(row)
    ordered = sorted(areas)
    links = element("nav", *(element("a", f"{area} ({len(areas[area])})", href=f"#area-{area}") for area in ordered))
    return element(
        "section",
        element("h2", sheet.say("requirements")),
        links,
        *(_area(sheet, area, areas[area]) for area in ordered),
    )


def _area(sheet: PageContext, area: str, rows: list[Json]) -> Markup:
    counts = " · ".join(f"{sheet.word(name)} {count}" for name, count in tally(rows).items())
    title = element("h3", area, " ", element("span", counts, class_="soft"), id=f"area-{area}")
    return joined(title, *(_requirement(sheet, row) for row in rows))


def _requirement(sheet: PageContext, row: Json) -> Markup:
    waived = f" · {sheet.say('waived')}" if row.get("waived") else None
    summary = element(
        "summary",
        sheet.badge(row["verdict"], waived),
        element("span", row["id"], class_="mono"),
        element("span", sheet.told(row["text"])),
    )
    findings = [finding(sheet, one) for one in row["findings"][:MOST_FINDINGS]]
    left = len(row["findings"]) - MOST_FINDINGS
    more = element("p", sheet.say("more-findings", count=left), class_="soft") if left > 0 else None
    return element(
        "details",
        summary,
        element("div", facts(sheet, row), _partitions(sheet, row), *findings, more, *_witnesses(sheet, row)),
        class_="requirement",
        id=anchor(row["id"]),
        open="open" if row["verdict"] in OPEN else None,
    )


def facts(sheet: PageContext, row: Json) -> Markup:
    """Return where a requirement stands, what it asks for, and what its verdict was formed from."""
    faults = row.get("killed_by") or sheet.beside.faults.get(row["id"], ())
    counts, bought = row["examples"], explored(row)
    rows: list[tuple[str, Part]] = [
        ("level", f"{sheet.word(row['level'])} · {sheet.say('basis-' + row['basis'])}"),
        ("source", row["source"]),
        ("reason", sheet.told(row["reason"])),
        ("consequence", sheet.told(row["consequence"])),
        (
            "examples",
            joined(
                sheet.say("example-counts", **{key: counts[key] for key in ("held", "failed", "undecided", "open")}),
                sheet.say("distinct", count=row["distinct"]) if row.get("distinct") else None,
            ),
        ),
        ("explored", sheet.say("explored-of", explored=bought[0], wanted=bought[1]) if bought else ""),
        ("needs", ", ".join(sheet.word(need) for need in row["needs"])),
        ("after", ", ".join(row["after"])),
        ("profiles", ", ".join(row["profiles"])),
        ("killed-by", joined(*(element("code", one) for one in faults), between=", ")),
    ]
    return sheet.facts(rows, class_="column")


def _partitions(sheet: PageContext, row: Json) -> Markup | None:
    names = row["partitions"]
    if not names:
        return None
    without = row.get("without_example", [])
    title = sheet.say("tried-partitions", count=len(names), all=len(names) + len(without))
    left = [element("p", sheet.say("without-example")), element("p", ", ".join(without), class_="mono soft")]
    return element(
        "details",
        element("summary", title),
        element("p", ", ".join(names), class_="mono soft"),
        *(left if without else []),
    )


def _witnesses(sheet: PageContext, row: Json) -> list[Markup]:
    """Return an example that held, its exchange as the evidence has it where that is at hand."""
    told = next((one for one in row.get("witnesses", ()) if one["subject"]), None)
    if told is None:
        return []
    known = sheet.beside.exchanges.get(told["subject"]["exchange"])
    text = exchange_text(known) if known else message_text(told["subject"])
    ids = ", ".join(one for trail in told["exchanges"].values() for one in trail)
    return [
        element(
            "details",
            element("summary", sheet.say("witness", partition=told["partition"] or told["check"])),
            element("pre", text),
            element("p", sheet.say("witness-ids", ids=ids[:MOST_IDS]), class_="soft"),
        )
    ]

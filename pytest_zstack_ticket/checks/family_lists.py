"""Checks of the other lists of the family: they are asked as tickets are, and their dates can be read."""

from __future__ import annotations

from pytest_zstack_ticket.api.contract import contract_of
from pytest_zstack_ticket.api.messages import Row, final_answer, json_object, rows_of
from pytest_zstack_ticket.checks.archives import unoffered
from pytest_zstack_ticket.checks.lifecycle import HISTORIES
from pytest_zstack_ticket.checks.outcomes import Arguments, violation
from pytest_zstack_ticket.checks.query_conditions import DATES, conditions_of, may_meet, must_meet, parameter
from pytest_zstack_ticket.checks.query_rows import path_of
from pytest_zstack_ticket.checks.roundtrip import brief, not_as_sent, same
from pytest_zstack_ticket.model.exchange import Json, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile


def listed_as_asked(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query of a list (`subject`) shows the rows, in the order and with the total that it asks for.

    `before` and `after` list all that the subject chooses from; rows are known by their uuids, by which it sorts. A
    count has no rows.
    """
    if HISTORIES in profile.absent and f"/{HISTORIES}" in path_of(trails):
        return Undecided(Phrase.of("not-shown", member="history"))
    for role in ("before", "subject"):
        if rows_of(trails[role]) is None and not (role == "subject" and _asks(trails, "count")):
            return unoffered(trails, profile, role)
    if missing := _not_shown(trails):
        return Undecided(Phrase.of("not-shown", member=missing))
    known, conditions = _whole(trails), conditions_of(path_of(trails))
    wanted = sorted((str(row["uuid"]) for row in known or () if must_meet(row, conditions)), reverse=_downwards(trails))
    if known is None or len(wanted) != sum(may_meet(row, conditions) for row in known):
        return Undecided(Phrase.of("controls-changed"))
    return _total_violation(len(wanted), trails) or _page_violation(wanted, trails)


def row_dates(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the dates of rows, where shown, have one of the formats that the contract has for a ticket's."""
    rows = rows_of(trails["subject"])
    if rows is None:
        return unoffered(trails, profile, "subject")
    for row in rows:
        shown: dict[str, Json] = {"inventory": {name: row[name] for name in DATES if row.get(name) is not None}}
        for defect in contract_of(profile).defects("create-result", shown):
            if defect.place.rpartition(".")[2] in DATES:
                return violation(
                    Phrase.of("expect-schema", path=defect.path),
                    Phrase.of("schema-defect", path=defect.path, message=defect.message),
                )
    return None if rows else Undecided(Phrase.of("not-shown", member="inventories"))


def _total_violation(wanted: int, trails: Trails) -> Violation | None:
    if not (_asks(trails, "count") or _asks(trails, "replyWithCount")):
        return None
    answer = final_answer(trails["subject"])
    total = json_object(answer.body if answer else b"").get("total")
    return None if same(wanted, total) else not_as_sent("total", wanted, total)


def _page_violation(wanted: list[str], trails: Trails) -> Violation | None:
    start, limit = (int(parameter(path_of(trails), name) or least) for name, least in (("start", 0), ("limit", 1000)))
    page, shown = wanted[start:][:limit], [str(row.get("uuid")) for row in rows_of(trails["subject"]) or ()]
    if _asks(trails, "count") or page == shown:
        return None
    expected = Phrase.of("expect-value", member="uuid", value=brief(page))
    return violation(expected, Phrase.of("shows", value=brief(shown)))


def _asks(trails: Trails, name: str) -> bool:
    return parameter(path_of(trails), name) == "true"


def _downwards(trails: Trails) -> bool:
    return parameter(path_of(trails), "sort").startswith("-")


def _not_shown(trails: Trails) -> str:
    """Name what a list would have to show: the uuid of each row, and all rows."""
    rows, limit = rows_of(trails["before"]) or [], int(parameter(path_of(trails, "before"), "limit") or 0)
    if any(row.get("uuid") is None for row in rows):
        return "uuid"
    return "inventories" if len(rows) >= limit else ""


def _whole(trails: Trails) -> list[Row] | None:
    """Return the rows that were listed alike before and after the subject, None if they were not."""
    before, after = rows_of(trails["before"]) or [], rows_of(trails.get("after", ())) or []
    uuids = [str(row["uuid"]) for row in before]
    meant = all(may_meet(row, conditions_of(path_of(trails, "before"))) for row in before)
    alike = sorted(uuids) == sorted(str(row.get("uuid")) for row in after)
    return before if meant and alike and len(set(uuids)) == len(uuids) else None

"""Checks of the other lists of the family: they are asked as tickets are, and their dates can be read."""

from __future__ import annotations

from collections import Counter

from pytest_zstack_ticket.api.contract import contract_of
from pytest_zstack_ticket.api.messages import Row, final_answer, json_object, rows_of, sent_params
from pytest_zstack_ticket.checks.archives import unoffered
from pytest_zstack_ticket.checks.differential import refusal
from pytest_zstack_ticket.checks.lifecycle import HISTORIES
from pytest_zstack_ticket.checks.outcomes import Arguments, violation
from pytest_zstack_ticket.checks.query_conditions import DATES, conditions_of, may_meet, must_meet, parameter
from pytest_zstack_ticket.checks.query_rows import outcome_of_query, path_of
from pytest_zstack_ticket.checks.roundtrip import brief, not_as_sent, same
from pytest_zstack_ticket.checks.visibility import only_row
from pytest_zstack_ticket.model.exchange import Json, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Unanswered, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

MEMBERS = {
    **dict.fromkeys(("isDefault", "adminOnly", "valid"), "boolean"),
    **dict.fromkeys(("request", "flows", "ticketTypeUuids"), "list"),
    **dict.fromkeys(("uuid", "ticketUuid", "name", "description", "status", "state", "fromStatus", "toStatus"), "text"),
    **dict.fromkeys(("comment", "flowName", "operatorType", "operatorUuid", "accountSystemType"), "text"),
    **dict.fromkeys(("flowCollectionUuid", "currentFlowUuid", "collectionUuid", "parentFlowUuid"), "text"),
}
"""How the classes of the SDKs declare members of tickets, archives, histories, ticket types, collections and flows."""


def listed_as_asked(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query of a list (`subject`) shows the rows, in the order and with the total that it asks for.

    `before` and `after` list all that the subject chooses from, each once; rows are known by their uuids, by which it
    sorts. A count has no rows.
    """
    if HISTORIES in profile.absent and f"/{HISTORIES}" in path_of(trails):
        return Undecided(Phrase.of("not-shown", member="history"))
    for role in ("before", "subject"):
        if rows_of(trails[role]) is None and not (role == "subject" and _is_count(trails, profile)):
            return unoffered(trails, profile, role)
    if missing := _not_shown(trails):
        return Undecided(Phrase.of("not-shown", member=missing))
    known, conditions = _whole(trails), conditions_of(path_of(trails))
    wanted = sorted((str(row["uuid"]) for row in known or () if must_meet(row, conditions)), reverse=_downwards(trails))
    if known is None or len(wanted) != sum(may_meet(row, conditions) for row in known):
        return _listed_twice(trails) or Undecided(Phrase.of("controls-changed"))
    if not known and rows_of(trails["subject"]) == [] and _shown_total(trails) is None:
        # where there is no such list, its name may be taken for the uuid of a ticket that is not there
        return Undecided(Phrase.of("not-shown", member="inventories"))
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


def readable_rows(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the rows of a list, and the flows in them, have members that the Java SDK can read.

    Gson makes a boolean of a boolean or a text, a text of anything but an object or a list, a list of a list; at
    anything else, null excepted, it throws, and nothing of the response is read.
    """
    rows = rows_of(trails["subject"])
    if rows is None:
        return unoffered(trails, profile, "subject")
    for number, row in enumerate(rows):
        inner = row.get("flows")
        flows = [one for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []
        for place, one in (
            (f"inventories[{number}]", row),
            *((f"inventories[{number}].flows", flow) for flow in flows),
        ):
            wrong = next((name for name in sorted(one) if not _is_readable(name, one[name])), None)
            if wrong is not None:
                path = f"{place}.{wrong}"
                expected = Phrase.of("expect-schema", path=path)
                return violation(expected, Phrase.of("shows", value=brief(one[wrong])))
    return None if rows else Undecided(Phrase.of("not-shown", member="inventories"))


def _is_readable(name: str, value: Json) -> bool:
    if value is None or name not in MEMBERS:
        return True
    match MEMBERS[name]:
        case "boolean":
            return isinstance(value, bool | str)
        case "list":
            return isinstance(value, list)
        case _:
            return not isinstance(value, dict | list)


def flow_of_its_own(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the current flow of a ticket (`subject`) is one of its flow collection (`collections`).

    A ticket that waits in none, or whose collection is not shown with its flows, says nothing.
    """
    if rows_of(trails["collections"]) is None:
        return unoffered(trails, profile, "collections")
    ticket, collection = only_row(trails, "subject") or {}, only_row(trails, "collections") or {}
    flow, flows = ticket.get("currentFlowUuid"), collection.get("flows")
    known = [one.get("uuid") for one in flows if isinstance(one, dict)] if isinstance(flows, list) else []
    named = {uuid.lower() for uuid in known if isinstance(uuid, str)}
    if not isinstance(flow, str) or not named or collection.get("uuid") != ticket.get("flowCollectionUuid"):
        return Undecided(Phrase.of("not-shown", member="currentFlowUuid" if named else "flows"))
    return None if flow.lower() in named else not_as_sent("currentFlowUuid", sorted(named), flow)


def flows_of_collections(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a flow collection shows the valid flows that are listed (`subject`) as its own, and none of another.

    `before` and `after` list the collections: one that shows no flows, or others by then, says nothing. What is not
    listed may not be for this user to see.
    """
    for role in ("subject", "before", "after"):
        if rows_of(trails[role]) is None:
            return unoffered(trails, profile, role)
    valid = [row for row in rows_of(trails["subject"]) or () if str(row.get("valid")).lower() != "false"]
    owners = {
        str(row.get("uuid")).lower(): str(row["collectionUuid"]).lower() for row in valid if row.get("collectionUuid")
    }
    after, judged = _flows_shown(rows_of(trails["after"])), False
    for collection, shown in _flows_shown(rows_of(trails["before"])).items():
        own = {flow for flow, owner in owners.items() if owner == collection}
        if not shown or not own or after.get(collection) != shown:
            continue
        judged, others = True, {flow for flow in shown if owners.get(flow, collection) != collection}
        if others or not own <= shown:
            return not_as_sent("flows", sorted(own | shown - others), sorted(shown))
    return None if judged else Undecided(Phrase.of("not-shown", member="flows"))


def _flows_shown(rows: list[Row] | None) -> dict[str, set[str]]:
    """Return the uuids of the flows that each collection shows; none where one of them has no uuid."""
    found: dict[str, set[str]] = {}
    for row in rows or ():
        flows = row.get("flows")
        uuids = [one.get("uuid") if isinstance(one, dict) else None for one in flows] if isinstance(flows, list) else []
        whole = all(isinstance(uuid, str) for uuid in uuids)
        found[str(row.get("uuid")).lower()] = {str(uuid).lower() for uuid in uuids} if whole else set()
    return found


def unusable_collection(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a create (`subject`) in a flow collection that cannot be used is refused.

    `collections` lists them: one that is disabled, invalid or for ticket types of which `plain`, the ticket of a
    `sibling` without a collection, is none. A default collection is for all of them.
    """
    rows = rows_of(trails["collections"])
    if rows is None:
        return unoffered(trails, profile, "collections")
    asked = sent_params(trails["subject"]).get("flowCollectionUuid")
    row = next((row for row in rows if asked is not None and row.get("uuid") == asked), {})
    types, kind = row.get("ticketTypeUuids"), (only_row(trails, "plain") or {}).get("ticketTypeUuid")
    others = isinstance(types, list) and types and kind is not None and kind not in types and not row.get("isDefault")
    if row.get("state") != "Disabled" and row.get("status") != "Invalid" and not others:
        return Undecided(Phrase.of("not-shown", member="flow collection that cannot be used"))
    return refusal(trails, {}, profile)


def _total_violation(wanted: int, trails: Trails) -> Violation | None:
    if not (_asks(trails, "count") or _asks(trails, "replyWithCount")):
        return None
    total = _shown_total(trails)
    return None if same(wanted, total) else not_as_sent("total", wanted, total)


def _shown_total(trails: Trails) -> Json:
    answer = final_answer(trails["subject"])
    return json_object(answer.body if answer else b"").get("total")


def _page_violation(wanted: list[str], trails: Trails) -> Violation | None:
    start, limit = (int(parameter(path_of(trails), name) or least) for name, least in (("start", 0), ("limit", 1000)))
    page, shown = wanted[start:][:limit], [str(row.get("uuid")) for row in rows_of(trails["subject"]) or ()]
    if _asks(trails, "count") or page == shown:
        return None
    expected = Phrase.of("expect-value", member="uuid", value=brief(page))
    return violation(expected, Phrase.of("shows", value=brief(shown)))


def _is_count(trails: Trails, profile: Profile) -> bool:
    """Return True for a count that was answered: it shows no rows. What a front end answers is no count."""
    return _asks(trails, "count") and not isinstance(outcome_of_query(trails, profile), Unanswered)


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
    meant = all(may_meet(row, conditions_of(path_of(trails, "before"))) for row in before)
    alike = sorted(_uuids(before)) == sorted(_uuids(after))
    return before if meant and alike and len(set(_uuids(before))) == len(before) else None


def _listed_twice(trails: Trails) -> Violation | None:
    twice = [uuid for uuid, count in Counter(_uuids(rows_of(trails["before"]))).items() if count > 1]
    return violation(Phrase.of("expect-each-once"), Phrase.of("shows", value=brief(twice[0]))) if twice else None


def _uuids(rows: list[Row] | None) -> list[str]:
    return [str(row.get("uuid")) for row in rows or ()]

"""Which tickets a query returns: operators, several conditions, and only what was asked for."""

import json
import uuid
from urllib.parse import urlencode

import pytest

from pytest_zstack_ticket import Edit, by_requirement

OWN = "name~=%{own}%"
STRANGERS = {
    "uuid": ",".join(f"{place:032x}" for place in range(24)),
    "name": ",".join(f"{{own}}{one}" for one in range(80)),
}
"""Values of a list that no ticket has, in front of ours: more than a server that reads only the first would look at."""
SELECTIONS = {
    "ZT-QUERY-003": [["name={c}"], ["name={a}"], [OWN, "uuid={uuid2}"]],
    "ZT-QUERY-004": [[OWN, "name!={c}"], [OWN, "uuid!={uuid2}"]],
    "ZT-QUERY-006": [[OWN, "name!~={own} d%"], [OWN, "description!~=%m"]],
    "ZT-QUERY-007": [
        *(["name?={a},{b},{d}"], ["name?={b}"], ["name?={a},{c},{a}"], ["uuid?={uuid1},{uuid4}"]),
        [OWN, f"uuid?={STRANGERS['uuid']},{{uuid2}},{{uuid5}}"],
    ],
    "ZT-QUERY-008": [
        *([OWN, "name!?={a},{d}"], [OWN, "uuid!?={uuid1},{uuid4}"]),
        [OWN, f"uuid!?={STRANGERS['uuid']},{{uuid2}},{{uuid5}}"],
    ],
    "ZT-QUERY-009": [[OWN, "description is null"]],
    "ZT-QUERY-010": [[OWN, "description not null"]],
    "ZT-QUERY-011": [[OWN, "name>{c}"], [OWN, "uuid>{uuid3}"]],
    "ZT-QUERY-012": [[OWN, "name<{c}"], [OWN, "uuid<{uuid3}"]],
    "ZT-QUERY-013": [[OWN, "name>={c}"], [OWN, "uuid>={uuid3}"]],
    "ZT-QUERY-014": [[OWN, "name<={c}"], [OWN, "uuid<={uuid3}"]],
    "ZT-QUERY-015": [
        [OWN, "name>{a}", "name!={c}", "name<{e}"],
        ["name>={b}", OWN, "name<={d}"],
        ["name?={a},{b}", "name!={a}"],
        ["name!={a}", "name?={a},{b}"],
    ],
}
VALUES = {
    "equal": [
        *("uuid{sign}{uuid1}", "uuid{sign}{uuid3}", "uuid{sign}{uuid5}", "name{sign}{e}"),
        *("description{sign}{text_a}", "description{sign}{text_c}", "description{sign}{text_e}"),
    ],
    "like": [
        *("uuid{sign}{uuid1:.9}%", "uuid{sign}{uuid3:.31}_", "uuid{sign}%{uuid5:.30}%"),
        *("description{sign}%{own} d", "description{sign}%{own} u%", "description{sign}described {own}_m"),
        *("name{sign}{own} _ %", "name{sign}%{own} e%"),
    ],
    "list": [
        *("uuid{sign}{uuid1}", "uuid{sign}{uuid5},{uuid2}", "uuid{sign}{uuid3},{uuid1},{uuid4}"),
        *("description{sign}{text_a}", "description{sign}{text_c},{text_e}", "description{sign}{text_e},{own}"),
        *("name{sign}{a},{b},{c}", "name{sign}{e},{own}", f"name{{sign}}{STRANGERS['name']},{{c}},{{e}}"),
    ],
    "order": [
        *("name{sign}{b}", "name{sign}{d}", "uuid{sign}{uuid2}", "uuid{sign}{uuid4}"),
        *("description{sign}{text_a}", "description{sign}{text_e}", "description{sign}described {own} n"),
        *("createDate{sign}{time2}", "createDate{sign}{time3}", "createDate{sign}{time4}"),
        *("lastOpDate{sign}{time2}", "lastOpDate{sign}{time3}", "lastOpDate{sign}{time4}"),
    ],
    "null": [
        *("name>{b}", "name<{d}", "name?={a},{b},{c}", "name!={c}", "name!~={own} a%", "name>={b}", "name<={c}"),
        *("uuid?={uuid1},{uuid2},{uuid3},{uuid4}", "uuid!={uuid3}"),
    ],
}
"""Conditions on each kind of member, for efforts above smoke."""
KINDS = {
    "ZT-QUERY-003": ("equal", "="),
    "ZT-QUERY-004": ("equal", "!="),
    "ZT-QUERY-005": ("like", "~="),
    "ZT-QUERY-006": ("like", "!~="),
    "ZT-QUERY-007": ("list", "?="),
    "ZT-QUERY-008": ("list", "!?="),
    "ZT-QUERY-009": ("null", "description is null"),
    "ZT-QUERY-010": ("null", "description not null"),
    "ZT-QUERY-011": ("order", ">"),
    "ZT-QUERY-012": ("order", "<"),
    "ZT-QUERY-013": ("order", ">="),
    "ZT-QUERY-014": ("order", "<="),
}
SEVERAL = (
    ["uuid>{uuid1}", OWN, "uuid<{uuid5}", "uuid!={uuid3}"],
    ["uuid?={uuid1},{uuid2}", OWN, "uuid!={uuid1}"],
    [OWN, "description not null", "description!={text_c}"],
    ["description is null", OWN, "name<={b}"],
)


def deeper(requirement, effort):
    """Return further conditions for efforts above smoke."""
    if effort == "smoke":
        return []
    if requirement == "ZT-QUERY-015":
        return SEVERAL
    kind, sign = KINDS[requirement]
    if kind == "null":
        return [[OWN, one, sign] for one in VALUES[kind]]
    return [[OWN, one.replace("{sign}", sign)] for one in VALUES[kind]]


NONE = "0" * 32
FOREIGN_KINDS = (
    *("status={own}", "status?={own},{own}x", "status~={own}%", "accountSystemType={own}"),
    *("createDate>2999-01-01", "lastOpDate<1999-01-01", "createDate=2999-01-01 00:00:00"),
    *(f"flowCollectionUuid={NONE}", f"ticketTypeUuid={NONE}", f"currentFlowUuid={NONE}"),
)
"""A status, an account system, a flow and a type that do not exist, and dates on which nothing was created."""
NOTHING = (
    "name={own} none",
    "name={own}",
    "name=%{own}%",
    "name={own} __",
    "name~=%{own}.%",
    "name~=%{own}",
    "name~=%{own}-none%",
    "name?={own},{own}x",
    "name={a},{b}",
    "name={c}=x",
    "name={d}&conformance=1",
    "name~=%25{own}%25",
)
"""Only ~= reads % and _ as wildcards, and only ?= a comma (wire dossier 4.6); the value is all that follows the first =.

The last but one is found where a query string is split at the & of a value, the last one where it is decoded twice.
"""
VALIDATORS = (("If-None-Match", '"conformance"'), ("If-Modified-Since", "Sat, 01 Jan 2000 00:00:00 GMT"))
"""An entity tag that no answer had, and a time before any ticket (RFC 9110, 13.1)."""
PARTS = ("{own}%", "%{own} %", "{own} _ %", "%{own}__%", "{own:.13}_ %", "{own:.12}__%", "{own:.11}%", "{own:.9}%")
"""Patterns that the names of all our tickets match, and no others."""
SPECIAL = ("{own}' OR 'a' LIKE 'a", "{own}'--", '{own}" OR ""', "{own};", "{own}')", "'{c}'", '"{c}"')
FURTHER = ("{own}/**/", "{own}#", '{own}" or "1"="1', "{own}')) --", "{own}`", "{own}\\' or 1=1 --")
DISTANT = ("createDate>=2999-01-01", "lastOpDate>2999-01-01", "lastOpDate>=2999-01-01", "createDate>2998-12-31")
"""For efforts above smoke."""
pytestmark = pytest.mark.zstack_alone("queries")
"""They share a few tickets, which no other test may crowd out where few may exist."""


@pytest.mark.requirement("ZT-QUERY-001")
def test_query_returns_a_list(ticket_endpoint, zstack_tickets, zstack_effort, zstack_examine):
    """A query returns a list of tickets under the key inventories, also where their names are not all ASCII."""
    for conditions in (["name~=%{own}%"], ["name={a}"], *deeper("ZT-QUERY-003", zstack_effort)):
        violation = zstack_examine("query-list", subject=zstack_tickets.query(*conditions))
        assert violation is None, violation
    edit = Edit(kind="variation", name="not-counted", note="count=false asks for the tickets")
    violation = zstack_examine("query-list", edit=edit, subject=zstack_tickets.query("name={a}", count="false"))
    assert violation is None, violation
    edit = Edit(kind="variation", name="unknown-validator", note="nothing was kept that might still be right")
    subject = ticket_endpoint.call("GET", "/v1/tickets?limit=1", headers=VALIDATORS)
    violation = zstack_examine("query-list", edit=edit, subject=subject)
    assert violation is None, violation
    if ticket_endpoint.can_be_found(ticket_endpoint.calibration):
        edit = Edit(kind="variation", name="bilingual-name")
        subject = ticket_endpoint.find_by_nonce(ticket_endpoint.calibration)
        violation = zstack_examine("query-list", edit=edit, subject=subject)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-037")
def test_schema_paths_resolve_to_values(zstack_tickets, zstack_effort, zstack_examine):
    """Each path in the schema of a query's response resolves to a value; if it names a row, it names all of them."""
    conditions = ([OWN], ["name={a}"], ["name={own}"], *deeper("ZT-QUERY-007", zstack_effort))
    queries = [(one, {}) for one in conditions] + [(["name={a}"], {"fields": "uuid,name"})]
    queries.append(([OWN], {"limit": 2, "start": 1}))
    for result in (zstack_tickets.query(*asked, **parameters) for asked, parameters in queries):
        violation = zstack_examine("query-schema-paths", subject=result)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-002")
def test_query_returns_each_ticket_once(zstack_tickets, zstack_effort, zstack_examine):
    """A query by part of a name returns each ticket created with it exactly once."""
    for pattern in ("%{own}%", *(() if zstack_effort == "smoke" else PARTS)):
        made = {f"made{letter}": result for letter, result in zstack_tickets.remaining.items()}
        violation = zstack_examine("all-created-listed", subject=zstack_tickets.query(f"name~={pattern}"), **made)
        assert violation is None, violation


@pytest.mark.parametrize("selections", by_requirement({key: (key, rows) for key, rows in SELECTIONS.items()}))
def test_conditions_select_the_matching_tickets(selections, zstack_tickets, zstack_effort, zstack_examine):
    """A query returns exactly those of the run's tickets that meet its conditions."""
    requirement, queries = selections
    for conditions in (*queries, *deeper(requirement, zstack_effort)):
        violation = zstack_examine("selection", **zstack_tickets.query_with_listings(*conditions))
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-003")
def test_plus_in_a_query_string_is_a_blank(zstack_tickets, zstack_examine):
    """A query string whose blanks are written as +, or whose escapes are in lower case, selects the same tickets."""
    before = zstack_tickets.listing()
    for result in (zstack_tickets.query_with_plus("name={c}"), zstack_tickets.query_in_lower_case("name={c}")):
        violation = zstack_examine("selection", subject=result, before=before, after=zstack_tickets.listing())
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-005")
def test_pattern_selects_the_matching_tickets(zstack_tickets, zstack_effort, zstack_examine):
    """The operator ~= selects the tickets whose value matches a pattern with % and _."""
    more = (one[1:] for one in deeper("ZT-QUERY-005", zstack_effort))
    for conditions in (["name~={own} d%"], ["name~=%{own}_b%"], ["uuid~={uuid2:.30}%"], *more):
        before = zstack_tickets.list_by_names()
        result = zstack_tickets.query(*conditions)
        violation = zstack_examine("selection", subject=result, before=before, after=zstack_tickets.list_by_names())
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-016")
def test_only_matching_tickets_are_returned(zstack_tickets, zstack_effort, zstack_examine):
    """A ticket that does not meet the conditions of a query is never returned."""
    few = (["name={b}"], ["name~=%{own}%"], ["name?={a},{d}"], ["name~=%{own}%", "name>{c}"])
    for conditions in (*few, *deeper("ZT-QUERY-007", zstack_effort)):
        violation = zstack_examine("only-matching", subject=zstack_tickets.query(*conditions))
        assert violation is None, violation


ALL = "uuid?={uuid1},{uuid2},{uuid3},{uuid4},{uuid5}"


@pytest.mark.requirement("ZT-QUERY-016")
def test_empty_text_is_a_value(ticket_endpoint, zstack_canary, zstack_tickets, zstack_examine):
    """A ticket whose description is an empty text is not returned among those without one."""
    canary = zstack_canary(ticket_endpoint.create(ticket_endpoint.draft(description="")))
    edit = Edit(kind="variation", name="empty-description")
    subject = zstack_tickets.query(f"{ALL},{canary.uuid}", "description is null")
    violation = zstack_examine("only-matching", edit=edit, subject=subject)
    assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-017")
def test_query_that_matches_nothing_returns_an_empty_list(zstack_tickets, zstack_examine):
    """A query that no ticket meets returns an empty list."""
    for conditions in ([f"uuid={uuid.uuid4().hex}"], *([one] for one in NOTHING), [OWN, "name=0"]):
        result = zstack_tickets.query(*conditions)
        violation = zstack_examine("empty-result", subject=result, before=zstack_tickets.listing())
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-017")
def test_long_value_is_compared_as_a_whole(ticket_endpoint, zstack_profile, zstack_examine):
    """A condition on a name as long as names may be does not find the ticket whose name ends with another letter."""
    plain = str(json.loads(ticket_endpoint.calibration_draft.body)["params"]["name"])
    padding = "x" * (zstack_profile.limits.name - len(plain) - 1)
    created = ticket_endpoint.create(ticket_endpoint.draft(name=f"{plain} {padding}"))
    found = ticket_endpoint.find_by_nonce(created)
    if padding and found and ticket_endpoint.can_be_found(created):
        asked = urlencode({"q": f"name={str(created.sent('name'))[:-1]}y", "limit": 9})
        edit = Edit(kind="variation", name="longest-name", note="it ends with another letter than the ticket's")
        subject = ticket_endpoint.call("GET", f"/v1/tickets?{asked}")
        violation = zstack_examine("empty-result", edit=edit, subject=subject, before=found)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-044")
def test_unknown_status_and_distant_dates_select_nothing(zstack_tickets, zstack_effort, zstack_examine):
    """A condition on a status that does not exist, or on a date in another century, selects nothing or is refused."""
    conditions = (*FOREIGN_KINDS, *(() if zstack_effort == "smoke" else DISTANT))
    before, arguments = zstack_tickets.listing(), {"may_refuse": True}
    for condition in conditions:
        result = zstack_tickets.query("name~=%{own}%", condition)
        violation = zstack_examine("empty-result", subject=result, before=before, arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-018")
def test_special_characters_are_compared_as_text(zstack_tickets, zstack_effort, zstack_examine):
    """A value that is empty, or has quotes, comment marks or semicolons, is text and matches nothing else."""
    values = (*SPECIAL, *(() if zstack_effort == "smoke" else FURTHER))
    for conditions in ([OWN, "name="], *([f"name={value}"] for value in values)):
        result = zstack_tickets.query(*conditions)
        arguments = {"may_refuse": True}
        violation = zstack_examine("empty-result", subject=result, before=zstack_tickets.listing(), arguments=arguments)
        assert violation is None, violation

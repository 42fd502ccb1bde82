"""Queries for one ticket: each asks for it or shows the newest first, and none asks for all."""

from urllib.parse import unquote

import pytest

from pytest_zstack_ticket.scenarios.visibility_queries import LIMIT, SoughtTicket, query_path, visibility_queries

TICKET = SoughtTicket(
    uuid="0123456789abcdef" * 2,
    name="conformance zs-1 zt-0123456789abcdef",
    name_part="zt-0123456789abcdef",
    description="of its owner alone",
    account_system_type="iam2",
    flow_collection="f" * 32,
)
QUERIES = visibility_queries(TICKET)


def test_every_query_that_returns_a_list_has_a_limit():
    unlimited = {name for name, path in QUERIES.items() if f"limit={LIMIT}" not in path}
    assert unlimited == {"path", "path-in-capitals", "count", "count-of-name"}


def test_a_query_that_finds_other_tickets_too_shows_the_newest_first():
    own = (TICKET.uuid, TICKET.uuid.upper(), TICKET.uuid[4:28], TICKET.name, TICKET.name_part, TICKET.description)
    others = {name for name, path in QUERIES.items() if not any(one in unquote(path) for one in own)}
    assert {name for name, path in QUERIES.items() if "sort=-createDate" in path} == others


@pytest.mark.parametrize(("name", "folder"), [("history", "/histories"), ("archive", "/archives")])
def test_histories_and_archives_are_queried_by_the_ticket_s_uuid(name, folder):
    assert unquote(QUERIES[name]) == f"/v1/tickets{folder}?q=ticketUuid={TICKET.uuid}&limit={LIMIT}"


def test_no_two_queries_are_the_same():
    assert len(set(QUERIES.values())) == len(QUERIES) == 41


def test_conditions_are_escaped():
    assert query_path("name~=%a&b%") == f"/v1/tickets?q=name~%3D%25a%26b%25&limit={LIMIT}"

from __future__ import annotations

from itertools import pairwise

import pytest

from pytest_zstack_ticket.simulator.storage import seed_data
from tests.support.simulator_endpoint import Endpoint, body, code, details


def filled(text: str = "embedded?choice=compare:exact", *, many: int = 0) -> Endpoint:
    endpoint = Endpoint(text)
    endpoint.engine.state.store.tickets.clear()
    for name, description in (("a", "x"), ("b", None), ("c=d", "y"), ("A", None), ("a b_c%", None)):
        endpoint.create(name=name, **({"description": description} if description else {}))
        endpoint.now += 1
    for index in range(many):
        endpoint.create(name=f"n{index:02}")
    return endpoint


CONDITIONS = [
    ("name=a", "a"),
    ("name==a", "a"),
    (" name =a", "a"),
    ("name= a", ""),
    ("name=", ""),
    ("name=c=d", "c=d"),
    ("name!=a", "b c=d A a b_c%"),
    ("name?=a,b", "a b"),
    ("name!?=a,b", "c=d A a b_c%"),
    ("name~=a%", "a a b_c%"),
    ("name~=_", "a b A"),
    ("name!~=_", "c=d a b_c%"),
    ("name~=c=_", "c=d"),
    ("name>a", "b c=d a b_c%"),
    ("name>=a", "a b c=d a b_c%"),
    ("name<b", "a A a b_c%"),
    ("name<=b", "a b A a b_c%"),
    ("description is null", "b A a b_c%"),
    ("description not null", "a c=d"),
    ("description!=x", "c=d"),
    ("status=Pending", "a b c=d A a b_c%"),
    ("createDate>2020-01-01 00:00:00", "a b c=d A a b_c%"),
    ("createDate>=2020-01-01", "a b c=d A a b_c%"),
    ("createDate<2020-01-01T00:00:00", ""),
    ("createDate<=2020-01-01 00:00", ""),
    ("createDate=yesterday", ""),
    ("createDate!=yesterday", "a b c=d A a b_c%"),
]


@pytest.mark.parametrize(("condition", "names"), CONDITIONS)
def test_a_condition_finds(condition: str, names: str) -> None:
    known = {"a", "b", "c=d", "A", "a b_c%"}
    found = [row["name"] for row in filled().rows(condition)]
    rest, expected = names, []
    while rest:
        longest = max((name for name in known if rest.startswith(name) and rest[len(name) :][:1] in ("", " ")), key=len)
        expected.append(longest)
        rest = rest[len(longest) :].lstrip(" ")
    assert found == expected


@pytest.mark.parametrize(
    "condition", ["nothing=1", "request=1", "name=a!=b", "name=a~=b", "accountSystemContext not null"]
)
def test_a_field_that_is_none_is_an_internal_error(condition: str) -> None:
    answer = filled().query(condition)
    assert (answer.status, code(answer)) == (503, "SYS.1000")
    assert "inventory class[class org.zstack.ticket.entity.TicketInventory] not having field[" in details(answer)


def test_greater_than_and_is_null_inside_a_value_stay_plain() -> None:
    endpoint = Endpoint()
    endpoint.create(name="a>b")
    endpoint.create(name="this is null")
    assert [row["name"] for row in endpoint.rows("name=a>b")] == ["a>b"]
    assert [row["name"] for row in endpoint.rows("name=this is null")] == ["this is null"]


def test_conditions_are_joined_by_and() -> None:
    assert [row["name"] for row in filled().rows("name~=a%", "description is null")] == ["a b_c%"]


def test_unknown_parameters_are_ignored_and_doubled_ones_count_once() -> None:
    endpoint = filled()
    assert len(endpoint.rows(more="condition=name%3Da")) == 5
    assert len(endpoint.rows(more="limit=2&limit=x")) == 2
    assert len(endpoint.rows(more="=name%3Da")) == 5
    assert len(endpoint.rows(more="groupBy=status&count=false")) == 5


def test_pages_partition_the_set() -> None:
    endpoint = filled(many=9)
    pages = [endpoint.rows(more=f"sort=uuid&limit=4&start={start}") for start in range(0, 16, 4)]
    uuids = [row["uuid"] for page in pages for row in page]
    assert [len(page) for page in pages] == [4, 4, 4, 2]
    assert uuids == sorted(set(uuids))
    assert endpoint.rows(more="limit=0") == []
    assert code(endpoint.query(more="limit=-1")) == "SYS.1000"


def test_totals_count_all_pages() -> None:
    endpoint = filled()
    assert body(endpoint.query("name~=a%", more="count=true")) == {"schema": {}, "total": 2}
    answer = body(endpoint.query("name~=a%", more="replyWithCount=true&limit=1"))
    assert (answer["total"], len(answer["inventories"])) == (2, 1)
    assert "total" not in body(endpoint.query())


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["A", "a", "a b_c%", "b", "c=d"]),
        ("%2Bname", ["A", "a", "a b_c%", "b", "c=d"]),
        ("+name", ["A", "a", "a b_c%", "b", "c=d"]),
        ("-name", ["c=d", "b", "a b_c%", "a", "A"]),
        ("createDate", ["a", "b", "c=d", "A", "a b_c%"]),
        ("-createDate", ["a b_c%", "A", "c=d", "b", "a"]),
    ],
)
def test_sorting(sort: str, names: list[str]) -> None:
    assert [row["name"] for row in filled().rows(more=f"sort={sort}")] == names


def test_sorting_by_a_member_without_values_puts_them_first() -> None:
    names = [row.get("description") for row in filled().rows(more="sort=description")]
    assert names == [None, None, None, "x", "y"]
    assert code(filled().query(more="sort=nothing")) == "SYS.1000"


def test_fields_limit_what_is_shown() -> None:
    rows = filled().rows(more="fields=name,%20uuid,")
    assert {frozenset(row) for row in rows} == {frozenset({"uuid", "name"})}
    assert code(filled().query(more="fields=nothing")) == "SYS.1000"


def test_the_schema_names_every_class() -> None:
    endpoint = Endpoint()
    endpoint.create()
    schema = body(endpoint.query("name=a ticket"))["schema"]
    assert schema == {
        "inventories[0]": "org.zstack.ticket.entity.TicketInventory",
        "inventories[0].status": "org.zstack.ticket.entity.TicketStatus",
        "inventories[0].request[0]": "org.zstack.ticket.entity.TicketRequest",
    }
    assert body(endpoint.query("name=nothing")) == {"schema": {}, "inventories": []}


def test_get_by_uuid_ignores_all_parameters_and_never_says_404() -> None:
    endpoint = Endpoint()
    uuid = endpoint.created()["uuid"]
    assert [row["uuid"] for row in endpoint.rows(path=f"/v1/tickets/{uuid}", more="limit=x&q=nothing")] == [uuid]
    assert endpoint.rows(path=f"/v1/tickets/{'0' * 32}") == []


def test_text_may_be_compared_without_case() -> None:
    endpoint = filled("embedded?choice=compare:blind")
    assert [row["name"] for row in endpoint.rows("name=A")] == ["a", "A"]


@pytest.mark.parametrize(
    ("path", "condition", "number"),
    [
        ("/v1/ticket-types", "adminOnly=false", 2),
        ("/v1/ticket-types", "adminOnly=1", 0),
        (f"/v1/ticket-types/{seed_data.CREATE_VM_TYPE}", "", 1),
        ("/v1/tickets/flow-collections", "isDefault=true", 1),
        (f"/v1/tickets/flow-collections/{seed_data.DEFAULT_COLLECTION}", "", 1),
        ("/v1/tickets/flow", "valid=true", 4),
        ("/v1/tickets/histories", "sequence=1", 1),
        ("/v1/tickets/histories", "sequence?=1,2", 1),
        ("/v1/tickets/histories", "sequence>x", 0),
        ("/v1/tickets/archives", "", 0),
        ("/v1/tickets/histories/archives", "", 0),
    ],
)
def test_the_other_tables(path: str, condition: str, number: int) -> None:
    assert len(Endpoint().rows(*filter(None, [condition]), path=path)) == number


def test_ticket_types_do_not_exist_before_3_6() -> None:
    assert Endpoint("embedded:deployed@3.2").query(path="/v1/ticket-types").status == 404
    collection = Endpoint("embedded:deployed@3.2").rows(path="/v1/tickets/flow-collections")[0]
    assert "ticketTypeUuids" not in collection


def test_history_rows_are_in_the_order_of_their_sequence() -> None:
    endpoint = Endpoint()
    uuids = [endpoint.created(name=f"t{index}")["uuid"] for index in range(2)]
    for event in ("cancel", "reopen"):
        for uuid in uuids:
            endpoint.event(uuid, event)
    rows = endpoint.rows(path="/v1/tickets/histories")
    assert all(one["sequence"] < other["sequence"] for one, other in pairwise(rows))
    old = Endpoint("embedded:deployed@3.6").rows(path="/v1/tickets/histories")[0]
    assert "sequence" not in old


def test_dates_may_be_those_of_a_newer_platform_or_zone() -> None:
    shown = Endpoint("embedded?choice=dates:java20&time_zone=Asia/Shanghai").created()["createDate"]
    assert shown == "Nov 25, 2025, 12:00:00\u202fAM"
    assert Endpoint("embedded?choice=dates:java9").created()["createDate"] == "Nov 24, 2025, 4:00:00 PM"

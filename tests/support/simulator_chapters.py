"""The chapters of the walk through the embedded endpoint: each brings out one area of behaviour."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pytest_zstack_ticket.simulator.storage import seed_data
from tests.support.simulator_access import access
from tests.support.simulator_families import families
from tests.support.simulator_probe import (
    Caller,
    Step,
    create,
    finish,
    inventory,
    log_in,
    message,
    query,
    request,
    signed,
)

DATE = "Mon, 24 Nov 2025 16:00:00 UTC"
OLD = "Mon, 24 Nov 2025 15:00:00 UTC"
RARE_NAMES = (
    *("\U0001f600 astral", "e\u0301 combining", "\u202eright to left", "nul\x00nul", "bell\x07", "line\u2028separator"),
    *("工单", "zero\u200bwidth", "private\ue000", "quote \" and '", "<b>markup &amp; more</b>", "back\\slash"),
    *("/a/../b", "x' or 1=1; drop table--", "${7*7} {{7*7}}", "100%25", "two\nlines", "  blanks  ", "", "   "),
    *(
        "soft\u00adhyphen",
        "007",
        "工单 %41 {{7}}",
        "null",
        "x" * 255,
        "x",
        "a  b",
        "UPPER lower",
        "\ufb01 ligature",
        "\ud800 half",
    ),
)


def _session(steps: Any = None) -> Any:
    answer = yield log_in() if steps is None else steps
    return Caller(inventory(answer)["uuid"])


def creation() -> Step:
    """A plain create with every optional field, headers and layouts."""
    caller = yield from _session()
    yield from create(caller)
    yield from finish((yield caller.send("POST", "/v1/tickets", {"params": message()}, X_JSON_Schema="true")), reads=2)
    yield from create(caller, description="d" * 300, tagUuids=[seed_data.TAG_PATTERN])
    yield from create(
        caller, flowCollectionUuid=seed_data.DEFAULT_COLLECTION, resourceUuid="0" * 12 + "4" + "0" * 3 + "8" + "0" * 15
    )
    yield from create(caller, {"params": message(), "systemTags": ["a::b"], "userTags": ["c"]})
    yield from create(caller, {"params": message(systemTags=["a::b"]) | {"extra": 1}, "more": 2})
    yield from finish((yield caller.send("POST", "/v1/tickets", {"params": message()}, X_Job_UUID="j" * 32)))
    yield from finish((yield caller.send("POST", "/v1/tickets", {"params": message()}, X_API_Timeout="5")))
    yield from finish(
        (yield caller.send("POST", "/v1/tickets", {"params": message()}, X_Web_Hook="http://127.0.0.1/h"))
    )
    bad = {"params": message(name=...)}
    yield from finish((yield caller.send("POST", "/v1/tickets", bad, X_Web_Hook="http://127.0.0.1/h")))
    yield query(caller, more="sort=name")


def data() -> Step:
    """Rare data, each stored and read back."""
    caller = yield from _session()
    for name in RARE_NAMES:
        yield from create(caller, name=name)
        yield from create(caller, description=name + " described", requests=[request(), request(requestName="other")])
    bodies: tuple[Any, ...] = (
        {"empty": {}, "list": [], "text": ""},
        {"b": True, "n": None, "neg": -1.5, "whole": 1.0, "big": 2**60, "UPPER.dot": " t "},
        {"deep": _nested(40)},
        {},
        {"list": ["b", "a"], "text": "工单"},
    )
    for body in bodies:
        yield from create(caller, requests=[request(apiBody=body, executeTimes="3", requestName=" r ")])
    yield from create(caller, requests=[request(executeTimes=...)])
    yield from create(caller, requests=[request(requestName=f"r{index}") for index in range(60)])
    yield from create(caller, description="工" * 2048)
    text = json.dumps({"params": message()}, indent=2)
    yield caller.send("POST", "/v1/tickets", raw=text.encode())
    yield caller.send("POST", "/v1/tickets", raw=json.dumps({"params": message()}, separators=(",", ":")).encode())
    yield caller.send("POST", "/v1/tickets", raw=json.dumps({"params": message()}).replace('": 1,', '": 1e0,').encode())
    backwards = {"params": dict(reversed(message().items()))}
    yield caller.send("POST", "/v1/tickets", backwards)
    yield caller.send("POST", "/v1/tickets", {"params": message(requests=[request(extra=1)])})
    for kind in ("application/json", "text/plain;charset=utf-8"):
        yield caller.send("POST", "/v1/tickets", {"params": message(name="工单")}, Content_Type=kind)
    without = tuple(
        pair for pair in caller.send("POST", "/v1/tickets", {"params": message()}).headers if "Type" not in pair[0]
    )
    plain = caller.send("POST", "/v1/tickets", {"params": message()})
    yield type(plain)(method="POST", path="/v1/tickets", headers=without, body=plain.body)
    yield query(caller, more="sort=name")


def _nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


def refusals() -> Step:
    """Every broken constraint, one at a time."""
    caller = yield from _session()
    for name in ("name", "requests", "accountSystemType", "accountSystemContext"):
        yield from create(caller, **{name: ...})
        yield from create(caller, **{name: None})
    for name in ("name", "description", "accountSystemType", "flowCollectionUuid", "resourceUuid"):
        yield from create(caller, **{name: {}})
    for name in ("requests", "tagUuids", "systemTags", "userTags"):
        yield from create(caller, **{name: "text"})
    yield from create(caller, name=..., resourceUuid="c" * 12 + "4ccc8" + "c" * 15)
    yield from create(caller, resourceUuid="c" * 12 + "4ccc8" + "c" * 15)
    yield from create(caller, {"params": message(), "systemTags": "text"})
    yield from create(caller, {"params": message(), "userTags": "text"})
    yield from create(caller, accountSystemContext="text")
    yield from create(caller, {"params": "text"})
    yield from create(caller, name="x" * 256)
    yield from create(caller, description="x" * 2049)
    yield from create(caller, requests=[])
    yield from create(caller, requests=[None])
    faults: tuple[dict[str, Any], ...] = (
        {"requestName": {}},
        {"apiName": {}},
        {"executeTimes": "x"},
        {"apiBody": "text"},
        {"apiBody": ...},
        {"apiName": ...},
        {"apiName": "no.such.Message"},
    )
    for changes in faults:
        yield from create(caller, requests=[request(**changes)])
    yield from create(caller, accountSystemType="ldap")
    yield from create(caller, tagUuids=["0" * 32])
    for uuid in ("0" * 32, seed_data.FOREIGN_COLLECTION, seed_data.DISABLED_COLLECTION):
        yield from create(caller, flowCollectionUuid=uuid)
    resize = [request(apiName=seed_data.RESIZE_VM_API)]
    yield from create(caller, flowCollectionUuid=seed_data.DISABLED_COLLECTION, requests=resize)
    yield from create(caller, resourceUuid="not a uuid")
    first = inventory((yield from create(caller)))["uuid"]
    yield from create(caller, name="second", resourceUuid=first)
    yield query(caller, more="sort=createDate")


def malformed() -> Step:
    """Bodies that are no JSON object."""
    caller = yield from _session()
    good = json.dumps({"params": message()})
    for text in (
        *("", " ", "null", "[]", "[1]", '"text"', "5", "true", "{", good[:-1], good[:-1] + ",}", good + "x", "garbage"),
        *('{"params":{},"params":{}}', '{"params":{}', "{'params':{}}", '{"a":1}', '{"params":null}', "<xml/>"),
        *(good.replace("a ticket", "a\nticket"), "/*c*/" + good, "[" * 500),
    ):
        yield from finish((yield caller.send("POST", "/v1/tickets", raw=text.encode())))
    yield query(caller)


def careless() -> Step:
    """What only a careless reader takes: names that look alike, ill-formed bytes, methods from elsewhere."""
    caller = yield from _session()
    good = json.dumps({"params": message()})
    inside = good[:-1] + ', "extra": '
    for text in (good + "{}", inside + '{"a"::1}}', inside + r'"\x"}', inside + "01}"):
        yield from finish((yield caller.send("POST", "/v1/tickets", raw=text.encode())))
    yield from finish((yield caller.send("POST", "/v1/tickets", raw=good.encode().replace(b"a ticket", b"\xc0\xa7"))))
    for name in ("name ", "NAME", "n\u0430me"):
        yield from create(caller, {"params": {name if key == "name" else key: one for key, one in message().items()}})
    yield from create(caller, tagUuids=[None])
    yield from create(caller, systemTags=["nowhere::defined"])
    yield from create(caller, systemTags=["ephemeral::validationOnly"])
    for headers in ({"Expect": "100-continue"}, {"Accept_Language": "de"}, {"Cookie": "a=conformance"}):
        yield from finish((yield caller.send("POST", "/v1/tickets", {"params": message()}, **headers)))
    uuid = inventory((yield from create(caller)))["uuid"]
    yield caller.send("HEAD", "/v1/tickets", {"params": message(name="by HEAD")})
    yield from finish((yield caller.send("PUT", f"/v1/tickets/{uuid}/actions", {"changeTicketStatus": None})))
    yield caller.send("GET", f"/v1/tickets/{uuid}", X_HTTP_Method_Override="DELETE")
    yield caller.send("TRACE", "/v1/tickets")
    for more in ("sort=nothing", "fields=nothing", "limit=-1", "limit=3"):
        yield query(caller, more=more)


def sessions() -> Step:
    """Log-ins, log-outs and every kind of dead session."""
    yield log_in(password="wrong")
    nearly = {"accountName": "admin", "password": seed_data.digest(seed_data.PASSWORD)[:-1]}
    yield Caller().send("PUT", "/v1/accounts/login", {"logInByAccount": nearly})
    yield log_in("nobody")
    named = {"accountName": "admin", "password": seed_data.digest(seed_data.PASSWORD), "uuid": "5" * 32}
    yield Caller().send("PUT", "/v1/accounts/login", {"logInByAccount": named})
    yield Caller().send("PUT", "/v1/accounts/login", {"logInByAccount": {"accountName": "admin"}})
    clear = {"accountName": "admin", "password": seed_data.PASSWORD}
    yield Caller().send("PUT", "/v1/accounts/login", {"logInByAccount": clear})
    caller = yield from _session()
    for header in ("OAuth", "OAuth " + "0" * 32, "OAuth nothing", "Bearer x", f"oauth {caller.token}", "Basic YTpi"):
        yield query(Caller()) if header is None else Caller().send("GET", "/v1/tickets", Authorization=header)
        yield from finish((yield Caller().send("POST", "/v1/tickets", {"params": message()}, Authorization=header)))
    yield query(Caller())
    yield Caller().send("POST", "/v1/tickets", {"params": message()})
    yield query(caller)
    alice = yield from _session(log_in("alice"))
    for project in ("p1", "p2", "p3"):
        yield alice.send("PUT", "/v1/iam2/projects/login", {"loginIAM2Project": {"projectName": project}})
    yield alice.send(
        "POST", "/v1/tickets/flow-collections", {"params": {"name": "x", "projectUuid": seed_data.PROJECT_ONE}}
    )
    staying = yield from _session()
    yield Caller().send("DELETE", f"/v1/accounts/sessions/{caller.token}")
    yield query(staying)
    yield query(caller)
    yield from create(caller)
    made = inventory((yield from create(staying)))["uuid"]
    cancel = {"changeTicketStatus": {"statusEvent": "cancel"}}
    yield from finish((yield caller.send("PUT", f"/v1/tickets/{made}/actions", cancel)))
    yield Caller().send("DELETE", f"/v1/accounts/sessions/{caller.token}")
    late = yield from _session()
    yield 7199.0
    yield query(late)
    yield 7300.0
    yield query(late)
    yield from create(late)


def keys() -> Step:
    """Access keys, right and wrong."""
    path = "/v1/tickets"
    good = signed("GET", path, date=DATE)
    yield Caller().send("GET", path, Authorization=good, Date=DATE)
    yield Caller().send("GET", path, Authorization=good)
    yield Caller().send("GET", path, Authorization=good, Date="yesterday")
    yield Caller().send("GET", path, Authorization=signed("GET", path, date=OLD), Date=OLD)
    yield Caller().send("GET", path, Authorization="ZStack key", Date=DATE)
    yield Caller().send("GET", path, Authorization=good.replace(seed_data.ACCESS_KEY_ID, "other"), Date=DATE)
    yield Caller().send("GET", path, Authorization=signed("GET", path, date=DATE, secret="x"), Date=DATE)
    yield Caller().send("GET", path, Authorization=signed("POST", path, date=DATE), Date=DATE)
    yield Caller().send("GET", path, Authorization=good[:-3], Date=DATE)
    yield Caller().send(
        "GET", path, Authorization=signed("GET", path, date=DATE, as_path="/v1/tickets/flow"), Date=DATE
    )
    right = signed("POST", path, date=DATE)
    yield from finish((yield Caller().send("POST", path, {"params": message()}, Authorization=right, Date=DATE)))


def lives() -> Step:
    """Every event in every status, updates, deletions, histories and archives."""
    caller = yield from _session()
    uuids = []
    for index in range(4):
        made = yield from create(caller, name="same", description=f"d{index}", requests=[request()] * 2)
        uuids.append(inventory(made)["uuid"])
    for uuid, events in zip(
        uuids, ("cancel reopen reject cancel approve", "approve reopen", "reject reopen", "cancel"), strict=True
    ):
        for event in events.split():
            yield from act(caller, uuid, {"changeTicketStatus": {"statusEvent": event, "comment": f"because {event}"}})
            yield caller.send("GET", f"/v1/tickets/{uuid}")
    for sent in (
        {},
        {"statusEvent": "bogus"},
        {"statusEvent": "open", "comment": "x" * 65536},
        {"statusEvent": "reject", "comment": {}},
    ):
        yield from act(caller, uuids[0], {"changeTicketStatus": sent})
    yield from act(caller, uuids[0], {"updateTicketRequest": {"requests": [request()], "description": "new"}})
    updates: tuple[dict[str, Any], ...] = (
        {
            "updateTicketRequest": {
                "requests": [request(requestName="a"), request(requestName="b")],
                "description": "new",
            }
        },
        {"updateTicketRequest": {"requests": []}},
        {"updateTicketRequest": {"requests": [None]}},
        {"updateTicketRequest": {}},
        {"updateTicketRequest": {"requests": "x"}},
        {"updateTicketRequest": {"requests": [request()], "description": "x" * 2049}},
        {"changeticketstatus": {"statusEvent": "reopen"}},
        {"params": {"statusEvent": "reopen"}},
        {},
    )
    for body in updates:
        yield from act(caller, uuids[3], body)
        yield caller.send("GET", f"/v1/tickets/{uuids[3]}")
    yield query(caller, path="/v1/tickets/histories")
    yield from finish((yield caller.send("DELETE", f"/v1/tickets/{uuids[3]}?deleteMode=Permissive")))
    yield query(caller, more="sort=name")
    for path in ("/v1/tickets/archives", "/v1/tickets/histories", "/v1/tickets/histories/archives"):
        yield query(caller, path=path)


def act(caller: Caller, uuid: str, body: object) -> Any:
    return (yield from finish((yield caller.send("PUT", f"/v1/tickets/{uuid}/actions", body))))


def queries() -> Step:
    """Every operator, order, page, total and field list."""
    caller = yield from _session()
    for name in ("b", "a", "c' --", "A", "a_long name that is longer than thirty-two characters"):
        yield from create(caller, name=name, description="d" if name == "a" else ...)
    for index in range(8):
        yield from create(caller, name=f"n{index}")
    for condition in (
        *("name=a", "name!=a", "name~=n%", "name!~=n%", "name~=a_long%", "name?=a,b", "name!?=a,b", "name>b", "name<b"),
        *("name>=b", "name<=b", "description is null", "description not null", "name= a", "name=c' --", "name=nothing"),
        *("uuid=x", "uuid!=x", "uuid~=%", "uuid!~=%", "uuid?=x", "uuid!?=x", "uuid>0", "uuid<0", "uuid>=0", "uuid<=0"),
        *("name=a_long name that is longer than thirty-two characters", "name=a%", "nothing=1", "=x", "name"),
    ):
        yield query(caller, condition)
    yield query(caller, "name=a", "status=Pending")
    yield query(caller, "name=a", "name=b")
    yield query(caller, "status=Cancelled", "name=a")
    for more in (
        *(
            "limit=3&sort=name",
            "limit=3&start=2&sort=name",
            "start=1&sort=-name",
            "sort=%2Bname",
            "sort=uuid",
            "count=true",
            "limit=x",
        ),
        *(
            "replyWithCount=true&limit=2",
            "fields=uuid,name",
            "fields=name,status&sort=name",
            "start=y",
            "limit=0",
            "sort=x",
        ),
    ):
        yield query(caller, more=more)


def strangers() -> Step:
    """What one project may do to the tickets of another."""
    admin = yield from _session()
    bob = yield from _session(log_in("bob"))
    alice = yield from _session(log_in("alice"))
    entered = yield alice.send("PUT", "/v1/iam2/projects/login", {"loginIAM2Project": {"projectName": "p1"}})
    member = Caller(inventory(entered)["uuid"])
    carol = yield from _session(log_in("carol"))
    entered = yield carol.send("PUT", "/v1/iam2/projects/login", {"loginIAM2Project": {"projectName": "p1"}})
    colleague = Caller(inventory(entered)["uuid"])
    uuid = inventory((yield from create(member)))["uuid"]
    yield from create(admin, name="admin's")
    foreign = seed_data.FOREIGN_TICKETS
    for caller in (alice, bob, member, colleague):
        yield query(caller)
        yield query(caller, path="/v1/tickets/histories")
        yield caller.send("GET", f"/v1/tickets/{foreign[0]}")
    yield from act(member, foreign[0], {"changeTicketStatus": {"statusEvent": "cancel"}})
    yield from act(member, foreign[1], {"updateTicketRequest": {"requests": [request()]}})
    yield from finish((yield member.send("DELETE", f"/v1/tickets/{foreign[0]}")))
    yield from finish((yield colleague.send("DELETE", f"/v1/tickets/{uuid}")))
    yield from act(colleague, uuid, {"changeTicketStatus": {"statusEvent": "approve"}})
    yield from act(colleague, uuid, {"changeTicketStatus": {"statusEvent": "cancel"}})
    yield from act(member, uuid, {"changeTicketStatus": {"statusEvent": "approve"}})
    yield query(admin)
    entered = yield bob.send("PUT", "/v1/iam2/projects/login", {"loginIAM2Project": {"projectName": "p2"}})
    approver = Caller(inventory(entered)["uuid"])
    context = {"projectUuid": seed_data.PROJECT_TWO, "virtualIDUuid": seed_data.BOB}
    uuid = inventory((yield from create(approver, accountSystemContext=context)))["uuid"]
    for caller in (admin, approver, approver, admin):
        yield from act(caller, uuid, {"changeTicketStatus": {"statusEvent": "approve"}})


def _in_project(name: str, project: str) -> Any:
    caller = yield from _session(log_in(name))
    entered = yield caller.send("PUT", "/v1/iam2/projects/login", {"loginIAM2Project": {"projectName": project}})
    return Caller(inventory(entered)["uuid"])


def between() -> Step:
    """What two projects see of each other's new tickets, and do to them, also at the same time."""
    alice, bob = (yield from _in_project("alice", "p1")), (yield from _in_project("bob", "p2"))
    own = {"accountSystemContext": {"projectUuid": seed_data.PROJECT_TWO, "virtualIDUuid": seed_data.BOB}}
    cancel, reopen = ({"changeTicketStatus": {"statusEvent": event}} for event in ("cancel", "reopen"))
    yield from create(bob, **own, requests=[request(requestName="of bob")], description="of bob")
    ticket = inventory((yield from create(alice, name="of alice", description="of alice")))
    uuid = ticket["uuid"]
    for condition in (
        *(f"uuid={uuid}", "name=of alice", "name~=%alice%", f"uuid?={uuid}", f"uuid~=%{uuid[4:]}", f"uuid>={uuid}"),
        *(f"uuid!={'0' * 32}", "name?=of alice,x", "name!=x", "status=Pending", "createDate>2000-01-01 00:00:00"),
        f"flowCollectionUuid={ticket['flowCollectionUuid']}",
    ):
        yield query(alice, condition)
        yield query(bob, condition)
    yield query(bob, f"uuid={uuid}", "name=of alice")
    for more in ("fields=uuid", "start=1", "count=true"):
        yield query(bob, more=more)
    for more in ("count=true", "replyWithCount=true"):
        yield query(bob, f"uuid={uuid}", more=more)
    yield from create(bob, **own, resourceUuid=uuid, description="taken")
    yield query(alice, f"uuid={uuid}")
    begun = yield alice.send("POST", "/v1/tickets", {"params": message(name="on its way")})
    yield query(bob, f"uuid={uuid}")
    yield from finish(begun)
    begun = yield alice.send("POST", "/v1/tickets", {"params": message(description="together")})
    theirs = message(**own, requests=[request(requestName="of bob")])
    other = yield bob.send("POST", "/v1/tickets", {"params": theirs})
    third = yield alice.send("POST", "/v1/tickets", {"params": message(description="the third")})
    for one in (begun, other, third):
        yield from finish(one)
    begun = yield alice.send("POST", "/v1/tickets", {"params": message()})
    yield from act(bob, uuid, cancel)
    yield from finish(begun)
    for body in (cancel, reopen):
        yield from act(alice, uuid, body)
        yield query(bob)
    yield query(bob, "toStatus=Cancelled", path="/v1/tickets/histories")
    yield from finish((yield alice.send("DELETE", f"/v1/tickets/{uuid}")))
    yield query(bob, "name=of alice", path="/v1/tickets/archives")
    for path in ("/v1/tickets/archives", "/v1/tickets/histories/archives"):
        yield query(bob, path=path)
    for _ in range(12):
        yield from create(alice)
    for _ in range(32):
        yield query(bob, more="limit=50")


def http() -> Step:
    """Paths, methods, headers, characters, jobs of others."""
    caller = yield from _session()
    for method, path in (
        *(("GET", "/v1/nothing"), ("GET", "/v1/tickets/"), ("GET", "/v1/Tickets"), ("GET", "/v2/x"), ("GET", "/")),
        *(("PUT", "/v1/tickets"), ("DELETE", "/v1/tickets"), ("HEAD", "/v1/tickets"), ("POST", "/v1/tickets/x")),
        *(
            ("GET", "/v1/tickets/x/actions"),
            ("PATCH", "/v1/tickets"),
            ("OPTIONS", "/v1/tickets"),
            ("GET", "/v1/tickets/%zz"),
        ),
        *(("GET", "/v1/api-jobs/x"), ("POST", "/v1/api-jobs/x"), ("DELETE", "/v1/tickets/x?deleteMode=a&deleteMode=b")),
        *(
            ("DELETE", "/v1/accounts/sessions/x?clientInfo.a.x=1&clientInfo.a.y=2"),
            ("POST", "/v1/ticket-types"),
            ("PUT", "/v1/tickets/x/actions"),
        ),
    ):
        yield caller.send(method, path)
    yield caller.send("PUT", "/v1/tickets/x/actions", {"nothing": {}})
    yield caller.send("PUT", "/v1/tickets", {"nothing": {}})
    yield caller.send("POST", "/v1/tickets", {"params": message()}, Content_Type="application/json;charset=nothing")
    for length in (31, 33):
        yield caller.send("POST", "/v1/tickets", {"params": message()}, X_Job_UUID="a" * length)
    for _ in range(2):
        yield from finish((yield caller.send("POST", "/v1/tickets", {"params": message()}, X_Job_UUID="a" * 32)))
    yield caller.send("POST", "/v1/tickets", {"params": message()}, X_API_Timeout="soon")
    answer = yield caller.send("POST", "/v1/tickets", {"params": message()})
    yield from finish(answer, reads=3)
    flow = {"name": "f", "projectUuid": seed_data.PROJECT_ONE, "isDefault": "perhaps"}
    yield caller.send("POST", "/v1/tickets/flow-collections", {"params": flow})
    yield query(caller, more="q=name")
    large = message(requests=[request(apiBody={"pad": "x" * 30_000})])
    yield from finish((yield caller.send("POST", "/v1/tickets", {"params": large})))
    deep = message(requests=[request(apiBody={"deep": _nested(100)})])
    yield from finish((yield caller.send("POST", "/v1/tickets", {"params": deep})))


def crowds() -> Step:
    """Many creates, some at once, some repeated, some much later."""
    caller = yield from _session()
    for index in range(30):
        yield caller.send("POST", "/v1/tickets", {"params": message(name=f"crowd {index}")}, X_Job_UUID=f"{index:032}")
    for index in range(110):
        yield from create(caller, name=f"again {index % 50}")
    for uuid in range(12):
        yield query(caller, more=f"replyWithCount=true&limit=5&start={uuid}&sort=uuid")
    for _ in range(25):
        yield from create(caller, name="x" * 256)
        yield query(Caller("f" * 32))
    for index in range(300):
        yield caller.send("POST", "/v1/tickets", {"params": message(name=f"rare {index}")})
    found = yield query(caller, more="limit=6")
    for row in json.loads(found.body)["inventories"][2:]:
        for event in ("cancel", "reopen", "cancel"):
            yield from act(caller, row["uuid"], {"changeTicketStatus": {"statusEvent": event}})
        yield from finish((yield caller.send("DELETE", f"/v1/tickets/{row['uuid']}")))
    yield query(caller, path="/v1/tickets/histories")
    yield query(caller, more="limit=2000")


CHAPTERS: tuple[Callable[[], Step], ...] = (
    creation,
    refusals,
    lives,
    families,
    queries,
    sessions,
    access,
    http,
    strangers,
    between,
    malformed,
    careless,
    keys,
    data,
    crowds,
)
"""Every chapter, the short ones first."""

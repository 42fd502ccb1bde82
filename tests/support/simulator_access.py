"""A chapter of the walk through the embedded endpoint: calls without a session, by odd paths, with odd members."""

from __future__ import annotations

from typing import Any

from pytest_zstack_ticket.simulator.storage import seed_data
from tests.support.simulator_probe import Caller, Step, create, finish, inventory, log_in, message, query, request

LONG_AGO = "Jan 1, 2001 1:00:00 AM"
HOOK = "http://127.0.0.1:1/hook/"


def access() -> Step:
    """Events, deletions and readings without a session, by another uuid, by a pattern, and by a GET with a body."""
    caller = Caller(inventory((yield log_in()))["uuid"])
    cancel: dict[str, Any] = {"changeTicketStatus": {"statusEvent": "cancel"}}
    made = []
    for index in range(4):
        made.append((yield from create(caller, name=f"access {index}")))  # noqa: PERF401 - no comprehension yields
    uuids = [inventory(one)["uuid"] for one in made]
    actions = f"/v1/tickets/{uuids[0]}/actions"
    for stranger in (Caller(), Caller("0" * 32)):
        yield from finish((yield stranger.send("PUT", actions, cancel)))
        yield query(stranger, f"uuid={uuids[0]}")
        yield from finish((yield stranger.send("DELETE", f"/v1/tickets/{uuids[3]}")))
    yield query(Caller(), more=f"session={caller.token}")
    yield Caller().send("GET", "/v1/tickets", Cookie=f"session={caller.token}")
    yield Caller().send("GET", "/v1/tickets", Cookie=f"JSESSIONID={caller.token}")
    for stranger in (Caller(), Caller("0" * 32)):
        both = {"params": message(name="by its body"), "session": {"uuid": caller.token}}
        yield from finish((yield stranger.send("POST", "/v1/tickets", both)))
    part = uuids[1][:31]
    for path in (f"{part}%25", f"{part}_", part, f"{uuids[1]},{uuids[2]}"):
        yield from finish((yield caller.send("PUT", f"/v1/tickets/{path}/actions", cancel)))
        yield from finish((yield caller.send("DELETE", f"/v1/tickets/{path}")))
        yield query(caller, "name~=access%")
    renamed = {"changeTicketStatus": {"statusEvent": "cancel", "uuid": uuids[2], "name": "renamed"}}
    yield from finish((yield caller.send("PUT", actions, renamed)))
    updated = {"updateTicketRequest": {"requests": [request()], "name": "renamed"}}
    yield from finish((yield caller.send("PUT", actions, updated)))
    for member, value in {"status": "FinalApproved", "uuid": "1" * 32, "createDate": LONG_AGO}.items():
        yield from create(caller, **{member: value})
    yield from create(caller, request=[request(requestName="of the server")])
    yield query(caller, "name=x or 1=1")
    begun = yield caller.send("PUT", f"/v1/tickets/{uuids[1]}/actions", cancel)
    other = yield caller.send("PUT", f"/v1/tickets/{uuids[1]}/actions", cancel)
    for one in (begun, other):
        yield from finish(one)
    yield query(caller, f"ticketUuid={uuids[1]}", path="/v1/tickets/histories")
    yield from finish((yield caller.send("GET", "/v1/tickets", {"params": message()})))
    hooked = {"X-Web-Hook": f"{HOOK}{'0' * 32}"}
    yield from finish(
        (yield caller.send("POST", "/v1/tickets", {"params": message(name=f"{HOOK}{'1' * 32}")}, **hooked))
    )
    yield log_in(password=f"{seed_data.PASSWORD}-not")
    yield query(caller)

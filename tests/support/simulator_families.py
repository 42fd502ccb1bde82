"""A chapter of the walk through the embedded endpoint: several tickets, deleted ones, and what comes too late."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pytest_zstack_ticket.simulator.storage import seed_data
from tests.support.simulator_probe import Caller, Step, create, finish, inventory, log_in, query, request

TOLD = ("/v1/tickets", "/v1/tickets/archives", "/v1/tickets/histories", "/v1/tickets/histories/archives")


def _put(caller: Caller, uuid: str, body: object) -> Generator[Any, Any, Any]:
    return (yield from finish((yield caller.send("PUT", f"/v1/tickets/{uuid}/actions", body))))


def _happen(caller: Caller, uuid: str, events: str) -> Generator[Any, Any, None]:
    for place, event in enumerate(events.split()):
        body: dict[str, Any] = {"changeTicketStatus": {"statusEvent": event, "comment": f"{event} {place}"}}
        if event == "update":
            body = {"updateTicketRequest": {"requests": [request(requestName=f"changed {place}")]}}
        yield from _put(caller, uuid, body)


def _look(caller: Caller, *uuids: str) -> Generator[Any, Any, None]:
    for path in TOLD:
        yield query(caller, path=path)
    for uuid in uuids:
        yield caller.send("GET", f"/v1/tickets/{uuid}")
        yield query(caller, f"ticketUuid={uuid}", path="/v1/tickets/histories")
    yield query(caller, "status=Pending")
    yield query(caller, "status=Cancelled")
    yield query(caller, path="/v1/tickets/flow")


def families() -> Step:
    """Three tickets with long lives, deletions, events and deletions that come too late, a uuid used again."""
    logged = yield log_in()
    caller = Caller(inventory(logged)["uuid"])
    uuids = []
    for index in range(4):
        made = yield from create(caller, name=f"family {index}", description=f"d{index}")
        uuids.append(inventory(made)["uuid"])
    for uuid in uuids[:3]:
        yield from _happen(caller, uuid, "cancel update update reopen cancel")
        yield from _look(caller, *uuids)
    yield from _happen(caller, uuids[1], "reopen cancel")
    for uuid in uuids[:2]:
        yield from finish((yield caller.send("DELETE", f"/v1/tickets/{uuid}")))
        yield from _look(caller, *uuids)
    yield from _happen(caller, uuids[0], "reopen cancel update")
    yield from _look(caller, *uuids)
    for _ in range(2):
        yield from finish((yield caller.send("DELETE", f"/v1/tickets/{uuids[0]}")))
        yield from _look(caller, *uuids)
    yield from create(caller, name="again", resourceUuid=uuids[1], requests=[request(requestName="new")])
    yield from _look(caller, *uuids)
    answer = yield caller.send("POST", "/v1/tickets", {"params": {"name": seed_data.FOREIGN_TICKET_NAME}})
    yield from finish(answer, reads=4)
    made = yield caller.send("POST", "/v1/tickets", {"params": _body()})
    yield from finish(made, reads=4)


def _body() -> dict[str, Any]:
    context = {"projectUuid": seed_data.PROJECT_ONE, "virtualIDUuid": seed_data.ALICE}
    return {
        "name": "read often",
        "requests": [request()],
        "accountSystemType": "iam2",
        "accountSystemContext": context,
    }

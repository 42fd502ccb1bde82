"""Whether the arguments that a check takes with any value are those of the exchanges that it judges.

A check is asked about one ticket, one time or one list of events. Another ticket that no stranger saw, or a ticket that
is said to be the run's own doing, would turn a failure into a pass, and no answer of the target would be another one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from math import inf

from pytest_zstack_ticket.api.messages import json_object, rows_of, sent_params
from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.certify.plausibility import SLACK
from pytest_zstack_ticket.model.exchange import Exchange, Json, Request, Response, Trails
from pytest_zstack_ticket.model.nonce import NONCE_BYTES_PATTERN
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.verdict import Example

CLEANING = "end"
"""Ending of the name of who cleans up, in the ids of exchanges."""
TIMEOUT = "x-api-timeout"
OF_A_TAG = ["tag"]
"""What the one row of system tags that are defined nowhere is to blame."""


def other_arguments(
    evidence: Evidence, judged: Collection[Example], rules: Mapping[str, Requirement], rows: Mapping[str, Edit]
) -> Iterator[str]:
    """Yield the examples whose free arguments their exchanges do not show.

    `rules` are the shipped requirements, `rows` the edits of the enumerated mutations by partition.
    """
    held = _Held(evidence, rows)
    for example in judged:
        rule = rules.get(example.requirement)
        free = {name for one in rule.decided_by if one.check == example.check for name in one.free} if rule else set()
        trails: Trails = {}
        if free & example.arguments.keys():
            trails = {role: tuple(evidence.exchanges[one] for one in ids) for role, ids in example.roles.items()}
        for name in sorted(free & example.arguments.keys()):
            if not HOLDERS[name](held, example, trails):
                yield f"an example of {example.requirement} was judged with {name} that its exchanges do not show"


@dataclass(slots=True)
class _Held:
    """What the evidence shows of tickets, looked up once where it is needed; `rows` are edits by partition."""

    evidence: Evidence
    rows: Mapping[str, Edit]
    _tickets: dict[bytes, set[str]] | None = None
    _deleted: dict[str, float] | None = None

    def tickets_of(self, nonce: bytes) -> set[str]:
        """Return the uuids that answers show of tickets with a nonce."""
        if self._tickets is None:
            self._tickets = {}
            for one in self.evidence.exchanges.values():
                for row in rows_of((one,)) or ():
                    for found in NONCE_BYTES_PATTERN.findall(json.dumps(row).encode()):
                        self._tickets.setdefault(found, set()).add(str(row.get("uuid")))
        return self._tickets.get(nonce, set())

    def deleted_at(self, ticket: str) -> float:
        """Return when the run itself first deleted a ticket while it tested, infinity for never or at its end."""
        if self._deleted is None:
            self._deleted = {}
            found = self.evidence.exchanges.values()
            last = max((one.started for one in found if not _cleans(one)), default=0.0)
            for one in (one for one in found if _cleans(one) and one.started <= last):
                gone = one.request.path.split("?")[0].rpartition("/")[2] if one.request.method == "DELETE" else ""
                self._deleted[gone] = min(one.started, self._deleted.get(gone, inf))
        return self._deleted.get(ticket, inf)


def _fields(held: _Held, example: Example, _trails: Trails) -> bool:
    """Tell whether the members to blame are those of the edit, and the edit is that of its row."""
    edit, stated = example.edit, example.arguments["fields"]
    if edit is None:
        return False
    row = held.rows.get(example.partition)
    own = stated == list(edit.fields) or (
        stated == OF_A_TAG and edit.path.removeprefix("params.").startswith("systemTags")
    )
    return own and (row is None or row == edit)


def _uuid(held: _Held, example: Example, trails: Trails) -> bool:
    """Tell whether a uuid is that of the ticket that was made, or of the one that the call is about."""
    stated, made = str(example.arguments["uuid"]), trails.get("made", ())
    if not made:
        path = trails["subject"][0].request.path if trails.get("subject") else ""
        return stated in path.split("?")[0].split("/") or (not stated and example.arguments.get("event") == "create")
    nonces = NONCE_BYTES_PATTERN.findall(made[0].request.body or b"")
    return any(_shows(one, stated) for one in made) or any(stated in held.tickets_of(one) for one in nonces)


def _taken(held: _Held, example: Example, trails: Trails) -> bool:
    """Tell whether tickets that the run is said to have deleted meanwhile were deleted about then.

    A ticket counts as taken from when it was chosen, and is deleted soon after.
    """
    over = max((one.started + one.elapsed for trail in trails.values() for one in trail), default=0.0)
    stated = example.arguments["taken"]
    return isinstance(stated, list) and all(held.deleted_at(str(one)) <= over + SLACK for one in stated)


def _apart(_held: _Held, example: Example, trails: Trails) -> bool:
    """Tell whether uuids that were used again stand in a create of the steps."""
    used = {sent_params(trail).get("resourceUuid") for trail in trails.values() if trail}
    stated = example.arguments["apart"]
    return isinstance(stated, list) and all(one in used for one in stated)


def _events(_held: _Held, example: Example, trails: Trails) -> bool:
    """Tell whether each event is what its call sent."""
    stated = example.arguments["events"]
    word = "event" if "event0" in trails else "together"
    calls = [role for role in trails if role.startswith(word)]
    if not isinstance(stated, list) or len(calls) != len(stated):
        return False
    sent = [trails.get(f"{word}{place}", ()) for place in range(len(stated))]
    return all(trail and _is_event(trail[0].request, one) for trail, one in zip(sent, stated, strict=True))


def _event(_held: _Held, example: Example, trails: Trails) -> bool:
    """Tell whether the event is what the subject sent."""
    return bool(trails.get("subject")) and _is_event(trails["subject"][0].request, example.arguments["event"])


def _milliseconds(_held: _Held, example: Example, trails: Trails) -> bool:
    """Tell whether a timeout is the one that the request asked for in seconds."""
    headers = trails["subject"][0].request.headers if trails.get("subject") else ()
    asked = [value for name, value in headers if name.lower() == TIMEOUT]
    stated = example.arguments["milliseconds"]
    return len(asked) == 1 and asked[0].isdecimal() and stated == int(asked[0]) * 1000


HOLDERS: dict[str, Callable[[_Held, Example, Trails], bool]] = {
    "apart": _apart,
    "event": _event,
    "events": _events,
    "fields": _fields,
    "milliseconds": _milliseconds,
    "taken": _taken,
    "uuid": _uuid,
}
"""How each argument with any value is held to the exchanges."""
KNOWN_EVENTS = frozenset({"approve", "cancel", "create", "delete", "reject", "reopen", "update"})


def _is_event(request: Request, name: Json) -> bool:
    """Tell whether a request is an event of a name; of events that no document names it is enough that it is one."""
    sent = _event_of(request)
    return sent == name or (sent not in KNOWN_EVENTS and name not in KNOWN_EVENTS)


def _event_of(request: Request) -> str:
    if request.method in ("POST", "DELETE"):
        return {"POST": "create", "DELETE": "delete"}[request.method]
    body = json_object(request.body)
    if "updateTicketRequest" in body:
        return "update"
    change = body.get("changeTicketStatus")
    return str(change.get("statusEvent")) if isinstance(change, dict) else ""


def _cleans(one: Exchange) -> bool:
    """Tell whether an exchange is of who cleans up."""
    return one.id.rpartition("-")[0].rpartition("-")[2] == CLEANING


def _shows(one: Exchange, uuid: str) -> bool:
    """Tell whether an answer is the ticket of a uuid."""
    body = json_object(one.answer.body) if isinstance(one.answer, Response) else {}
    inventory = body.get("inventory")
    return isinstance(inventory, dict) and inventory.get("uuid") == uuid

"""What no source tells (dossier 10.4), or what depends on the deployment; every choice can be made the other way.

The defaults are what the real code of a 5.2.1 node did (facts.md, mark [R]), as far as it was seen.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, fields, replace
from typing import Any

from pytest_zstack_ticket.model.errors import SettingsError


def _choice(default: str, *others: str, about: str) -> Any:
    return field(default=default, metadata={"words": (default, *others), "about": about})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """One word per open question; the first word of each is the default."""

    empty_name: str = _choice("accepted", "refused", about="a name that is empty or blank (U5)")
    execute_times: str = _choice("accepted", "refused", about="executeTimes of zero or less (U6)")
    request_name: str = _choice("optional", "required", about="a request without requestName (U7)")
    context_match: str = _choice("ignored", "required", about="accountSystemContext that is not the session's own (U8)")
    context_form: str = _choice(
        "object",
        "any",
        "unreadable",
        about="accountSystemContext that is not an object: refused, stored, or stored so that a list cannot be read",
    )
    duplicate_uuid: str = _choice(
        "internal", "operation", about="code of a used resourceUuid: SYS.1000 or SYS.1006 (U3)"
    )
    ticket_code: str = _choice(
        "argument", "operation", about="code of the ticket interceptors: SYS.1007 or SYS.1006 (U2)"
    )
    delete_missing: str = _choice("success", "refused", about="DELETE of an unknown uuid (U4)")
    delete_open: str = _choice("allowed", "refused", about="DELETE of a pending or half-approved ticket (U4)")
    archive: str = _choice("on-delete", "never", about="whether a deleted ticket appears in the archives (U4)")
    reopen_rejected: str = _choice("allowed", "denied", about="reopen of a rejected ticket (U1)")
    cancel_rejected: str = _choice("denied", "allowed", about="cancel of a rejected ticket (U1)")
    open_cancelled: str = _choice("denied", "allowed", about="open of a cancelled ticket (U1)")
    reject_final: str = _choice("denied", "allowed", about="reject of a finally approved ticket (U1)")
    access_key: str = _choice(
        "text",
        "job",
        "absent",
        about="an unknown key id or a wrong signature: 500 text, an ID.1001 error, or no access keys at all (R11)",
    )
    foreign: str = _choice(
        "denied", "hidden", about="acting on a ticket of another user: not the owner, or not found (U11)"
    )
    four_bytes: str = _choice(
        "lost",
        "kept",
        "replaced",
        "refused",
        about="characters beyond U+FFFF: the job is lost, or as the database keeps them (5.3)",
    )
    long_text: str = _choice("refused", "kept", about="requests or comments over 65535 bytes (5.3)")
    compare: str = _choice(
        "collation",
        "exact",
        "blind",
        about="conditions, sort and ids: as utf8_general_ci, exact, or without case",
    )
    causes: str = _choice(
        "raced", "absent", "present", about="`causes: []` in errors of jobs: where a poll comes early, never, always"
    )
    class_cast: str = _choice(
        "empty", "text", about="500 for a wrong Java class: empty, as once it is compiled, or with its text"
    )
    query_quotes: str = _choice(
        "broken", "kept", about="a single quote in the value of a query: ZQL fails, or it is found"
    )
    null_request: str = _choice("refused", "crash", about="`requests: [null]`: SYS.1007, or 500 with an empty body")
    exceptions: str = _choice("prompt", "slow", about="jobs that end by an exception: at once, or after 15 seconds")
    job_race: str = _choice(
        "refused",
        "several",
        about="creates at the same time with one X-Job-UUID: all but one refused, or a ticket each",
    )
    changed_uuid: str = _choice(
        "stored", "typed", about="the uuid in the answer to a change: as it is stored, or as the caller typed it"
    )
    object_fields: str = _choice(
        "tree", "text", about="accountSystemContext asked for by `fields`: as JSON, or as the text that is stored"
    )
    ticket_types: str = _choice(
        "samples",
        "installed",
        about="the ticket types: two that say which calls they cover, or the one of a new database",
    )
    cancelled_flow: str = _choice("cleared", "kept", about="currentFlowUuid of a cancelled ticket")
    dates: str = _choice("java8", "java9", "java20", about="the platform that writes the dates (9)")
    failing_request: str = _choice("succeeds", "fails", about="the requests of a finally approved ticket (U12)")


MEASURED = (
    "context-form:unreadable+access-key:absent+null-request:crash+exceptions:slow+job-race:several+"
    "changed-uuid:typed+object-fields:text+cancelled-flow:kept+ticket-types:installed"
)
"""In what else a measured 5.2.1 node differs: a stand-in of the ticket service, no access keys (simulator.md)."""


def parse_choices(text: str) -> Choices:
    """Read `empty-name:refused+foreign:hidden`; `measured` stands for MEASURED, an empty text for the defaults."""
    known = {one.name.replace("_", "-"): one for one in fields(Choices)}
    made: dict[str, str] = {}
    parts = [MEASURED if part == "measured" else part for part in text.split("+")]
    for part in filter(None, "+".join(parts).split("+")):
        name, _, word = part.partition(":")
        if name not in known:
            near = ", ".join(difflib.get_close_matches(name, known, n=3)) or ", ".join(known)
            raise SettingsError(f"choice {name!r} is unknown; near: {near}")
        words = known[name].metadata["words"]
        if word not in words:
            raise SettingsError(f"choice {name}:{word} is unknown; {name} takes {' or '.join(words)}")
        made[known[name].name] = word
    return replace(Choices(), **made)

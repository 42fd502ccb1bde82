"""What no source tells (dossier 10.4), chosen here; every choice can be made the other way by a word in the URL."""

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
    context_form: str = _choice("object", "any", about="accountSystemContext that is no object (7.4, question 6)")
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
        "text", "job", about="an unknown key id or a wrong signature: 500 text or an ID.1001 error (R11)"
    )
    foreign: str = _choice(
        "denied", "hidden", about="acting on a ticket of somebody else: not the owner, or not found (U11)"
    )
    four_bytes: str = _choice("kept", "replaced", "refused", about="characters beyond the BMP in names (5.3)")
    long_text: str = _choice("refused", "kept", about="requests or comments over 65535 bytes (5.3)")
    compare: str = _choice("exact", "blind", about="whether query conditions on text see upper and lower case")
    dates: str = _choice("java8", "java9", "java20", about="the platform that writes the dates (9)")
    time_zone: str = _choice("utc", "china", about="the server's own zone, in which dates are written (9)")
    failing_request: str = _choice("succeeds", "fails", about="the requests of a finally approved ticket (U12)")

    @property
    def zone_hours(self) -> int:
        """The server's offset from UTC."""
        return 8 if self.time_zone == "china" else 0


def parse_choices(text: str) -> Choices:
    """Read `empty-name:refused+foreign:hidden`; an empty text means the defaults."""
    known = {one.name.replace("_", "-"): one for one in fields(Choices)}
    made: dict[str, str] = {}
    for part in filter(None, text.split("+")):
        name, _, word = part.partition(":")
        if name not in known:
            near = ", ".join(difflib.get_close_matches(name, known, n=3)) or ", ".join(known)
            raise SettingsError(f"choice {name!r} is unknown; near: {near}")
        words = known[name].metadata["words"]
        if word not in words:
            raise SettingsError(f"choice {name}:{word} is unknown; {name} takes {' or '.join(words)}")
        made[known[name].name] = word
    return replace(Choices(), **made)

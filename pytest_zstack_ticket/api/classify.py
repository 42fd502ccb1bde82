"""Decide what a call led to, from its exchanges alone.

Forms that real deployments use although the page does not show them are told apart here, once; checks ask for the
outcome and never look at a status of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from functools import lru_cache

from pytest_zstack_ticket.api.contract import contract_of
from pytest_zstack_ticket.api.foreign_answers import (
    is_broken_json,
    is_foreign_json,
    is_foreign_page,
    is_from_cache,
    leads_elsewhere,
    looks_like_page,
)
from pytest_zstack_ticket.api.strict_json import Undecodable, decode, text_of
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Json, Response
from pytest_zstack_ticket.model.outcome import Accepted, Malformed, Outcome, Phrase, Refused, Unanswered, Unfinished
from pytest_zstack_ticket.model.profile import Profile

ASYNCHRONOUS = frozenset({"create", "action", "delete"})
RESULT_SCHEMA = {"create": "create-result", "action": "create-result", "query": "query-result", "login": "session"}
BUSY = 429
"""The status of what was not done because there is too much to do: it may be sent again, a POST too."""
GATEWAY = frozenset({407, 408, BUSY, 502, 504})
CRASHED = frozenset({502, 504})
"""Statuses of a gateway that may mean that the target behind it broke down over the request."""
OUTAGES = frozenset({407, 408, BUSY, 502, 503, 504})
"""Statuses with which a front end says that what is behind it cannot be reached, or not now."""
UNAVAILABLE = 503
"""Of the statuses of an outage the only one with which the API itself refuses; some replace the body then."""
ERROR_STATUS = 400
NO_SUCH_JOB = 404
TEXT_SHOWN = 4000
_HOST = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/]*")
_BEYOND_BMP = re.compile(rb"[\xf0-\xf4][\x80-\xbf]{3}|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
"""A character beyond U+FFFF, as UTF-8 and as JSON may escape it."""
_SAFE = re.compile(r"[A-Za-z0-9._~%!$&'()*+,;=:@-]{1,256}(?![\s\S])")


def classify(exchanges: Sequence[Exchange], profile: Profile, *, call: str = "create") -> Outcome:
    """Return the outcome of one flow. `call` is create, action, delete, query, login or logout."""
    if not exchanges:
        return Unanswered(failure=Failure(kind="stopped", detail="nothing was sent", sent=False), first=True)
    first, *polls = exchanges
    if isinstance(first.answer, Failure):
        return Unanswered(failure=first.answer, first=True)
    if first.answer.status != 202 or call not in ASYNCHRONOUS:
        return _answer(first.answer, profile, call=call, direct=True, old=profile.surely_before(3, 2))
    lost = _lost_job(first, polls, profile) if call == "create" else None
    return lost or _job(first.answer, polls, profile, call)


def sends_beyond_bmp(body: bytes | None) -> bool:
    """Return True if a body has a character beyond U+FFFF, as bytes or escaped: three-byte tables hold none."""
    return _BEYOND_BMP.search(body or b"") is not None


def _lost_job(first: Exchange, polls: Sequence[Exchange], profile: Profile) -> Refused | None:
    """Return the outcome of a job whose row could not be saved for a character beyond U+FFFF.

    Measured on 5.2.1 and the same in all releases (MysqlAsyncRestStore.save is @ExceptionSafe): 202, then 404 in plain
    text for every poll. For any other request such a poll is a wrong answer.
    """
    last = polls[-1].answer if polls else None
    if profile.strict or not isinstance(last, Response) or last.status != NO_SUCH_JOB or from_gateway(last):
        return None
    text = isinstance(decode(last.body), Undecodable) and not looks_like_page(last.body)
    if not text or not sends_beyond_bmp(first.request.body):
        return None
    return Refused(form="lost", status=last.status, error=None, text=text_of(last.body[:TEXT_SHOWN]), direct=False)


def job_id(exchanges: Sequence[Exchange]) -> str:
    """Return the id of the job that a flow followed, or an empty string."""
    first = exchanges[0].answer if exchanges else None
    body = decode(first.body) if isinstance(first, Response) else None
    location = body.get("location") if isinstance(body, dict) else None
    return segment(location) if isinstance(location, str) else ""


def segment(location: str) -> str:
    """Return the last path segment of a location, without host, query and fragment."""
    path = _HOST.sub("", location.split("#", 1)[0].split("?", 1)[0])
    return path.rpartition("/")[2]


def last_segment(location: object) -> str | None:
    """Return the job id at the end of a location, or None where there is none that can stand in a path."""
    found = segment(location) if isinstance(location, str) else ""
    return found if _SAFE.match(found) and found not in (".", "..") else None


def from_gateway(answer: Response) -> bool:
    """Return True for an answer that only something before the API gives: a proxy, a balancer, a firewall.

    That is 407, 408, 429, 502, 504; 503 that is not JSON, nor broken JSON in the API's words; and, with any status,
    what the API itself never writes: a page that is not the container's own, JSON in words of something else, a
    redirection to somewhere else, an answer that a cache had kept.
    """
    if answer.status in GATEWAY or leads_elsewhere(answer):
        return True
    if is_foreign_page(answer) or is_foreign_json(answer) or is_from_cache(answer):
        return True
    unread = answer.status == UNAVAILABLE and isinstance(decode(answer.body), Undecodable)
    return unread and not is_broken_json(answer)


def is_policy(answer: Response) -> bool:
    """Return True for an answer that something before the API gives by its own rules, whether the API lives or not."""
    return from_gateway(answer) and answer.status not in OUTAGES


def announced_wait(answer: Response, now: float) -> float | None:
    """Return the seconds for which an answer asks us to stay away (Retry-After), None if it does not.

    `now` is in seconds since the epoch. A text that is neither a number nor a date of HTTP is no wish.
    """
    wish = (answer.header("retry-after") or "").strip()
    if not wish:
        return None
    if wish.isascii() and wish.isdigit():
        return float(wish[:9])
    try:
        return max(0.0, parsedate_to_datetime(wish).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _job(start: Response, polls: Sequence[Exchange], profile: Profile, call: str) -> Outcome:
    body = decode(start.body)
    location = body.get("location") if isinstance(body, dict) else None
    if last_segment(location) is None:
        return Malformed(reasons=(Phrase.of("no-location"),), leaning="neither", status=start.status, direct=True)
    last = polls[-1].answer if polls else None
    if isinstance(last, Failure):
        return Unanswered(failure=last, first=False)
    if last is None or last.status == 202:
        timeout = body.get("apiTimeout") if isinstance(body, dict) else None
        promised = timeout / 1000 if isinstance(timeout, int | float) and not isinstance(timeout, bool) else None
        waited = polls[-1].started + polls[-1].elapsed - polls[0].started if polls else 0.0
        return Unfinished(waited=max(0.0, waited), promised=promised)
    old = profile.surely_before(3, 2) or any(
        isinstance(poll.answer, Response) and poll.answer.status == 202 and not poll.answer.body for poll in polls
    )
    return _answer(last, profile, call=call, direct=False, old=old)


def _answer(answer: Response, profile: Profile, *, call: str, direct: bool, old: bool) -> Outcome:
    if from_gateway(answer):
        return Unanswered(failure=Failure(kind="gateway", detail=_seen(answer)), first=direct)
    if answer.status >= ERROR_STATUS:
        return _refusal(answer, profile, direct=direct)
    if answer.status != 200:
        reason = Phrase.of("status-no-success", status=answer.status)
        success = 200 <= answer.status < 300
        return Malformed(
            reasons=(reason,), leaning="accepted" if success else "neither", status=answer.status, direct=direct
        )
    return _success(answer, profile, call=call, direct=direct, old=old)


def _seen(answer: Response) -> str:
    """Return the status of a gateway's answer and what it came with."""
    if looks_like_page(answer.body):
        return f"status {answer.status}, a page"
    return f"status {answer.status}, {'no JSON' if isinstance(decode(answer.body), Undecodable) else 'JSON of its own'}"


def _success(answer: Response, profile: Profile, *, call: str, direct: bool, old: bool) -> Outcome:
    if not answer.body and (old or call in ("delete", "logout")):
        return Accepted(result={}, inventory=None, direct=direct)
    reasons, leaning = _success_defects(answer.body, profile, call)
    value = decode(answer.body)
    if reasons or not isinstance(value, dict):
        return Malformed(
            reasons=reasons, leaning="accepted" if leaning else "neither", status=answer.status, direct=direct
        )
    inventory = value.get("inventory")
    return Accepted(result=value, inventory=inventory if isinstance(inventory, dict) else None, direct=direct)


@lru_cache(maxsize=512)
def _success_defects(body: bytes, profile: Profile, call: str) -> tuple[tuple[Phrase, ...], bool]:
    """Return what is wrong with a success body, and whether it still leans to a success."""
    value = decode(body)
    if isinstance(value, Undecodable):
        return (Phrase.of("empty-body") if not body else Phrase.of("not-json", why=value.why),), not body
    if not isinstance(value, dict):
        return (Phrase.of("not-an-object", kind=kind_of(value)),), False
    if value.get("error") is not None:
        return (Phrase.of("error-under-success"),), False
    stray = sorted(set(value) - {"schema", "error"})
    if call in ("create", "action") and "inventory" not in value and stray:
        return (Phrase.of("stray-result", keys=", ".join(stray)[:80]),), False
    if profile.strict and call == "create" and value:
        return (Phrase.of("not-exactly-empty", keys=", ".join(sorted(value))[:80]),), True
    odd = call in ("create", "action") and not isinstance(value.get("inventory"), dict | None)
    defect = (Phrase.of("inventory-no-object", kind=kind_of(value["inventory"])),) if odd else ()
    return defect or _schema_reasons(RESULT_SCHEMA.get(call), value, profile), True


def _schema_reasons(name: str | None, value: Json, profile: Profile) -> tuple[Phrase, ...]:
    if name is None:
        return ()
    defects = contract_of(profile).defects(name, value)
    return tuple(Phrase.of("schema-defect", path=defect.path, message=defect.message) for defect in defects)


def _refusal(answer: Response, profile: Profile, *, direct: bool) -> Outcome:
    value = decode(answer.body)
    if isinstance(value, dict | list) or not direct or profile.strict or answer.status == 503:
        return _structured_refusal(answer, value, profile, direct=direct)
    text = text_of(answer.body[:TEXT_SHOWN])
    form = "empty" if not answer.body.strip() else "page" if looks_like_page(answer.body) else "text"
    return Refused(form=form, status=answer.status, error=None, text=text, direct=direct)  # type: ignore[arg-type] # mypy widens the conditional


def _structured_refusal(answer: Response, value: Json | Undecodable, profile: Profile, *, direct: bool) -> Outcome:
    if isinstance(value, Undecodable):
        shape = (
            "empty-failure" if not answer.body else "page-failure" if looks_like_page(answer.body) else "text-failure"
        )
        reasons: tuple[Phrase, ...] = (Phrase.of(shape, status=answer.status),)
    elif not isinstance(value, dict):
        reasons = (Phrase.of("not-an-object", kind=kind_of(value)),)
    elif not isinstance(value.get("error"), dict):
        reasons = (Phrase.of("no-error-object", status=answer.status, keys=", ".join(sorted(value))[:80]),)
    else:
        reasons = _error_reasons(answer.body, profile)
        if not reasons:
            return Refused(form="error", status=answer.status, error=value["error"], text="", direct=direct)
    return Malformed(reasons=reasons, leaning="refused", status=answer.status, direct=direct)


@lru_cache(maxsize=512)
def _error_reasons(body: bytes, profile: Profile) -> tuple[Phrase, ...]:
    return _schema_reasons("failure", decode(body), profile)


def kind_of(value: Json) -> str:
    """Return the JSON name of a value's type."""
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def session_died(outcome: Outcome) -> bool:
    """Return True if a call was refused because the target does not know its session (ID.1001, or status 401)."""
    return isinstance(outcome, Refused) and (outcome.code.startswith("ID.1001") or outcome.status == 401)

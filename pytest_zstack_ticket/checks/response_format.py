"""Checks of the format of one response to CreateTicket."""

from __future__ import annotations

import re

from pytest_zstack_ticket.api.classify import UNAVAILABLE, from_gateway
from pytest_zstack_ticket.api.contract import Defect, contract_of
from pytest_zstack_ticket.api.foreign_answers import looks_like_page
from pytest_zstack_ticket.api.hazards import hazard_of
from pytest_zstack_ticket.api.messages import answers, final_answer
from pytest_zstack_ticket.api.strict_json import Undecodable, decode
from pytest_zstack_ticket.checks.outcomes import Arguments, describe, outcome_of, violation
from pytest_zstack_ticket.checks.roundtrip import brief
from pytest_zstack_ticket.model.exchange import Json, Trails
from pytest_zstack_ticket.model.outcome import (
    Accepted,
    Judgement,
    Malformed,
    Phrase,
    Refused,
    Unanswered,
    Undecided,
    Unfinished,
)
from pytest_zstack_ticket.model.profile import Profile

FAILURE = 400
"""The least status of a failure."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""JSON must not be sent with one (RFC 8259 section 8.1): most readers refuse it."""
_AT_ONCE = re.compile("0+")
_INDEX = re.compile(r"[0-9]{1,9}(?![\s\S])")


def form(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the answer is one of the allowed forms.

    A measured 5.2.1 never ends the job of a list where it declares an Object; only the simulator is sent one
    (`api/hazards`).

    Argument `reasons`: only these classifier reasons count as a violation (all but schema defects if it is missing); an
    answer that is malformed for another reason then says nothing. Argument `structured`: a refusal in plain text, which
    never reached the API, says nothing.
    """
    subject = outcome_of(trails, "subject", profile, arguments)
    lost = isinstance(subject, Refused) and subject.form == "lost"
    if isinstance(subject, Unfinished) and hazard_of(trails["subject"][0].request.body) == "untyped-list":
        return Undecided(Phrase.of("unending-list", seconds=f"{subject.waited:.1f}"))
    silent = isinstance(subject, Refused) and subject.form != "error" and arguments.get("structured")
    if isinstance(subject, Unanswered | Unfinished) or silent or lost:
        return Undecided(describe(subject))
    if not isinstance(subject, Malformed):
        return None
    counted = arguments.get("reasons")
    wrong = [reason for reason in subject.reasons if reason.key != "schema-defect"]
    for reason in wrong:
        if not counted or reason.key in counted:
            return violation(Phrase.of("expect-answer-form", profile=profile.base), reason)
    return Undecided(describe(subject)) if wrong else None


def success_format(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that what was not refused is answered in an allowed form; argument `call`."""
    outcome = outcome_of(trails, "subject", profile, arguments)
    return Undecided(Phrase.of("legal-refusal")) if isinstance(outcome, Refused) else form(trails, arguments, profile)


def no_inventory_with_error(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a failure does not show a ticket too: a client that reads only the inventory would see a success."""
    answer = final_answer(trails["subject"])
    value = decode(answer.body) if answer else None
    if not isinstance(value, dict) or not isinstance(value.get("error"), dict):
        return Undecided(Phrase.of("no-such-part", schema="failure"))
    shown = value.get("inventory")
    return None if shown is None else violation(Phrase.of("expect-error-alone"), Phrase.of("shows", value=brief(shown)))


def schema_part(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check one part of a structured answer against its schema.

    Arguments: `schema` (failure, create-result, session, query-result), `places` (paths without indexes; a trailing
    `*` covers everything below), `keywords` (schema keywords that count; all if missing).
    """
    answer = final_answer(trails["subject"])
    value = decode(answer.body) if answer else None
    schema = str(arguments["schema"])
    if not isinstance(value, dict) or not _carries(value, schema):
        return Undecided(Phrase.of("no-such-part", schema=schema))
    for defect in contract_of(profile).defects(schema, value):
        if _matches(defect, arguments):
            return violation(
                Phrase.of("expect-schema", path=defect.path),
                Phrase.of("schema-defect", path=defect.path, message=defect.message),
            )
    return None


def _carries(value: dict[str, Json], schema: str) -> bool:
    wanted = {"failure": "error", "create-result": "inventory", "session": "inventory", "query-result": "inventories"}
    return isinstance(value.get(wanted[schema]), dict | list)


def _matches(defect: Defect, arguments: Arguments) -> bool:
    keywords = arguments.get("keywords")
    if keywords and defect.keyword not in keywords:
        return False
    for place in arguments["places"]:
        if defect.place == place or (place.endswith("*") and defect.place.startswith(place[:-1])):
            return True
    return False


def no_html_page(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a refusal by the API is no HTML page."""
    for answer in answers(trails["subject"]):
        if from_gateway(answer):
            return Undecided(Phrase.of("front-end", status=answer.status))
        if looks_like_page(answer.body):
            return violation(Phrase.of("expect-no-page"), Phrase.of("was-page", status=answer.status))
    return None


def no_call_to_repeat(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that no 503 of the API carries `Retry-After: 0`: okhttp sends the request again at once, a POST too."""
    for answer in answers(trails["subject"]):
        wish = (answer.header("retry-after") or "").strip()
        if answer.status == UNAVAILABLE and _AT_ONCE.fullmatch(wish) and not from_gateway(answer):
            return violation(Phrase.of("expect-no-call-to-repeat"), Phrase.of("shows", value=f"Retry-After: {wish}"))
    return None


def no_secret(trails: Trails, arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that no answer shows a secret; argument `kinds` limits it to some kinds of secret."""
    kinds = arguments.get("kinds")
    for role in trails.values():
        for exchange in role:
            found = [leak for leak in exchange.leaks if not kinds or leak in kinds]
            if found:
                return violation(Phrase.of("expect-no-secret"), Phrase.of("shows-secret", kind=", ".join(found)))
    return None


def charset(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that an answer which names a character set names UTF-8, and that its bytes are UTF-8.

    A failure in text that is no JSON may be a front end's; that it is none is for other checks to say.
    """
    for answer in answers(trails["subject"]):
        if from_gateway(answer):
            return Undecided(Phrase.of("front-end", status=answer.status))
        kind = (answer.header("content-type") or "").lower()
        wrong = _other_charset(kind, answer.body)
        if wrong is None:
            continue
        if answer.status >= FAILURE and kind.startswith("text/") and isinstance(decode(answer.body), Undecodable):
            return Undecided(describe(outcome_of(trails, "subject", profile, arguments)))
        return violation(Phrase.of("expect-utf8"), wrong)
    return None


def _other_charset(kind: str, body: bytes) -> Phrase | None:
    """Say by what the bytes of a body, or its media type, are not plain UTF-8; None if they are."""
    named = kind.partition("charset=")[2].split(";")[0].strip(" \"'")
    if named and named.replace("-", "") not in ("utf8", "usascii"):
        return Phrase.of("names-charset", charset=named)
    if body.startswith(BYTE_ORDER_MARK):
        return Phrase.of("byte-order-mark")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return Phrase.of("not-utf8", byte=error.start)
    return None


def media_type(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a JSON answer is not declared to be a page: a browser would run what it quotes.

    Any other type, and none at all, is harmless: real deployments send none (wire dossier 1.3).
    """
    for answer in answers(trails["subject"]):
        if from_gateway(answer):
            return Undecided(Phrase.of("front-end", status=answer.status))
        kind = (answer.header("content-type") or "").split(";")[0].strip().lower()
        if kind == "text/html" and isinstance(decode(answer.body), dict):
            return violation(Phrase.of("expect-json-type"), Phrase.of("names-type", type=kind))
    return None


def exactly_empty(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a success is exactly `{}`, as the page shows it (documented profile)."""
    subject = outcome_of(trails, "subject", profile, arguments)
    if isinstance(subject, Accepted):
        return None
    reason = subject.reasons[0] if isinstance(subject, Malformed) and subject.leaning == "accepted" else None
    if reason is None:
        return Undecided(describe(subject))
    return violation(Phrase.of("expect-exactly-empty"), reason)


def structured_failure(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a failure is JSON with an error object, whatever its status (documented profile)."""
    subject = outcome_of(trails, "subject", profile, arguments)
    if isinstance(subject, Refused):
        if subject.form == "error":
            return None
        return violation(Phrase.of("expect-structured-failure"), describe(subject))
    if isinstance(subject, Malformed) and subject.leaning == "refused":
        bad = [reason for reason in subject.reasons if reason.key != "schema-defect"]
        return violation(Phrase.of("expect-structured-failure"), bad[0]) if bad else None
    return Undecided(describe(subject))


def schema_paths(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that each path in an answer's `schema` leads to a value: the real SDK throws where one does not."""
    answer = final_answer(trails["subject"])
    value = decode(answer.body) if answer else None
    if not isinstance(value, dict) or isinstance(value, Undecodable) or "schema" not in value:
        return Undecided(Phrase.of("no-such-part", schema="schema"))
    schema = value["schema"]
    if not isinstance(schema, dict):
        return violation(Phrase.of("expect-schema-paths"), Phrase.of("not-an-object", kind=type(schema).__name__))
    for path in schema:
        if _lookup(value, path) is None:
            return violation(Phrase.of("expect-schema-paths"), Phrase.of("path-leads-nowhere", path=path[:80]))
    return None


def _lookup(value: Json, path: str) -> Json:
    for part in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(value, list) and _INDEX.match(part):
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value

"""Checks of the job protocol: 202, location, polling, the end, and the webhook."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_zstack_ticket.api.classify import from_gateway, job_id
from pytest_zstack_ticket.api.contract import contract_of
from pytest_zstack_ticket.api.messages import final_answer, json_object, same_id
from pytest_zstack_ticket.api.strict_json import decode, text_of
from pytest_zstack_ticket.checks.outcomes import Arguments, describe, one_line, outcome_of, violation
from pytest_zstack_ticket.checks.roundtrip import same_result
from pytest_zstack_ticket.model.exchange import Exchange, Response, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Malformed, Phrase, Undecided, Unfinished
from pytest_zstack_ticket.model.profile import Profile

ACCEPTED = 202
SESSION_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-auth-token", "x-session"})
HEADER_JOB = "x-job-uuid"


def _start(exchanges: Sequence[Exchange]) -> Response | None:
    answer = exchanges[0].answer if exchanges else None
    return answer if isinstance(answer, Response) and answer.status == ACCEPTED else None


def _no_job() -> Undecided:
    return Undecided(Phrase.of("no-job"))


def accepted_job_part(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check one part of the 202 that starts a job. Arguments: `places`, `keywords` (all if missing)."""
    start = _start(trails["subject"])
    if start is None:
        return _no_job()
    keywords = arguments.get("keywords")
    body = decode(start.body)
    shown = isinstance(body, dict) and all(place in body for place in arguments["places"])
    if not shown and "required" not in (keywords or ()):
        optional = "apiTimeout" in arguments["places"]
        return Undecided(Phrase.of("not-shown", member="apiTimeout") if optional else Phrase.of("no-location"))
    defects = contract_of(profile).defects("accepted-job", body if isinstance(body, dict) else {})
    for defect in defects:
        if defect.place in arguments["places"] and (not keywords or defect.keyword in keywords):
            return violation(
                Phrase.of("expect-schema", path=defect.path),
                Phrase.of("schema-defect", path=defect.path, message=defect.message),
            )
    return None


def requested_job_id(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that the job has the id that X-Job-UUID asked for."""
    start = _start(trails["subject"])
    sent = {name.lower(): value for name, value in trails["subject"][0].request.headers}.get(HEADER_JOB)
    if start is None or sent is None:
        return _no_job()
    reported = job_id(trails["subject"])
    if not reported:
        return Undecided(Phrase.of("no-location"))
    return (
        None
        if same_id(reported, sent)
        else violation(Phrase.of("expect-job-id", id=sent), Phrase.of("shows", value=reported))
    )


def location_not_led(trails: Trails, arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that no header of the client decides on which host the location of its job is; argument `host`."""
    start = _start(trails["subject"])
    location = json_object(start.body).get("location") if start else None
    if not isinstance(location, str):
        return Undecided(Phrase.of("no-location")) if start else _no_job()
    if str(arguments["host"]) in location:
        return violation(Phrase.of("expect-location-not-led"), Phrase.of("shows", value=one_line(location)))
    return None


def pending_body(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a poll which answers 202 has no body, or an object without result and without error."""
    polls = [e.answer for e in trails["subject"][1:] if isinstance(e.answer, Response) and e.answer.status == ACCEPTED]
    for answer in polls:
        body = decode(answer.body) if answer.body.strip() else {}
        if not isinstance(body, dict) or "error" in body or "inventory" in body:
            return violation(Phrase.of("expect-pending"), Phrase.of("shows", value=one_line(text_of(answer.body))))
    return None if polls else Undecided(Phrase.of("never-pending"))


def job_end_status(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a job's end is reported with 200 or 503: the real SDK drops the error code of any other status."""
    final = _ended(trails["subject"])
    if final is None:
        return _no_job()
    if from_gateway(final):
        return Undecided(Phrase.of("front-end", status=final.status))
    if final.status in (200, 503):
        return None
    return violation(Phrase.of("expect-end-status"), Phrase.of("status-is", status=final.status))


def _ended(exchanges: Sequence[Exchange]) -> Response | None:
    """Return the answer that ended a job, or None while it runs or where there is no job."""
    final = final_answer(exchanges)
    if _start(exchanges) is None or len(exchanges) < 2 or final is None or final.status == ACCEPTED:
        return None
    return final


def job_end_stable(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a job's end reads the same again: `subject` is the flow, `again` a later poll of the same job.

    Without `again` the subject was refused before there was a job.
    """
    if "again" not in trails:
        return Undecided(Phrase.of("legal-refusal"))
    final, again = _ended(trails["subject"]), final_answer(trails["again"])
    if final is None or again is None or from_gateway(again):
        return _no_job()
    if final.status != again.status:
        return violation(Phrase.of("expect-stable"), Phrase.of("status-is", status=again.status))
    one, other = decode(final.body), decode(again.body)
    objects = isinstance(one, dict) and isinstance(other, dict)
    equal = same_result(one, other) if objects else final.body == again.body
    return (
        None
        if equal
        else violation(Phrase.of("expect-stable"), Phrase.of("shows", value=one_line(text_of(again.body))))
    )


def job_ends_in_time(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a job ends within the time that the target itself announced, plus the argument `grace` (seconds)."""
    subject = outcome_of(trails, "subject", profile, arguments)
    if not isinstance(subject, Unfinished):
        return _no_job() if _start(trails["subject"]) is None or not job_id(trails["subject"]) else None
    grace = float(arguments.get("grace", 0))
    if subject.promised is None or subject.waited < subject.promised + grace:
        return Undecided(describe(subject))
    return violation(Phrase.of("expect-end-in-time", seconds=f"{subject.promised:g}"), describe(subject))


def reported_timeout(trails: Trails, arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that apiTimeout is what X-API-Timeout asked for. Argument `milliseconds`."""
    start = _start(trails["subject"])
    if start is None:
        return _no_job()
    reported = json_object(start.body).get("apiTimeout")
    wanted = arguments["milliseconds"]
    if reported == wanted:
        return None
    return violation(
        Phrase.of("expect-value", member="apiTimeout", value=str(wanted)), Phrase.of("shows", value=str(reported))
    )


def expected_status(trails: Trails, arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that an answer has one of the statuses in the argument `statuses`."""
    answer = final_answer(trails["subject"])
    if answer is None or from_gateway(answer):
        return Undecided(Phrase.of("no-answer"))
    statuses = list(arguments["statuses"])
    if answer.status in statuses:
        return None
    wanted = ", ".join(map(str, statuses))
    return violation(Phrase.of("expect-status", statuses=wanted), Phrase.of("status-is", status=answer.status))


def not_success(trails: Trails, arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that an answer is neither a success (2xx) nor a redirect (3xx).

    Argument `because`: only the job that the sibling started makes the subject wrong.
    """
    if arguments.get("because") and _start(trails["sibling"]) is None:
        return _no_job()
    answer = final_answer(trails["subject"])
    if answer is None or from_gateway(answer):
        return Undecided(Phrase.of("no-answer"))
    if answer.status >= 400:
        return None
    return violation(Phrase.of("expect-refusal"), Phrase.of("status-is", status=answer.status))


def webhook_delivery(trails: Trails, arguments: Arguments, _profile: Profile) -> Judgement:
    """Check a web hook delivery. `subject` is the flow, `hook` the deliveries that reached us.

    Argument `facet`: arrives, job-uuid, job-success, body (equal to what a poll answers), retried (a second try came),
    no-session (no header that stands for a session).
    """
    facet, deliveries = str(arguments["facet"]), trails.get("hook", ())
    final = _ended(trails["subject"])
    if final is None:
        return _no_job()
    wanted = Phrase.of(f"expect-hook-{facet}")
    if facet == "retried":
        return None if len(deliveries) > 1 else violation(wanted, Phrase.of("hook-count", count=len(deliveries)))
    if not deliveries:
        return violation(wanted, Phrase.of("hook-count", count=0))
    if facet == "arrives":
        return None
    request = deliveries[-1].request
    headers = {name.lower(): value for name, value in request.headers}
    if facet == "job-uuid":
        shown = headers.get(HEADER_JOB)
        good = same_id(shown, job_id(trails["subject"]))
    elif facet == "no-session":
        shown = ", ".join(sorted(headers.keys() & SESSION_HEADERS))
        good = not shown
    elif facet == "job-success":
        success = "true" if final.status == 200 else "false"
        good, shown = (headers.get("x-job-success") or "").lower() == success, headers.get("x-job-success")
    else:
        good, shown = (
            same_result(decode(request.body or b""), decode(final.body)),
            one_line(text_of(request.body or b"")),
        )
    return None if good else violation(wanted, Phrase.of("shows", value=str(shown)))


def job_result_format(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that what a job ends with is a success or a well-formed error; schema defects are another check's."""
    if _ended(trails["subject"]) is None:
        return _no_job()
    subject = outcome_of(trails, "subject", profile, arguments)
    if isinstance(subject, Malformed):
        reasons = [reason for reason in subject.reasons if reason.key != "schema-defect"]
        return violation(Phrase.of("expect-answer-form", profile=profile.base), reasons[0]) if reasons else None
    return None

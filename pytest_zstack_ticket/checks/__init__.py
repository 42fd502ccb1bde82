"""Every check by its name: a pure function of redacted trails, so that a verdict can be formed again from evidence."""

from __future__ import annotations

from pytest_zstack_ticket.api.classify import from_gateway
from pytest_zstack_ticket.checks import (
    approvals,
    archives,
    async_jobs,
    differential,
    history,
    isolation,
    lifecycle,
    no_response,
    pagination,
    persistence,
    queries,
    response_format,
    roundtrip,
    sessions,
    stability,
    stateful,
    visibility,
)
from pytest_zstack_ticket.checks.outcomes import Arguments, CheckFunction
from pytest_zstack_ticket.model.exchange import Failure, Response, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

CHECKS: dict[str, CheckFunction] = {
    "form": response_format.form,
    "error-alone": response_format.error_alone,
    "success-form": response_format.success_form,
    "facet": response_format.facet,
    "no-page": response_format.no_page,
    "no-trace": response_format.no_trace,
    "no-leak": response_format.no_leak,
    "charset": response_format.charset,
    "media-type": response_format.media_type,
    "exactly-empty": response_format.exactly_empty,
    "structured-failure": response_format.structured_failure,
    "schema-paths": response_format.schema_paths,
    "answered": no_response.answered,
    "refusal": differential.refusal,
    "blame": differential.blame,
    "argument-code": differential.argument_code,
    "chunked": differential.chunked,
    "sameness": differential.sameness,
    "outer-blanks": differential.outer_blanks,
    "steadiness": differential.steadiness,
    "echo": roundtrip.echo,
    "request-echo": roundtrip.request_echo,
    "own-uuid": roundtrip.own_uuid,
    "distinct": roundtrip.distinct,
    "dates": roundtrip.dates,
    "start-facet": async_jobs.start_facet,
    "own-id": async_jobs.own_id,
    "pending-body": async_jobs.pending_body,
    "end-status": async_jobs.end_status,
    "end-stable": async_jobs.end_stable,
    "ends": async_jobs.ends,
    "announced-timeout": async_jobs.announced_timeout,
    "status": async_jobs.not_found,
    "not-success": async_jobs.not_success,
    "hooked": async_jobs.hooked,
    "result-form": async_jobs.result_form,
    "stored-once": persistence.stored_once,
    "as-sent": persistence.as_sent,
    "same-everywhere": persistence.same_everywhere,
    "first-stays": persistence.first_stays,
    "job-once": persistence.job_once,
    "same-form": persistence.same_form,
    "life-step": lifecycle.step,
    "told-truly": lifecycle.told_truly,
    "updated": lifecycle.updated,
    "gone": lifecycle.gone,
    "history": lifecycle.history,
    "commented": lifecycle.commented,
    "wrong-operator": approvals.wrong_operator,
    "operated": approvals.operated,
    "recorded": approvals.recorded,
    "unseen": visibility.unseen,
    "uncoupled": visibility.uncoupled,
    "uncounted": visibility.uncounted,
    "left-alone": visibility.left_alone,
    "tells-nothing": visibility.tells_nothing,
    "no-insides": isolation.no_insides,
    "outside-flow": isolation.outside_flow,
    "unguessable": isolation.unguessable,
    "not-mixed": isolation.not_mixed,
    "family-step": stateful.family_step,
    "family-shows": stateful.family_shows,
    "offered": archives.offered,
    "archived": archives.archived,
    "archived-history": archives.archived_history,
    "apart": archives.apart,
    "stays-dead": archives.stays_dead,
    "history-kept": history.history_kept,
    "history-dates": history.history_dates,
    "own-history": history.own_history,
    "dates-kept": history.dates_kept,
    "steady": stability.steady,
    "delivered-once": stability.delivered_once,
    "job-kept": stability.job_kept,
    "still-there": stability.still_there,
    "refused-session": sessions.refused_session,
    "session-code": sessions.session_code,
    "logged-in": sessions.logged_in,
    "login-refused": sessions.login_refused,
    "logged-out": sessions.logged_out,
    "shows-rows": queries.shows_rows,
    "schema-leads": queries.schema_leads,
    "listed": queries.listed,
    "selects": queries.selects,
    "only-matching": queries.only_matching,
    "partition": pagination.partition,
    "page-size": pagination.page_size,
    "all-shown": pagination.all_shown,
    "total": pagination.total,
    "in-order": pagination.in_order,
    "ordered-page": pagination.ordered_page,
    "projected": pagination.projected,
    "empty": queries.empty,
    "by-uuid": queries.by_uuid,
    "same-row": queries.same_row,
}


def evaluate(name: str, trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Return what the check `name` says of one example. Raises KeyError for an unknown check.

    A departure that stands on another request beside the subject is none where the line has lost that one.
    """
    judgement = CHECKS[name](trails, arguments, profile)
    if not isinstance(judgement, Violation) or name == "answered":
        return judgement
    for role, trail in trails.items():
        if role != "subject" and trail and lost(trail[-1].answer):
            return Undecided(Phrase.of("companion-unanswered", what=role))
    return judgement


def lost(answer: Response | Failure) -> bool:
    """Return True if what came back is not the API's."""
    return isinstance(answer, Failure) or from_gateway(answer)

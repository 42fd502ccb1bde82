"""Every check by its name: a pure function of redacted trails, so that a verdict can be formed again from evidence."""

from __future__ import annotations

from pytest_zstack_ticket.core.checks import (
    answers,
    apart,
    approvals,
    archives,
    echoes,
    families,
    histories,
    jobs,
    lines,
    lives,
    pages,
    queries,
    sessions,
    siblings,
    steady,
    stored,
    strangers,
)
from pytest_zstack_ticket.core.checks.reading import Arguments, CheckFunction, Trails
from pytest_zstack_ticket.core.classify import from_gateway
from pytest_zstack_ticket.model.exchange import Failure, Response
from pytest_zstack_ticket.model.outcome import Departure, Judgement, Phrase, Undecided
from pytest_zstack_ticket.model.profile import Profile

CHECKS: dict[str, CheckFunction] = {
    "form": answers.form,
    "error-alone": answers.error_alone,
    "success-form": answers.success_form,
    "facet": answers.facet,
    "no-page": answers.no_page,
    "no-trace": answers.no_trace,
    "no-leak": answers.no_leak,
    "charset": answers.charset,
    "media-type": answers.media_type,
    "exactly-empty": answers.exactly_empty,
    "structured-failure": answers.structured_failure,
    "schema-paths": answers.schema_paths,
    "answered": lines.answered,
    "refusal": siblings.refusal,
    "blame": siblings.blame,
    "argument-code": siblings.argument_code,
    "chunked": siblings.chunked,
    "sameness": siblings.sameness,
    "outer-blanks": siblings.outer_blanks,
    "steadiness": siblings.steadiness,
    "echo": echoes.echo,
    "request-echo": echoes.request_echo,
    "own-uuid": echoes.own_uuid,
    "distinct": echoes.distinct,
    "dates": echoes.dates,
    "start-facet": jobs.start_facet,
    "own-id": jobs.own_id,
    "pending-body": jobs.pending_body,
    "end-status": jobs.end_status,
    "end-stable": jobs.end_stable,
    "ends": jobs.ends,
    "announced-timeout": jobs.announced_timeout,
    "status": jobs.not_found,
    "not-success": jobs.not_success,
    "hooked": jobs.hooked,
    "result-form": jobs.result_form,
    "stored-once": stored.stored_once,
    "as-sent": stored.as_sent,
    "same-everywhere": stored.same_everywhere,
    "first-stays": stored.first_stays,
    "job-once": stored.job_once,
    "same-form": stored.same_form,
    "life-step": lives.step,
    "told-truly": lives.told_truly,
    "updated": lives.updated,
    "gone": lives.gone,
    "history": lives.history,
    "commented": lives.commented,
    "wrong-operator": approvals.wrong_operator,
    "operated": approvals.operated,
    "recorded": approvals.recorded,
    "unseen": strangers.unseen,
    "uncoupled": strangers.uncoupled,
    "uncounted": strangers.uncounted,
    "left-alone": strangers.left_alone,
    "tells-nothing": strangers.tells_nothing,
    "no-insides": apart.no_insides,
    "outside-flow": apart.outside_flow,
    "unguessable": apart.unguessable,
    "not-mixed": apart.not_mixed,
    "family-step": families.family_step,
    "family-shows": families.family_shows,
    "offered": archives.offered,
    "archived": archives.archived,
    "archived-history": archives.archived_history,
    "apart": archives.apart,
    "stays-dead": archives.stays_dead,
    "history-kept": histories.history_kept,
    "history-dates": histories.history_dates,
    "own-history": histories.own_history,
    "dates-kept": histories.dates_kept,
    "steady": steady.steady,
    "delivered-once": steady.delivered_once,
    "job-kept": steady.job_kept,
    "still-there": steady.still_there,
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
    "partition": pages.partition,
    "page-size": pages.page_size,
    "all-shown": pages.all_shown,
    "total": pages.total,
    "in-order": pages.in_order,
    "ordered-page": pages.ordered_page,
    "projected": pages.projected,
    "empty": queries.empty,
    "by-uuid": queries.by_uuid,
    "same-row": queries.same_row,
}


def evaluate(name: str, trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Return what the check `name` says of one example. Raises KeyError for an unknown check.

    A departure that stands on another request beside the subject is none where the line has lost that one.
    """
    judgement = CHECKS[name](trails, arguments, profile)
    if not isinstance(judgement, Departure) or name == "answered":
        return judgement
    for role, trail in trails.items():
        if role != "subject" and trail and lost(trail[-1].answer):
            return Undecided(Phrase.of("beside-lost", what=role))
    return judgement


def lost(answer: Response | Failure) -> bool:
    """Return True if what came back is not the API's."""
    return isinstance(answer, Failure) or from_gateway(answer)

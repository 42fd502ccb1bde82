"""Checks by name: pure functions of redacted exchanges, so that verdicts can be recomputed from evidence.

May import `model`, `api` and `strategies`, but not `simulator`.
"""

from __future__ import annotations

from dataclasses import replace

from pytest_zstack_ticket.api.classify import OUTAGES, UNAVAILABLE, from_gateway
from pytest_zstack_ticket.api.foreign_answers import is_from_cache, server_of
from pytest_zstack_ticket.checks import (
    access,
    approvals,
    archives,
    async_jobs,
    date_conditions,
    differential,
    family_lists,
    history,
    isolation,
    lifecycle,
    misreadings,
    no_response,
    own_assertion,
    pagination,
    persistence,
    queries,
    response_format,
    roundtrip,
    sessions,
    side_effects,
    stability,
    stack_traces,
    stateful,
    updates,
    visibility,
)
from pytest_zstack_ticket.checks.causes import causes_of
from pytest_zstack_ticket.checks.no_response import answered_for
from pytest_zstack_ticket.checks.outcomes import Arguments, CheckFunction, one_line
from pytest_zstack_ticket.model.exchange import Failure, Response, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

CHECKS: dict[str, CheckFunction] = {
    "form": response_format.form,
    "no-inventory-with-error": response_format.no_inventory_with_error,
    "success-format": response_format.success_format,
    "schema-part": response_format.schema_part,
    "no-html-page": response_format.no_html_page,
    "no-stack-trace": stack_traces.no_stack_trace,
    "no-call-to-repeat": response_format.no_call_to_repeat,
    "no-secret": response_format.no_secret,
    "charset": response_format.charset,
    "media-type": response_format.media_type,
    "exactly-empty": response_format.exactly_empty,
    "structured-failure": response_format.structured_failure,
    "schema-paths": response_format.schema_paths,
    "answered": no_response.answered,
    "refusal": differential.refusal,
    "blames-edited-field": differential.blames_edited_field,
    "error-code": differential.error_code,
    "ill-formed-text": misreadings.ill_formed_text,
    "refused-framing": misreadings.refused_framing,
    "answered-once": misreadings.answered_once,
    "reads-only": misreadings.reads_only,
    "validated-only": misreadings.validated_only,
    "chunked-body": differential.chunked_body,
    "sameness": differential.sameness,
    "trimmed-length": differential.trimmed_length,
    "same-decision-again": differential.same_decision_again,
    "member-echo": roundtrip.member_echo,
    "request-echo": roundtrip.request_echo,
    "requested-uuid": roundtrip.requested_uuid,
    "distinct-uuids": roundtrip.distinct_uuids,
    "date-order": roundtrip.date_order,
    "accepted-job-part": async_jobs.accepted_job_part,
    "requested-job-id": async_jobs.requested_job_id,
    "location-not-led": async_jobs.location_not_led,
    "pending-body": async_jobs.pending_body,
    "job-end-status": async_jobs.job_end_status,
    "job-end-stable": async_jobs.job_end_stable,
    "job-ends-in-time": async_jobs.job_ends_in_time,
    "reported-timeout": async_jobs.reported_timeout,
    "expected-status": async_jobs.expected_status,
    "not-success": async_jobs.not_success,
    "webhook-delivery": async_jobs.webhook_delivery,
    "job-result-format": async_jobs.job_result_format,
    "stored-once": persistence.stored_once,
    "lost-leaves-nothing": persistence.lost_leaves_nothing,
    "as-sent": persistence.as_sent,
    "first-of-two": persistence.first_of_two,
    "digits-kept": persistence.digits_kept,
    "same-everywhere": persistence.same_everywhere,
    "first-ticket-stays": persistence.first_ticket_stays,
    "job-id-used-once": stability.job_id_used_once,
    "each-create-stored": persistence.each_create_stored,
    "same-response-form": persistence.same_response_form,
    "event-effect": lifecycle.event_effect,
    "event-response": lifecycle.event_response,
    "updated-requests": updates.updated_requests,
    "updated-description": updates.updated_description,
    "kept-description": updates.kept_description,
    "entity-tag-moves-on": queries.entity_tag_moves_on,
    "deleted-ticket": lifecycle.deleted_ticket,
    "own-deletion": lifecycle.own_deletion,
    "complete-history": lifecycle.complete_history,
    "recorded-comment": lifecycle.recorded_comment,
    "wrong-operator": approvals.wrong_operator,
    "other-operator": approvals.other_operator,
    "approver-event": approvals.approver_event,
    "recorded-event": approvals.recorded_event,
    "not-visible": visibility.not_visible,
    "count-independent": visibility.count_independent,
    "not-counted": visibility.not_counted,
    "unchanged-by-stranger": visibility.unchanged_by_stranger,
    "discloses-nothing": visibility.discloses_nothing,
    "no-internals": isolation.no_internals,
    "foreign-flow-collection": isolation.foreign_flow_collection,
    "unpredictable-job-ids": isolation.unpredictable_job_ids,
    "no-mixed-content": isolation.no_mixed_content,
    "group-step": stateful.group_step,
    "group-query": stateful.group_query,
    "returns-list": archives.returns_list,
    "listed-as-asked": family_lists.listed_as_asked,
    "row-dates": family_lists.row_dates,
    "readable-rows": family_lists.readable_rows,
    "flows-of-collections": family_lists.flows_of_collections,
    "flow-of-its-own": family_lists.flow_of_its_own,
    "unusable-collection": family_lists.unusable_collection,
    "archived-unchanged": archives.archived_unchanged,
    "archived-status": archives.archived_status,
    "archived-history": archives.archived_history,
    "not-archived": archives.not_archived,
    "row-classes": archives.row_classes,
    "selected-fields-of-past": archives.selected_fields_of_past,
    "stays-deleted": archives.stays_deleted,
    "history-not-rewritten": history.history_not_rewritten,
    "history-date-order": history.history_date_order,
    "refused-not-recorded": history.refused_not_recorded,
    "sequence-as-number": history.sequence_as_number,
    "own-history": history.own_history,
    "dates-not-backwards": history.dates_not_backwards,
    "date-moves-on": history.date_moves_on,
    "same-treatment": stability.same_treatment,
    "delivered-once": stability.delivered_once,
    "job-result-kept": stability.job_result_kept,
    "still-stored": stability.still_stored,
    "refused-session": sessions.refused_session,
    "session-code": sessions.session_code,
    "logged-in": sessions.logged_in,
    "login-refused": sessions.login_refused,
    "logged-out": sessions.logged_out,
    "unknown-user-alike": sessions.unknown_user_alike,
    "another-session": sessions.another_session,
    "session-kept": sessions.session_kept,
    "session-of-its-own": sessions.session_of_its_own,
    "ended-is-invalid": sessions.ended_is_invalid,
    "query-list": queries.query_list,
    "query-schema-paths": queries.query_schema_paths,
    "all-created-listed": queries.all_created_listed,
    "selection": queries.selection,
    "date-edge": date_conditions.date_edge,
    "dates-apart": history.dates_apart,
    "time-of-day": date_conditions.time_of_day,
    "only-matching": queries.only_matching,
    "complete-pages": pagination.complete_pages,
    "page-size": pagination.page_size,
    "all-shown": pagination.all_shown,
    "total-count": pagination.total_count,
    "in-order": pagination.in_order,
    "ordered-page": pagination.ordered_page,
    "selected-fields": pagination.selected_fields,
    "empty-result": queries.empty_result,
    "ticket-by-path": queries.ticket_by_path,
    "same-ticket-read": queries.same_ticket_read,
    "unchanged-without-session": access.unchanged_without_session,
    "path-counts": access.path_counts,
    "all-unchanged": access.all_unchanged,
    "server-owned": side_effects.server_owned,
    "operator-not-sent": side_effects.operator_not_sent,
    "not-widened": side_effects.not_widened,
    "nothing-came-of-it": side_effects.nothing_came_of_it,
    "no-password-member": access.no_password_member,
    "no-password-quoted": access.no_password_quoted,
    "session-dates": access.session_dates,
    "together-on-one": side_effects.together_on_one,
    "not-fetched": side_effects.not_fetched,
    "shows-no-file": side_effects.shows_no_file,
    "does-not-wait": side_effects.does_not_wait,
    "not-held-up": side_effects.not_held_up,
    "no-header-of-text": side_effects.no_header_of_text,
    "no-markup-of-text": side_effects.no_markup_of_text,
    "not-for-shared-caches": side_effects.not_for_shared_caches,
    "no-origin-echo": side_effects.no_origin_echo,
    "own-approval-refused": access.own_approval_refused,
    own_assertion.OWN_ASSERTION: own_assertion.own_assertion,
}

HIDDEN = frozenset(
    {"was-unanswered", "no-answer", "companion-unanswered", "controls-changed", "no-job", "sibling-not-accepted"}
)
"""Reasons that may be no more than the work of something in front of the target."""


def evaluate(name: str, trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Judge one example by the check `name`. Raises KeyError for an unknown check.

    A violation that rests on another request besides the subject does not count where that response was lost, nor does
    one in what a cache had kept, nor one of a framing where a proxy names itself: it frames anew what it passes on
    (RFC 9112, 2.1 and 6).
    """
    judgement = CHECKS[name](trails, arguments, profile)
    if isinstance(judgement, Undecided) and judgement.reason.key in HIDDEN:
        return _hidden(trails) or judgement
    if not isinstance(judgement, Violation) or name == "answered":
        return judgement
    for role, trail in trails.items():
        answer = trail[-1].answer if trail else None
        if role == "subject" and isinstance(answer, Response) and is_from_cache(answer):
            return Undecided(Phrase.of("front-end", status=answer.status))
        if role != "subject" and answer is not None and is_no_api_answer(answer):
            return _hidden({role: trail}) or Undecided(Phrase.of("companion-unanswered", what=role))
    proxy = _proxy(trails) if name == "refused-framing" or arguments.get("framed") else ""
    if proxy:
        return Undecided(Phrase.of("front-end-frames", via=one_line(proxy)[:80]))
    return replace(judgement, because=causes_of(name, judgement, trails, arguments, profile))


def _proxy(trails: Trails) -> str:
    """Return how a proxy names itself in the answers, an empty text if none does: by Via, or by its Server."""
    heard = [one.answer for trail in trails.values() for one in trail if isinstance(one.answer, Response)]
    names = [answer.header("via") or server_of(answer) for answer in heard]
    return next(filter(None, names), "")


def _hidden(trails: Trails) -> Undecided | None:
    """Name what stands in front of the target as the reason, where it answered any of the requests by its own rules."""
    for trail in trails.values():
        status = answered_for(trail)
        if status is not None and status not in OUTAGES - {UNAVAILABLE}:
            return Undecided(Phrase.of("front-end", status=status))
    return None


def is_no_api_answer(answer: Response | Failure) -> bool:
    """Say whether an answer did not come from the API: a failure of the line or a gateway's response."""
    return isinstance(answer, Failure) or from_gateway(answer)

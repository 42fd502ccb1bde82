"""Faults that only rare data, counts, repetition, load or time bring out; made from conditions and plain faults."""

from __future__ import annotations

from pytest_zstack_ticket.simulator.faults.expression import Fault
from pytest_zstack_ticket.simulator.faults.request_conditions import CONDITIONS

_ON_CREATE = tuple(
    name
    for name in CONDITIONS
    if not name.startswith(("event-", "path-", "method-")) and name not in ("comment", "anonymous")
)
_EFFECTS: tuple[tuple[str, str, str], ...] = (
    ("refuse", "refuse", "a valid create is refused"),
    ("reject", "reject", "a valid create is answered 400"),
    ("crash", "crash", "a create ends in a 500 with a stack trace"),
    ("hang", "latency:1e9", "the job never ends"),
    ("close", "wire:create=close", "the connection is closed"),
    ("lose", "lose-ticket", "the ticket is lost"),
    ("double", "double-ticket", "the ticket is stored twice"),
    ("upper", "mangle-name:upper", "the name is stored in upper case"),
)
_SEVERAL: tuple[tuple[str, str], ...] = (
    ("lose", "lose-ticket"),
    ("double", "double-ticket"),
    ("mangle", "mangle-name:reversed"),
    ("error", "fail-always"),
    ("wrong-uuid", "answer-other-uuid"),
    ("crash", "crash"),
    ("hang", "latency:1e9"),
)
_WHEN: tuple[tuple[str, str, str], ...] = (
    ("every-7", "every:7", "on every seventh create"),
    ("after-20", "after:20", "after twenty creates"),
    ("after-100", "after:100", "after a hundred creates"),
    ("first", "first:1", "on the first create only"),
    ("busy", "when-busy:1", "while another job is running"),
    ("crowded", "when-busy:4", "while four jobs are on their way"),
    ("later", "when-later:5", "five seconds after the first request"),
    ("again", "again", "when the same body is sent again"),
    ("one-in-50", "when-one-in:50", "for one body in fifty"),
    ("one-in-200", "when-one-in:200", "for one body in two hundred"),
    ("crowd", "when-requests-many", "with more than fifty requests"),
    ("several", "when-requests-several", "with more than one request"),
    ("x-names", "when-name-starts:x", "for names that begin with x"),
)
_LATER: tuple[tuple[str, str, str], ...] = (
    ("drift:empty-result", "after:10(result-body:object)", "after ten results, a result is {} without inventory"),
    ("drift:doubles", "after:10(inventory-executeTimes:object)", "after ten results, executeTimes has another form"),
    ("drift:query-leaks", "after:10(query-leaks)", "after ten queries, a query shows tickets of other projects"),
    ("drift:total", "every:3(total-one-more)", "every third total is one too many"),
    ("drift:sessions", "after:20(accept-unknown-session)", "after twenty calls, any session is accepted"),
    ("drift:validation", "after:20(accept-too-long:name)", "after twenty creates, long names are accepted"),
    ("drift:job-lost", "every:5(job-lost)", "every fifth result is never there"),
    ("drift:error-200", "every:5(error:200)", "every fifth refusal has the status 200"),
    ("drift:history", "every:2(no-history)", "every second event leaves no history"),
    ("drift:cancel", "every:3(change-not-stored)", "every third event is not stored"),
    ("drift:delete", "every:2(delete-not-stored)", "every second delete does nothing"),
    ("drift:slow", "after:20(latency:0.3)", "after twenty creates, jobs take 300 ms"),
    ("drift:page", "every:4(start-one-more)", "every fourth query has a gap"),
    ("second-cancel-lost", "when-event-cancel(after:1(change-not-stored))", "a second cancel is not stored"),
    ("reopen-forgets-requests", "when-event-reopen(change-loses-requests)", "a reopen loses the requests"),
    ("reopen-forgets-description", "when-event-reopen(change-loses-description)", "a reopen loses the description"),
    ("reopen-not-stored", "when-event-reopen(change-not-stored)", "a reopen answers the status, but stores nothing"),
    ("reopen-no-history", "when-event-reopen(no-history)", "a reopen leaves no history"),
    ("reject-cancels", "when-event-reject(change-leads-to:Cancelled)", "a reject leads to Cancelled"),
    ("cancel-rejects", "when-event-cancel(change-leads-to:Rejected)", "a cancel leads to Rejected"),
    ("cancel-renames", "when-event-cancel(change-renames)", "a cancel renames the ticket"),
    ("approve-skips", "when-event-approve(change-leads-to:FinalApproved)", "an approve skips all further steps"),
    ("comment-breaks-history", "when-comment(no-history)", "an event with a comment leaves no history"),
    ("comment-lost", "history-loses-comment", "a comment is not kept"),
    ("uuid-reused", "when-resourceUuid(ignore-resourceUuid)", "resourceUuid is not honoured"),
    ("job-id-loses", "when-job-id(lose-ticket)", "a create with X-Job-UUID stores nothing"),
)


def _rows() -> list[Fault]:
    made = []
    for condition in _ON_CREATE:
        about = CONDITIONS[condition][1]
        for word, effect, what in _EFFECTS:
            text = f"when-{condition}({effect})"
            made.append(Fault(name=f"{word}-when:{condition}", description=f"{what} when {about}", expression=text))
    for name, trigger, when in _WHEN:
        for word, effect in _SEVERAL:
            text = f"{trigger}({effect})"
            made.append(Fault(name=f"{word}-{name}", description=f"{effect}, {when}", expression=text))
    made += [Fault(name=name, description=about, expression=text) for name, text, about in _LATER]
    return made


RARE: tuple[Fault, ...] = tuple(_rows())
"""Every fault that must be looked for."""

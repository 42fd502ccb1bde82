"""Checks of side effects: members that the server owns, texts that are carried out, reading calls that write, races.

What a refusal leaves alone is no effect either, where a sibling shows that the refusal means something.
"""

from __future__ import annotations

import re

from pytest_zstack_ticket.api.messages import Row, answers, json_object, moment, rows_of, sent_params
from pytest_zstack_ticket.api.strict_json import text_of
from pytest_zstack_ticket.checks.access import changed_ticket, unclear_query
from pytest_zstack_ticket.checks.archives import archived_twice
from pytest_zstack_ticket.checks.history import miscounted
from pytest_zstack_ticket.checks.lifecycle import HISTORIES, chain_violation
from pytest_zstack_ticket.checks.outcomes import (
    Arguments,
    accepted,
    describe,
    no_decision,
    outcome_of,
    refused,
    violation,
)
from pytest_zstack_ticket.checks.query_rows import brief_names, names_of, outcome_of_query
from pytest_zstack_ticket.checks.roundtrip import brief, same
from pytest_zstack_ticket.checks.shown_tickets import asked_for
from pytest_zstack_ticket.checks.updates import updated_requests
from pytest_zstack_ticket.checks.visibility import only_row
from pytest_zstack_ticket.model.exchange import Json, Response, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

FILES = (
    re.compile(r"<web-app\b[^>]*>.{0,2000}?<(?:display-name|servlet|filter|listener|context-param)\b", re.DOTALL),
    re.compile(r"^127\.0\.0\.1\s+localhost\b", re.MULTILINE),
)
"""What files look like that a server must not show: WEB-INF/web.xml, /etc/hosts."""
FEWEST_WAITS = 3
"""Queries that must all have waited: one alone may be slow for reasons of its own."""
SERVER_OWNED = (
    "status",
    "uuid",
    "createDate",
    "lastOpDate",
    "currentFlowUuid",
    "ticketTypeUuid",
    "accountUuid",
    "ownerUuid",
)
"""Members of a ticket that the server sets, and that a create or an action must not."""


def server_owned(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that members which the server owns, sent with a create (`subject`), take no effect.

    `shown` is the ticket that came of it, `sibling` a create without them and `plain` its ticket: what that has by
    itself is no effect. A refusal is none either.
    """
    outcome = outcome_of(trails, "subject", profile, arguments)
    if refused(outcome):
        sibling = outcome_of(trails, "sibling", profile, arguments)
        return None if accepted(sibling) else Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))
    if not accepted(outcome):
        return Undecided(describe(outcome))
    shown, plain = only_row(trails, "shown"), only_row(trails, "plain")
    if plain is not None and rows_of(trails["shown"]) == []:  # it is another account's, or has gone
        return violation(Phrase.of("expect-stored", count=1), Phrase.of("stored", count=0))
    if shown is None or plain is None:
        return Undecided(Phrase.of("query-unclear", role="shown" if shown is None else "plain"))
    return _effect(sent_params(trails["subject"]), shown, plain)


def _effect(sent: dict[str, Json], shown: dict[str, Json], plain: dict[str, Json]) -> Violation | None:
    """Say which member that was sent the ticket has, and the plain one has not."""
    kept = [one for one in SERVER_OWNED if one in sent and _alike(sent[one], shown.get(one))]
    kept = [one for one in kept if not _alike(sent[one], plain.get(one))]
    if "request" in sent and same(sent["request"], shown.get("request"), loose=True):
        kept.append("request")
    if not kept:
        return None
    told = Phrase.of("shows", value=brief(shown.get(kept[0])))
    return violation(Phrase.of("expect-server-owned", member=kept[0]), told)


def operator_not_sent(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that no row of the ticket's `history` names the operator that the event `subject` sent in its body."""
    body = json_object(trails["subject"][0].request.body or b"").get("changeTicketStatus")
    rows, sent = rows_of(trails.get("history", ())), body.get("operatorUuid") if isinstance(body, dict) else None
    if not accepted(outcome_of(trails, "subject", profile, {"call": "action"})) or not rows or sent is None:
        return Undecided(Phrase.of("not-shown", member="history"))
    if all(row.get("operatorUuid") != sent for row in rows):
        return None
    return violation(Phrase.of("expect-server-owned", member="operatorUuid"), Phrase.of("shows", value=brief(sent)))


def _alike(sent: Json, shown: Json) -> bool:
    """Say whether a value is the one that was sent; a date may be written in another form and zone."""
    one, other = moment(sent), moment(shown)
    if one is not None and other is not None:
        return abs((one.date() - other.date()).days) <= 1
    return shown is not None and same(sent, shown, loose=True)


def not_widened(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a condition which only its text could make wider shows no ticket, or is refused.

    `before` is a query that shows tickets of the run, as the subject would if its text were carried out.
    """
    rows, outcome = rows_of(trails["subject"]), outcome_of_query(trails, profile)
    if rows:
        reported = Phrase.of("selection", missing="-", stray=brief_names(names_of(rows)), twice="-")
        return violation(Phrase.of("expect-no-rows"), reported)
    if rows is None and not refused(outcome):
        return Undecided(describe(outcome))
    return None if rows_of(trails["before"]) else Undecided(Phrase.of("controls-changed"))


def nothing_came_of_it(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a reading call (`subject`) has no effect, whatever its body.

    `named` is a query for the name in its body, and then `sibling` a create with such a body that was accepted;
    `before` and `after` are queries for the ticket that it names, and then `sibling` is the event in its body.
    """
    if "named" in trails:
        rows = asked_for(trails, "named")
        if rows and not isinstance(rows, Undecided):
            return violation(Phrase.of("expect-stored", count=0), Phrase.of("stored", count=len(rows)))
        unclear = rows if isinstance(rows, Undecided) else None
    else:
        if changed := changed_ticket(trails, "before", "after"):
            return changed
        unclear = unclear_query(trails, "before", "after")
    outcome, sibling = outcome_of_query(trails, profile), outcome_of(trails, "sibling", profile, arguments)
    if unclear or (unclear := no_decision(outcome)):
        return unclear
    return None if accepted(sibling) else Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))


def together_on_one(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check what events on one ticket that were sent at the same time led to.

    `together0`, `together1`, ... are the calls, `after` and `history` queries afterwards; `events` names the calls.
    Of a deletion that was accepted nothing may be left, nor may several leave more than one archive of the ticket
    (`archives`, a query for it); of updates the requests of an accepted one, whole; else the history is an unbroken
    chain up to the status shown, and has one row for the first cancel that was accepted. Where a `later` cancel is
    refused, no other of them may have left a row either.
    """
    events = [str(one) for one in arguments.get("events") or ()]
    outcomes = [
        outcome_of(trails, f"together{place}", profile, {"call": "delete" if one == "delete" else "action"})
        for place, one in enumerate(events)
    ]
    done = [place for place, outcome in enumerate(outcomes) if accepted(outcome)]
    open_end = next((one for outcome in outcomes if (one := no_decision(outcome))), None)
    rows = rows_of(trails.get("after", ()))
    if open_end or rows is None or len(rows) > 1:
        return open_end or Undecided(Phrase.of("query-unclear", role="after"))
    if not done:
        return Undecided(Phrase.of("legal-refusal"))
    if any(events[place] == "delete" for place in done):
        shown = brief(rows[0].get("status")) if rows else ""
        return violation(Phrase.of("expect-gone"), Phrase.of("shows", value=shown)) if rows else archived_twice(trails)
    if set(events) == {"update"}:
        found = [
            updated_requests({"subject": trails[f"together{place}"], "after": trails["after"]}, {}, profile)
            for place in done
        ]
        return next((None for one in found if one is None), found[0])
    return _one_chain(trails, rows, profile)


def _one_chain(trails: Trails, tickets: list[Row], profile: Profile) -> Judgement:
    """Check the history of a ticket that only cancels were sent for, of which one at least was accepted."""
    rows = rows_of(trails.get("history", ()))
    if rows is None or not tickets or HISTORIES in profile.absent:
        return Undecided(Phrase.of("not-shown", member="history"))
    pair = ("Pending", "Cancelled")
    count = sum((row.get("fromStatus"), row.get("toStatus")) == pair for row in rows)
    if count != 1:
        return miscounted(Phrase.of("expect-history", count=1, before=pair[0], after=pair[1]), count, rows)
    again = sum((row.get("fromStatus"), row.get("toStatus")) == (pair[1], pair[1]) for row in rows)
    if again and refused(outcome_of(trails, "later", profile, {"call": "action"})):
        return miscounted(Phrase.of("expect-history", count=0, before=pair[1], after=pair[1]), again, rows)
    return chain_violation(rows, tickets[0])


def not_fetched(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that no URL in a ticket's texts was called: `visit` are the requests that came to it.

    `hook` is what the same create delivered to its webhook, which proves that the target can reach the listener.
    """
    outcome, visits = outcome_of(trails, "subject", profile), trails.get("visit", ())
    if visits:
        return violation(Phrase.of("expect-not-fetched"), Phrase.of("hook-count", count=len(visits)))
    if not (accepted(outcome) or refused(outcome)):
        return Undecided(describe(outcome))
    return None if trails.get("hook") else Undecided(Phrase.of("no-answer"))


def no_header_of_text(trails: Trails, arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that no answer of the subject has the header that a text or a path of it would add; argument `header`."""
    header = str(arguments["header"])
    for answer in answers(trails["subject"]):
        value = answer.header(header)
        if value is not None:
            return violation(
                Phrase.of("expect-no-header-of-text", header=header), Phrase.of("shows", value=brief(value))
            )
    return None if answers(trails["subject"]) else Undecided(Phrase.of("no-answer"))


def no_markup_of_text(trails: Trails, arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that no page that answers the subject repeats the markup of its path as markup; argument `markup`."""
    markup, heard = str(arguments["markup"]), answers(trails["subject"])
    for answer in heard:
        if "html" in (answer.header("content-type") or "").lower() and markup in text_of(answer.body):
            return violation(Phrase.of("expect-no-markup-of-text", markup=markup), Phrase.of("shows", value=markup))
    return None if heard else Undecided(Phrase.of("no-answer"))


def no_origin_echo(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a page of another origin, which the subject names, may not read responses with credentials."""
    request, answer = trails["subject"][0].request, trails["subject"][0].answer
    origin = next((value for name, value in request.headers if name.lower() == "origin"), "")
    if not isinstance(answer, Response):
        return Undecided(Phrase.of("no-answer"))
    allowed = answer.header("access-control-allow-origin") or ""
    if origin and allowed == origin and (answer.header("access-control-allow-credentials") or "").lower() == "true":
        return violation(Phrase.of("expect-no-origin-echo"), Phrase.of("shows", value=allowed))
    return None


def not_for_shared_caches(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that no response to a session's reading may be kept by a cache that others share (RFC 9111, 3.5).

    Without a word for it no shared cache may: only `public` and `s-maxage` say so, and `no-store` takes it back.
    """
    heard = answers(trails["subject"])
    for answer in heard:
        texts = [value for name, value in answer.headers if name == "cache-control"]
        words = {word.strip().lower() for text in texts for word in text.split(",")}
        shared = sorted(word for word in words if word == "public" or re.match(r"s-maxage=\"?0*[1-9]", word))
        if shared and not words & {"no-store", "private"}:
            return violation(Phrase.of("expect-no-shared-cache"), Phrase.of("shows", value=brief(", ".join(texts))))
    return None if heard else Undecided(Phrase.of("no-answer"))


def shows_no_file(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that no answer shows a file of the server: a web application's descriptor or a table of hosts."""
    for answer in answers(trails["subject"]):
        shown = next((found for mark in FILES if (found := mark.search(text_of(answer.body)))), None)
        if shown is not None:
            return violation(Phrase.of("expect-no-file"), Phrase.of("shows", value=brief(shown[0])))
    return None if answers(trails["subject"]) else Undecided(Phrase.of("no-answer"))


def not_held_up(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a query is answered while another client still sends its request.

    Roles and arguments as of `does_not_wait`, where `subject` and `again...` were sent while the requests `slow...`
    were on their way, the first of which has to have been when the subject was sent.
    """
    slow, subject = trails["slow"], trails["subject"]
    if not slow or not subject or not slow[0].started < subject[0].started < slow[0].started + slow[0].elapsed / 2:
        return Undecided(Phrase.of("not-beside"))
    queries = {role: trail for role, trail in trails.items() if not role.startswith("slow")}
    judgement = does_not_wait(queries, arguments, profile)
    if isinstance(judgement, Violation):
        return violation(Phrase.of("expect-not-held-up"), judgement.actual)
    return judgement


def does_not_wait(trails: Trails, arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a query with a text that would make a database wait is answered as soon as any other.

    `subject` and `again...` are such queries, `beside...` the same ones without the text, each sent after one of them.
    Argument `seconds` is how long the text would wait. A target counts as waiting if each of three such queries took as
    long and none beside them half of it.
    """
    seconds = float(arguments["seconds"])
    if not answers(trails["subject"]):
        return Undecided(Phrase.of("no-answer"))
    slow = [trail[-1].elapsed for role, trail in trails.items() if trail and not role.startswith("beside")]
    plain = [trail[-1].elapsed for role, trail in trails.items() if trail and role.startswith("beside")]
    if min(slow) < seconds:
        return None
    if len(slow) < FEWEST_WAITS or len(plain) < FEWEST_WAITS or max(plain) >= seconds / 2:
        return Undecided(Phrase.of("slow-target", seconds=f"{max(plain, default=min(slow)):.1f}"))
    return violation(
        Phrase.of("expect-no-wait", seconds=f"{seconds:g}"), Phrase.of("waited", seconds=f"{min(slow):.1f}")
    )

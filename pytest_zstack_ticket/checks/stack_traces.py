"""Whether an answer shows a stack trace; what the request itself said may be quoted."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote_plus

from pytest_zstack_ticket.api.messages import answers
from pytest_zstack_ticket.api.stack_traces import said_in, traces_in
from pytest_zstack_ticket.api.strict_json import text_of
from pytest_zstack_ticket.checks.outcomes import Arguments, violation
from pytest_zstack_ticket.model.exchange import Exchange, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase
from pytest_zstack_ticket.model.profile import Profile

_LONGEST = 80
"""Characters of a trace that a finding quotes."""


def no_stack_trace(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that no answer shows a stack trace; what the request itself said may be quoted."""
    sent = None
    for answer in answers(trails["subject"]):
        for mark in traces_in(answer.body):
            sent = _sent(trails["subject"]) if sent is None else sent
            if mark not in sent:
                return violation(Phrase.of("expect-no-trace"), Phrase.of("shows-trace", mark=mark[:_LONGEST]))
    return None


def _sent(exchanges: Sequence[Exchange]) -> str:
    """Return all that a trail's requests said, in every way in which an answer may quote it."""
    paths = (form for one in exchanges for form in (one.request.path, unquote_plus(one.request.path)))
    bodies = (form for one in exchanges if one.request.body for form in _forms(one.request.body))
    values = (value for one in exchanges for _, value in one.request.headers)
    return "\n".join((*paths, *bodies, *values))


def _forms(body: bytes) -> tuple[str, ...]:
    return (text_of(body), said_in(body))

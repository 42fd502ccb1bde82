"""One finding on a page: the counterexample next to what passed, and the exchanges of each role."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.api.strict_json import Undecodable, decode
from pytest_zstack_ticket.report.curl import has_stand_in
from pytest_zstack_ticket.report.html.body_diff import Segment, compare
from pytest_zstack_ticket.report.html.exchange_text import body_text, exchange_text, message_text
from pytest_zstack_ticket.report.html.page_context import Json, PageContext
from pytest_zstack_ticket.report.text.at_once_text import at_once_command, result_of

MAX_EXCHANGES = 4
MAX_STRING = 120
MAX_ANSWER = 160
NAMED_ROLES = ("subject", "sibling")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """A request body with the answer to it, in brief, each divided where it differs from another pane."""

    label: str
    body: Sequence[Segment]
    answer: Sequence[Segment]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleExchanges:
    """The exchanges of one role: `exchanges` as text, `left` more of them in the evidence."""

    name: str
    ids: Sequence[str]
    exchanges: Sequence[str]
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """What `finding.html` shows of a finding.

    `at_once` are calls that were sent at the same time, with their results; `stand_in`: the command has no session of
    the run, but one that was made up.
    """

    finding: Json
    curl: str
    stand_in: bool
    at_once: Sequence[tuple[str, str]]
    panes: Sequence[Pane]
    roles: Sequence[RoleExchanges]


def finding_view(context: PageContext, finding: Json) -> FindingView:
    """Compute what a page shows of a finding."""
    roles = [_role(context, finding, role, ids) for role, ids in finding["exchanges"].items() if ids]
    return FindingView(
        finding=finding,
        curl=at_once_command(finding, finding["curl"]),
        stand_in=has_stand_in(finding["curl"]),
        at_once=[(_asked(one), result_of(one)) for one in finding.get("at_once") or ()],
        panes=_panes(context, finding),
        roles=roles,
    )


def _asked(message: Json) -> str:
    request = message["request"]
    return f"{message['exchange']} {request['method']} {request['path']}"


def _panes(context: PageContext, finding: Json) -> list[Pane]:
    """Show the counterexample, then what passed and how it differs: its sibling, an example of the baseline."""
    subject, sibling = (_message(context, finding[role]) for role in NAMED_ROLES)
    if subject is None:
        return []
    others = [(context.say("sibling-body"), sibling)]
    before = _passed_before(context, finding)
    if before is not None:
        name = before["partition"] or before["check"]
        others.append((context.say("baseline-body", partition=name), _message(context, before["subject"])))
    divided = [
        (label, [compare(ours, theirs) for ours, theirs in zip(subject, message, strict=True)])
        for label, message in others
        if message is not None
    ]
    body, answer = [ours for ours, _ in divided[0][1]] if divided else [[Segment(text)] for text in subject]
    first = Pane(label=context.say("sent-body"), body=body, answer=answer)
    return [first, *(Pane(label=label, body=sent[1], answer=got[1]) for label, (sent, got) in divided)]


def _passed_before(context: PageContext, finding: Json) -> Json | None:
    """Choose the example of the baseline that is nearest to a finding."""
    passed = context.evidence.baseline.get(finding["requirement"], ())
    alike = ("partition", "test", "check")
    return max(passed, key=lambda one: [one[key] == finding[key] for key in alike], default=None)


def _message(context: PageContext, message: Json | None) -> tuple[str, str] | None:
    """Write a body that was sent, and the answer to it in brief; None without a body."""
    sent = readable(_request_body(message))
    if message is None or sent is None:
        return None
    answer = message.get("answer") or message["failure"]
    if "status" not in answer:
        return sent, f"{context.word(answer['kind'])}: {answer['detail']}"
    text = body_text(answer["body"]) if answer["body"] is not None else ""
    return sent, f"{answer['status']} {text[:MAX_ANSWER]}{'…' if len(text) > MAX_ANSWER else ''}"


def _request_body(message: Json | None) -> Any:
    return message["request"]["body"] if message else None


def readable(body: Any) -> str | None:
    """Lay out a body for reading, long strings without their middle.

    One that compact JSON would not write character by character stays as it is: how it is written may be what it is
    about.
    """
    if body is None:
        return None
    text = body_text(body)
    value = decode(text.encode("utf-8", "surrogatepass"))
    if isinstance(value, Undecodable) or json.dumps(value, ensure_ascii=False, separators=(",", ":")) != text:
        return text
    return json.dumps(_shorter(value), ensure_ascii=False, indent=2)


def _shorter(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MAX_STRING:
        return f"{value[:64]} … {value[-16:]} ({len(value)})"
    if isinstance(value, dict):
        return {key: _shorter(one) for key, one in value.items()}
    return [_shorter(one) for one in value] if isinstance(value, list) else value


def _role(context: PageContext, finding: Json, role: str, ids: list[str]) -> RoleExchanges:
    """Write the exchanges of a role; without the evidence, the message that the finding itself has."""
    known = [context.evidence.exchanges[one] for one in ids if one in context.evidence.exchanges]
    if known:
        texts = [exchange_text(one) for one in first_and_last(known)]
    else:
        texts = [message_text(finding[role])] if finding.get(role) else []
    name = context.say(f"role-{role}") if role in NAMED_ROLES else role
    return RoleExchanges(name=name, ids=ids, exchanges=texts, left=len(ids) - len(texts))


def first_and_last(exchanges: list[Json]) -> list[Json]:
    """Choose the first and the last of many exchanges: what was asked, and how it ended."""
    half = MAX_EXCHANGES // 2
    return exchanges if len(exchanges) <= MAX_EXCHANGES else [*exchanges[:half], *exchanges[-half:]]

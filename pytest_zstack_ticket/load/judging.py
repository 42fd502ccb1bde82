"""Judging the life of a ticket by the checks of the suites, and naming what failed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.load.ticket_life import Step, TicketLife
from pytest_zstack_ticket.model.exchange import Exchange, Json, Trails
from pytest_zstack_ticket.model.outcome import Violation
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.verdicts.input_digest import input_of
from pytest_zstack_ticket.verdicts.judge import applies

TEST = "zstack-ticket load"
"""Stands for the test in the examples of a load."""
TOKEN = re.compile(r"zs-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check of a life: its requirement, and which step plays which role."""

    requirement: str
    check: str
    roles: Mapping[str, Step]
    arguments: Mapping[str, Json] = field(default_factory=dict)
    first: bool = False


RULES = (
    Rule(requirement="ZT-ANSWER-001", check="form", roles={"subject": "create"}),
    Rule(
        requirement="ZT-STORE-001",
        check="stored-once",
        roles={"subject": "create", "named": "named", "fetched": "before"},
    ),
    Rule(requirement="ZT-STORE-003", check="as-sent", roles={"subject": "create", "shown": "named"}),
    Rule(
        requirement="ZT-STORE-005",
        check="same-everywhere",
        roles={"subject": "create", "shown": "named", "again": "before"},
    ),
    Rule(requirement="ZT-STORE-016", check="same-treatment", roles={"subject": "create"}, first=True),
    Rule(
        requirement="ZT-LIFECYCLE-001",
        check="event-effect",
        roles={"subject": "cancel", "before": "before", "after": "after"},
        arguments={"event": "cancel"},
    ),
    Rule(
        requirement="ZT-LIFECYCLE-010",
        check="deleted-ticket",
        roles={"subject": "delete", "before": "after", "after": "gone"},
    ),
)
"""What is judged of each life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One example with the exchanges behind it."""

    example: Example
    trails: Trails


class LifeJudge:
    """Judges lives by the rules that apply to a target. `first` is the create that all later ones are compared with."""

    def __init__(self, catalogue: Mapping[str, Requirement], profile: Profile, first: CallResult) -> None:
        self._profile = profile
        self._first = first
        self.rules = [rule for rule in RULES if applies(catalogue[rule.requirement], profile) is None]
        self._must = "accept" if "own-context" in profile.capabilities else "may"

    def judge(self, life: TicketLife) -> Iterator[Judged]:
        """Yield an example for each rule whose steps were taken."""
        for rule in self.rules:
            trails = self._trails(rule, life)
            if trails is not None:
                yield self._judged(rule, trails)

    def _trails(self, rule: Rule, life: TicketLife) -> Trails | None:
        if any(step not in life.steps for role, step in rule.roles.items() if role != "fetched"):
            return None
        trails: dict[str, tuple[Exchange, ...]] = {
            role: life.steps[step].exchanges for role, step in rule.roles.items() if step in life.steps
        }
        if rule.first:
            trails["sibling"] = self._first.exchanges
        return trails

    def _judged(self, rule: Rule, trails: Trails) -> Judged:
        arguments = dict(rule.arguments)
        if rule.check == "event-effect":
            arguments["must"] = self._must
        example = Example(
            requirement=rule.requirement,
            test=TEST,
            check=rule.check,
            arguments=arguments,
            roles={role: tuple(exchange.id for exchange in trail) for role, trail in trails.items()},
            judgement=evaluate(rule.check, trails, arguments, self._profile),
            input=input_of("subject", trails),
        )
        return Judged(example=example, trails=trails)


STALE = frozenset({"expect-status-after", "expect-gone"})
"""What is expected where a ticket is shown in an older state."""


def kind_of(judged: Judged) -> str:
    """Name a violation: mixed-up, lost, doubled, stale, or `other` for all that is described by its requirement."""
    judgement = judged.example.judgement
    if not isinstance(judgement, Violation):
        return "other"
    if has_foreign_token(judged.trails):
        return "mixed-up"
    if judgement.expected.key == "expect-stored":
        return "lost" if dict(judgement.actual.parameters).get("count") == "0" else "doubled"
    return "stale" if judgement.expected.key in STALE else "other"


def has_foreign_token(trails: Trails) -> bool:
    """Return True if the ticket that a query shows has a token that its create did not send."""
    sent = {token for exchange in trails["subject"] for token in TOKEN.findall(_text(exchange.request.body))}
    shown = trails.get("shown") or trails.get("named") or ()
    return bool(sent) and any(
        token not in sent for exchange in shown for token in TOKEN.findall(_text(getattr(exchange.answer, "body", b"")))
    )


def _text(body: bytes | None) -> str:
    return (body or b"").decode("utf-8", "replace")

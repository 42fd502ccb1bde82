"""Check whether a target is ready to test: one line for each thing that has to be right, before any verdict."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, TypeAlias

from pytest_zstack_ticket.api.classify import announced_wait
from pytest_zstack_ticket.client.recorder import NoRecorder
from pytest_zstack_ticket.client.session_manager import OURS, require_answer
from pytest_zstack_ticket.config.options import OPTIONS, RunOptions, Value
from pytest_zstack_ticket.config.secrets import secrets_of
from pytest_zstack_ticket.model.errors import ContextError, TargetError
from pytest_zstack_ticket.model.exchange import Exchange, Response
from pytest_zstack_ticket.model.outcome import Accepted, Phrase, Refused
from pytest_zstack_ticket.model.quotas import Quotas
from pytest_zstack_ticket.redaction.shared_secrets import SharedSecrets
from pytest_zstack_ticket.target.connect import open_target
from pytest_zstack_ticket.target.front_end import hidden_answers
from pytest_zstack_ticket.target.preflight import VERSION, examine_target
from pytest_zstack_ticket.target.target import Target
from pytest_zstack_ticket.transport.retry import RetryTransport
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

State: TypeAlias = Literal["ok", "warning", "failed", "unknown"]
STEPS = (
    "proxy",
    "reach",
    "clock",
    "rate",
    "login",
    "service",
    "front",
    "release",
    "people",
    "draft",
    "job",
    "query",
    "cleanup",
)
"""What is examined, in order."""
OF_A_TICKET = STEPS[-4:]
"""Those that create a ticket."""
SKEW = 300.0
"""Seconds by which two clocks may differ."""
PROBES = 10
CAPS = Quotas(requests=300, rate=20.0, created=3)
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
FLAWS = (
    ("draft-flow", ("flow collection", "flowcollection", "流程")),
    ("draft-type", ("ticket type", "工单类型")),
    ("draft-api", ("no api[", "cannot create api", "apiname")),
    ("draft-account", ("accountsystem", "project", "virtual", "项目")),
    ("denied", ("denied", "permission", "权限")),
)
"""Words in a refusal of the calibration draft, and what they point at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step that was checked: its state, what was seen, and the cause that advice is given for.

    `seen` is a phrase of the doctor, or a text as it came: an id, a figure, an error.
    """

    step: str
    state: State
    seen: Phrase | str = ""
    cause: str = ""


def options_for(url: str, given: Mapping[str, object], environment: Mapping[str, str] = os.environ) -> RunOptions:
    """Return the options of a doctor's visit: those given, else the environment, else the defaults."""
    values = {
        option.name: Value(given.get(option.name) or environment.get(option.variable) or option.default, "doctor")
        for option in OPTIONS
        if option.kind in ("string", "file", "profile", "choice")
    }
    rest = {option.name: Value(given.get(option.name) or option.default, "doctor") for option in OPTIONS}
    return RunOptions({**rest, **values, "url": Value(url, "doctor")}, secrets_of(environment))


def visit(options: RunOptions, *, try_ticket: bool, environment: Mapping[str, str] = os.environ) -> Iterator[Line]:
    """Yield a line for each step; after one that failed, those that need it are unknown. Raises our UsageError."""
    yield _proxies(environment)
    usage_counter, shared_secrets = SharedUsageCounter(CAPS), SharedSecrets()
    with TemporaryDirectory() as folder:
        target = open_target(
            options,
            url=str(options["url"]),
            key=os.urandom(32),
            recorder=NoRecorder(),
            worker="doctor",
            usage_counter=usage_counter,
            shared_secrets=shared_secrets,
            ledger=Path(folder, "ledger.jsonl"),
        )
        done = {"proxy"}
        try:
            for line in _steps(target, try_ticket=try_ticket):
                done.add(line.step)
                yield line
        except TargetError as error:
            step = _step_of(error.cause, done)
            done.add(step)
            yield Line(step=step, state="failed", seen=str(error).split(". ")[0], cause=error.cause or "unknown")
        finally:
            target.cleanup.close_ledgers(clean=False)
            target.close()
            usage_counter.close()
            shared_secrets.close()
    untried = Phrase.of("seen-untried") if not try_ticket and done.isdisjoint(OF_A_TICKET) and "people" in done else ""
    yield from (Line(step=step, state="unknown", seen=untried) for step in STEPS if step not in done)


def _steps(target: Target, *, try_ticket: bool) -> Iterator[Line]:
    raw, _ = target.client.send(VERSION)
    answer = require_answer(raw, target.settings)
    yield Line(
        step="reach", state="ok", seen=Phrase.of("seen-answered", status=answer.status, ms=f"{raw.elapsed * 1000:.0f}")
    )
    yield _clock(raw, answer, target)
    yield _rate(target)
    session = target.sessions.session
    yield Line(
        step="login", state="ok", seen=Phrase.of("seen-session", kind=session.kind, account=session.account or "-")
    )
    found = examine_target(
        client=target.client, sessions=target.sessions, settings=target.settings, profile=target.profile
    ).profile
    target.state.profile = found
    query = "query" in found.capabilities
    yield Line(step="service", state="ok" if query else "warning", cause="" if query else "no-query")
    yield _front(target)
    release = f"{found.oldest} - {found.newest}" if found.oldest != found.newest else str(found.newest)
    known = found.oldest == found.newest
    yield Line(step="release", state="ok" if known else "warning", seen=release, cause="" if known else "release")
    yield from _people(target)
    if try_ticket:
        yield from _ticket(target)


def _front(target: Target) -> Line:
    """See whether refusals, and queries with markup and SQL in them, come back as the API's own responses."""
    hidden = hidden_answers(target.endpoint, log_in=target.settings.login in OURS)
    if not hidden.statuses and not hidden.closes:
        return Line(step="front", state="ok")
    statuses = ", ".join(map(str, hidden.statuses))
    if not statuses:
        return Line(step="front", state="warning", seen=Phrase.of("seen-front-closes"), cause="front")
    return Line(step="front", state="warning", seen=Phrase.of("seen-front", statuses=statuses), cause="front")


def _people(target: Target) -> Iterator[Line]:
    """Log in each user of the context file, and check that it fits its part."""
    troubled = False
    for part in target.actors.parts:
        try:
            target.actors.connect(part).sessions.session  # noqa: B018 - to have it is what is tried
        except TargetError as error:
            troubled = True
            yield Line(step="people", state="failed", seen=str(error).split(". ")[0], cause="people")
    if troubled:
        return
    try:
        target.actor_capabilities()
    except ContextError as error:
        yield Line(step="people", state="failed", seen=str(error), cause="people-part")
    else:
        yield Line(step="people", state="ok", seen=", ".join(target.actors.parts) or Phrase.of("seen-no-others"))


def _ticket(target: Target) -> Iterator[Line]:
    """Create one ticket, see how long its job takes, find it, and take it away again."""
    trail = target.endpoint.calibration
    outcome = trail.outcome
    if not isinstance(outcome, Accepted):
        details = (
            f"{outcome.code} {outcome.details}".strip() if isinstance(outcome, Refused) else type(outcome).__name__
        )
        text = details.lower()
        cause = next((name for name, words in FLAWS if any(word in text for word in words)), "draft-refused")
        yield Line(step="draft", state="failed", seen=details[:200], cause=cause)
        return
    yield Line(step="draft", state="ok", seen=str((outcome.inventory or {}).get("uuid", "{}")))
    last = trail.exchanges[-1]
    seconds = last.started + last.elapsed - trail.exchanges[0].started
    slow = seconds > target.settings.patience.job / 4
    yield Line(
        step="job",
        state="warning" if slow else "ok",
        seen=Phrase.of("seen-seconds", seconds=f"{seconds:.2f}"),
        cause="slow" if slow else "",
    )
    swept = target.cleanup.sweep(wait=False)
    found = bool(swept.deleted or swept.left)
    yield Line(step="query", state="ok" if found else "warning", cause="" if found else "not-shown")
    if swept.clean:
        yield Line(step="cleanup", state="ok", seen=Phrase.of("seen-deleted", count=len(swept.deleted)))
    else:
        yield Line(step="cleanup", state="failed", seen=", ".join(swept.left) or swept.why, cause="no-delete")


def _proxies(environment: Mapping[str, str]) -> Line:
    named = sorted(name for name in environment if name.lower() in PROXIES and environment[name])
    return Line(step="proxy", state="warning" if named else "ok", seen=", ".join(named), cause="proxy" if named else "")


def _clock(raw: Exchange, answer: Response, target: Target) -> Line:
    try:
        away = parsedate_to_datetime(answer.header("date") or "").timestamp() - raw.started - raw.elapsed
    except (TypeError, ValueError, OverflowError):
        return Line(step="clock", state="unknown")
    seen = Phrase.of("seen-clock", seconds=f"{round(away):+d}" if round(away) else "0")
    if abs(away) <= SKEW:
        return Line(step="clock", state="ok", seen=seen)
    signs = target.settings.login not in OURS and target.settings.login != "session"
    return Line(step="clock", state="failed" if signs else "warning", seen=seen, cause="clock")


def _rate(target: Target) -> Line:
    """Send some queries at once, past the breaker's patience, and see whether any is turned away."""
    sent_over = target.own.cleaner.transport
    for _ in range(PROBES):
        raw, _ = target.own.cleaner.send(VERSION)
        refused = sent_over.refused if isinstance(sent_over, RetryTransport) else None
        if refused is not None:
            wish = announced_wait(refused, raw.started)
            return Line(
                step="rate",
                state="warning",
                seen=Phrase.of("seen-limited", status=refused.status, wait=wish),
                cause="rate",
            )
    return Line(step="rate", state="ok", seen=Phrase.of("seen-not-limited", count=PROBES))


def _step_of(cause: str, done: set[str]) -> str:
    """Return the step that an error belongs to: where it arose, but for causes that name another."""
    if (
        cause in ("no-tickets", "licence", "not-ready", "gateway", "cache", "authorization", "redirect", "page")
        and "login" in done
    ):
        return "service"
    return next(step for step in STEPS if step not in done)

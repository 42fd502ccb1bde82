"""Whether the lines of evidence can come from one run: what every run leaves in them, and an edit breaks.

Unlike `plausibility`, this is asked by signers and verifiers alone, of runs of this version, whose rules are known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.certify.deliveries import is_delivery
from pytest_zstack_ticket.certify.plausibility import SLACK, WEBHOOKS, was_sent
from pytest_zstack_ticket.certify.repeated_facts import unsupported
from pytest_zstack_ticket.model.codec import judgement_to_json
from pytest_zstack_ticket.model.exchange import ANSWERED_AGAIN, Exchange, Failure, JsonObject, Request, Response
from pytest_zstack_ticket.model.http_client import JAVA_SDK, OTHERS, client_of, other_client
from pytest_zstack_ticket.model.nonce import NONCE_BYTES_PATTERN
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.transport.disconnect import CUT
from pytest_zstack_ticket.transport.quota import counts_as_creation, size_of
from pytest_zstack_ticket.verdicts.judge import applies
from pytest_zstack_ticket.verdicts.relevance import ASIDE

MARK = len(b"zt-00000000")
"""Bytes with which the nonces of all tickets of one user of a run begin; what follows is of one ticket."""
CERTIFY = "certify"
AGENTS = frozenset(one.agent for one in (*JAVA_SDK, *OTHERS))
BODILESS = frozenset({204, 304})
HOOK_ROLES = frozenset({"hook", "visit"})
"""Roles of examples that webhooks play."""
UNREAD = {CUT: ("delivered-once", "subject"), ANSWERED_AGAIN: ("answered-once", "subject")}
"""What a run does not read an answer for, by the failure that stands in its place: check and role of the example."""
_JOB = re.compile(r"/v1/api-jobs/([0-9a-f]{32})(?![0-9A-Za-z])")


def untraceable(report: JsonObject, evidence: Evidence, judged: tuple[Example, ...], shipped: Collection[str]) -> str:
    """Say why the lines cannot come from one run; an empty text if they can.

    `judged` are the examples with what their checks say now, `shipped` the requirements of the suites: your own tests
    may send what they like, and judge it as often as they like.
    """
    return next(_reasons(report, evidence, judged, shipped), "")


def not_applicable(requirements: Iterable[Requirement], examples: Iterable[Example], profile: Profile) -> str:
    """Say which requirement has examples though it does not apply to the profile: a run leaves its tests out.

    What is looked at beside every test has examples in any case.
    """
    without = {one.id for one in requirements if one.id != ASIDE and applies(one, profile) is not None}
    one = next((one.requirement for one in examples if one.requirement in without), "")
    return f"{one} has examples, but does not apply to the profile" if one else ""


def _reasons(
    report: JsonObject, evidence: Evidence, judged: tuple[Example, ...], shipped: Collection[str]
) -> Iterator[str]:
    yield from _of_workers(evidence)
    yield from unsupported(report, evidence)
    yield from _of_judgements(evidence, judged)
    yield from _repeated(evidence, shipped)
    yield from _of_lengths(evidence)
    yield from _of_marks(evidence, shipped)
    yield from _of_calls(evidence)
    yield from _of_failures(evidence, shipped)
    yield from _of_webhooks(evidence, shipped)
    yield from _of_order(evidence)
    yield from _of_clients(report["run"], evidence, shipped)
    if evidence.complete:
        yield from _of_counters(report, evidence)


def _of_workers(evidence: Evidence) -> Iterator[str]:
    """Yield lines of a process that the run did not have: alone it has one name, with workers theirs and `m`.

    Where a worker broke down and lines are missing, a run cannot be told from one that was cut.
    """
    header, lost = evidence.header, (evidence.footer or {}).get("cut_short", ())
    name, workers = header.get("worker"), header.get("workers")
    own = re.compile(rf"{re.escape(name)}(-.*)?" if name else r"(m|gw[0-9]+)(-.*)?")
    found = {one.partition("-")[0] for one in (*evidence.exchanges, *evidence.numbers)}
    for one in (*evidence.exchanges, *evidence.numbers):
        if not own.fullmatch(one):
            yield f"{one} is of no process of the run"
    if (name is None) == (workers is None) or len(found - {"m"}) > (workers or 0) + bool(name and name != "m"):
        yield "the evidence is of other processes than its first line says"
    turns = [process for process, _ in groupby(one.partition("-")[0] for one in evidence.exchanges)]
    if turns != sorted(set(turns)):
        yield "the lines of processes stand in another order than a run puts them together"
    if not evidence.complete:
        yield f"lines of {', '.join(lost) or 'the evidence'} are missing, so nothing says what else is"


def _of_judgements(evidence: Evidence, judged: tuple[Example, ...]) -> Iterator[str]:
    """Yield the examples that say something else than their check."""
    for number, then, now in zip(evidence.numbers, evidence.examples, judged, strict=True):
        if judgement_to_json(then.judgement) != judgement_to_json(now.judgement):
            yield f"the example {number} of {then.requirement} does not say what its check says"


def _repeated(evidence: Evidence, shipped: Collection[str]) -> Iterator[str]:
    """Yield what stands twice under two ids: a run sends nothing twice in one moment, and judges no answer twice."""
    sent: dict[tuple[object, ...], str] = {}
    for one in evidence.exchanges.values():
        first = sent.setdefault((one.started, one.elapsed, one.request, one.answer), one.id)
        if first != one.id:
            yield f"the exchanges {first} and {one.id} are one"
    seen: dict[str, str] = {}
    for number, example in zip(evidence.numbers, evidence.examples, strict=True):
        asked = (example.requirement, example.test, example.check, example.arguments, example.roles, example.partition)
        first = seen.setdefault(repr(asked), number)
        if first != number and example.requirement in shipped:
            yield f"the examples {first} and {number} are one"


def _of_lengths(evidence: Evidence) -> Iterator[str]:
    """Yield the answers that are longer or shorter than they say: the HTTP library takes no such answer."""
    for one in evidence.exchanges.values():
        if isinstance(one.answer, Response) and _has_length(one.request, one.answer):
            stated = [value for name, value in one.answer.headers if name.lower() == "content-length"]
            if (
                len(stated) == 1
                and stated[0].isascii()
                and stated[0].isdigit()
                and int(stated[0]) != len(one.answer.body)
            ):
                yield f"the answer of {one.id} has {len(one.answer.body)} bytes, but says {stated[0]}"


def _has_length(request: Request, answer: Response) -> bool:
    coded = {"content-encoding", "transfer-encoding"} & {name.lower() for name, _ in answer.headers}
    return request.method != "HEAD" and answer.status not in BODILESS and not coded


def _of_marks(evidence: Evidence, shipped: Collection[str]) -> Iterator[str]:
    """Yield tickets of another run: a user has one mark in a run, and no answer knows a nonce that was never sent."""
    ours = (one for one in evidence.examples if one.requirement in shipped)
    judged = {exchange for one in ours for ids in one.roles.values() for exchange in ids}
    marks: dict[str, bytes] = {}
    sent: set[bytes] = set()
    for one in (one for one in evidence.exchanges.values() if not _is_delivered(one)):
        user = one.id.rpartition("-")[0]
        for nonce in _nonces(one):
            sent.add(nonce)
            created = one.id in judged and one.request.method == "POST"
            if created and marks.setdefault(user, nonce[:MARK]) != nonce[:MARK]:
                yield f"the create {one.id} carries the mark of another run"
    known = set(marks.values())
    for one in evidence.exchanges.values():
        body = one.answer.body if isinstance(one.answer, Response) else b""
        unknown = {nonce for nonce in NONCE_BYTES_PATTERN.findall(body) if nonce[:MARK] in known} - sent
        if unknown:
            yield f"the answer of {one.id} shows {min(unknown).decode()}, which was never sent"


def _of_calls(evidence: Evidence) -> Iterator[str]:
    """Yield calls that are put together: with the poll of a job that the call did not name, or with another create."""
    for example in evidence.examples:
        for ids in example.roles.values():
            trail = [evidence.exchanges[one] for one in ids]
            for place, one in enumerate(trail[1:], start=1):
                job = _JOB.search(one.request.path)
                if job and not any(job[1] in _text(two) for two in trail[:place]):
                    yield f"{one.id} asks about a job of another call"
                if not _is_delivered(one) and not _nonces(one) <= _nonces(trail[0]):
                    yield f"{one.id} is a call of its own"


def _of_failures(evidence: Evidence, shipped: Collection[str]) -> Iterator[str]:
    """Yield answers that the run says it did not read, or took for two, where none of its tests does that.

    A witness cannot tell: it saw an answer pass, whatever that was.
    """
    for example in (one for one in evidence.examples if one.requirement in shipped):
        for role, ids in example.roles.items():
            for one in ids:
                answer = evidence.exchanges[one].answer
                only = UNREAD.get(answer.detail) if isinstance(answer, Failure) else None
                if only and (example.check, role) != only:
                    yield f"the answer to {one} was read by every run"


def _of_webhooks(evidence: Evidence, shipped: Collection[str]) -> Iterator[str]:
    """Yield what passes for a webhook and is none: a witness sees no webhook, and nothing counts them."""
    for one in evidence.exchanges.values():
        if _is_delivered(one) and not is_delivery(one):
            yield f"{one.id} is no webhook"
    for example in (one for one in evidence.examples if one.requirement in shipped):
        for role, ids in example.roles.items():
            if role not in HOOK_ROLES and any(_is_delivered(evidence.exchanges[one]) for one in ids):
                yield f"a webhook stands for what {example.requirement} sent"


def _of_order(evidence: Evidence) -> Iterator[str]:
    """Yield lines that are not in the order of time: a process writes down each exchange when it has ended."""
    ended: dict[str, float] = {}
    for one in (one for one in evidence.exchanges.values() if not _is_delivered(one)):
        process, end = one.id.partition("-")[0], one.started + one.elapsed
        if end < ended.get(process, end) - SLACK:
            yield f"the exchange {one.id} ended long before those that stand before it"
        ended[process] = max(end, ended.get(process, end))


def _of_clients(run: JsonObject, evidence: Evidence, shipped: Collection[str]) -> Iterator[str]:
    """Yield requests of another HTTP client than the seed gives to their user: they were drawn with another seed.

    The second pass of a certify run takes another one for the run's own user.
    """
    certify = run["effort"] == CERTIFY
    clients: dict[str, set[str]] = {}
    for example in (one for one in evidence.examples if one.requirement in shipped):
        for one in {ids[0] for ids in example.roles.values() if ids}:
            user = one.rpartition("-")[0].partition("-")[2].removesuffix("end").removesuffix("-")
            if user not in clients:
                own = client_of(run["seed"], user, certify=certify)
                other = {other_client(own, run["seed"]).agent} if certify and not user else set()
                clients[user] = {own.agent} | other
            sent = {value for name, value in evidence.exchanges[one].request.headers if name == "User-Agent"}
            if sent & AGENTS - clients[user] and not _is_delivered(evidence.exchanges[one]):
                yield f"the request {one} is of another HTTP client than the seed {run['seed']} gives"


def _is_delivered(exchange: Exchange) -> bool:
    """Tell whether an exchange is a webhook: what the target sends, whose job of which user it may be."""
    return exchange.id.rpartition("-")[0].endswith(WEBHOOKS)


def _nonces(exchange: Exchange) -> set[bytes]:
    """Return the nonces of the ticket that an exchange creates."""
    return set(NONCE_BYTES_PATTERN.findall((exchange.request.body or b"").replace(b"\0", b"")))


def _text(exchange: Exchange) -> str:
    """Return where an exchange can name a job: path and headers of the request, headers and body of the answer."""
    answer = exchange.answer
    told = f"{answer.headers}{answer.body.decode('latin-1')}" if isinstance(answer, Response) else ""
    return f"{exchange.request.path}{exchange.request.headers}{told}"


def _of_counters(report: JsonObject, evidence: Evidence) -> Iterator[str]:
    """Yield what the run counted otherwise: every request goes through the caps and into the evidence.

    More may have been counted: what a busy target refused is sent again, and the last answer only is kept.
    """
    used = report["run"]["residue"].get("used")
    if not used:
        return
    own = (one for one in evidence.exchanges.values() if not _is_delivered(one))
    sent = [one.request for one in own if was_sent(one)]
    found = {"requests": len(sent), "created": sum(map(counts_as_creation, sent)), "bytes": sum(map(size_of, sent))}
    for name, count in found.items():
        if count > used[name]:
            yield f"the evidence has {count} {name}, but the run counted {used[name]}"

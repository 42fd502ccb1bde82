"""Everything that a load counts, in memory that does not grow with its length; several processes can be added up."""

from __future__ import annotations

import random
import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.load.histogram import Histogram
from pytest_zstack_ticket.load.judging import Judged, kind_of
from pytest_zstack_ticket.load.reservoir import Reservoir
from pytest_zstack_ticket.load.ticket_life import CALLS, FOLLOWED, Step
from pytest_zstack_ticket.model.codec import exchange_to_json, phrase_to_json
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Json, JsonObject, Response
from pytest_zstack_ticket.model.outcome import Refused, Unanswered, Undecided, Unfinished, Violation
from pytest_zstack_ticket.verdicts.judge import signature

WINDOWS = 60
"""Windows of time for which a chart has a point each."""
EXAMPLES = 3
"""Examples with all their exchanges that are kept of one finding, and of one kind of error."""
MOST_FINDINGS = 100
WITNESSES = 3
"""Passing examples that are kept of each requirement, drawn fairly."""


@dataclass(slots=True)
class Window:
    """What happened in one window of time."""

    requests: int = 0
    errors: int = 0
    latencies: defaultdict[str, Histogram] = field(default_factory=lambda: defaultdict(Histogram))

    def merge(self, other: Window) -> None:
        """Add another process's window."""
        self.requests += other.requests
        self.errors += other.errors
        for call, latency in other.latencies.items():
            self.latencies[call].merge(latency)

    def to_json(self) -> JsonObject:
        """Return all of it, for another process."""
        latencies = {call: latency.to_json() for call, latency in self.latencies.items()}
        return {"requests": self.requests, "errors": self.errors, "latencies": latencies}

    @classmethod
    def from_json(cls, data: JsonObject) -> Window:
        """Read what another process sent."""
        latencies = {call: Histogram.from_json(one) for call, one in data["latencies"].items()}
        return cls(requests=data["requests"], errors=data["errors"], latencies=defaultdict(Histogram, latencies))


class LoadTally:
    """Counts calls, judgements, findings and errors. Safe for many threads. `width`: seconds of a window."""

    def __init__(self, width: float) -> None:
        self.width = width
        self.timed = False
        self._lock = threading.Lock()
        self._chance = random.Random(0)
        self._kept: Counter[str] = Counter()
        self.witnesses: dict[str, Reservoir[Judged]] = {}
        self._reset()

    def _reset(self) -> None:
        self.requests = self.lives = 0
        self.latencies: defaultdict[str, Histogram] = defaultdict(Histogram)
        self.windows: defaultdict[int, Window] = defaultdict(Window)
        self.judged: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self.findings: dict[str, JsonObject] = {}
        self.errors: dict[str, JsonObject] = {}

    def call(self, step: Step, result: CallResult) -> None:
        """Count one call, its latency in all phases, and how it went wrong."""
        trouble = trouble_of(result)
        with self._lock:
            self.requests += len(result.exchanges)
            if not result.exchanges:
                return
            first, last = result.exchanges[0], result.exchanges[-1]
            if trouble:
                self._error(CALLS[step], trouble, last)
            if self.timed:
                self._time(self.windows[int(first.started // self.width)], step, result, wrong=bool(trouble))

    def _time(self, window: Window, step: Step, result: CallResult, *, wrong: bool) -> None:
        window.requests += len(result.exchanges)
        window.errors += wrong
        for name, seconds in phases(step, result):
            self.latencies[name].add(seconds)
            window.latencies[name].add(seconds)

    def _error(self, call: str, trouble: str, exchange: Exchange) -> None:
        known = self.errors.setdefault(
            f"{call} {trouble}",
            {"call": call, "error": trouble, "count": 0, "first": exchange.started, "exchanges": []},
        )
        known["count"] += 1
        known["last"] = exchange.started
        if len(known["exchanges"]) < EXAMPLES:
            known["exchanges"].append(exchange_to_json(exchange))

    def life(self, judged: Sequence[Judged]) -> list[Judged]:
        """Count the judgements of one life; return the violations whose evidence is to be kept."""
        kept = []
        with self._lock:
            self.lives += 1
            for one in judged:
                judgement, requirement = one.example.judgement, one.example.requirement
                place = 1 if isinstance(judgement, Violation) else 2 if isinstance(judgement, Undecided) else 0
                self.judged[requirement][place] += 1
                if isinstance(judgement, Violation) and self._finding(one, judgement):
                    kept.append(one)
                elif judgement is None:
                    self._witness(one)
        return kept

    def _witness(self, one: Judged) -> None:
        known = self.witnesses.get(one.example.requirement)
        if known is None:
            known = self.witnesses[one.example.requirement] = Reservoir(WITNESSES, self._chance)
        known.offer(one)

    def _finding(self, one: Judged, judgement: Violation) -> bool:
        """Count a violation; True for one whose exchanges are kept."""
        answer = one.trails["subject"][-1].answer
        mark = signature(one.example, status=answer.status if isinstance(answer, Response) else 0)
        moment, kind = one.trails["subject"][0].started, kind_of(one)
        key = f"{mark}-{kind}"
        known = self.findings.get(key)
        if known is None:
            if len(self.findings) >= MOST_FINDINGS:
                return False
            known = self.findings[key] = {
                "requirement": one.example.requirement,
                "kind": kind,
                "check": one.example.check,
                "signature": mark,
                "count": 0,
                "first": moment,
                "expected": phrase_to_json(judgement.expected),
                "actual": phrase_to_json(judgement.actual),
                "examples": [],
            }
        known["count"] += 1
        known["last"] = moment
        if self._kept[key] >= EXAMPLES:
            return False
        self._kept[key] += 1
        known["examples"].append(
            {role: [exchange_to_json(exchange) for exchange in trail] for role, trail in one.trails.items()}
        )
        return True

    def take(self) -> JsonObject:
        """Return everything counted so far for another process, and count from nothing again."""
        with self._lock:
            taken = self._to_json()
            self._reset()
        return taken

    def _to_json(self) -> JsonObject:
        return {
            "requests": self.requests,
            "lives": self.lives,
            "windows": {str(place): window.to_json() for place, window in self.windows.items()},
            "judged": dict(self.judged),
            "findings": self.findings,
            "errors": self.errors,
        }

    def merge(self, data: JsonObject) -> None:
        """Add what another process counted."""
        with self._lock:
            self.requests += data["requests"]
            self.lives += data["lives"]
            for place, window in data["windows"].items():
                theirs = Window.from_json(window)
                self.windows[int(place)].merge(theirs)
                for call, latency in theirs.latencies.items():
                    self.latencies[call].merge(latency)
            for requirement, counts in data["judged"].items():
                self.judged[requirement] = [a + b for a, b in zip(self.judged[requirement], counts, strict=True)]
            _merge_rows(self.findings, data["findings"], "examples")
            _merge_rows(self.errors, data["errors"], "exchanges")


def _merge_rows(mine: dict[str, JsonObject], theirs: dict[str, JsonObject], examples: str) -> None:
    """Add findings or errors; of each only so many examples are kept."""
    for key, row in theirs.items():
        known = mine.get(key)
        if known is None:
            mine[key] = row
            continue
        known["count"] += row["count"]
        known["first"], known["last"] = min(known["first"], row["first"]), max(known["last"], row["last"])
        known[examples] = [*known[examples], *row[examples]][:EXAMPLES]


def phases(step: Step, result: CallResult) -> list[tuple[str, float]]:
    """Latencies of one call: of its first answer, of each poll, and of its job until the answer that shows its end."""
    call = CALLS[step]
    first, *polls = result.exchanges
    found = [(call, first.elapsed), *(("poll", poll.elapsed) for poll in polls)]
    if call in FOLLOWED and polls and not isinstance(polls[-1].answer, Failure):
        last = polls[-1]
        found.append((f"{call}.job", last.started + last.elapsed - first.started))
    return found


def trouble_of(result: CallResult) -> str:
    """Say in a few words, the same for its like, how a call went wrong; empty if it was accepted or answered."""
    outcome: Json = result.outcome
    if isinstance(outcome, Unanswered):
        answer = result.exchanges[-1].answer if result.exchanges else None
        status = f" {answer.status}" if isinstance(answer, Response) else ""
        return f"{outcome.failure.kind}{status}"
    if isinstance(outcome, Unfinished):
        return "unfinished"
    if isinstance(outcome, Refused):
        return f"refused {outcome.status} {outcome.code}".strip()
    return ""

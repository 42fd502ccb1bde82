"""Hold the exchanges of evidence to what a witness saw: seen and the same, seen otherwise, never seen, or left out.

Exchanges that look the same in everything that is compared are counted, not told apart: n of them in the evidence need
n of them in the record, at about the same times.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.certify.signers import CLOCKS
from pytest_zstack_ticket.certify.witness_claims import SHOWN, Claimed, Claims, Key
from pytest_zstack_ticket.certify.witness_record import WitnessRecord
from pytest_zstack_ticket.certify.witnessed import Witnessed
from pytest_zstack_ticket.model.exchange import ANSWERED_AGAIN, NOT_TOLD_TO_GO_ON, Exchange, JsonObject
from pytest_zstack_ticket.target.preflight import VERSION
from pytest_zstack_ticket.transport.disconnect import CUT
from pytest_zstack_ticket.transport.httpx_transport import LARGE

SLACK = 60.0
"""Seconds by which one exchange may be off the others: a clock may be set during a run."""
EDGE = 5.0
"""Seconds by which a run may begin before its witness does, or end after it: its times are whole seconds."""
MOST_NAMED = 5
BUSY, UNAVAILABLE = 429, 503
"""Answers after which a run sends the same request again, the second while it cleans up; evidence has the last one."""
GATEWAY = 500
LEAST_TIMEOUT = 1.0
"""Seconds that an answer must have taken at least that a run may not have waited for."""


@dataclass(slots=True)
class Comparison:
    """Result: how many `exchanges` of the evidence were held to the record, and how many were `seen`, identical.

    `unanswered` failed without an answer and did not reach the witness; `hooks` the target sent past it. `repeated`
    are tries that the target was too busy for, `probes` questions whether it lives, `beside` what passed outside the
    run: the evidence has none of these. `target` is where the witness passed requests on to, `keyid` who
    signed its record.
    """

    exchanges: int = 0
    seen: int = 0
    unanswered: int = 0
    hooks: int = 0
    repeated: int = 0
    probes: int = 0
    beside: int = 0
    target: str = ""
    keyid: str = ""
    found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def rejections(self) -> list[Rejection]:
        """Return one rejection for each kind of difference, with the first places."""
        return [Rejection(f"witness-{kind}", _named(places)) for kind, places in self.found.items()]


def _named(places: list[str]) -> str:
    more = f" … ({len(places)})" if len(places) > MOST_NAMED else ""
    return ", ".join(places[:MOST_NAMED]) + more


def compared(report: JsonObject, exchanges: Callable[[], Iterable[Exchange]], record: WitnessRecord) -> Comparison:
    """Compare evidence with a record. `exchanges` yields those of the evidence, each time from the first.

    Raises ValueError for a report whose times or URL are none.
    """
    run = report["run"]
    since, until = (datetime.fromisoformat(run[key]).timestamp() for key in ("started", "ended"))
    matching = Matching(record, Claims(exchanges, url=report["target"]["url"], salt=record.salt))
    matching.match(since, until)
    matching.settle(since, until)
    return matching.result


class Matching:
    """Finds for each exchange of the evidence the one that the witness saw."""

    def __init__(self, record: WitnessRecord, claims: Claims) -> None:
        self.result = Comparison(
            exchanges=len(claims.all), hooks=claims.hooks, target=record.target, keyid=record.keyid
        )
        self._record = record
        self._claims = claims
        self._left = {one.number: one for one in record.exchanges}
        self._pairs: list[tuple[Claimed, Witnessed]] = []
        self._unmatched: list[Claimed] = []

    def match(self, since: float, until: float) -> None:
        """Pair what is equal, first as HTTP, then by the bytes of the unusual framings, then what has no answer.

        Of what is equal, that from the time of the run comes first: an earlier run may have sent the same.
        """
        seen: dict[Key, list[Witnessed]] = defaultdict(list)
        for one in self._record.exchanges:
            seen[one.request, one.answer, one.auth].append(one)
        claims, shift = self._claims.all, self._shift(seen)
        first, last = since + shift - EDGE, until + shift + EDGE
        for group in seen.values():
            group.sort(key=lambda one: (not first <= one.at <= last, one.at))
        self._pair(((one, (one.key,)) for one in claims if one.failure is None), seen)
        framings = self._framings()
        waiting, self._unmatched = self._unmatched, []
        self._pair(((one, self._claims.raw_keys(one)) for one in waiting), framings)
        self._match_failures([one for one in claims if one.failure is not None])

    def _shift(self, seen: Mapping[Key, Sequence[Witnessed]]) -> float:
        """Return the seconds by which the witness's clock is ahead, by what was sent once."""
        counts = Counter(one.key for one in self._claims.all)
        once = [
            seen[one.key][0].at - one.at
            for one in self._claims.all
            if counts[one.key] == len(seen.get(one.key, ())) == 1
        ]
        return median(once) if once else 0.0

    def _pair(self, claims: Iterable[tuple[Claimed, tuple[Key, ...]]], seen: dict[Key, list[Witnessed]]) -> None:
        places: Counter[Key] = Counter()
        for one, keys in claims:
            key = next((key for key in keys if places[key] < len(seen.get(key, ()))), None)
            if key is None:
                self._unmatched.append(one)
                continue
            found = seen[key][places[key]]
            places[key] += 1
            self._take(one, found)

    def _take(self, one: Claimed, found: Witnessed) -> None:
        del self._left[found.number]
        self._pairs.append((one, found))

    def _framings(self) -> dict[Key, list[Witnessed]]:
        """Return what is left of the requests of which the bytes are known."""
        found: dict[Key, list[Witnessed]] = defaultdict(list)
        for one in sorted(self._left.values(), key=lambda one: one.at):
            if one.raw:
                found[one.raw, one.answer, one.auth].append(one)
        return found

    def _match_failures(self, claims: list[Claimed]) -> None:
        """Pair requests without an answer with those of which the witness knows no reason for one."""
        seen: dict[tuple[str, str], list[Witnessed]] = defaultdict(list)
        for one in self._left.values():
            for digest in filter(None, (one.request, one.raw)):
                seen[digest, one.auth].append(one)
        for claim in claims:
            keys = [claim.request]
            if (claim.request, claim.auth) not in seen:
                keys += self._claims.raw_digests(claim.exchange.request)
            asked = [each for key in keys for each in seen.get((key, claim.auth), ()) if each.number in self._left]
            fitting = [each for each in asked if _without_answer(claim, each)]
            if fitting:
                self._take(claim, min(fitting, key=lambda each: abs(each.at - claim.at)))
            elif asked or (claim.failure is not None and claim.failure.detail == CUT):
                self._unmatched.append(claim)
            else:
                self.result.unanswered += 1

    def settle(self, since: float, until: float) -> None:
        """Say what was found: what is left on either side, whose sessions they were, and when."""
        shift = median([seen.at - one.at for one, seen in self._pairs]) if self._pairs else 0.0
        self._times(shift, since, until)
        for one, seen in self._pairs:
            if not set(seen.leaks) <= set(one.exchange.leaks):
                self.result.found["leaks"].append(one.line)
        uneven = {one.key for one in self._unmatched}
        uneven |= self._differing()
        for one in self._unmatched:
            self.result.found["unseen"].append(one.line)
        uneven |= self._left_over(since + shift, until + shift)
        self._sessions(uneven)
        self.result.seen = len(self._pairs)

    def _times(self, shift: float, since: float, until: float) -> None:
        record, found = self._record, self.result.found
        covered = record.since <= since + shift + EDGE and until + shift <= record.until + EDGE
        if abs(shift) > CLOCKS.total_seconds() or not covered:
            when = (datetime.fromtimestamp(at, UTC).isoformat("T", "seconds") for at in (record.since, record.until))
            found["other-time"].append(" - ".join(when))
            return
        for one, seen in self._pairs:
            if not one.at - SLACK <= seen.at - shift <= one.at + one.elapsed + SLACK:
                found["times"].append(one.line)

    def _sessions(self, uneven: Collection[Key]) -> None:
        """Note exchanges that were sent with another session than the evidence says.

        Equal requests of two sessions with equal answers cannot be told apart, so whose session is which is learned
        where all of a group have one session. Groups that are `uneven` are rejected already.
        """
        groups: dict[Key, list[tuple[Claimed, Witnessed]]] = defaultdict(list)
        for pair in self._pairs:
            groups[pair[0].key].append(pair)
        votes: Counter[tuple[str, int]] = Counter()
        for group in groups.values():
            pairs = {(one.session, seen.who) for one, seen in group}
            votes.update(pairs if len(pairs) == 1 else ())
        number_of: dict[str, int] = {}
        session_of: dict[int, str] = {}
        for (session, who), _ in votes.most_common():
            if session not in number_of and who not in session_of:
                number_of[session], session_of[who] = who, session
        for group in (group for key, group in groups.items() if key not in uneven):
            claimed, seen = Counter(one.session for one, _ in group), Counter(found.who for _, found in group)
            short = [session for session, count in claimed.items() if count > seen[number_of.get(session, -1)]]
            over = [who for who, count in seen.items() if count > claimed[session_of.get(who, "-")]]
            if any(session in number_of for session in short) or any(who in session_of for who in over):
                self.result.found["session"].append(group[0][0].line)

    def _differing(self) -> set[Key]:
        """Note claims whose request was seen, but not with that answer or that kind of Authorization.

        Returns the keys of what was seen in their place.
        """
        keys = set[Key]()
        left: dict[str, list[Witnessed]] = defaultdict(list)
        for seen in self._left.values():
            left[seen.request].append(seen)
        rest = []
        for one in self._unmatched:
            found = left.get(one.request)
            if found:
                seen = min(found, key=lambda each: abs(each.at - one.at))
                found.remove(seen)
                del self._left[seen.number]
                keys.add((seen.request, seen.answer, seen.auth))
                self.result.found["differs"].append(f"{one.line} (#{seen.number})")
            else:
                rest.append(one)
        self._unmatched = rest
        return keys

    def _left_over(self, since: float, until: float) -> set[Key]:
        """Note what the witness saw of the run and the evidence does not have; return the keys of that."""
        missing = set[Key]()
        sessions = {seen.who for _, seen in self._pairs if seen.who}
        again = {
            BUSY: {seen.request for _, seen in self._pairs},
            UNAVAILABLE: {seen.request for one, seen in self._pairs if one.cleaning},
        }
        probe = f"{self._claims.root}{VERSION.path}"
        for seen in sorted(self._left.values(), key=lambda one: one.at):
            if seen.request in again.get(seen.status, ()):
                self.result.repeated += 1
            elif seen.method == VERSION.method and seen.path == probe:
                self.result.probes += 1
            elif since <= seen.at <= until or seen.who in sessions:
                self.result.found["missing"].append(f"#{seen.number} {seen.method} {seen.path[:SHOWN]}")
                missing.add((seen.request, seen.answer, seen.auth))
            else:
                self.result.beside += 1
        return missing


def _without_answer(one: Claimed, seen: Witnessed) -> bool:
    """Tell whether a request can have got no answer, by what the witness saw of it."""
    failure = one.failure
    if failure is None:
        return False
    if failure.detail in (CUT, ANSWERED_AGAIN, NOT_TOLD_TO_GO_ON) or seen.end != "complete":
        return True
    return (
        (failure.kind == "timeout" and seen.elapsed >= max(one.elapsed - 1.0, LEAST_TIMEOUT))
        or (failure.kind == "too-large" and seen.size > LARGE)
        or (failure.kind == "gateway" and seen.status >= GATEWAY)
    )

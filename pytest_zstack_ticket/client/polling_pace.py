"""When to poll a job for the first time, learned from the jobs before it; in seconds."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Sequence
from statistics import median

from pytest_zstack_ticket.model.exchange import Exchange, Response

LEAST_WAIT = 0.004
DONE = 200
ENOUGH = 4
"""Jobs that have to be seen before their times say anything."""
QUICKEST = 8
"""One job in so many may have been quicker than what counts as quick: an outlier says little."""
UNKNOWN_JOB, SHORTEST_HOOK, LONGEST_HOOK = 2.0, 0.25, 10.0
"""Seconds to wait for a delivery: while too little is known of jobs, at least, and at most."""
STUCK, LEAST_PATIENCE = 3, 0.5
"""After so many jobs in a row that did not end, each next one is given half the time, at least so many seconds.

In a row are those of one kind of call; one that ended with an error between them says nothing, for refusals end where
nothing else does.
"""
PROOFS = 2
"""Jobs in a row that have to end within a shorter wait before it is taken."""
FALSE_START, ON_TIME, TOO_SHORT = 1.0, 0.4, 3.0
"""What a job that runs longer than the wait adds and one that does not takes away; at the last figure the wait grows.

So two of seven jobs may need a second poll: some targets say of every fourth one once more that it runs.
"""
FIRST_STEP, LATER_STEP, LARGEST_STEP = 0.5, 0.1, 0.5
"""By which part a wait is shortened to see whether that is enough: in the beginning, once that failed, and at most."""
NEAR = 1.15
"""A wait this many times too short a one is not shortened to between them."""
MUCH = 1.5
"""A job that took this many times the wait shows that the wait is too short, whatever became of longer waits before.

Some targets say once that a job runs although it has ended; a longer wait does not help then and is not tried for ever.
"""
RISE = 4.0
"""How many times longer a wait becomes at once: a few slow jobs in a row must not slow down all that follow."""
FEWEST_BETWEEN, MOST_BETWEEN = 4, 64
"""Jobs between two attempts to shorten a wait: the fewest after one that was enough, twice as many after each other."""


class JobWait:
    """The wait before the first poll of one kind of job: nearly the shortest in which four of five jobs end.

    A job says only whether it ended within its wait. So now and then one job is given a shorter wait, as an attempt;
    and the wait grows when several jobs outlast it, to what the last of them took. One slow job changes nothing.
    """

    def __init__(self, wait: float) -> None:
        self.wait = wait
        self._short = 0.0
        self._attempt = 0.0
        self._out = False
        self._proofs = 0
        self._step = FIRST_STEP
        self._between = self._due = 1
        self._late = 0.0
        self._most = 0.0

    def next(self) -> float:
        """Choose the wait of the next job, perhaps as an attempt; only one attempt is under way at a time."""
        if self._due > 0 or self._out or self.wait <= LEAST_WAIT:
            return self.wait
        if not self._attempt:
            middle = (self._short + self.wait) / 2 if self._short and self.wait > self._short * NEAR else 0.0
            self._attempt = max(LEAST_WAIT, middle or self.wait * (1 - self._step))
        self._out = True
        return self._attempt

    def enough(self, wait: float) -> None:
        """Note that a job ended within its wait."""
        if self._out and wait == self._attempt:
            self._out = False
            self._proofs += 1
            if self._proofs >= PROOFS:
                self.wait = wait
                self._step = min(LARGEST_STEP, self._step * 2)
                self._plan(FEWEST_BETWEEN)
        elif wait <= self.wait:
            self._due -= 1
            self._late = max(0.0, self._late - ON_TIME)

    def too_short(self, wait: float, ended: float) -> None:
        """Note that a job ran longer than its wait; it was seen to have ended after `ended` seconds."""
        if self._out and wait == self._attempt:
            self._short, self._step = wait, LATER_STEP
            self._plan(self._between * 2)
        elif wait == self.wait:  # a job that began with an earlier, longer wait says nothing of this one
            self._late += FALSE_START
            if self._late >= TOO_SHORT:
                self._lengthen(wait, ended)

    def give_back(self, wait: float) -> None:
        """Note that nothing was learned from a job."""
        self._out = self._out and wait != self._attempt

    def _lengthen(self, short: float, ended: float) -> None:
        ended = min(ended, self.wait * RISE)
        if not self._most or ended > short * MUCH:
            self._most = ended * MUCH
        self._short, self.wait = short, max(self.wait, min(ended, self._most))
        self._plan(FEWEST_BETWEEN)

    def _plan(self, between: int) -> None:
        """Put off the next attempt by so many jobs."""
        self._between = self._due = min(MOST_BETWEEN, max(FEWEST_BETWEEN, between))
        self._attempt, self._out, self._proofs, self._late = 0.0, False, 0, 0.0


class PollingPace:
    """How long jobs took lately, by kind of call, and so how long to wait before the first poll of the next one.

    Safe for many threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waits: dict[str, JobWait] = {}
        self._lately: deque[float] = deque(maxlen=64)
        self._answers: deque[float] = deque(maxlen=64)
        self._jobs: deque[float] = deque(maxlen=64)
        self._stuck: Counter[str] = Counter()

    def first_wait(self, call: str) -> float:
        """Choose how long to wait before the first poll of a job of this kind of call; to be handed to `learn`."""
        with self._lock:
            known = self._waits.get(call)
            if known is not None:
                return known.next()
            return min((one.wait for one in self._waits.values()), default=LEAST_WAIT)

    def learn(self, call: str, exchanges: Sequence[Exchange], wait: float | None) -> None:
        """Take in a job that ended, or that did not in the time that it was given.

        `wait` is what `first_wait` gave for it, None if it was waited for in another way.
        """
        polls = exchanges[1:]
        self._answers.extend(one.elapsed for one in exchanges if isinstance(one.answer, Response))
        last = polls[-1] if polls else None
        with self._lock:
            if last is None or not isinstance(last.answer, Response):
                self._give_back(call, wait)
            elif last.answer.status == 202:
                self._stuck[call] += 1
                self._give_back(call, wait)
            else:
                first = exchanges[0]
                ended = max(0.0, last.started - first.started - first.elapsed)
                self._lately.append(ended)
                # it ended at some time between its last two polls
                self._jobs.append(
                    ended if len(polls) == 1 else (ended + polls[-2].started - polls[-1].started + ended) / 2
                )
                if last.answer.status == DONE:
                    self._stuck[call] = 0
                if wait is not None and len(polls) > 1 and last.answer.status != DONE and call in self._waits:
                    # an error may have taken its time: real nodes wait 15 s for jobs that end by an exception
                    self._give_back(call, wait)
                elif wait is not None:
                    self._learn(call, wait, ended if len(polls) > 1 else None)

    def _learn(self, call: str, wait: float, ended: float | None) -> None:
        """Take in when a job had ended that ran longer than its wait, None for one that did not."""
        known = self._waits.get(call)
        if known is None:
            self._waits[call] = JobWait(wait if ended is None else max(wait, ended))
        elif ended is None:
            known.enough(wait)
        else:
            known.too_short(wait, ended)

    def _give_back(self, call: str, wait: float | None) -> None:
        if wait is not None and call in self._waits:
            self._waits[call].give_back(wait)

    def patience(self, limit: float, call: str) -> float:
        """For how many of `limit` seconds a job is followed: where none ends, a run would take hours."""
        stuck = self._stuck[call]
        if stuck < STUCK:
            return limit
        halved = limit / 2.0 ** min(stuck - STUCK + 1, 16)
        with self._lock:
            return min(limit, max(LEAST_PATIENCE, halved, 2 * max(self._lately, default=0.0)))

    @property
    def latency(self) -> float | None:
        """Seconds that a request took lately; None if none was answered yet."""
        known = list(self._answers)
        return median(known) if known else None

    @property
    def job(self) -> float | None:
        """Seconds that a job took lately; None if none has ended yet."""
        known = list(self._jobs)
        return (median(known) if len(known) > ENOUGH else min(known)) if known else None

    @property
    def quick_job(self) -> float | None:
        """Seconds that the quickest jobs took lately: others may have ended as soon, but their polls had to wait."""
        known = sorted(self._jobs)
        return known[len(known) // QUICKEST] if known else None

    @property
    def hook_wait(self) -> float:
        """Seconds in which a job's end should have been delivered: twice as long as jobs took lately."""
        with self._lock:
            longest = 2 * max(self._lately) if len(self._lately) >= ENOUGH else UNKNOWN_JOB
        return min(max(longest, SHORTEST_HOOK), LONGEST_HOOK)

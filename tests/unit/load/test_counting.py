"""Histograms, reservoirs and tallies: bounded, and sums of several processes."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from statistics import quantiles

import pytest

from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.load.histogram import Histogram
from pytest_zstack_ticket.load.judging import Judged
from pytest_zstack_ticket.load.reservoir import Reservoir
from pytest_zstack_ticket.load.tally import EXAMPLES, LoadTally, phases
from pytest_zstack_ticket.model.outcome import Phrase, Undecided, Violation
from pytest_zstack_ticket.model.verdict import Example
from tests.support.builders import answered, error, failed, inventory, profile


def test_a_quantile_is_right_to_five_per_cent() -> None:
    chance = random.Random(1)
    values = [chance.lognormvariate(-2, 1) for _ in range(5000)]
    found = Histogram()
    for value in values:
        found.add(value)
    exact = quantiles(values, n=100)
    for share, place in ((0.5, 49), (0.95, 94), (0.99, 98)):
        assert found.quantile(share) == pytest.approx(exact[place], rel=0.06)
    assert found.figures()["count"] == 5000
    assert found.figures()["max"] == pytest.approx(max(values), abs=1e-4)


def test_a_histogram_does_not_grow_with_its_values() -> None:
    found = Histogram()
    for number in range(100_000):
        found.add(0.001 + number % 977 / 1000)
    assert len(found.buckets) < 100


def test_histograms_add_up_and_travel_as_json() -> None:
    one, other = Histogram(), Histogram()
    one.add(0.1)
    other.add(2.0)
    one.merge(Histogram.from_json(json.loads(json.dumps(other.to_json()))))
    assert (one.count, one.longest, one.total) == (2, 2.0, pytest.approx(2.1))
    assert Histogram().quantile(0.5) == 0.0


def test_a_reservoir_is_fair() -> None:
    kept = [0] * 100
    for seed in range(2000):
        sample = Reservoir[int](5, random.Random(seed))
        for number in range(100):
            sample.offer(number)
        for number in sample.kept:
            kept[number] += 1
    assert len(Reservoir[int](5, random.Random(0)).kept) == 0
    assert 60 < min(kept) <= max(kept) < 150  # 100 on average


def judged(judgement: object, check: str = "stored-once") -> Judged:
    example = Example(requirement="ZT-STORE-001", test="t", check=check, arguments={}, roles={}, judgement=judgement)
    return Judged(example=example, trails={"subject": (answered(200, {"inventory": inventory()}),)})


VIOLATION = Violation(expected=Phrase.of("expect-stored", count=1), actual=Phrase.of("stored", count=0))


def test_many_violations_of_one_kind_keep_few_examples() -> None:
    tally = LoadTally(1.0)
    kept = [
        one
        for _ in range(50)
        for one in tally.life([judged(VIOLATION), judged(None), judged(Undecided(Phrase.of("no-job")))])
    ]
    assert len(kept) == EXAMPLES
    (finding,) = tally.findings.values()
    assert (finding["count"], finding["kind"], len(finding["examples"])) == (50, "lost", EXAMPLES)
    assert tally.judged["ZT-STORE-001"] == [50, 50, 50]
    assert len(tally.witnesses["ZT-STORE-001"].kept) <= EXAMPLES


def test_a_worker_keeps_no_more_evidence_because_its_counts_are_taken() -> None:
    tally = LoadTally(1.0)
    kept = 0
    for _ in range(10):
        kept += len(tally.life([judged(VIOLATION)]))
        tally.take()
    assert kept == EXAMPLES


def create(*exchanges: object) -> CallResult:
    return CallResult(exchanges=tuple(exchanges), profile=profile(), call="create")  # type: ignore[arg-type] # any stand-in for an exchange


def test_counts_of_workers_add_up() -> None:
    master = LoadTally(1.0)
    for _ in range(2):
        worker = LoadTally(1.0)
        worker.timed = True
        worker.call("create", create(answered(200, {"inventory": inventory()})))
        worker.call("create", create(failed("timeout")))
        worker.life([judged(VIOLATION)])
        master.merge(json.loads(json.dumps(worker.take())))
        assert worker.requests == 0
    assert (master.requests, master.lives) == (4, 2)
    assert master.latencies["create"].count == 4
    assert sum(window.errors for window in master.windows.values()) == 2
    (finding,), (trouble,) = master.findings.values(), master.errors.values()
    assert (finding["count"], trouble["count"], trouble["error"]) == (2, 2, "timeout")


def test_errors_are_named_alike() -> None:
    tally = LoadTally(1.0)
    for number in range(4):
        tally.call("create", create(answered(503, error("SYS.1006", details=f"no {number}"))))
    (trouble,) = tally.errors.values()
    assert trouble["error"].startswith("refused 503 SYS.1006")
    assert trouble["count"] == 4


def test_calls_of_probes_are_counted_and_not_timed() -> None:
    tally = LoadTally(1.0)
    tally.call("create", create(answered(200, {"inventory": inventory()})))
    assert (tally.requests, dict(tally.latencies)) == (1, {})


def test_the_job_of_a_create_lasts_until_its_end_was_read() -> None:
    first = replace(answered(202, {"location": "http://h/zstack/v1/api-jobs/1"}, elapsed=0.1), started=10.0)
    last = replace(answered(200, {"inventory": inventory()}, elapsed=0.1), started=10.5)
    assert phases("create", create(first, last)) == [
        ("create", 0.1),
        ("poll", 0.1),
        ("create.job", pytest.approx(0.6)),
    ]

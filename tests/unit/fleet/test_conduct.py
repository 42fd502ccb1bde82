"""A fleet on an engine that answers from a script: waves, retries, broken engines, resuming, and its result."""

import dataclasses
import errno
import itertools
import os

import pytest

from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.fleet import conduct
from pytest_zstack_ticket.fleet.conduct import Conductor
from pytest_zstack_ticket.fleet.engine import EngineLostError, ThreadEngine
from pytest_zstack_ticket.fleet.job import Outcome, is_stopped
from pytest_zstack_ticket.fleet.outputs import write_outputs
from pytest_zstack_ticket.fleet.plan import FleetTarget, Plan, waves_of
from pytest_zstack_ticket.fleet.store import FleetStore, load_fleet
from pytest_zstack_ticket.model.errors import EvidenceError, FleetError
from pytest_zstack_ticket.report.exports.fleet_markdown import fleet_lines
from pytest_zstack_ticket.report.text.translations import translations
from tests.support.fleets import outcome_of, plan_of, report_of

CANARY = ({"name": "first", "groups": ["canary"]},)
BODY = "ZT-BODY-001"


class ScriptedEngine:
    """Answers each job with the next line of its target's script; an exception in a script breaks the engine."""

    def __init__(self, script):
        self.script, self.waiting, self.most, self.sent = script, [], 0, []

    def submit(self, job):
        self.waiting.append(job.target)
        self.sent.append(job.target)
        self.most = max(self.most, len(self.waiting))

    def finished(self, timeout):
        target = self.waiting.pop()
        answer = next(self.script[target])
        if isinstance(answer, BaseException):
            self.waiting.clear()
            raise answer
        return target, answer

    has_workers = True

    def close(self):
        pass


def lines(**scripts):
    return {name.replace("_", "-"): iter(script) for name, script in scripts.items()}


def conducted(folder, plan, engine, *, resume=False):
    store = FleetStore.resumed(folder, plan) if resume else FleetStore.new(folder, plan, "2027-01-01T00:00:00+00:00")
    made = Conductor(plan=plan, store=store, open_engine=lambda: engine, work=folder / "work", locks=folder / "locks")
    found = made.run()
    assert first_defect("fleet-report", found) is None
    return found


def good(target, **changed):
    return outcome_of(target, report_of(**changed))


def no_target(target):
    return Outcome(target=target, kind="no-target", status=11).to_json()


def states(found):
    return [one["state"] for one in found["waves"]]


def test_all_waves_run_when_all_pass(tmp_path):
    engine = ScriptedEngine(lines(canary_1=[good("canary-1")], other=[good("other")]))
    found = conducted(tmp_path / "f", plan_of("other", "canary-1", waves=CANARY), engine)
    assert (found["exit_status"], states(found), found["stopped"]) == (0, ["done", "done"], None)


class BreakingEngine(ScriptedEngine):
    """Breaks once, as a target is to be sent to it while the result of another is not written yet."""

    broke = False

    def submit(self, job):
        if job.target == "second" and not self.broke:
            self.broke = True
            raise EngineLostError("lost")
        super().submit(job)


def test_a_result_is_kept_though_the_engine_breaks_as_the_next_target_is_sent(tmp_path, monkeypatch):
    monkeypatch.setattr(conduct, "REOPEN_PAUSE", 0.0)
    engine = BreakingEngine(lines(first=[good("first")], second=[good("second")]))
    found = conducted(tmp_path / "f", plan_of("first", "second", at_once=1), engine)
    assert (engine.broke, [one["state"] for one in found["targets"]]) == (True, ["examined", "examined"])


def test_the_target_that_took_longest_before_starts_first_and_an_unknown_one_before_it(tmp_path):
    names = ("short", "long", "new")
    before = conducted(
        tmp_path / "before",
        plan_of("short", "long"),
        ScriptedEngine(
            {"short": iter([good("short") | {"seconds": 2.0}]), "long": iter([good("long") | {"seconds": 90.0}])}
        ),
    )
    write_outputs(before, tmp_path / "before", "en")
    plan = dataclasses.replace(plan_of(*names, at_once=1), baseline=str(tmp_path / "before"))
    engine = ScriptedEngine({name: iter([good(name)]) for name in names})
    conducted(tmp_path / "f", plan, engine)
    assert engine.sent == ["new", "long", "short"]


def test_a_regression_of_the_canary_stops_the_fleet(tmp_path):
    before = ScriptedEngine(lines(canary_1=[good("canary-1")], other=[good("other")]))
    plan = plan_of("other", "canary-1", waves=CANARY)
    conducted_before = conducted(tmp_path / "before", plan, before)
    write_outputs(conducted_before, tmp_path / "before", "en")
    after = ScriptedEngine(lines(canary_1=[good("canary-1", failed=[BODY])], other=[]))
    later = plan_of("other", "canary-1", waves=CANARY)
    later = type(later)(
        name="f", targets=later.targets, waves=later.waves, limits=later.limits, baseline=str(tmp_path / "before")
    )
    found = conducted(tmp_path / "after", later, after)
    assert (found["exit_status"], states(found)) == (10, ["stopped", "not-started"])
    assert found["stopped"] == {"wave": "first", "reason": "regression"}
    assert found["targets"][0]["regressions"] == [BODY]
    assert [point["exit_status"] for point in found["trend"]] == [0, 10]


def test_the_same_failure_as_before_is_no_regression(tmp_path):
    plan = plan_of("canary-1", "other", waves=CANARY)
    found = conducted(
        tmp_path / "f", plan, ScriptedEngine(lines(canary_1=[good("canary-1", failed=[BODY])], other=[good("other")]))
    )
    assert (found["exit_status"], states(found)) == (1, ["done", "done"])


@pytest.mark.parametrize(
    ("wave", "canary", "reason"),
    [
        ({"continue-if": "passed"}, good("canary-1", failed=[BODY]), "not-passed"),
        ({"continue-if": "passed", "tolerate": 1}, good("canary-1", failed=[BODY]), None),
        ({"continue-if": "passed"}, no_target("canary-1"), "no-verdict"),
        ({}, no_target("canary-1"), "no-verdict"),
        ({"continue-if": "finished"}, no_target("canary-1"), None),
    ],
)
def test_the_next_wave_starts_only_if_the_one_before_did_as_asked(tmp_path, wave, canary, reason):
    plan = plan_of("canary-1", "other", waves=({**CANARY[0], **wave},), retries=0)
    found = conducted(tmp_path / "f", plan, ScriptedEngine(lines(canary_1=[canary], other=[good("other")])))
    assert (found["stopped"] or {"reason": None})["reason"] == reason
    assert [one["name"] for one in found["targets"]] == (["canary-1"] if reason else ["canary-1", "other"])


def test_only_set_up_errors_and_killed_runs_are_tried_again(tmp_path):
    dead = Outcome(target="b", kind="killed", status=137).to_json()
    broken = Outcome(target="c", kind="error", status=4).to_json()
    script = lines(a=[no_target("a"), good("a")], b=[dead, None, good("b")], c=[broken], d=[no_target("d")] * 3)
    found = conducted(tmp_path / "f", plan_of("a", "b", "c", "d"), ScriptedEngine(script))
    known = {one["name"]: (one["state"], one["attempts"]) for one in found["targets"]}
    assert known == {"a": ("examined", 2), "b": ("examined", 3), "c": ("error", 1), "d": ("error", 3)}
    assert found["exit_status"] == 11


def test_no_more_targets_run_at_once_than_the_file_allows(tmp_path):
    names = [f"t{number}" for number in range(7)]
    engine = ScriptedEngine({name: iter([good(name)]) for name in names})
    conducted(tmp_path / "f", plan_of(*names, at_once=3), engine)
    assert engine.most == 3


def test_an_engine_that_breaks_down_is_replaced_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(conduct, "REOPEN_PAUSE", 0.0)
    script = lines(a=[EngineLostError("gone"), good("a")], b=[EngineLostError("gone"), good("b")])
    found = conducted(tmp_path / "f", plan_of("a", "b"), ScriptedEngine(script))
    assert {one["name"]: one["verdict"] for one in found["targets"]} == {"a": "passed", "b": "passed"}


def test_an_engine_that_does_not_start_at_once_is_opened_again(tmp_path, monkeypatch):
    monkeypatch.setattr(conduct, "REOPEN_PAUSE", 0.0)
    tries = iter([EngineLostError("a worker died"), FleetError("no answer yet"), ScriptedEngine(lines(a=[good("a")]))])

    def opened():
        found = next(tries)
        if isinstance(found, Exception):
            raise found
        return found

    plan = plan_of("a")
    store = FleetStore.new(tmp_path / "f", plan, "2027-01-01T00:00:00+00:00")
    made = Conductor(plan=plan, store=store, open_engine=opened, work=tmp_path / "w", locks=tmp_path / "l")
    assert made.run()["exit_status"] == 0


def test_a_scheduler_that_never_answered_ends_the_fleet_at_once(tmp_path):
    def opened():
        raise FleetError("does not answer")

    plan = plan_of("a")
    store = FleetStore.new(tmp_path / "f", plan, "2027-01-01T00:00:00+00:00")
    made = Conductor(plan=plan, store=store, open_engine=opened, work=tmp_path / "w", locks=tmp_path / "l")
    with pytest.raises(FleetError, match="does not answer"):
        made.run()


def test_a_fleet_that_waits_for_workers_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(conduct, "LOOKED_FOR", 0.0)
    plan, said = plan_of("a"), []

    class Idle(ScriptedEngine):
        has_workers = False

        def finished(self, timeout):
            return super().finished(timeout) if said.count("fleet-no-workers") > 1 else None

    engine = Idle(lines(a=[good("a")]))
    store = FleetStore.new(tmp_path / "f", plan, "2027-01-01T00:00:00+00:00")
    made = Conductor(
        plan=plan, store=store, open_engine=lambda: engine, work=tmp_path / "w", locks=tmp_path / "l",
        notify=lambda key, _: said.append(key),
    )  # fmt: skip
    assert made.run()["exit_status"] == 0


def test_an_interrupted_fleet_is_resumed_where_it_was(tmp_path):
    plan = plan_of("a", "b", at_once=1)
    found = conducted(tmp_path / "f", plan, ScriptedEngine(lines(a=[good("a")], b=[KeyboardInterrupt()])))
    assert (found["exit_status"], found["interrupted"]) == (2, True)
    found = conducted(tmp_path / "f", plan, ScriptedEngine(lines(a=[], b=[good("b")])), resume=True)
    assert (found["exit_status"], len(found["targets"])) == (0, 2)


def test_an_interrupted_fleet_tells_workers_to_stop_until_it_goes_on(tmp_path):
    plan = plan_of("a")
    conducted(tmp_path / "f", plan, ScriptedEngine(lines(a=[KeyboardInterrupt()])))
    assert is_stopped(tmp_path / "f" / "work")
    conducted(tmp_path / "f", plan, ScriptedEngine(lines(a=[good("a")])), resume=True)
    assert not is_stopped(tmp_path / "f" / "work")


def test_a_second_ctrl_c_ends_the_wait_and_keeps_the_result(tmp_path, monkeypatch):
    def impatient(seconds):
        raise KeyboardInterrupt

    target = FleetTarget(name="a", url="http://cloud:1")
    plan = Plan(name="f", targets=(target,), waves=waves_of((target,), ()))
    monkeypatch.setattr(conduct.time, "sleep", impatient)
    monkeypatch.setattr(conduct, "is_free", lambda path: False)
    found = conducted(tmp_path / "f", plan, ScriptedEngine(lines(a=[KeyboardInterrupt()])))
    assert (found["exit_status"], found["interrupted"]) == (2, True)


def test_a_full_disk_ends_the_fleet_and_what_it_runs_and_a_resumed_one_goes_on(tmp_path, monkeypatch):
    plan = plan_of("a", "b")
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with monkeypatch.context() as patched:
        patched.setattr(FleetStore, "save_bundle", lambda *_: (_ for _ in ()).throw(full))
        with pytest.raises(OSError, match="No space left"):
            conducted(tmp_path / "f", plan, ScriptedEngine(lines(a=[good("a")], b=[good("b")])))
    assert is_stopped(tmp_path / "f" / "work")
    again = ScriptedEngine(lines(a=[good("a")], b=[good("b")]))
    assert conducted(tmp_path / "f", plan, again, resume=True)["exit_status"] == 0


@pytest.mark.parametrize("kind", ["cut", "error"])
def test_a_canary_whose_run_left_something_out_does_not_start_the_next_wave(tmp_path, kind):
    canary = {**good("canary-1"), "kind": kind, "status": 12, "text": "the limit is reached"}
    plan = plan_of("canary-1", "other", waves=CANARY)
    found = conducted(tmp_path / "f", plan, ScriptedEngine(lines(canary_1=[canary], other=[])))
    assert found["stopped"] == {"wave": "first", "reason": "no-verdict"}
    assert any("the limit is reached" in line for line in fleet_lines(found, translations(), "en"))
    assert (tmp_path / "f" / "bundles" / "canary-1.zip").exists() == (kind == "cut")


def test_a_baseline_that_is_no_fleet_is_refused_before_anything_is_sent(tmp_path):
    plan = plan_of("a")
    plan = Plan(name="f", targets=plan.targets, waves=plan.waves, baseline=str(tmp_path / "nowhere"))
    with pytest.raises(EvidenceError, match="holds no fleet"):
        conducted(tmp_path / "f", plan, ScriptedEngine({}))


@pytest.mark.parametrize("state", ["{}", "[]", "", '{"plan": 1}'])
def test_a_state_that_is_none_is_no_fleet(tmp_path, state):
    (tmp_path / "state.json").write_text(state)
    with pytest.raises(FleetError, match="holds no fleet"):
        FleetStore.resumed(tmp_path, plan_of("a"))


def test_a_fleet_is_resumed_only_with_the_same_targets(tmp_path):
    conducted(tmp_path / "f", plan_of("a"), ScriptedEngine(lines(a=[good("a")])))
    with pytest.raises(FleetError, match="other targets or options"):
        FleetStore.resumed(tmp_path / "f", plan_of("a", "b"))
    with pytest.raises(FleetError, match="add --resume"):
        FleetStore.new(tmp_path / "f", plan_of("a"), "")


def test_a_thread_engine_reports_outcomes_and_broken_workers():
    def examine(message):
        if message["target"] == "b":
            raise RuntimeError
        return good(message["target"])

    engine = ThreadEngine(examine)
    plan = plan_of("a", "b")
    for name in ("a", "b"):
        engine.submit(conduct.job_of(plan, name, fleet="f", work="w", locks="l"))
    found = dict(filter(None, itertools.islice(iter(lambda: engine.finished(60), None), 2)))
    assert found["b"] is None
    assert found["a"]["kind"] == "report"


def test_tickets_that_are_left_and_releases_that_differ_are_named(tmp_path):
    left = {**good("b", release="4.8", failed=[BODY]), "left": 1}
    found = conducted(tmp_path / "f", plan_of("a", "b"), ScriptedEngine(lines(a=[good("a")], b=[left])))
    assert found["releases"]["names"] == ["4.8", "5.2"]
    assert [row["id"] for row in found["releases"]["rows"]] == [BODY]
    assert found["alike"] == [{"roots": [BODY], "targets": ["b"]}]
    write_outputs(found, tmp_path / "f", "en")
    assert load_fleet(tmp_path / "f") == found
    assert "b: 1 ticket left" in (tmp_path / "f" / "summary.md").read_text()

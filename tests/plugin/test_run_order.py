"""The shipped tests run in their own order, whatever other plugins and options make of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.config.catalogue import catalogue

SHUFFLING = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items):
    yield
    items.reverse()
"""
FEW = "ZT-STORE-015 or ZT-STORE-025 or ZT-STORE-017 or ZT-STORE-024 or ZT-BODY-060 or ZT-HTTP-00 or ZT-JOB-007"
"""The late requirements and some that come before them."""
LATE = [
    "test_early_tickets_still_exist_at_the_end",
    "test_dates_of_creation_are_as_far_apart_as_the_creates",
    "test_deleted_tickets_are_still_gone_at_the_end",
    "test_first_drafts_get_the_same_decision_at_the_end",
]
OWN = """
import pytest

@pytest.mark.parametrize("number", range(3))
def test_own(number): pass
"""


def collected(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    result = pytester.runpytest("--zstack-url=embedded", "--collect-only", "-q", *arguments)
    return [line for line in result.stdout.lines if "::" in line]


def test_certify_draws_an_order_from_its_seed_and_ends_with_the_same_tests(pytester: pytest.Pytester) -> None:
    one, other = (collected(pytester, "--zstack-effort=certify", f"--zstack-seed={seed}") for seed in (1, 2))
    assert sorted(one) == sorted(other)
    assert one != other
    assert [line for line in one[-len(LATE) :] if line.partition("::")[2].startswith(tuple(LATE))]
    assert one[-len(LATE) :] == other[-len(LATE) :]


def test_the_catalogue_says_how_many_tests_examine_each_requirement(pytester: pytest.Pytester) -> None:
    """Else a test that is left out of a run could not be missed."""
    found: Counter[str] = Counter()

    class Counting:
        def pytest_collection_finish(self, session: pytest.Session) -> None:
            found.update(str(item.get_closest_marker("requirement").args[0]) for item in session.items)

    pytester.inline_run("--zstack-url=embedded", "--collect-only", "-q", plugins=[Counting()])
    assert found == {one.id: one.tests for one in catalogue()}


def test_a_run_without_one_of_two_tests_is_partial(pytester: pytest.Pytester) -> None:
    left_out = "test_texts_are_stored_as_sent"
    options = ("--zstack-url=embedded", "--zstack-effort=smoke", "--zstack-report=out")
    result = pytester.runpytest(*options, "-k", f"ZT-STORE-003 and not {left_out}")
    result.stdout.fnmatch_lines(["tests left out of the run, so some requirements*: 1"])
    found = json.loads((pytester.path / "out" / "report.json").read_text("utf-8"))
    row = next(row for row in found["requirements"] if row["id"] == "ZT-STORE-003")
    assert (row["verdict"], row["outside"]["left_out"], found["partial"]) == ("passed", 1, True)


@pytest.mark.parametrize("order", [("--nf",), ("-p", "shuffling")])
def test_no_plugin_reorders_the_suites(pytester: pytest.Pytester, order: tuple[str, ...]) -> None:
    pytester.makepyfile(shuffling=SHUFFLING)
    pytester.syspathinsert()
    usual = collected(pytester)
    assert [line.split("::")[1] for line in usual[-len(LATE) :]] == LATE
    assert collected(pytester, *order) == usual


def test_what_failed_last_does_not_come_first(pytester: pytest.Pytester) -> None:
    usual = collected(pytester)
    cache = pytester.path / ".pytest_cache" / "v" / "cache" / "lastfailed"
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps({usual[-1]: True}))
    assert collected(pytester, "--ff") == usual
    assert collected(pytester, "--lf") == usual[-1:]


def test_what_explores_long_comes_before_the_bodies_that_it_would_wait_for(pytester: pytest.Pytester) -> None:
    shown = collected(pytester, "-k", "ZT-LIFECYCLE-012 or ZT-BODY-023 or ZT-BODY-001")
    names = [line.rpartition("::")[2] for line in shown]
    assert names[0] == "test_concurrent_tickets_are_affected_only_by_their_own_events"
    assert names[1] == "test_resource_uuid_in_use_is_refused"


def test_own_tests_keep_the_order_that_others_gave_them(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(shuffling=SHUFFLING)
    pytester.syspathinsert()
    own = pytester.makepyfile(test_own=OWN)
    shown = collected(pytester, "-p", "shuffling", str(own))
    assert [line.rpartition("[")[2] for line in shown] == ["2]", "1]", "0]"]


def test_workers_run_what_is_late_after_all_else(pytester: pytest.Pytester, report: Callable[[], Any]) -> None:
    arguments = ("--zstack-url=embedded", "--zstack-effort=smoke", "--zstack-seed=1", "--zstack-report=out")
    result = pytester.runpytest(*arguments, "-n", "2", "-v", "-k", FEW)
    assert result.ret == 0
    ran = [line for line in result.stdout.lines if "PASSED" in line]
    assert [line.rpartition("::")[2].strip() for line in ran[-len(LATE) :]] == LATE
    verdicts = {row["id"]: row["verdict"] for row in report()["requirements"]}
    assert (verdicts["ZT-STORE-015"], verdicts["ZT-STORE-017"]) == ("passed", "passed")


def test_what_was_examined_too_early_is_inconclusive_in_the_run_and_when_judged_again(
    pytester: pytest.Pytester, report: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pytest_zstack_ticket.certify.rejudge import judge_bundle  # noqa: PLC0415 - only here
    from pytest_zstack_ticket.plugin import run_order  # noqa: PLC0415 - likewise

    monkeypatch.setattr(run_order, "in_order", lambda tests, *_more: list(reversed(tests)))
    arguments = ("--zstack-url=embedded", "--zstack-effort=smoke", "--zstack-seed=1", "--zstack-report=out")
    assert pytester.runpytest(*arguments, "-k", FEW).ret == 12
    row = next(row for row in report()["requirements"] if row["id"] == "ZT-STORE-017")
    assert row["verdict"] == "inconclusive"
    assert "other tests started after it" in row["reason"]["en"]
    again = judge_bundle(Path(pytester.path / "out"))
    assert again.same
    assert again.report["verdict"] == "inconclusive"

"""`--zstack-budget`: what it did not buy is said, and what its last seconds find fails the requirement."""

import pytest

SOME = ("-k", "ZT-BODY-06 or ZT-STORE-003", "--zstack-seed=5", "--zstack-report=out")
RARE = "--zstack-url=embedded?fault=refuse-when:body-boolean"
COUNTED = """
from functools import partial

import pytest

from pytest_zstack_ticket.runner import explorer

patch = pytest.MonkeyPatch()


def pytest_configure():
    looks = iter(range(10**9))
    patch.setattr(explorer, "Explorer", partial(explorer.Explorer, now=lambda: next(looks) / 25))


def pytest_unconfigure():
    patch.undo()
"""


@pytest.fixture
def counted_time(pytester: pytest.Pytester) -> None:
    """Let each look at the clock take 40 ms: what a budget buys is the same on every machine."""
    pytester.makeconftest(COUNTED)


def explored(report: dict, requirement: str) -> dict:
    row = next(row for row in report["requirements"] if row["id"] == requirement)
    return {"verdict": row["verdict"], **(row["outside"].get("explored") or {})}


def test_a_budget_that_buys_too_little_is_inconclusive(pytester: pytest.Pytester, report) -> None:
    result = pytester.runpytest("--zstack-url=embedded", "--zstack-budget=0.01s", *SOME)
    assert result.ret == 12
    document = explored(report(), "ZT-BODY-061")
    assert (document["verdict"], document["wanted"], document["missing"]) == (
        "inconclusive",
        80,
        80 - document["explored"],
    )
    assert 10 <= document["explored"] < 20
    assert explored(report(), "ZT-BODY-062") == {"verdict": "passed"}
    result.stdout.fnmatch_lines(["*the budget of 0.01 s was too short*", "*ZT-BODY-060: explored 1? of 80 examples*"])
    assert "ZT-BODY-060: explored 1" in (pytester.path / "out" / "report.html").read_text("utf-8")


def test_what_a_budget_did_not_buy_is_said_in_chinese(pytester: pytest.Pytester) -> None:
    options = ("--zstack-budget=0.01s", "--zstack-lang=zh", *SOME)
    result = pytester.runpytest("--zstack-url=embedded", *options)
    result.stdout.fnmatch_lines(["*ZT-BODY-060：要求 80 个样例，已探索 1? 个*"])


@pytest.mark.usefixtures("counted_time")
def test_a_budget_that_is_long_enough_passes(pytester: pytest.Pytester, report) -> None:
    result = pytester.runpytest("--zstack-url=embedded", "--zstack-budget=6s", "-k", "ZT-BODY-060", *SOME[2:])
    assert result.ret == 0
    document = explored(report(), "ZT-BODY-060")
    assert document["verdict"] == "passed"
    assert document["explored"] >= 80


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
@pytest.mark.usefixtures("counted_time")
def test_what_the_last_seconds_find_fails_the_requirement(
    pytester: pytest.Pytester, report, workers: tuple[str, ...]
) -> None:
    result = pytester.runpytest(RARE, "--zstack-budget=10s", "-k", "ZT-BODY-060 or ZT-BODY-001", *SOME[2:], *workers)
    assert result.ret == 1
    assert explored(report(), "ZT-BODY-060")["verdict"] == "failed"
    assert explored(report(), "ZT-BODY-001")["verdict"] == "passed"
    result.stdout.fnmatch_lines(["ZT-BODY-060 (must): *"])


@pytest.mark.usefixtures("counted_time")
def test_the_command_that_finds_it_again_can_be_typed(pytester: pytest.Pytester, report) -> None:
    pytester.runpytest(RARE, "--zstack-budget=10s", "-k", "ZT-BODY-060", *SOME[2:])
    row = next(row for row in report()["requirements"] if row["id"] == "ZT-BODY-060")
    assert "--zstack-budget=10s" in row["findings"][0]["regenerate"]

"""The page that a run writes beside its report."""

import pytest

from pytest_zstack_ticket.artifacts.evidence_reader import read_evidence

FAULTY = "--zstack-url=embedded?fault=accept-too-long:name"
SOME = ("--zstack-effort=smoke", "-k", "ZT-BODY-004 or ZT-ANSWER-001", "--zstack-report=out")


@pytest.mark.parametrize(("lang", "report", "workers"), [("en", "Not conformant", ()), ("zh", "不符合", ("-n", "1"))])
def test_a_run_leaves_a_page_in_its_language(
    pytester: pytest.Pytester, lang: str, report: str, workers: tuple[str, ...]
):
    assert pytester.runpytest(FAULTY, *SOME, f"--zstack-lang={lang}", *workers).ret == 1
    text = (pytester.path / "out" / "report.html").read_text("utf-8")
    evidence = read_evidence(pytester.path / "out" / "evidence.jsonl.gz")
    assert report in text
    assert 'id="ZT-BODY-004" open' in text
    assert "accept-too-long:name" in text
    assert any(f"# {key} ·" in text for key in evidence.exchanges)
    assert not list((pytester.path / "out").glob("*.tmp"))


def test_a_page_of_an_earlier_run_does_not_stay(pytester: pytest.Pytester, own_test: object):
    arguments = ("--zstack-url=embedded", "--zstack-report=out", "--zstack-lang=en", own_test)
    pytester.runpytest(*arguments)
    (pytester.path / "out" / "report.zh.html").write_text("old")
    pytester.runpytest(*arguments)
    names = {path.name for path in (pytester.path / "out").iterdir()}
    assert names == {"report.json", "report.html", "evidence.jsonl.gz", "junit.xml", "ctrf.json"}

"""The status line of a run on a terminal, and its absence everywhere else."""

import re
import sys

import pytest

from pytest_zstack_ticket.report.text.columns import width
from tests.support.terminal import CLEAR, on_terminal, painted, without_paint

SLOW = '''
import time
import pytest

@pytest.mark.requirement("OWN-中文")
@pytest.mark.parametrize("number", [1, 2])
def test_it(ticket_endpoint, zstack_examine, number):
    """It is decided the same way."""
    for turn in range(4):
        print("printed 打印", turn)
        time.sleep(0.15)
        again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None
    assert number == 1
'''
CHANGES = re.compile(
    r"(seed |in )[\d.]+|…[0-9a-f]{8}|zt-[0-9a-f]{16}|\b[0-9a-f]{32}\b|127\.0\.0\.1:\d+|/tmp/\S+|=+|\.+ *\[|\x1b\[[\d;?]*[a-zA-Z]"
)


@pytest.fixture
def shown(pytester: pytest.Pytester):
    """Run a slow test on a terminal; return all that was written to it."""
    pytester.makepyfile(test_slow=SLOW)

    def shown(*options: str, **environment: str) -> str:
        command = [sys.executable, "-m", "pytest", "--zstack-url=embedded", "-p", "no:cacheprovider", "test_slow.py"]
        status, written = on_terminal([*command, *options], cwd=pytester.path, **environment)
        assert status == 1, written
        return written

    return shown


def lines(written: str) -> list[str]:
    """Return the lines without times, and without those that pytest paints while collecting takes half a second."""
    found = [CHANGES.sub("", line).strip() for line in without_paint(written).splitlines()]
    return [line for line in found if not line.startswith("collecting ")]


@pytest.mark.parametrize(
    ("lang", "words", "options"),
    [
        ("en", r" examples? · ", ("-v",)),
        ("en", r" examples? · ", ("-q",)),
        ("zh", " · 样例 ", ("-s",)),
        ("zh", " · 样例 ", ("-n", "2", "-v")),
    ],
)
def test_it_is_painted_and_leaves_nothing_behind(shown, lang: str, words: str, options: tuple[str, ...]):
    written = shown(*options, f"--zstack-lang={lang}", "--zstack-seed=1")
    status = painted(written)
    assert status
    assert all(re.search(words, one) and width(one) < 80 for one in status)
    left = without_paint(written)
    assert not re.search("\x1b[D78M]", left)
    assert not re.search(words, left)
    assert written.rfind(CLEAR) > written.rfind(status[-1])


def test_the_rest_of_the_output_is_that_of_a_run_without_it(shown):
    document = ("--zstack-lang=zh", "--zstack-seed=1", "-s", "--color=no", "--tb=no")
    assert lines(shown(*document)) == lines(shown(*document, CI="true"))


def test_the_requirement_is_named_with_its_examples_and_tickets(shown):
    status = painted(shown("--zstack-lang=en"))
    assert any(
        re.fullmatch(r"OWN-中文 · [01]/2 tests · [1-4] examples · \d+/s · \d findings · \d+ tickets", one)
        for one in status
    )


def test_the_time_that_is_left_is_told(shown):
    status = painted(shown("--zstack-lang=en", "--zstack-total-timeout=90"))
    assert all(re.search(r" · 1:\d\d left$", one) for one in status)


@pytest.mark.parametrize(
    ("options", "environment"),
    [((), {"CI": "true"}), ((), {"TERM": "dumb"}), (("-qq",), {}), (("-o", "log_cli=true"), {})],
    ids=["ci", "dumb", "quiet", "live-logs"],
)
def test_nobody_who_keeps_a_log_gets_it(shown, options: tuple[str, ...], environment: dict[str, str]):
    assert painted(shown(*options, **environment)) == []


def test_a_pipe_gets_none(pytester: pytest.Pytester):
    pytester.makepyfile(test_slow=SLOW)
    assert "\x1b" not in pytester.runpytest_subprocess("--zstack-url=embedded", "test_slow.py").stdout.str()


def test_no_line_of_ours_is_wider_than_the_terminal(shown):
    written = without_paint(shown("--zstack-lang=zh", "--color=no", "-qq", "--tb=no"))
    title = next(line for line in written.splitlines() if "ZStack CreateTicket" in line)
    assert 78 <= width(title) <= 80

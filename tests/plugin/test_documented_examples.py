"""The examples of write-your-own-tests.md are right in both directions: on a healthy cloud, and with the fault they name."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "write-your-own-tests.md"
EXAMPLES = re.findall(r"```python\n(# fails with: (\S+)\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_there_are_ten():
    assert len(EXAMPLES) == 10


def test_each_passes_on_a_healthy_cloud(pytester: pytest.Pytester):
    files = pytester.makepyfile(**{f"test_example_{number}": text for number, (text, _) in enumerate(EXAMPLES)})
    result = pytester.runpytest("--zstack-url=embedded", files.parent)
    result.assert_outcomes(passed=12)  # one of them has three cases
    assert result.ret == 0


@pytest.mark.parametrize(("text", "fault"), EXAMPLES, ids=[fault for _, fault in EXAMPLES])
def test_each_fails_with_its_fault(pytester: pytest.Pytester, text: str, fault: str):
    result = pytester.runpytest(f"--zstack-url=embedded?fault={fault}", pytester.makepyfile(text))
    assert result.parseoutcomes().get("failed", 0) >= 1
    assert result.ret == 1

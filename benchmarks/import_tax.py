"""What the installed plugin costs a pytest run that has nothing to do with it, in pairs with and without."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PAIRS = 15
HEAVY = ("hypothesis", "httpx", "jsonschema", "jinja2", "allure", "h11")


def cpu(folder: str, *more: str) -> float:
    """Return the CPU seconds of one `pytest --collect-only`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *more]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)  # noqa: S603 - our own command
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def imported(folder: str) -> list[str]:
    """Return which heavy packages our plugin alone imports."""
    code = (
        "import sys, pytest; pytest.main(['--collect-only', '-q', '-p', 'zstack_ticket_plugin_alone'], "
        f"plugins=[]); print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    code = code.replace("'-p', 'zstack_ticket_plugin_alone'", "'-p', 'pytest_zstack_ticket.plugin'")
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": ""},
    )
    return list(done.stdout.strip().splitlines()[-1:])


def main() -> None:
    """Print the median difference."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing():\n    pass\n", "utf-8")
        cpu(folder)
        pairs = [(cpu(folder), cpu(folder, "-p", "no:zstack-ticket")) for _ in range(PAIRS)]
        least = (min(with_it for with_it, _ in pairs) - min(without for _, without in pairs)) * 1000
        middle = statistics.median((with_it - without) * 1000 for with_it, without in pairs)
        told = f"{least:.1f} ms between the fastest of {PAIRS} runs each, {middle:.1f} ms median of pairs"
        print(f"import tax: {told} (under 15 ms); imported: {imported(folder)}")


if __name__ == "__main__":
    main()

"""What the installed plugin costs a pytest run that has nothing to do with it.

The difference of whole runs with and without it is smaller than their noise, so what the plugin adds is timed inside
the run: the CPU of its modules and hooks after pytest itself was imported, over fresh processes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from measuring import QUICK

RUNS = 1 if QUICK else 15
HEAVY = ("hypothesis", "httpx", "jsonschema", "jinja2", "allure", "h11")
TIMED = f"""
import sys, time
import pytest
from _pytest.config import get_config
config = get_config()
started = time.process_time()
config.pluginmanager.import_plugin("pytest_zstack_ticket.plugin")
config.parse(["-q"])
spent = time.process_time() - started
plain = get_config()
started = time.process_time()
plain.parse(["-q"])
print((spent - (time.process_time() - started)) * 1000, [name for name in {HEAVY!r} if name in sys.modules])
"""


def main() -> None:
    """Print the median of fresh processes."""
    spent, heavy = [], set()
    for _ in range(RUNS):
        environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": ""}
        command = [sys.executable, "-c", TIMED]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)  # noqa: S603 - our own text
        milliseconds, names = done.stdout.split(maxsplit=1)
        spent.append(float(milliseconds))
        heavy.add(names.strip())
    print(f"import tax: {statistics.median(spent):.1f} ms, median of {RUNS} processes (under 15 ms); imported: {heavy}")


if __name__ == "__main__":
    main()

"""Imported once by the server that pytest runs are forked from: pytest, its plugins, package, suites and templates."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import tempfile

import httpcore  # noqa: F401 - httpx maps the exceptions of the first httpcore that it sees
import pytest

import pytest_zstack_ticket.plugin.registration
import pytest_zstack_ticket.runner.conclusion
import pytest_zstack_ticket.simulator.faults
import pytest_zstack_ticket.simulator.server.server
import pytest_zstack_ticket.strategies  # noqa: F401 - imported for the runs to come
from pytest_zstack_ticket.report.html.rendering import environment


def collect() -> None:
    """Collect the suites once: a forked run finds their modules imported and their assertions rewritten."""
    before = dict(os.environ)
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        pytest.main(["--zstack-url=embedded", "--collect-only", "-qq", "-p", "no:cacheprovider", "--rootdir", folder])
    os.environ.clear()
    os.environ.update(before)


def compile_templates() -> None:
    """Compile the page's templates, which costs as much as to run a short test."""
    templates = environment()
    for name in templates.list_templates(extensions=("html", "xml")):
        templates.get_template(name)


collect()
compile_templates()
gc.freeze()
"""What is imported stays: a collection in a forked run would copy every page that it only looks at."""

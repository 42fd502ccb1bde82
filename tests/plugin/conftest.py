"""A folder of its own for each test, without the options of whoever runs the tests."""

import importlib
import json
import os
import pkgutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore  # noqa: F401 - httpx maps the exceptions of the first httpcore that it sees
import hypothesis.stateful  # noqa: F401 - as below
import pytest
import wcwidth  # noqa: F401 - as below

import pytest_zstack_ticket

# a run inside a test would import each of these anew; Locust replaces the sockets and threads of whoever imports it
for _module in pkgutil.walk_packages(pytest_zstack_ticket.__path__, "pytest_zstack_ticket."):
    if not _module.name.endswith(("__main__", "load.users", "load.process")):
        importlib.import_module(_module.name)

OWN_TEST = '''
import pytest

@pytest.mark.requirement("OWN-1")
def test_a_second_create_is_decided_like_the_first(ticket_endpoint, zstack_examine):
    """A second create is decided like the first."""
    again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None
'''


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch):
    for name in [name for name in os.environ if name.startswith(("ZSTACK_", "PYTEST_ADDOPTS"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")
    # no target of these tests comes back: clean-up need not wait for it
    monkeypatch.setenv("ZSTACK_OUTAGE_TIMEOUT", "2")


@pytest.fixture
def own_test(pytester: pytest.Pytester):
    """A test as a vendor writes it."""
    return pytester.makepyfile(test_own=OWN_TEST)


@pytest.fixture
def report(pytester: pytest.Pytester):
    """Read the report that a run wrote to the folder `out`."""
    return lambda: json.loads((pytester.path / "out" / "report.json").read_text("utf-8"))


@pytest.fixture
def page_server():
    """Yield the URL of a web server that answers an HTML page to everything, below /refused with 403."""

    class Page(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = b"<!DOCTYPE html><html><body>hello</body></html>"
            self.send_response(403 if self.path.startswith("/refused/") else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = answer  # noqa: N815 - http.server names them so

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()

"""Milliseconds to the first paint of a page and for each step of its filter, in a real Chromium; needs `chromium`."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

PROBE = """<script>
addEventListener("load", () => setTimeout(async () => {
  const form = document.getElementById("filter"), text = form.elements.text, steps = [];
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const settled = () => document.querySelectorAll(".requirement:not([hidden])").length
    === parseInt(document.getElementById("shown").textContent.match(/\\d+/)[0]);
  for (const [name, value] of [["text", "n"], ["text", "name"], ["text", "too-long-7"], ["verdict", "failed"],
                               ["text", ""], ["verdict", ""]]) {
    const started = performance.now();
    form.elements[name].value = value;
    form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
    document.body.getBoundingClientRect();
    do { await drawn(); } while (!settled());
    steps.push(performance.now() - started);
  }
  const paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
  await fetch("/figures", { method: "POST", body: JSON.stringify({ paint, steps }) });
}, 3000));
</script>"""
POLICY = '<meta http-equiv="Content-Security-Policy"'
LONGEST = 120
BROWSER = ("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0")


def figures(page: str) -> dict[str, object]:
    """Open a page, its policy off and a probe in it, and return what the probe measured."""
    probed = page.replace(POLICY, "<meta name='off'").replace("</body>", f"{PROBE}</body>").encode()
    found: list[bytes] = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(probed)

        def do_POST(self) -> None:
            found.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()
            over.set()

        def log_message(self, *_: object) -> None:
            """Write no log."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [*BROWSER, f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_port}/"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
        try:
            over.wait(LONGEST)
        finally:
            browser.terminate()
            browser.wait()
            server.shutdown()
    if not found:
        raise SystemExit(f"the browser reported nothing in {LONGEST} s")
    measured: dict[str, object] = json.loads(found[0])
    return measured


def sentence(page: str) -> str:
    """Say in one line what was measured."""
    measured = figures(page)
    steps = measured["steps"]
    assert isinstance(steps, list)
    return f"in Chromium: first paint {measured['paint']:.0f} ms (under 1000), slowest filter step {max(steps):.0f} ms (under 100)"

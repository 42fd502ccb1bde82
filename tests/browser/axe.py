"""Ask axe-core about the page of a report: 3 widths and print, light and dark, English and Chinese, in a real Chromium.

`python -m tests.browser.axe REPORT --axe node_modules/axe-core/axe.min.js`. axe-core is no part of this project and of
no other command: `npm install axe-core` fetches it to where it is wanted. Everything that is folded is opened, so that
findings are looked at too. A run fails if there is a violation, if one of the 16 looks was not what it should be, or
if a page with planted violations is not seen to have them: an axe that finds nothing there proves nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from typing import Any

from tests.browser.screenshots import LANGUAGES, LONGEST, LOOKS, chromium

WIDTHS = {"390": 390, "768": 768, "1440": 1440, "print": 794}
"""Pixels of each look; in print those of A4, with the rules that the page has for print."""
SCHEMES = ("light", "dark")
PLANTED = '<!DOCTYPE html><html><body><img src="x"><input><p style="color:#eee;background:#fff">pale</p></body></html>'
PLANTED_IDS = {"color-contrast", "html-has-lang", "image-alt", "label"}
POLICY = '<meta http-equiv="Content-Security-Policy"'
PROBE = """<script src="/axe.js"></script><script>
addEventListener("load", async () => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  document.head.insertAdjacentHTML("beforeend", "<style>*{content-visibility:visible!important}</style>");
  const found = await axe.run(document, { resultTypes: ["violations"] });
  const violations = found.violations.map((one) => ({
    id: one.id, help: one.help, nodes: one.nodes.length, first: one.nodes[0].html.slice(0, 200) }));
  parent.postMessage({ violations, passes: found.passes.length, width: innerWidth,
    dark: matchMedia("(prefers-color-scheme: dark)").matches }, "*");
});
</script>"""
FRAMES = """<!DOCTYPE html><html style="color-scheme: light dark"><body style="margin:0"><script>
(async () => {
  const found = [];
  for (const [lang, look, width] of %s) {
    const frame = document.createElement("iframe");
    frame.style = `border:0;height:1200px;width:${width}px`;
    frame.src = look === "print" ? `/${lang}-print` : `/${lang}`;
    const told = new Promise((done) => addEventListener("message", (event) => done(event.data), { once: true }));
    document.body.append(frame);
    found.push({ lang, look, wanted: width, ...(await told) });
    frame.remove();
  }
  await fetch("/", { method: "POST", body: JSON.stringify(found) });
})();
</script>"""
"""Frames, because a headless window is never narrower than 500 pixels."""


@dataclass(slots=True)
class Pages:
    """What is served: bytes by path; what the browser reports, once it has."""

    files: dict[str, bytes]
    told: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


def handler(pages: Pages) -> type[BaseHTTPRequestHandler]:
    """Return what answers the browser."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = pages.files.get(self.path)
            self.send_response(404 if found is None else 200)
            kind = "text/javascript" if self.path.endswith(".js") else "text/html"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.end_headers()
            self.wfile.write(found or b"")

        def do_POST(self) -> None:
            pages.told.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()
            pages.over.set()

        def log_message(self, *_: object) -> None:
            """Write no log."""

    return Handler


def ask(files: dict[str, bytes], scheme: str, seconds: float) -> list[dict[str, Any]]:
    """Show every look in one colour scheme, and return what axe says of each. Ends the command if it says nothing."""
    pages = Pages(files=files)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(pages))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        colours = [one for one in LOOKS[scheme] if not one.startswith(("--window", "--force"))]
        command = [chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", *colours]
        command += ["--disable-background-networking", "--remote-debugging-port=0", "--window-size=1440,1200"]
        command += [f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_port}/"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            pages.over.wait(seconds)
        finally:
            browser.terminate()
            browser.wait()
            server.shutdown()
    if not pages.told:
        sys.exit(f"the browser reported nothing in {seconds:.0f} s")
    told: list[dict[str, Any]] = json.loads(pages.told[0])
    return told


def files_of(report: Path, axe: Path) -> dict[str, bytes]:
    """Render the pages, put the probe in, and return everything that is served."""
    looks = json.dumps([(lang, *look) for lang, look in product(LANGUAGES, WIDTHS.items())] + [("planted", "", 390)])
    files = {"/axe.js": axe.read_bytes(), "/": (FRAMES % looks).encode()}
    files["/planted"] = PLANTED.replace("</body>", f"{PROBE}</body>").encode()
    with tempfile.TemporaryDirectory() as folder:
        for lang in LANGUAGES:
            page = Path(folder, f"{lang}.html")
            command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "render", report, "--lang", lang]
            subprocess.run([*command, "--output", page], check=True, timeout=LONGEST, stdout=subprocess.DEVNULL)
            text = page.read_text("utf-8").replace(POLICY, "<meta name='off'")
            text = text.replace("</body>", f"{PROBE}</body>")
            files |= {f"/{lang}": text.encode(), f"/{lang}-print": text.replace("@media print", "@media all").encode()}
    return files


def main() -> int:
    """Print a line a look and each violation; return 1 if there is one, or a look was another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--axe", type=Path, required=True, help="axe.min.js of axe-core")
    parser.add_argument("--seconds", type=float, default=300, help="for the 8 looks of one colour scheme")
    asked = parser.parse_args()
    if not asked.axe.is_file():
        sys.exit(f"{asked.axe} is not there: npm install axe-core")
    files, wrong, looks = files_of(asked.report, asked.axe), 0, 0
    for scheme in SCHEMES:
        *told, planted = ask(files, scheme, asked.seconds)
        seen = {row["id"] for row in planted["violations"]}
        if not seen >= PLANTED_IDS:
            sys.exit(f"axe does not see what was planted: {sorted(PLANTED_IDS - seen)}; so nothing is proven")
        for one in told:
            other = one["width"] != one["wanted"] or one["dark"] is not (scheme == "dark") or not one["passes"]
            violations = one["violations"]
            print(f"{one['lang']} {scheme} {one['look']}: {len(violations)} violations, {one['passes']} rules passed")
            for row in violations:
                print(f"  {row['id']}: {row['help']} ({row['nodes']}): {row['first']}")
            if other:
                print(f"  this is not the look that was asked for: {one['width']} pixels, dark: {one['dark']}")
            looks, wrong = looks + 1, wrong + len(violations) + other
    print(f"{looks} looks, {wrong} wrong")
    return int(wrong > 0 or looks != len(SCHEMES) * len(LANGUAGES) * len(WIDTHS))


if __name__ == "__main__":
    sys.exit(main())

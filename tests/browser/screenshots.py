"""Show the pages of a report in a real Chromium: `python -m tests.browser.screenshots REPORT FOLDER`.

REPORT is the folder that `--zstack-report` wrote. FOLDER gets one picture for each look and language and the printed
page. A run fails if no Chromium is found (unless told otherwise), if a picture is missing, or if a page asked for
anything: a proxy that answers nothing notes what the browser tries to fetch. A report of hostile texts is shown as well,
and the same texts unescaped, which must be seen to ask: a proxy that sees nothing proves nothing.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from pytest_zstack_ticket.report.html.page import render_page
from pytest_zstack_ticket.report.text.translations import translations
from tests.support.sample_report import HOSTILE, hostile, sample_report

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
LANGUAGES = ("en", "zh")
LOOKS = {
    "light": ("--window-size=1280,2200",),
    "dark": ("--window-size=1280,2200", "--force-dark-mode", "--blink-settings=preferredColorScheme=0"),
    "narrow": ("--window-size=500,2600",),
}
"""A headless window is never narrower than 500 pixels; `narrow_frame` shows a page on 360."""
LONGEST = 60
CHATTER = ("google.com", "gvt1.com", "googleapis.com")
"""Hosts that the browser itself talks to, whatever it shows."""


class Tempted(threading.Thread):
    """A proxy on a loopback port that notes what it is asked for and answers nothing."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.asked: list[str] = []

    def asked_by_pages(self) -> list[str]:
        """Return what was asked for since the last call, without the browser's own talk."""
        asked, self.asked = self.asked, []
        return [line for line in asked if not any(host in line for host in CHATTER)]

    def run(self) -> None:
        while True:
            connection, _ = self._server.accept()
            with connection:
                connection.settimeout(2)
                try:
                    self.asked.append(connection.recv(400).decode("latin-1").partition("\r\n")[0])
                except OSError as error:
                    self.asked.append(f"a connection without a request ({error})")


def chromium() -> str:
    """Return the browser. Ends the command if there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        sys.exit("no Chromium is installed: apt install chromium")
    return found


def browse(proxy: Tempted, page: Path, *arguments: str) -> None:
    """Open a page in a browser with a profile of its own that can reach nothing but the proxy."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            chromium(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            f"--user-data-dir={profile}",
            f"--proxy-server=http://127.0.0.1:{proxy.port}",
            "--proxy-bypass-list=<-loopback>",
            *arguments,
            page.resolve().as_uri(),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            sys.exit(f"the browser did not come to an end of {page.name}: does it wait for an alert?")


def narrow_frame(page: Path, folder: Path) -> Path:
    """Return a page that shows another one on 360 pixels, the least that a telephone has."""
    frame = folder / "narrow.html"
    source = page.resolve().as_uri()
    frame.write_text(
        f'<body style="margin:0"><iframe src="{source}" style="border:0;width:360px;height:2600px">', "utf-8"
    )
    return frame


def shoot(proxy: Tempted, page: Path, folder: Path, lang: str) -> list[Path]:
    """Write the pictures and the print of one page, and return their paths."""
    made = []
    with tempfile.TemporaryDirectory() as scratch:
        for look, arguments in LOOKS.items():
            path = folder / f"{lang}-{look}.png"
            shown = narrow_frame(page, Path(scratch)) if look == "narrow" else page
            browse(proxy, shown, f"--screenshot={path}", *arguments)
            made.append(path)
    path = folder / f"{lang}-print.pdf"
    browse(proxy, page, f"--print-to-pdf={path}", "--no-pdf-header-footer")
    return [*made, path]


def pictures(pdf: Path) -> list[Path]:
    """Return pictures of the first pages of a PDF, made here. Ends the command if nothing can show one."""
    found = shutil.which("pdftoppm")
    if found is None:
        sys.exit("no pdftoppm is installed: apt install poppler-utils")
    subprocess.run([found, "-png", "-r", "80", "-l", "6", pdf, pdf.with_suffix("")], check=True, timeout=LONGEST)
    return sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))


def tempt(proxy: Tempted, folder: Path) -> list[Path]:
    """Show hostile texts raw, which must ask, and in a page. Ends the command if the raw ones are not seen to ask."""
    raw, escaped = folder / "raw.html", folder / "hostile.html"
    # an alert would hold the browser up for ever, which is what a page that runs one is known by
    raw.write_bytes(f"<!DOCTYPE html><body>{HOSTILE.replace('alert', 'void')}".encode("utf-8", "replace"))
    escaped.write_text(render_page(hostile(sample_report()), translations(), "en"), "utf-8")
    browse(proxy, raw, f"--screenshot={folder / 'raw.png'}")
    if not any("hostile.example.invalid" in line for line in proxy.asked_by_pages()):
        sys.exit("the raw texts were not seen to ask for anything, so nothing is proven")
    picture = folder / "hostile.png"
    browse(proxy, escaped, f"--screenshot={picture}", "--window-size=1280,2600")
    return [picture]


def main() -> None:
    """Make everything and say what was made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--if-installed", action="store_true", help="show nothing where Chromium or pdftoppm is missing, and say so"
    )
    document = parser.parse_args()
    if document.if_installed and not (any(map(shutil.which, NAMES)) and shutil.which("pdftoppm")):
        print("Chromium or pdftoppm is not installed: the page was not shown")
        return
    document.folder.mkdir(parents=True, exist_ok=True)
    proxy = Tempted()
    proxy.start()
    made = tempt(proxy, document.folder)
    for lang in LANGUAGES:
        text = document.folder / f"{lang}.html"
        command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "render", document.report, "--lang", lang]
        subprocess.run([*command, "--output", text], check=True, timeout=LONGEST)
        made += shoot(proxy, text, document.folder, lang)
        pdf = document.folder / f"{lang}-report.pdf"
        subprocess.run([*command, "--pdf", "--output", pdf], check=True, timeout=LONGEST)
        made += [pdf, *pictures(pdf)]
    bare = [path for path in made if not path.exists() or path.stat().st_size < 10_000]
    asked = proxy.asked_by_pages()
    for path in made:
        print(path, path.stat().st_size if path.exists() else "missing")
    print(f"{len(made)} pictures, {len(bare)} of them bare or missing; the pages asked for {len(asked)} things")
    for line in asked:
        print(f"asked for: {line}")
    sys.exit(bool(bare or asked))


if __name__ == "__main__":
    main()

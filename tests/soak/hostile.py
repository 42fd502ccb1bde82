"""Examine targets that mean harm: `python -m tests.soak.hostile`.

Each is a conformant target whose answers to CreateTicket and to polls are spoiled. A run may find fault with them or be
inconclusive; it must not crash, hang, grow past 300 MiB, or write raw control characters to the terminal.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from pytest_zstack_ticket.simulator.server.server import SimulatorServer

ONLY = "ZT-ANSWER or ZT-BODY-001 or ZT-JOB-001"
MOST_MEMORY = 300
"""MiB that a run may need."""
TOTAL = 45
RAW = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\x1b(?!\\[[0-9;]*m)")
"""What must not reach a terminal; colours may."""

Spoil = Callable[[int, bytes], Iterable[bytes]]
"""Makes the bytes of an answer, from its status and body."""


def framed(status: int, body: bytes, *headers: bytes) -> bytes:
    """Return an answer with its length."""
    head = [b"HTTP/1.1 %d -" % status, b"Content-Type: application/json", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join([*head, b"", b""]) + body


def text(words: str) -> Spoil:
    """Put a text where errors have theirs."""
    raw = (
        json.dumps(words)
        if not re.search("[\ud800-\udfff]", words)
        else '"' + words.encode("utf-16", "surrogatepass").hex() + '"'
    )
    raw = json.dumps(words, ensure_ascii=True) if raw.startswith('"') else raw
    error = b'{"error":{"code":"SYS.1007","description":%s,"details":%s}}' % (raw.encode(), raw.encode())
    return lambda _status, _body: [framed(503, error)]


def inventory(words: str) -> Spoil:
    """Answer a ticket with a text as its name, UUID and status."""
    row = json.dumps({"inventory": {"uuid": words, "name": words, "status": words, "createDate": words}})
    return lambda _status, _body: [framed(200, row.encode())]


def body(raw: bytes, status: int = 200, *headers: bytes) -> Spoil:
    """Answer a body."""
    return lambda _status, _body: [framed(status, raw, *headers)]


def whole(raw: bytes) -> Spoil:
    """Answer bytes that may be no HTTP."""
    return lambda _status, _body: [raw]


def location(where: str) -> Spoil:
    """Answer a job that is elsewhere."""
    return lambda _status, _body: [
        framed(
            202,
            json.dumps({"location": where}).encode(),
            b"Location: " + where.encode("latin-1", "replace").replace(b"\r", b"").replace(b"\n", b""),
        )
    ]


def redirect(where: str, status: int = 302) -> Spoil:
    """Redirect."""
    return lambda _status, _body: [framed(status, b"", b"Location: " + where.encode())]


def endless(first: bytes, part: bytes, pause: float = 0.0) -> Spoil:
    """Answer without an end."""

    def parts(_status: int, _body: bytes) -> Iterator[bytes]:
        yield first
        end = time.monotonic() + 20
        while time.monotonic() < end:
            yield part
            time.sleep(pause)

    return parts


def bomb(levels: int) -> bytes:
    """Return 200 MB of blanks, packed once or more often."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200)) + packer.flush()
    for _ in range(levels - 1):
        packed = gzip.compress(packed)
    return packed


OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DEEP = 100_000
ROWS: dict[str, Spoil] = {
    "lone-surrogate": body(b'{"error":{"code":"SYS.1000","description":"\\ud800","details":"\\udfff x"}}', 503),
    "bidi": text("\u202eevil\u2066 \u2069txt"),
    "controls": text("".join(map(chr, range(32))) + "\x7f\x9b"),
    "escape-clear": text("\x1b[2J\x1b[H\x1b]0;title\x07"),
    "escape-link": text("\x1b]8;;http://evil.invalid\x1b\\click\x1b]8;;\x1b\\"),
    "escape-report": text("\x1b[6n\x1b[c\x1b[?1049h"),
    "ci-command-github": text("::error file=a::b\n::set-output name=x::y\n##[group]z"),
    "ci-command-gitlab": text("section_start:1:a\r\x1b[0K##teamcity[buildStop]"),
    "markup": text("</script><script>alert(1)</script><img src=x onerror=alert(1)>"),
    "cdata": text("]]></failure><testcase name='x'/>\ufffe\uffff"),
    "format-words": text("%s %n {0} {name} {kind.__class__} ${jndi:ldap://127.0.0.1/x}"),
    "rich-markup": text("[bold red]x[/] [link=http://evil.invalid]y[/link]"),
    "long-text": text("x" * 3_000_000),
    "long-line-cjk": text("工" * 400_000),
    "combining": text("a" + "\u0301" * 50_000),
    "nul": text("a\x00b"),
    "newlines": text("\n" * 100_000),
    "name-bidi": inventory("\u202eabc"),
    "uuid-path": inventory("../../v1/accounts/x"),
    "uuid-wildcard": inventory("%"),
    "uuid-empty": inventory(""),
    "uuid-long": inventory("f" * 100_000),
    "uuid-crlf": inventory("a\r\nX-Evil: 1"),
    "uuid-query": inventory("a?deleteMode=Enforcing&x=#y"),
    "number-huge-exponent": body(b'{"inventory":{"uuid":1e999999}}'),
    "number-digits": body(b'{"inventory":{"uuid":' + b"9" * 2_000_000 + b"}}"),
    "number-timeout": body(b'{"location":"/v1/api-jobs/a","apiTimeout":1e308}', 202),
    "number-timeout-digits": body(b'{"location":"/v1/api-jobs/a","apiTimeout":' + b"9" * 5000 + b"}", 202),
    "nan": body(b'{"inventory":NaN,"a":Infinity}'),
    "deep-arrays": body(b"[" * DEEP + b"]" * DEEP),
    "deep-objects": body(b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    "deep-cause": body(b'{"error":{"code":"SYS.1000","description":"d","details":"d","cause":' * 3000 + b"{}" + b"}}" * 3000, 503),
    "doubled-keys": body(b'{"inventory":{"uuid":"a","uuid":"b"},"inventory":{}}'),
    "many-keys": body(json.dumps({f"k{number}": number for number in range(200_000)}).encode()),
    "many-rows": body(json.dumps({"inventories": [{"uuid": f"{number:032x}"} for number in range(50_000)]}).encode()),
    "not-utf8": body(b'{"inventory":{"uuid":"\xff\xfe\xc0\x80"}}'),
    "utf16": body('{"inventory":{}}'.encode("utf-16")),
    "bom": body(b'\xef\xbb\xbf{"inventory":{}}'),
    "error-5mb": body(b'{"error":{"code":"SYS.1000","description":"d","details":"' + b"y" * 5_000_000 + b'"}}', 503),
    "over-8mb": body(b" " * 9_000_000),
    "bomb-gzip": body(bomb(1), 200, b"Content-Encoding: gzip"),
    "bomb-nested": body(bomb(2), 200, b"Content-Encoding: gzip, gzip"),
    "encoding-unknown": body(b"{}", 200, b"Content-Encoding: br"),
    "encoding-lie": body(b"{}", 200, b"Content-Encoding: gzip"),
    "endless-body": endless(OPEN + b"\r\n", b" " * 65536),
    "endless-chunks": endless(OPEN + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 1000),
    "endless-headers": endless(OPEN, b"X-A: b\r\n" * 1000),
    "endless-header": endless(OPEN + b"X-A: ", b"b" * 65536),
    "endless-trailers": endless(OPEN + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n" * 100),
    "trickle": endless(OPEN + b"Content-Length: 1000000\r\n\r\n", b" ", 0.05),
    "trickle-head": endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"b", 0.05),
    "interim-thousands": whole(b"HTTP/1.1 100 Continue\r\n\r\n" * 5000 + framed(200, b"{}")),
    "interim-endless": endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 100),
    "switching": whole(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
    "location-host": location("http://127.0.0.1:9/zstack/v1/api-jobs/a"),
    "location-scheme": location("file:///etc/passwd"),
    "location-script": location("javascript:alert(1)"),
    "location-credentials": location("http://admin:secret@127.0.0.1:9/v1/api-jobs/a"),
    "location-dots": location("/zstack/v1/api-jobs/../../accounts/x"),
    "location-crlf": location("/v1/api-jobs/a\r\nX-Evil: 1"),
    "location-empty": location(""),
    "location-long": location("/v1/api-jobs/" + "a" * 200_000),
    "location-number": body(b'{"location":7}', 202),
    "location-list": body(b'{"location":["/v1/api-jobs/a"]}', 202),
    "redirect-host": redirect("http://127.0.0.1:9/"),
    "redirect-scheme": redirect("gopher://127.0.0.1:9/"),
    "redirect-self": redirect("/zstack/v1/tickets", 307),
    "redirect-permanent": redirect("https://127.0.0.1:9/", 308),
    "cookies": body(b"{}", 200, *(b"Set-Cookie: c%d=%s" % (number, b"v" * 100) for number in range(80))),
    "headers-many": body(b"{}", 200, *(b"X-H%d: v" % number for number in range(200))),
    "header-not-latin": body(b"{}", 200, "X-工: 单".encode()),
    "header-nul": whole(b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 2\r\n\r\n{}"),
    "header-folded": whole(b"HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Length: 2\r\n\r\n{}"),
    "length-twice": whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
    "length-negative": whole(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}"),
    "length-huge": whole(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}"),
    "length-and-chunks": whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
    "chunk-size-bad": whole(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
    "status-bad": whole(b"HTTP/1.1 2OO OK\r\n\r\n"),
    "status-999": whole(b"HTTP/1.1 999 -\r\nContent-Length: 2\r\n\r\n{}"),
    "status-line-long": whole(b"HTTP/1.1 200 " + b"x" * 200_000 + b"\r\nContent-Length: 2\r\n\r\n{}"),
    "http-0.9": whole(b"<html>hello</html>"),
    "http-2": whole(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "garbage": whole(bytes(range(256)) * 20),
    "nothing": whole(b""),
    "retry-after-huge": body(b"", 429, b"Retry-After: 99999999999999999999"),
    "retry-after-negative": body(b"", 429, b"Retry-After: -1"),
    "retry-after-nan": body(b"", 503, b"Retry-After: NaN"),
    "twice": whole(framed(200, b"{}") * 2),
    "session-thrown": body(b'{"error":{"code":"ID.1001","description":"d","details":"Session expired"}}', 503),
}  # fmt: skip


class Hostile:
    """A conformant target behind a server that spoils what it says of creations and jobs, once the run has begun."""

    def __init__(self, spoil: Spoil, *, after: int) -> None:
        self.cloud = SimulatorServer("embedded")
        origin = urlsplit(self.cloud.start())
        seen = iter(range(10**9))
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                line = HTTPConnection(origin.hostname or "", origin.port or 0, timeout=10)
                kept = {
                    name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")
                }
                line.request(self.command, self.path, raw, kept)
                answer = line.getresponse()
                report = answer.read()
                line.close()
                spoiled = False
                if self.command == "POST" or "api-jobs" in self.path:
                    with lock:
                        spoiled = next(seen) >= after
                if spoiled:
                    self.close_connection = True
                    for part in spoil(answer.status, report):
                        self.wfile.write(part)
                    return
                pairs = (
                    b"%s: %s" % (k.encode(), v.encode("latin-1"))
                    for k, v in answer.getheaders()
                    if k.lower() not in ("content-length", "transfer-encoding", "connection", "content-type")
                )
                self.wfile.write(framed(answer.status, report, *pairs))

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = reply  # noqa: N815 - http.server's

            def log_message(self, *_: object) -> None:
                """Be quiet."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A client that hangs up is what is hoped for."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop both servers."""
        self.server.shutdown()
        self.server.server_close()
        self.cloud.stop()


@dataclass(frozen=True, kw_only=True)
class Met:
    """How a run against one hostile target ended, and what is wrong with that."""

    name: str
    status: int | None
    seconds: float
    memory: int
    wrong: tuple[str, ...]


def meet(name: str, *, after: int = 8, only: str = ONLY) -> Met:
    """Run the suites against one hostile target."""
    hostile = Hostile(ROWS[name], after=after)
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(sys.executable, "-m", "tests.soak.hostile", "--child", f"--zstack-url={hostile.url}", "-q"),
            *("--zstack-effort=smoke", "--zstack-read-timeout=1.5", "--zstack-job-timeout=3", "--zstack-seed=1"),
            "--zstack-outage-timeout=3",
            *(f"--zstack-total-timeout={TOTAL}", f"--zstack-report={folder}/report", "-p", "no:cacheprovider"),
            *("--rootdir", folder, "-k", only, f"--junitxml={folder}/junit.xml"),
        ]
        environment = {**os.environ, "ZSTACK_PASSWORD": "password", "XDG_STATE_HOME": folder, "LC_ALL": "C.UTF-8"}
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        begun = time.monotonic()
        try:
            ran = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, timeout=TOTAL * 3, check=False
            )
            status, shown = ran.returncode, (ran.stdout + ran.stderr).decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            status, shown = None, ""
        finally:
            hostile.close()
    memory = int(found[-1]) if (found := re.findall(r"peak memory (\d+) MiB", shown)) else 0
    return Met(
        name=name, status=status, seconds=time.monotonic() - begun, memory=memory, wrong=wrongs(status, shown, memory)
    )


def wrongs(status: int | None, shown: str, memory: int) -> tuple[str, ...]:
    """Return what is wrong with how a run ended."""
    found = []
    if status not in (0, 1, 11, 12, 13):
        found.append(f"exit {status}: {shown[-700:]}")
    found += [word for word in ("Traceback", "INTERNALERROR", "harness error") if word in shown]
    if match := RAW.search(shown):
        found.append(f"raw {match[0]!r} on the terminal")
    if memory > MOST_MEMORY:
        found.append(f"{memory} MiB")
    return tuple(found)


def main() -> int:
    """Print the table; 1 if anything is wrong."""
    if "--child" in sys.argv:
        return child([one for one in sys.argv[1:] if one != "--child"])
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", default="", help="comma separated; else all")
    parser.add_argument("--only", default=ONLY, help="as pytest's -k")
    asked = parser.parse_args()
    names = [name for name in asked.names.split(",") if name] or list(ROWS)
    bad = most = 0
    with ThreadPoolExecutor(2) as pool:
        for met in pool.map(partial(meet, only=asked.only), names):
            bad += bool(met.wrong)
            most = max(most, met.memory)
            print(
                f"{'BAD ' if met.wrong else 'good'} {met.name:24} exit {met.status}  {met.seconds:5.1f} s  {met.memory} MiB {' | '.join(met.wrong)}",
                flush=True,
            )
    print(f"{len(names)} hostile targets: {bad} bad, at most {most} MiB")
    return int(bad > 0)


def child(arguments: list[str]) -> int:
    """Run pytest and tell the memory that it needed at most."""
    import pytest  # noqa: PLC0415 - only the child needs it

    status = int(pytest.main(arguments))
    # ru_maxrss would begin with what the process that started us had
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    print(f"peak memory {int(peak[1]) // 1024 if peak else 0} MiB")
    return status


if __name__ == "__main__":
    raise SystemExit(main())

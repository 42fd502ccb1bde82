"""Let a target give back every secret it gets, and search all that a run writes: `python -m tests.soak.secrets`.

The search is written apart from the package's own: it knows the secrets by their kind and looks for them in every form,
in files as they are, inside gzip, and inside base64.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

PASSWORD = "correct horse/battery+staple&4711"
ONLY = "ZT-ANSWER or ZT-BODY-001 or ZT-SESSION or ZT-HTTP-013"
ACCESS_KEY_ID = "AKzt0123456789abcdef"
ACCESS_KEY_SECRET = "sk/9f8e7d6c5b4a39281706f5e4d3c2b1a0+zz"


@dataclass
class Echo:
    """A target that says in every answer all that it ever got or gave, and what it was `told`.

    That is: bodies, headers, cookies, sessions.
    """

    secrets: dict[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = (PASSWORD, ACCESS_KEY_SECRET)

    def __post_init__(self) -> None:
        lock, heard, echo = threading.Lock(), list[str](), self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0)).decode("utf-8", "replace")
                with lock:
                    echo.hear(self.headers.get("authorization", ""), self.headers.get("signature", ""))
                    if "login" in self.path:
                        number = sum(kind.startswith("session") for kind in echo.secrets)
                        echo.secrets[f"session {number}"] = token = os.urandom(16).hex()
                        echo.secrets[f"cookie {number}"] = cookie = os.urandom(20).hex().upper()
                        heard.append(f"{token} {cookie}")
                        report: dict[str, object] = {"inventory": {"uuid": token, "accountUuid": "a" * 32}}
                        self.answer(200, report, cookie)
                        return
                    heard[4:] = [f"{self.headers} {raw[:400]}"]
                    said = self.forms(" ".join([*heard, *echo.told]))
                if self.command == "GET":
                    self.answer(200, {"inventories": [], "note": said})
                elif self.command == "POST":
                    self.answer(200, {"inventory": {"uuid": os.urandom(16).hex(), "name": said, "description": said}})
                else:
                    self.answer(503, {"error": {"code": "SYS.1000", "description": said, "details": said}})

            @staticmethod
            def forms(text: str) -> str:
                raw = text.encode()
                packed = base64.b64encode(raw).decode()
                return f"{text} | {quote(text)} | {raw.hex()} | {packed} | {base64.b64encode(b'x' + raw).decode()}"

            def answer(self, status: int, report: dict[str, object], cookie: str = "") -> None:
                body = json.dumps(report).encode()
                self.send_response_only(status)
                if cookie:
                    self.send_header("Set-Cookie", f"JSESSIONID={cookie}; Path=/")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_POST = do_DELETE = reply  # noqa: N815 - http.server names them so

            def log_message(self, *_: object) -> None:
                """Be quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def hear(self, authorization: str, signature: str) -> None:
        """Take signatures for secrets too."""
        if match := re.match(r"ZStack \S+?:(\S{20,})", authorization):
            self.secrets["access key signature"] = match[1]
        if signature:
            self.secrets["signature"] = signature

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.server.server_close()


def needles(secrets: dict[str, str]) -> dict[bytes, str]:
    """Return every form of every secret with its kind."""
    found: dict[bytes, str] = {}
    for kind, secret in secrets.items():
        raw = secret.encode()
        inner = base64.b64encode(raw)[: len(raw) * 8 // 6]
        for name, form in {
            "plain": raw,
            "quoted": quote(secret).encode(),
            "quoted wholly": quote(secret, safe="").encode(),
            "JSON": json.dumps(secret)[1:-1].encode(),
            "hexadecimal": raw.hex().encode(),
            "base64": inner,
            "base64 url": inner.replace(b"+", b"-").replace(b"/", b"_"),
        }.items():
            found[form] = f"{kind}, {name}"
    return found


def unpacked(raw: bytes, depth: int = 2) -> Iterator[bytes]:
    """Yield bytes, what is in them as gzip, and what their long base64 words hold."""
    yield raw
    if depth and raw[:2] == b"\x1f\x8b":
        yield from unpacked(gzip.decompress(raw), depth - 1)
    for word in re.findall(rb"[A-Za-z0-9+/_-]{40,}={0,2}", raw) if depth else ():
        try:
            yield base64.b64decode(word.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(word) % 4))
        except binascii.Error:
            continue


def search(folder: Path, more: dict[str, bytes], secrets: dict[str, str]) -> list[str]:
    """Return where a secret stands: file, kind and form."""
    wanted = needles(secrets)
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return sorted(
        {
            f"{name}: {kind}"
            for name, raw in {**files, **more}.items()
            for text in unpacked(raw)
            for needle, kind in wanted.items()
            if needle in text
        }
    )


def run(*more: str, login: str = "password") -> tuple[dict[str, str], list[str], str]:
    """Examine the echo and search what was written; return the secrets by kind, where they stand, and the output."""
    echo = Echo()
    secret = {
        "password": {"ZSTACK_PASSWORD": PASSWORD},
        "session": {"ZSTACK_SESSION": "5e55" * 8},
        "access key": {"ZSTACK_ACCESS_KEY_ID": ACCESS_KEY_ID, "ZSTACK_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET},
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("ZSTACK_")}
        environment |= {"XDG_STATE_HOME": name, "LC_ALL": "C.UTF-8", **secret[login]}
        command = [
            *(sys.executable, "-m", "pytest", f"--zstack-url={echo.url}", "--zstack-report=report", "-q", "-l"),
            *("--zstack-effort=smoke", "--zstack-job-timeout=2", "--zstack-outage-timeout=2", "-p", "no:cacheprovider"),
            *(f"--junitxml={name}/junit.xml", f"--alluredir={name}/allure", *more),
        ]
        try:
            ran = subprocess.run(command, cwd=name, env=environment, capture_output=True, timeout=120, check=False)
        finally:
            echo.close()
        known = {
            **echo.secrets,
            "password": PASSWORD,
            "password digest": hashlib.sha512(PASSWORD.encode()).hexdigest(),
            "access key secret": ACCESS_KEY_SECRET if login == "access key" else "never given to this run",
        }
        if login == "session":
            known = {"given session": "5e55" * 8}
        elif login == "access key":
            known = {kind: text for kind, text in known.items() if "key" in kind or "signature" in kind}
        found = search(folder, {"stdout": ran.stdout, "stderr": ran.stderr}, known)
        return known, found, ran.stdout.decode("utf-8", "replace")


def main() -> int:
    """Print the table; 1 if a secret was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logins", nargs="*", default=("password", "session", "access key"))
    parser.add_argument("--processes", nargs="*", type=int, default=(1, 2))
    parser.add_argument("--only", default=ONLY, help="as pytest's -k")
    asked = parser.parse_args()
    kinds: set[str] = set()
    bad = 0
    for login in asked.logins:
        for more in (("-k", asked.only, *(("-n", str(one)) if one > 1 else ())) for one in asked.processes):
            known, found, shown = run(*more, login=login)
            if "ZStack CreateTicket conformance" not in shown:
                found.append(f"no run: {shown[-500:]}")
            kinds |= {re.sub(r" \d+$", "", kind) for kind in known}
            bad += len(found)
            print(f"log-in by {login} {' '.join(more)}: {len(known)} secrets planted, found {found}")
    forms = len(needles({"x": PASSWORD}))
    print(f"{len(kinds)} kinds of secrets in {forms} forms each, found: {bad}")
    return int(bad > 0)


if __name__ == "__main__":
    raise SystemExit(main())

"""A time-stamping authority on the loopback: `openssl ts` behind HTTP."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

OPENSSL = shutil.which("openssl") or ""
needs_openssl = pytest.mark.skipif(not OPENSSL, reason="the authority of this test is openssl")
CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
"""


class Authority:
    """Keys and settings in a folder; `certificate` is what a verifier is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate = folder / "tsa.pem"
        (folder / "serial").write_text("01\n", "ascii")
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder), "ascii")
        self._run(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Test TSA", "-days", "9"),
            *("-keyout", "tsa.key", "-out", "tsa.pem", "-addext", "extendedKeyUsage=critical,timeStamping"),
        )

    def _run(self, *words: str) -> None:
        subprocess.run([OPENSSL, *words], cwd=self.folder, check=True, capture_output=True, timeout=60)

    def answer(self, query: bytes) -> bytes:
        """Stamp what a query asks for."""
        (self.folder / "query").write_bytes(query)
        self._run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply")
        return (self.folder / "reply").read_bytes()


@contextmanager
def listening(answer) -> Iterator[str]:
    """Serve an authority until the block ends; `answer` makes the body of a response from that of a request."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()

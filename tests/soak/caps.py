"""Try to pass every cap, with threads and with processes that share one meter: `python -m tests.soak.caps`.

A server that counts for itself says what came through.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.quotas import Quotas
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.transport.clock import SystemClock
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport
from pytest_zstack_ticket.transport.quota import QuotaTransport
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

METHODS = ("POST", "POST", "post", "PATCH", "GET", "PUT", "DELETE", "BREW")
CASES: dict[str, Quotas] = {
    "requests": Quotas(requests=200),
    "created": Quotas(created=40),
    "alive": Quotas(alive=15),
    "bytes": Quotas(bytes=60_000),
    "rate": Quotas(rate=400.0, requests=200),
}


class Counting:
    """A server that answers everything and counts what came: requests, POST-like ones, bytes, and when."""

    def __init__(self) -> None:
        counts = self.counts = Counter[str]()
        moments = self.moments = list[float]()
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def count(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                self.rfile.read(length)
                size = (
                    len(self.requestline) + 2 + sum(len(k) + len(v) + 4 for k, v in self.headers.items()) + 2 + length
                )
                with lock:
                    counts["requests"] += 1
                    counts["bytes"] += size
                    counts["created"] += self.command not in ("GET", "PUT", "DELETE")
                    moments.append(time.monotonic())
                self.send_response(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def __getattr__(self, name: str) -> Callable[[], None]:
                if name.startswith("do_"):
                    return self.count
                raise AttributeError(name)

            def log_message(self, *_: object) -> None:
                """Be quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/zstack"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()


def attack(url: str, caps: Quotas, usage_counter: Path | None, attempts: int, seed: int) -> int:
    """Try to send as much as possible from eight threads; return how many requests were let through."""
    one = SharedUsageCounter(caps, usage_counter)
    transport = QuotaTransport(HttpxTransport(Settings(url=url)), usage_counter=one, clock=SystemClock())
    draw = random.Random(seed)
    plans = [(draw.choice(METHODS), draw.randrange(0, 400)) for _ in range(attempts)]

    def send(plan: tuple[str, int]) -> bool:
        method, size = plan
        body = b"x" * size if method not in ("GET", "DELETE") else None
        answer = transport.send(Request(method=method, path="/v1/tickets", headers=(("A", "b" * size),), body=body))
        return getattr(answer, "kind", "") != "stopped"

    with ThreadPoolExecutor(8) as pool:
        through = sum(pool.map(send, plans))
    transport.close()
    one.close()
    return through


def passed_by(caps: Quotas, counting: Counting) -> dict[str, int]:
    """Return by how much each cap was passed; the server's own count decides."""
    over: dict[str, int] = {}
    for name in ("requests", "created", "bytes"):
        bound = getattr(caps, name)
        if bound is not None:
            over[name] = max(0, counting.counts[name] - bound)
    if caps.alive is not None:
        over["alive"] = max(0, counting.counts["created"] - caps.alive)
    if caps.rate is not None:
        times = sorted(counting.moments)
        # a window of a second holds at most the rate, and a tenth for the line's own jitter
        most = max((sum(start <= one < start + 1.0 for one in times) for start in times), default=0)
        over["rate"] = max(0, round(most - caps.rate * 1.1 - 1))
    return over


def run_case(caps: Quotas, *, attempts: int, processes: int, seed: int = 0) -> tuple[int, dict[str, int]]:
    """Attack one set of caps; return how many requests came through and by how much each cap was passed."""
    counting = Counting()
    usage_counter = SharedUsageCounter(caps)
    try:
        if processes == 1:
            attack(counting.url, caps, usage_counter.path, attempts, seed)
        else:
            context = multiprocessing.get_context("spawn")
            workers = [
                context.Process(
                    target=attack, args=(counting.url, caps, usage_counter.path, attempts // processes, seed + n)
                )
                for n in range(processes)
            ]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join(120)
        return counting.counts["requests"], passed_by(caps, counting)
    finally:
        usage_counter.close()
        counting.close()


def main() -> int:
    """Print the table; 1 if any cap was passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=10_000, help="in all, over every case")
    attempts = parser.parse_args().attempts // (2 * len(CASES))
    worst = 0
    for processes in (1, 2):
        for name, caps in CASES.items():
            through, over = run_case(caps, attempts=attempts, processes=processes)
            worst = max(worst, *over.values())
            print(f"{name:10} {processes} process(es)  {attempts} attempts  {through} came through  passed by {over}")
    print(f"{attempts * 2 * len(CASES)} attempts, passed: {worst}")
    return int(worst > 0)


if __name__ == "__main__":
    raise SystemExit(main())

"""Requests a second of the load's users, every answer judged and recorded, beside a bare Locust HttpUser on one server.

Both send the same calls: a HttpUser creates, polls, queries, cancels and deletes, and looks at status codes only.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import gevent
from locust import HttpUser, constant, task
from locust.env import Environment
from measuring import QUICK

from pytest_zstack_ticket.client.nonce import with_fresh_nonce
from pytest_zstack_ticket.load.plan import LoadPlan
from pytest_zstack_ticket.load.session import LoadSession
from pytest_zstack_ticket.load.users import user_class
from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.scenarios.canary_ticket import with_tokens

USERS = 20
SECONDS = 1.0 if QUICK else 6.0
ROUNDS = 1 if QUICK else 3
CANCEL = {"changeTicketStatus": {"statusEvent": "cancel"}}


def http_user(session: LoadSession, url: str) -> type[HttpUser]:
    """Make a HttpUser that leads the same lives and judges nothing but status codes."""
    endpoint = session.target.endpoint
    headers = {"Authorization": session.target.sessions.session.authorization, "Content-Type": "application/json"}

    class Bare(HttpUser):
        host = url
        wait_time = constant(0)

        def follow(self, answer: object) -> dict[str, object]:
            while answer.status_code == 202:  # type: ignore[attr-defined] # a response of requests
                job = answer.json()["location"].rpartition("/")[2]  # type: ignore[attr-defined] # likewise
                gevent.sleep(0.004)
                answer = self.client.get(f"{url}/v1/api-jobs/{job}", headers=headers, name="poll")
                if answer.status_code == 202:
                    answer = type(
                        "Again", (), {"status_code": 202, "json": lambda _self, job=job: {"location": f"/{job}"}}
                    )()
            return answer.json()  # type: ignore[attr-defined] # likewise

        @task
        def life(self) -> None:
            draft = with_tokens(endpoint.calibration_draft)
            body = with_fresh_nonce(Request(method="POST", path="/", body=draft.body), endpoint.mark).body
            made = self.follow(self.client.post(f"{url}/v1/tickets", data=body, headers=headers))
            uuid = made["inventory"]["uuid"]  # type: ignore[index] # a ticket
            name = json.loads(body or b"")["params"]["name"]
            for query in (f"name={name}", f"uuid={uuid}"):
                self.client.get(f"{url}/v1/tickets", params={"q": query, "limit": 3}, headers=headers, name="query")
            action = f"{url}/v1/tickets/{uuid}/actions"
            self.follow(self.client.put(action, json=CANCEL, headers=headers, name="cancel"))
            self.client.get(
                f"{url}/v1/tickets", params={"q": f"uuid={uuid}", "limit": 3}, headers=headers, name="query"
            )
            self.follow(self.client.delete(f"{url}/v1/tickets/{uuid}", headers=headers, name="delete"))
            self.client.get(f"{url}/v1/tickets", params={"q": f"name~=%{name[-16:]}%"}, headers=headers, name="query")

    return Bare


def measured(kind: type, requests: object) -> tuple[float, float]:
    """Return requests a second, and CPU seconds of this process for each."""
    environment = Environment(user_classes=[kind], stop_timeout=10)
    runner = environment.create_local_runner()
    runner.start(USERS, spawn_rate=100)
    gevent.sleep(0.5)
    count = (lambda: environment.stats.total.num_requests) if requests is None else requests
    before, began, spent = count(), time.monotonic(), time.process_time()  # type: ignore[operator] # a counter
    gevent.sleep(SECONDS)
    after, ended, used = count(), time.monotonic(), time.process_time()  # type: ignore[operator] # a counter
    runner.quit()
    done = max(1, after - before)
    return done / (ended - began), (used - spent) / done


def main() -> None:
    """Print medians of both, measured in turn, and their ratio."""
    command = [sys.executable, "-m", "pytest_zstack_ticket.cli", "simulate", "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # noqa: S603 - our own
    assert server.stdout is not None
    known = json.loads(server.stdout.readline())
    try:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["ZSTACK_PASSWORD"] = known["password"]
            plan = LoadPlan(url=known["url"], shown="", users=USERS, seconds=60.0, report=str(Path(folder, "load")))
            session = LoadSession(plan)
            session.learn()
            session.tally.timed = True
            found: dict[str, list[tuple[float, float]]] = {"bare": [], "load": []}
            for _ in range(ROUNDS):
                found["bare"].append(measured(http_user(session, known["url"]), None))
                found["load"].append(measured(user_class(session), lambda: session.tally.requests))
            judged = {key: tuple(counts) for key, counts in session.tally.judged.items()}
            session.sweep()
            session.seal()
            session.close()
        rates = {name: median(rate for rate, _ in values) for name, values in found.items()}
        costs = {name: median(cost for _, cost in values) for name, values in found.items()}
        print(json.dumps({"requests/s": {name: round(rate) for name, rate in rates.items()}}))
        print(json.dumps({"CPU us a request": {name: round(cost * 1e6) for name, cost in costs.items()}}))
        print(f"judged {judged}")
        print(f"ratio {rates['load'] / rates['bare']:.2f} (at least 0.60)")
    finally:
        server.terminate()


if __name__ == "__main__":
    main()

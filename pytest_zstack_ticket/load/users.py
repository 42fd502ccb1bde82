"""The users of a load, run by Locust: in this process, or by a master that counts what its workers report.

Only this module and `load.__main__` know Locust and gevent.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import gevent
from locust import User, constant_pacing, task
from locust.env import Environment
from locust.runners import MasterRunner, Runner, WorkerRunner

from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.load.plan import LoadPlan
from pytest_zstack_ticket.load.session import LoadSession
from pytest_zstack_ticket.load.tally import trouble_of
from pytest_zstack_ticket.load.ticket_life import CALLS, Step, back_off
from pytest_zstack_ticket.model.errors import TargetError
from pytest_zstack_ticket.model.exchange import JsonObject

LIFE_REQUESTS = 11.0
"""Requests of one life, by which users are paced to a rate."""
PAUSE = 0.2
"""Seconds between two looks at whether a load is to end."""
PATIENCE = 120.0
"""Seconds to wait for workers: to come, and to delete their tickets."""
REGISTRATION = 10.0
"""Seconds in which workers that have stopped register again."""
SPAWN_RATE = 10.0
"""Users that begin in a second."""
END = "zstack-end"


class LoadCallError(Exception):
    """A call that went wrong, as Locust counts it."""


class TicketUser(User):
    """A user of the cloud that leads one ticket's life after the other; `session` and `pace` come from the load."""

    abstract = True
    session: ClassVar[LoadSession]
    pace: ClassVar[Callable[[Any], float]] = constant_pacing(0)

    def wait_time(self) -> float:
        """Seconds until the next life."""
        return self.pace()

    @task
    def life(self) -> None:
        """Lead one life; a load that may send no more leads none."""
        if self.session.stopped:
            gevent.sleep(PAUSE)
            return
        gevent.sleep(back_off(self.session.life(self._fire)))

    def _fire(self, step: Step, result: CallResult) -> None:
        """Let Locust count a call, too."""
        if not result.exchanges:
            return
        trouble = trouble_of(result)
        last = result.exchanges[-1]
        self.environment.events.request.fire(
            request_type=result.exchanges[0].request.method,
            name=CALLS[step],
            response_time=(last.started + last.elapsed - result.exchanges[0].started) * 1000,
            response_length=0,
            exception=LoadCallError(trouble) if trouble else None,
            context={},
        )


@dataclass(slots=True)
class LoadEnd:
    """How a load ended: the workers that were lost, and whether it was interrupted."""

    interrupted: bool = False
    lost: int = 0
    swept: list[JsonObject] = field(default_factory=list)


class LoadRunner:
    """Runs the users of one process, or leads those of others. Raises TargetError for workers that do not come."""

    def __init__(self, session: LoadSession) -> None:
        self._session = session
        self._plan = session.plan
        self._end = LoadEnd()
        self._environment = Environment(user_classes=[user_class(session)], stop_timeout=PATIENCE / 2)
        for one in (signal.SIGINT, signal.SIGTERM):
            gevent.signal_handler(one, self._interrupt)

    def _interrupt(self) -> None:
        self._end.interrupted = self._session.interrupted = True

    def run(self) -> LoadEnd:
        """Run until the time is over, a cap is reached or the load is interrupted."""
        match self._plan.role:
            case "worker":
                self._work()
            case "master":
                self._lead()
            case "alone":
                self._hold(self._environment.create_local_runner())
        return self._end

    def _hold(self, runner: Runner) -> None:
        """Let users come, wait, and let them end what they began."""
        runner.start(self._plan.users, spawn_rate=SPAWN_RATE)
        until = time.monotonic() + self._plan.seconds
        while time.monotonic() < until and not self._end.interrupted and not self._session.stopped:
            gevent.sleep(PAUSE)
        if not isinstance(runner, MasterRunner):
            runner.quit()

    def _lead(self) -> None:
        """Lead workers: each reports what it counted, deletes its tickets at the end and says what is left."""
        runner = self._environment.create_master_runner(self._plan.host, self._plan.port)
        self._environment.events.worker_report.add_listener(self._take_report)
        runner.register_message(END, self._take_end)
        self._wait(lambda: len(runner.clients.ready) >= self._plan.workers)
        if len(runner.clients.ready) < self._plan.workers:
            runner.quit()
            raise TargetError(
                f"{len(runner.clients.ready)} of {self._plan.workers} workers came within {PATIENCE:g} s."
            )
        self._hold(runner)
        runner.stop()
        self._wait(lambda: len(self._end.swept) >= self._plan.workers)
        self._end.lost = self._plan.workers - len(self._end.swept)
        # a worker that has stopped is unknown until it registers again, and would not hear that all is over
        self._wait(lambda: len(runner.clients.ready) >= len(self._end.swept), REGISTRATION)
        runner.quit()

    @staticmethod
    def _wait(done: Callable[[], bool], seconds: float = PATIENCE) -> None:
        until = time.monotonic() + seconds
        while not done() and time.monotonic() < until:
            gevent.sleep(PAUSE)

    def _take_report(self, client_id: str, data: dict[str, Any]) -> None:
        del client_id
        if "zstack" in data:
            self._session.tally.merge(data["zstack"])

    def _take_end(self, environment: Environment, msg: Any) -> None:
        del environment
        self._session.tally.merge(msg.data["tally"])
        self._session.cut_short = self._session.cut_short or msg.data["cut_short"]
        self._end.swept.append(msg.data["swept"])

    def _work(self) -> None:
        """Do what a master asks for, until it quits."""
        runner = self._environment.create_worker_runner(self._plan.host, self._plan.port)
        self._environment.events.report_to_master.add_listener(self._report)
        self._environment.events.test_stop.add_listener(lambda **_: self._finish(runner))
        waiting = gevent.spawn(runner.greenlet.join)
        while not waiting.ready() and not self._end.interrupted:
            waiting.join(PAUSE)

    def _report(self, client_id: str, data: dict[str, Any]) -> None:
        del client_id
        data["zstack"] = self._session.tally.take()

    def _finish(self, runner: WorkerRunner) -> None:
        self._session.sweep()
        swept = self._session.swept
        data = {
            "tally": self._session.tally.take(),
            "cut_short": self._session.stopped,
            "swept": {"deleted": len(swept.deleted), "left": swept.left, "unseen": swept.unseen, "why": swept.why},
        }
        runner.send_message(END, data)


def user_class(session: LoadSession) -> type[TicketUser]:
    """Make the class of a load's users, paced to its rate."""
    plan: LoadPlan = session.plan
    seconds = plan.users * LIFE_REQUESTS / plan.rate if plan.rate else 0.0
    return type("TicketUser", (TicketUser,), {"session": session, "pace": constant_pacing(seconds)})


def print_line(text: str) -> None:
    """Write one line for the user to stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()

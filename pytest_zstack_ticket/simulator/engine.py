"""The embedded endpoint: `Request x now -> Response`. It reads no clock and opens no socket; the server does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Json, Request, Response
from pytest_zstack_ticket.simulator import response_builder
from pytest_zstack_ticket.simulator.calls.all_calls import CALLS
from pytest_zstack_ticket.simulator.calls.api_call import Call
from pytest_zstack_ticket.simulator.errors import ApiError, Refusal
from pytest_zstack_ticket.simulator.fault_points import HEALTHY, Active, Facts
from pytest_zstack_ticket.simulator.http import container_pages, rest_layer
from pytest_zstack_ticket.simulator.http.careless_reading import acting_request
from pytest_zstack_ticket.simulator.http.routes import decoded, job_id, location, split_target
from pytest_zstack_ticket.simulator.interceptors import admit
from pytest_zstack_ticket.simulator.json.json_writer import write
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.request_facts import call_of, facts_of
from pytest_zstack_ticket.simulator.response import Answer, DamagedResponse, Delivery, Text, Tree
from pytest_zstack_ticket.simulator.services import accounts, approval_flows, tickets
from pytest_zstack_ticket.simulator.services.collation import astral
from pytest_zstack_ticket.simulator.services.conditions import folding
from pytest_zstack_ticket.simulator.services.create_ticket import create_ticket
from pytest_zstack_ticket.simulator.services.jobs import JOB_ID_LENGTH, Job, Jobs
from pytest_zstack_ticket.simulator.services.query import query, unreadable
from pytest_zstack_ticket.simulator.services.system_tags import VALIDATION_ONLY
from pytest_zstack_ticket.simulator.state import CallContext, SimulatorState, first_header

HANDLERS: dict[str, Callable[[CallContext], Json]] = {
    "create_ticket": create_ticket,
    "query": query,
    **{name: getattr(tickets, name) for name in ("change_status", "update_requests", "delete_ticket")},
    **{name: getattr(accounts, name) for name in ("log_in", "log_out", "validate_session", "renew_session")},
    **{name: getattr(accounts, name) for name in ("get_version", "get_current_time")},
    **{
        name: getattr(approval_flows, name)
        for name in ("create_collection", "update_collection", "change_state", "add_types")
    },
    **{
        name: getattr(approval_flows, name)
        for name in ("delete_collection", "remove_types", "add_flow", "update_flow", "delete_flow")
    },
}
_CLOSING = (400, 500, 503)
_EXCEPTION_TIME = 15.0
"""Seconds; jobs that ended by an exception were still waited for after 8 (recorded exchanges)."""
_INSERT_TIME = 0.02
"""Seconds until the row of a job is written."""
_HOOK_DELAY = 0.02
"""Seconds after the 202 before which no web hook leaves: the Java SDK then sleeps through its whole time-out."""
_SCHEMES = ("http://", "https://")
_UNKNOWN_CALL: Call = CALLS[0]


class Engine:
    """One embedded endpoint with its memory.

    `address` is scheme, host, port and context root in job locations. `counts` counts requests by call and answers by
    role, for tests.
    """

    def __init__(
        self, options: SimulatorOptions | None = None, *, address: str = "http://127.0.0.1:8080/zstack"
    ) -> None:
        self.options = options or SimulatorOptions()
        self.address = self.options.advertised or address
        self.state = SimulatorState(self.options)
        self.jobs = Jobs(folding(self.options.choices.compare))
        self.counts: Counter[str] = Counter()
        self.monitor = self.options.faults.begin() if self.options.faults else None
        self._deliveries: list[Delivery] = []
        self._hooks_due: list[float] = []
        self._started: float | None = None
        self._in_flight = 1

    def handle(self, request: Request, now: float, *, in_flight: int = 1) -> Response | DamagedResponse:
        """Answer one request at `now`, in seconds since the epoch; `in_flight` connections wait for an answer."""
        self.advance(now)
        self._in_flight = in_flight
        facts = self._facts(request, now, in_flight)
        active = self.monitor.active(facts) if self.monitor and facts else HEALTHY
        answer = self.monitor.instead(facts) if self.monitor and facts else None
        if answer is None:
            answer = self._answer(request, now, active, facts)
        if self.monitor and facts:
            answer = self.monitor.edited(answer, facts)
        self.counts[f"answer:{answer.role}"] += 1
        response = self._finished(request, answer)
        return self.monitor.damaged(response, answer, facts) if self.monitor and facts else response

    def advance(self, now: float) -> None:
        """Let all jobs end that are due."""
        self._started = now if self._started is None else self._started
        self.jobs.run_due(now, self._finish)
        self._hooks_due = [due for due in self._hooks_due if due > now]

    def ignores(self, rule: str) -> bool:
        """Whether a fault switches off a rule below the API, where no call is known yet."""
        nothing = Request(method="GET", path="/")
        facts = Facts(call="other", request=nothing, sent=nothing, params={}, text="", now=0.0, started=0.0)
        return self.monitor is not None and not self.monitor.active(facts).without(rule)

    def take_deliveries(self) -> tuple[Delivery, ...]:
        """Hand over the web hooks that wait for delivery."""
        taken, self._deliveries = tuple(self._deliveries), []
        return taken

    def next_delivery(self) -> float | None:
        """When the next job with a web hook ends, so that a server can come back in time."""
        return min(self._hooks_due, default=None)

    @property
    def tickets(self) -> int:
        """How many tickets are stored, the seeded foreign ones included."""
        return len(self.state.store.tickets)

    def _facts(self, request: Request, now: float, in_flight: int) -> Facts | None:
        """Gather what triggers may look at; without faults nothing looks. A poll has the facts of its job."""
        if self.monitor is None:
            return None
        job = self._job_of(request)
        if job is not None and job.facts is not None:
            found = replace(job.facts, now=now, sent=request, polling=True)
        else:
            found = facts_of(request, self.state.variant, now=now, started=self._started or now)
        return replace(found, open_jobs=self.jobs.open, in_flight=in_flight)

    def _job_of(self, request: Request) -> Job | None:
        identity = job_id(decoded(split_target(request.path)[0]))
        return self.jobs.find(identity) if identity else None

    def _answer(self, request: Request, now: float, active: Active, facts: Facts | None) -> Answer:
        request = acting_request(request, active)
        context = CallContext(state=self.state, request=request, now=now, call=_UNKNOWN_CALL, active=active)
        kind = call_of(request, self.state.variant)
        self.counts[f"call:{kind}"] += 1
        try:
            container_pages.check_container(request)
            if request.method == "OPTIONS":
                status, text, headers = container_pages.preflight(request)
                return Answer(
                    status=status, body=Text(text), role="options", call="other", headers=headers, cookie=False
                )
            # whatever the path is, the body is read first
            rest_layer.body_text(context)
            identity = job_id(decoded(split_target(request.path)[0]))
            if identity is not None:
                return self._poll(request, identity, active)
            rest_layer.receive(context)
            return self._send(context, facts)
        except Refusal as error:
            return response_builder.refusal(self.state.variant, error, kind)

    def _poll(self, request: Request, identity: str, active: Active) -> Answer:
        """Answer a job query: without any authentication, to anybody who knows the id."""
        if request.method != "GET":
            text = "only GET method is allowed for querying job status"
            raise Refusal(row="R31", status=405, text=text, ideal=405)
        job = self.jobs.find(identity, whole=active.without("jobs-by-beginning"))
        if job is None:
            return response_builder.unknown_job(self.state.variant, "poll", identity)
        held, job.held = job.held, False
        if job.answer is None or held:
            return response_builder.waiting(self.state.variant, job.call, identity)
        job.reads += 1
        answer = response_builder.from_row(replace(job.answer, read=job.reads), self.options.choices.causes)
        return response_builder.with_classes(answer, request)

    def _send(self, context: CallContext, facts: Facts | None) -> Answer:
        """Serve a bound message: at once, or by a job."""
        direct = not context.call.asynchronous or context.variant.documented or not context.without("answer-directly")
        wanted = context.header("X-Job-UUID") if context.without("ignore-job-id") else None
        if not context.call.entity:
            rest_layer.refuse_used_job(context, used=wanted is not None and self._used(wanted, context))
        failure = self._admitted(context)
        if direct:
            return response_builder.with_classes(self._served(context, failure, ""), context.request)
        job = Job(
            id=wanted or context.message_id or context.active.via("job.id", _job_id)(context),
            call=context.call.kind,
            created=context.now,
            due=context.now + context.active.via("job.latency", self._latency)(context),
            context=context,
            failure=failure,
            webhook=context.header("X-Web-Hook") or "",
            facts=facts,
        )
        bound = job.id + write(context.values, escape_html=False)
        self.jobs.add(job, lost=self._unsaved(job.id, bound))
        if job.webhook:
            self._hooks_due.append(job.due)
        return response_builder.accepted(context, job.id, f"{self.address}{location(job.id)}")

    def _unsaved(self, identity: str, bound: str) -> bool:
        """Whether the row of a job cannot be written: too long an id, or characters that the table does not have."""
        return self.options.choices.four_bytes == "lost" and (len(identity) > JOB_ID_LENGTH or astral(bound))

    def _used(self, identity: str, context: CallContext) -> bool:
        """Whether a job id is taken; a row that is not yet written is not seen (facts.md: read before the insert)."""
        job = self.jobs.find(identity)
        raced = self.options.choices.job_race == "several" and self._in_flight > 1
        forgotten = job is not self.jobs.newest and not context.without("forget-job-ids")
        return job is not None and not forgotten and not (raced and context.now - job.created < _INSERT_TIME)

    def _latency(self, context: CallContext) -> float:
        """Seconds until a job ends; one with a web hook leaves the client the time to read the 202."""
        seconds = context.active.figures.get("latency", self.options.latency)
        hooked = (context.header("X-Web-Hook") or "").startswith(_SCHEMES)
        return max(seconds, _HOOK_DELAY) if hooked else seconds

    @staticmethod
    def _admitted(context: CallContext) -> ApiError | None:
        try:
            context.active.via("admit", admit)(context)
        except ApiError as error:
            return error
        return None

    def _served(self, context: CallContext, failure: ApiError | None, job: str) -> Answer:
        """Run the service, unless the portal refused the call or the caller only wants validation (dossier 3.7)."""
        polled = bool(job)
        if failure is not None:
            context.active.via(f"refused.{context.call.kind}", _nothing)(context)
            return response_builder.failure(context, failure, job, polled=polled)
        tags = context.values.get("systemTags") or ()
        if VALIDATION_ONLY in tags and context.without("validation-only-creates"):
            return response_builder.success(context, {}, job)
        try:
            result = context.active.via(f"serve.{context.call.kind}", HANDLERS[context.call.handler])(context)
        except ApiError as error:
            return response_builder.failure(context, error, job, polled=polled)
        return response_builder.success(context, result, job)

    def _finish(self, job: Job) -> None:
        context = job.context
        assert context is not None  # noqa: S101 - a job ends once
        answer, job.pending = job.pending, None
        if answer is None:
            answer = self._served(context, job.failure, job.id)
            if self._takes_longer(answer):
                job.pending, job.due = answer, job.due + _EXCEPTION_TIME
                return
        if self._never_ends(context, answer):
            return
        job.answer = answer
        # a URL that cannot be parsed is dropped without a word (dossier 3.6), a lost job delivers nothing
        if job.webhook.startswith(_SCHEMES) and self.jobs.find(job.id) is not None:
            shown = response_builder.with_classes(answer, context.request)
            self._deliveries += context.active.via("hooks", _once)(_hook(job, shown, self.options.webhook_pause))

    def _takes_longer(self, answer: Answer) -> bool:
        """Whether a job ended by an unforeseen exception, whose error takes its time."""
        slow = self.options.choices.exceptions == "slow" and answer.role == "failure"
        return slow and '"code":"SYS.1000"' in answer.text()

    @staticmethod
    def _never_ends(context: CallContext, answer: Answer) -> bool:
        """Whether the result of a job cannot be written, so that it is waited for without end."""
        value = answer.body.value if isinstance(answer.body, Tree) else {}
        inventory = value.get("inventory") if isinstance(value, dict) else None
        return isinstance(inventory, dict) and unreadable(context, inventory)

    def _finished(self, request: Request, answer: Answer) -> Response:
        """Add what the container adds: a session cookie, and the end of the connection after 400, 500 and 503."""
        headers = list(answer.headers)
        if self.state.variant.documented:
            headers.append(("content-type", "application/json;charset=UTF-8"))
            return replace(answer, headers=tuple(headers)).to_response()
        if answer.cookie and not self.state.knows_cookie(first_header(request, "Cookie") or ""):
            headers.append(("set-cookie", self.state.new_cookie()))
        if answer.status in _CLOSING:
            headers.append(("connection", "close"))
        return replace(answer, headers=tuple(headers)).to_response()


def _job_id(context: CallContext) -> str:
    return context.state.new_uuid()


def _nothing(context: CallContext) -> None:
    """Leave nothing behind a refused call."""
    del context


def _hook(job: Job, answer: Answer, pause: float) -> Delivery:
    """Prepare a web hook: the body that a poll would show, and whether the job succeeded (dossier 3.6)."""
    headers = (
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Job-UUID", job.id),
        ("X-Job-Success", "true" if answer.role == "success" else "false"),
    )
    return Delivery(url=job.webhook, headers=headers, body=answer.to_response().body, pause=pause)


def _once(hook: Delivery) -> list[Delivery]:
    """Deliver each hook once."""
    return [hook]

"""Fixtures of tests that examine a target: session-scoped, so that Hypothesis tests may use them too.

PYTEST_DONT_REWRITE: every pytest run on the machine imports this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_zstack_ticket.client.call_result import CallResult
    from pytest_zstack_ticket.client.endpoint import TicketEndpoint
    from pytest_zstack_ticket.client.webhook_recorder import HookListener
    from pytest_zstack_ticket.model.profile import Profile
    from pytest_zstack_ticket.model.settings import Session
    from pytest_zstack_ticket.model.ticket_context import Context
    from pytest_zstack_ticket.runner.drift_monitor import DriftMonitor
    from pytest_zstack_ticket.runner.examiner import Examiner
    from pytest_zstack_ticket.runner.explorer import Explorer
    from pytest_zstack_ticket.runner.run import Run
    from pytest_zstack_ticket.runner.state_machine import StateMachineRunner
    from pytest_zstack_ticket.scenarios.canary_ticket import CanaryTicket
    from pytest_zstack_ticket.scenarios.case_table import CaseTable
    from pytest_zstack_ticket.scenarios.second_pass import SecondPass
    from pytest_zstack_ticket.scenarios.ticket_group import TicketGroup
    from pytest_zstack_ticket.scenarios.ticket_set import TicketSet

NO_TARGET = "there is no target: use --zstack-url=http://HOST:PORT, or --zstack-url=embedded for the simulator."


FIXTURE_VALUE: pytest.StashKey[Callable[[str], Any]] = pytest.StashKey()
"""Returns the value of a fixture of the session by its name, once a test has asked for `zstack_run`."""


@pytest.fixture(scope="session")
def zstack_run(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Run:
    """Provide the run that the options ask for."""
    from pytest_zstack_ticket.plugin.startup import RUN  # noqa: PLC0415 - only a run of ours pays for it

    run = pytestconfig.stash.get(RUN, None)
    if run is None:
        pytest.fail(NO_TARGET, pytrace=False)
    pytestconfig.stash[FIXTURE_VALUE] = request.getfixturevalue
    return run


@pytest.fixture(scope="session")
def ticket_endpoint(zstack_run: Run) -> TicketEndpoint:
    """Provide the CreateTicket endpoint, `POST /zstack/v1/tickets`, with the calls around it."""
    return zstack_run.reached.endpoint


@pytest.fixture(scope="session")
def zstack_session(zstack_run: Run) -> Session:
    """Provide the login session on the target."""
    return zstack_run.reached.sessions.session


@pytest.fixture(scope="session")
def zstack_profile(zstack_run: Run) -> Profile:
    """Provide the profile that the target is judged by, with what was learned about it."""
    return zstack_run.reached.profile


@pytest.fixture(scope="session")
def zstack_effort(zstack_run: Run) -> str:
    """Provide the run's effort: `smoke`, `standard` or `certify`."""
    return str(zstack_run.options["effort"])


@pytest.fixture(scope="session")
def zstack_round(zstack_run: Run) -> Callable[[], int]:  # noqa: ARG001 - only a run has rounds
    """Tell which round of its body a test marked `zstack_rounds` is in: 0 with the calibration draft itself."""
    from pytest_zstack_ticket.client.rounds import round_number  # noqa: PLC0415 - only a run of ours pays for it

    return round_number


@pytest.fixture(scope="session")
def zstack_context(zstack_run: Run) -> Context:
    """Provide the values that this cloud accepts a ticket with, from the context file."""
    return zstack_run.reached.context


@pytest.fixture(scope="session")
def zstack_examine(zstack_run: Run) -> Examiner:
    """Judge call results by the name of a check: a violation, or None."""
    return zstack_run.examiner


@pytest.fixture(scope="session")
def zstack_observe(zstack_run: Run) -> Callable[..., None]:
    """Record an observation where the contract is open: its name, value, and the call result that shows it."""
    return zstack_run.examiner.observe


@pytest.fixture(scope="session")
def zstack_cases(zstack_run: Run) -> CaseTable:
    """Provide the enumerated drafts and messages, each sent once."""
    from pytest_zstack_ticket.scenarios.case_table import CaseTable  # noqa: PLC0415 - as above

    target, options = zstack_run.reached, zstack_run.options
    return CaseTable(
        target.endpoint,
        target.context,
        target.profile,
        window=zstack_run.window,
        order=options["seed"] if options["effort"] == "certify" else None,
        announce=zstack_run.examiner.announce,
    )


@pytest.fixture(scope="session")
def zstack_tickets(zstack_run: Run) -> TicketSet:
    """Provide a few tickets for queries to find, created when first used."""
    from pytest_zstack_ticket.scenarios.ticket_set import PAUSE, TicketSet  # noqa: PLC0415 - as above

    dated = zstack_run.options["effort"] == "certify"
    return TicketSet(zstack_run.reached.endpoint, pause=PAUSE if dated else 0.0)


@pytest.fixture(scope="session")
def zstack_many_tickets(zstack_run: Run) -> TicketSet:
    """Provide tickets like `zstack_tickets`, but more than a page usually has rows."""
    from pytest_zstack_ticket.scenarios.ticket_set import MANY, TicketSet  # noqa: PLC0415 - as above

    return TicketSet(zstack_run.reached.endpoint, MANY, window=zstack_run.window)


@pytest.fixture(scope="session")
def zstack_canary(zstack_run: Run) -> Callable[..., CanaryTicket]:
    """Create a ticket of the owner with a token in each text, or take one; skips where it cannot be read back."""
    from pytest_zstack_ticket.scenarios.canary_ticket import CanaryTicket  # noqa: PLC0415 - as above

    def make(created: CallResult | None = None) -> CanaryTicket:
        one = CanaryTicket(zstack_run.reached.endpoint.as_user("owner"), created=created)
        if not one.uuid:
            pytest.skip("the ticket cannot be read back")
        return one

    return make


@pytest.fixture(scope="session")
def zstack_concurrently(zstack_run: Run) -> Callable[..., list[CanaryTicket]]:
    """Create a ticket as each of several users at the same time: `zstack_concurrently("owner", "stranger")`."""
    from pytest_zstack_ticket.scenarios.canary_ticket import create_concurrently  # noqa: PLC0415 - as above

    endpoint = zstack_run.reached.endpoint
    return lambda *parts: create_concurrently([endpoint.as_user(part) for part in parts])


@pytest.fixture(scope="session")
def zstack_in_window(zstack_run: Run) -> Callable[..., Iterator[tuple[Any, Any]]]:
    """Make one call for each of many values, several at once, and yield each value with its result, in order.

    What is to be seen of a ticket that a call creates is looked for in that call: where few may exist it goes after it.
    """
    from pytest_zstack_ticket.scenarios.in_window import in_window  # noqa: PLC0415 - as above

    quota = zstack_run.reached.endpoint.quota

    def calls(call: Callable[[Any], Any], values: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        def apart(value: Any) -> Any:
            with quota.apart():
                return call(value)

        return in_window(apart, values, window=zstack_run.window)

    return calls


@pytest.fixture(scope="session")
def zstack_once(zstack_run: Run) -> Callable[..., Any]:
    """Provide what several tests share, made in each round by the first to ask: `zstack_once("refusals", make)`."""
    from pytest_zstack_ticket.client.once import OncePerKey  # noqa: PLC0415 - as above
    from pytest_zstack_ticket.client.rounds import repeated, round_number  # noqa: PLC0415 - as above

    known: OncePerKey[tuple[str, int, str], Any] = OncePerKey()
    quota = zstack_run.reached.endpoint.quota

    def get(key: str, make: Callable[[], Any]) -> Any:
        with quota.sharing():
            return known.get((key, round_number(), repeated()), make)

    return get


@pytest.fixture(scope="session")
def zstack_ticket_group(zstack_run: Run) -> Callable[[], TicketGroup]:
    """Start a group of tickets that exist at the same time: `zstack_ticket_group()`."""
    from pytest_zstack_ticket.scenarios.ticket_group import TicketGroup  # noqa: PLC0415 - as above

    return lambda: TicketGroup(zstack_run.reached.endpoint)


@pytest.fixture(scope="session")
def zstack_explore(zstack_run: Run) -> Explorer:
    """Explore with Hypothesis by the run's effort and seed: `zstack_explore(drafts(...), holds)`."""
    from pytest_zstack_ticket.config.state_dir import state_folder  # noqa: PLC0415 - as above
    from pytest_zstack_ticket.runner.exploration_memory import RecordMemory  # noqa: PLC0415 - as above
    from pytest_zstack_ticket.runner.explorer import Explorer  # noqa: PLC0415 - as above

    options = zstack_run.options
    zstack_run.explorer = Explorer(
        options["effort"],
        options["seed"],
        str(state_folder() / "hypothesis"),
        window=zstack_run.window,
        budget=zstack_run.budget,
        enter=zstack_run.examiner.explores,
        memory=RecordMemory(),
    )
    return zstack_run.explorer


@pytest.fixture(scope="session")
def zstack_state_machine(zstack_run: Run, zstack_explore: Explorer) -> StateMachineRunner:
    """Run a Hypothesis state machine by the run's effort and seed: `zstack_state_machine(Machine)`."""
    from pytest_zstack_ticket.runner.state_machine import StateMachineRunner  # noqa: PLC0415 - as above

    options, enter = zstack_run.options, zstack_run.examiner.explores
    return StateMachineRunner(
        options["effort"],
        options["seed"],
        zstack_explore.home,
        budget=zstack_run.budget,
        enter=enter,
        memory=zstack_explore.memory,
    )


@pytest.fixture(scope="session")
def zstack_drift(zstack_run: Run) -> DriftMonitor:
    """Provide the drift monitor, which repeats the calibration request during the run; `mark()` sends it now."""
    return zstack_run.drift_monitor


@pytest.fixture(scope="session")
def zstack_second_pass(zstack_run: Run) -> SecondPass:
    """Send drafts again; at effort certify from another HTTP client, in another session and, if allowed, unmarked."""
    from pytest_zstack_ticket.model.http_client import other_client  # noqa: PLC0415 - as above
    from pytest_zstack_ticket.scenarios.second_pass import SecondPass  # noqa: PLC0415 - as above

    target, options = zstack_run.reached, zstack_run.options
    ours = target.own.client.looks_like
    client = other_client(ours, options["seed"]) if options["effort"] == "certify" else None
    context = target.context if options["unmarked"] else None
    return SecondPass(target.endpoint, client=client, seed=options["seed"], context=context)


@pytest.fixture(scope="session")
def zstack_webhook(zstack_run: Run) -> Iterator[HookListener]:
    """Yield a listener on this machine for the target's webhooks."""
    from pytest_zstack_ticket.client.webhook_listener import address_towards  # noqa: PLC0415 - as above
    from pytest_zstack_ticket.client.webhook_recorder import HookListener  # noqa: PLC0415 - as above

    redact = zstack_run.reached.redactor.exchange
    host = address_towards(zstack_run.reached.settings.url)
    with HookListener(redact=redact, recorder=zstack_run.recorder, worker=zstack_run.worker, host=host) as hooks:
        yield hooks

"""Clean-up: nothing of the run is left, nothing of others is touched, and what cannot be seen is not called gone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from pytest_zstack_ticket.api.capabilities import with_capabilities
from pytest_zstack_ticket.cleanup.calls import OUTAGE, CleanupCalls, Silence
from pytest_zstack_ticket.cleanup.entries import Entry, LedgerEntries, intent_of
from pytest_zstack_ticket.cleanup.listing import ListingMemory
from pytest_zstack_ticket.cleanup.result import CleanupResult
from pytest_zstack_ticket.cleanup.sweeper import Progress, Sweeper
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.model.errors import LoginError, UnreachableError
from pytest_zstack_ticket.model.exchange import Failure, Framing, Request, Response
from pytest_zstack_ticket.model.settings import Session
from tests.support.manual_clock import ManualClock
from tests.support.ticket_store import DATE, PAGE, REFUSED, RESET, Answer, TicketStore

NOW = 1_700_000_000.0
PROFILE = with_capabilities(load_profile("deployed", release="5.2"), frozenset({"query"}))
DEEP = "[" * 9_000 + "]" * 9_000
DIED = b'{"error": {"code": "ID.1001", "description": "x", "details": "x"}}'


class Ledger:
    """Knows some creations, each with the job of which it was never heard how it ended."""

    def __init__(self, names: list[str]) -> None:
        self.book = LedgerEntries()
        for number, name in enumerate(names, 1):
            self.create(number, {"params": {"name": name}}, job=f"j{number}")

    def create(self, number: int, body: object, **known: Any) -> None:
        request = Request(method="POST", path="/v1/tickets", body=json.dumps(body).encode())
        self.book.begin(intent_of(request, number=number, now=NOW))
        self.book.know(number, **known)

    def know(self, number: int, known: Mapping[str, Any]) -> None:
        self.book.know(number, **known)

    def drop_gone(self) -> list[Entry]:
        return self.book.drop_gone()


class Sessions:
    """Holds a session that can be renewed once the target lets it."""

    def __init__(self, renewed: Callable[[], None] = lambda: None) -> None:
        self.session = Session(uuid="s0")
        self.renewed = renewed

    def renew(self, dead: Session) -> Session:
        self.renewed()
        if dead.uuid == self.session.uuid:
            self.session = Session(uuid=f"s{int(dead.uuid[1:]) + 1}")
        return self.session


def swept(
    store: TicketStore,
    ledger: Ledger,
    *,
    window: int = 1,
    sessions: Sessions | None = None,
    longest: float = 600.0,
    progress: Progress | None = None,
    silence: Silence | None = None,
    **patience: float,
) -> CleanupResult:
    calls = CleanupCalls(
        run=store.run,
        sessions=sessions or Sessions(),
        profile=PROFILE,
        clock=store.clock,
        patience=60.0,
        longest=longest,
        window=window,
        silence=silence,
    )
    return Sweeper(calls, ledger, profile=PROFILE, patience=60.0, progress=progress, **patience).sweep()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW + 70)


@pytest.fixture
def names() -> list[str]:
    return [f"a zt-{number:016x}" for number in range(8)]


def others(count: int, start: int = 0) -> dict[str, dict[str, Any]]:
    """Tickets of other users."""
    return {
        f"f{number}": {"uuid": f"f{number}", "name": f"work {number}", "status": "Pending", "createDate": DATE}
        for number in range(start, start + count)
    }


@pytest.mark.parametrize("window", [1, 8])
@pytest.mark.parametrize("lost", [PAGE, RESET])
def test_what_becomes_of_polls_and_cancellations_ends_no_clean_up(
    names: list[str], clock: ManualClock, lost: Answer, window: int
):
    def front_end(request: Request) -> Answer | None:
        return lost if "/api-jobs/" in request.path or request.method == "PUT" else None

    store = TicketStore.of(names, clock, interferes=front_end)
    assert swept(store, Ledger(names), window=window) == CleanupResult(deleted=[f"u{number}" for number in range(8)])
    assert not store.tickets


def test_a_target_that_refuses_every_list_is_waited_for_once(names: list[str], clock: ManualClock):
    """It answers, so that its tickets can be deleted; as long as one row makes it fail it shows no list again."""

    def refused(request: Request) -> Answer | None:
        lists = request.path.startswith("/v1/tickets?") and "q=" not in request.path
        return TicketStore.denied(b'{"error":{"code":"SYS.1000","description":"no list"}}') if lists else None

    store = TicketStore.of(names, clock, interferes=refused)
    silence, began = Silence(), clock.now()
    for _ in range(3):
        swept(store, Ledger(names), silence=silence)
    assert silence.in_vain
    assert clock.now() - began < 2 * OUTAGE


@pytest.mark.parametrize("lost", [PAGE, RESET])
def test_a_target_that_stays_away_is_given_up_after_an_outage(names: list[str], clock: ManualClock, lost: Answer):
    store = TicketStore.of(names[:1], clock, interferes=lambda _request: lost)
    began = clock.now()
    result = swept(store, Ledger(names[:1]))
    assert (result.why, result.unseen) == ("no-answer", 1)
    assert OUTAGE - 10 < clock.now() - began <= OUTAGE
    assert store.tickets


def test_clean_ups_wait_for_a_silent_target_together(names: list[str], clock: ManualClock):
    silence, told = Silence(), []

    def hangs(_request: Request) -> Answer:
        clock.sleep(30.0)
        return Failure(kind="timeout", detail="no answer in 30 s")

    store = TicketStore.of(names, clock, interferes=hangs)
    began = clock.now()
    assert swept(store, Ledger(names), silence=silence).why == "no-answer"
    assert clock.now() - began <= 30 + OUTAGE + 30
    began, before = clock.now(), len(store.requests)
    second = swept(store, Ledger(names), silence=silence, progress=lambda *_, **more: told.append(more))
    assert (second.why, len(store.requests) - before, clock.now() - began) == ("no-answer", 1, 30.0)
    assert told == [{"silent": True, "seconds": 0.0}]
    store.interferes = lambda _request: None
    assert swept(store, Ledger(names), silence=silence).clean
    assert silence.since is None
    assert not store.tickets


@pytest.mark.parametrize("after", [0, 3, 12, 20])
@pytest.mark.parametrize("window", [1, 8])
def test_a_restart_of_a_minute_is_waited_for(names: list[str], clock: ManualClock, after: int, window: int):
    down: list[float] = []

    def restarting(_request: Request) -> Answer | None:
        if len(store.requests) > after and not down:
            down.append(clock.now())
        return RESET if down and clock.now() < down[0] + 60 else None

    store = TicketStore.of(names, clock, interferes=restarting)
    store.tickets |= (foreign := others(3))
    result = swept(store, Ledger(names), window=window)
    assert (result.left, result.unseen, result.why) == ([], 0, "")
    assert store.tickets == foreign


def test_an_outage_that_is_longer_than_the_limit_ends_with_the_limit(names: list[str], clock: ManualClock):
    store = TicketStore.of(names, clock, interferes=lambda _request: RESET)
    began = clock.now()
    assert swept(store, Ledger(names), longest=20.0).why == "no-answer"
    assert clock.now() - began <= 20


def test_a_session_that_a_restart_ended_is_renewed_when_the_node_lets_it(names: list[str], clock: ManualClock):
    up = clock.now() + 30

    def log_in() -> None:
        if clock.now() < up:
            raise UnreachableError("nothing listens", cause="port")

    def restarted(request: Request) -> Answer | None:
        dead = ("Authorization", "OAuth s0") in request.headers
        return TicketStore.denied(DIED) if dead else None

    store = TicketStore.of(names, clock, interferes=restarted)
    assert swept(store, Ledger(names), sessions=Sessions(log_in)).clean
    assert not store.tickets


@pytest.mark.parametrize("window", [1, 4])
def test_sessions_that_die_between_deletions_which_only_their_jobs_tell_are_renewed(
    names: list[str], clock: ManualClock, window: int
):
    uses: Counter[str] = Counter()
    jobs: dict[str, Response] = {}

    def jobs_only(request: Request) -> Answer | None:
        if "/api-jobs/" in request.path:
            return jobs.get(request.path.rpartition("/")[2], Response(status=404, body=b""))
        session = dict(request.headers)["Authorization"]
        uses[session] += 1
        if request.method == "GET":
            return TicketStore.denied(DIED) if uses[session] > 5 else None
        job = f"{len(jobs):032x}"
        done = Response(status=503, body=DIED) if uses[session] > 5 else Response(status=200, body=b"{}")
        jobs[job] = done
        if done.status == 200 and request.method == "DELETE":
            store.tickets.pop(request.path.rpartition("/")[2], None)
        return Response(status=202, body=json.dumps({"location": f"http://a/v1/api-jobs/{job}"}).encode())

    store = TicketStore.of(names, clock, interferes=jobs_only)
    assert swept(store, Ledger(names), window=window).clean
    assert not store.tickets


def test_a_log_in_that_is_refused_for_good_is_not_tried_again(names: list[str], clock: ManualClock):
    tries: list[int] = []

    def log_in() -> None:
        tries.append(1)
        raise LoginError("wrong password", cause="password")

    store = TicketStore.of(names, clock, interferes=lambda _request: TicketStore.denied(DIED))
    assert swept(store, Ledger(names), sessions=Sessions(log_in)).why == "no-session"
    assert len(tries) == 1


@pytest.mark.parametrize("shows_fields", [True, False])
@pytest.mark.parametrize("place", [0, 4, 40])
@pytest.mark.parametrize("value", ["nope", DEEP])
def test_a_row_that_nobody_can_read_hides_no_other(
    names: list[str], clock: ManualClock, place: int, shows_fields: bool, value: str
):
    store = TicketStore.of(names, clock, shows_fields=shows_fields)
    before, after = others(place), others(60 - place, place)
    store.tickets = {**before, "deep": {**others(1)["f0"], "uuid": "deep"}, **store.tickets, **after}
    store.raw = {"deep": f'{{"uuid": "deep", "accountSystemContext": {value}}}'}
    result = swept(store, Ledger(names))
    assert store.tickets.keys() == {"deep", *before, *after}
    assert result.deleted == [f"u{number}" for number in range(8)]


def test_a_row_of_ours_that_nobody_can_read_whole_is_deleted(names: list[str], clock: ManualClock):
    store = TicketStore.of(names, clock)
    store.raw = {"u3": f'{{"uuid": "u3", "name": "{names[3]}", "apiBody": nope}}'}
    assert swept(store, Ledger(names)).clean
    assert not store.tickets


def test_rows_with_bytes_that_are_no_utf_8_are_read(names: list[str], clock: ManualClock):
    store = TicketStore.of(names, clock, shows_fields=False)
    store.raw = {"u1": json.dumps(store.tickets["u1"])[:-1] + ', "description": "\udcff\udcfe"}'}
    assert swept(store, Ledger(names)).clean
    assert not store.tickets


def test_where_every_query_is_refused_what_answers_named_is_deleted_and_all_is_counted(clock: ManualClock):
    """Deleted, but not seen to be gone: that is listed too."""
    names = [f"a zt-{number:016x}" for number in range(3)]
    store = TicketStore.of(names, clock, interferes=lambda request: REFUSED if request.method == "GET" else None)
    ledger = Ledger([])
    ledger.create(1, {"params": {"name": names[0]}}, end="accepted", ticket="u0", shown=True)
    ledger.create(2, {"params": {"name": names[1]}}, end="accepted", ticket="u1")
    ledger.create(3, {"params": {"name": names[2]}}, end="accepted")
    result = swept(store, ledger)
    assert (result.left, result.unseen) == (["u0", "u1"], 1)
    assert store.tickets.keys() == {"u1", "u2"}


def test_a_look_whose_answer_is_lost_does_not_make_a_ticket_gone(clock: ManualClock):
    """The listing does not show the ticket, and the first answer to the look at it alone is lost."""
    name, lost = "a zt-0000000000000001", []

    def hidden(request: Request) -> Answer | None:
        alone = request.path == "/v1/tickets/u0" or "uuid" in request.path.partition("q=")[2]
        if request.method == "GET" and alone and not lost:
            lost.append(request)
            return RESET
        listing = request.method == "GET" and "sort=" in request.path
        return TicketStore.shown([]) if listing else None

    store = TicketStore.of([name], clock, interferes=hidden)
    ledger = Ledger([])
    ledger.create(1, {"params": {"name": name}}, end="accepted", ticket="u0")
    assert swept(store, ledger).clean
    assert lost
    assert not store.tickets


def test_an_accepted_create_that_nothing_can_find_is_counted(clock: ManualClock):
    store = TicketStore.of([], clock)
    store.tickets = others(2)
    ledger = Ledger([])
    ledger.create(1, {"params": {"name": "x"}}, end="accepted")
    result = swept(store, ledger)
    assert (result.unseen, result.clean) == (1, False)
    assert ledger.book.pending()


def test_an_accepted_create_is_gone_where_the_target_has_nothing_at_all(clock: ManualClock):
    store, ledger = TicketStore.of([], clock), Ledger([])
    ledger.create(1, {"params": {"name": "x"}}, end="accepted")
    assert swept(store, ledger).clean


def test_a_ticket_that_an_answer_named_but_nothing_proves_is_left_and_listed(clock: ManualClock):
    store = TicketStore.of(["somebody's"], clock)
    ledger = Ledger([])
    ledger.create(1, {"params": {"name": "a zt-0000000000000001"}}, end="accepted", ticket="u0")
    assert swept(store, ledger).left == ["u0"]
    assert store.tickets


def test_refused_creates_leave_nothing_to_look_for(clock: ManualClock):
    store = TicketStore.of([], clock)
    store.tickets = others(2)
    ledger = Ledger([])
    ledger.create(1, {"params": {"name": "a zt-0000000000000001"}}, end="refused")
    ledger.create(2, {"params": {"name": "b", "resourceUuid": "f0"}}, end="refused")
    ledger.create(3, [1], end="refused")
    assert swept(store, ledger).clean
    assert len(store.tickets) == 2


@pytest.mark.parametrize("most_rows", [7, 100, 1000])
def test_pages_that_are_shorter_than_asked_for_or_move_are_read_to_the_end(clock: ManualClock, most_rows: int):
    names = [f"a zt-{number:016x}" for number in range(260)]
    store = TicketStore.of(names, clock, most_rows=most_rows)
    store.tickets = {**others(30), **store.tickets, **others(30, 30)}

    def others_delete(request: Request) -> Answer | None:
        if "start=" in request.path and "start=0" not in request.path:
            for number in range(30):
                store.tickets.pop(f"f{number}", None)
        return None

    store.interferes = others_delete
    assert swept(store, Ledger(names), window=4).clean
    assert store.tickets.keys() == {f"f{number}" for number in range(30, 60)}


def test_a_ticket_that_cannot_be_deleted_is_tried_three_times_and_left(names: list[str], clock: ManualClock):
    def stuck(request: Request) -> Answer | None:
        return TicketStore.shown([]) if request.method == "DELETE" and request.path.endswith("u2") else None

    store = TicketStore.of(names, clock, interferes=stuck)
    result = swept(store, Ledger(names))
    assert (result.left, result.unseen) == (["u2"], 0)
    assert len([one for one in store.requests if one.method == "DELETE" and one.path.endswith("u2")]) == 3
    assert store.tickets.keys() == {"u2"}


@dataclass
class Orderly(TicketStore):
    """Deletes no ticket that is in progress."""

    def answer(self, request: Request) -> Answer:
        uuid = request.path.removeprefix("/v1/tickets/").partition("/")[0]
        if request.method == "DELETE" and self.tickets[uuid]["status"] != "Cancelled":
            return Response(status=503, body=b'{"error": {"code": "SYS.1006", "details": "cancel it first"}}')
        if request.method == "PUT":
            self.tickets[uuid]["status"] = "Cancelled"
        return super().answer(request)


def test_a_ticket_that_was_reopened_or_created_again_since_an_earlier_look_is_cancelled(
    names: list[str], clock: ManualClock
):
    store, ledger, memory = Orderly.of(names, clock), Ledger(names), ListingMemory()
    memory.rows["u2"] = {**store.tickets["u2"], "status": "Cancelled"}
    calls = CleanupCalls(run=store.run, sessions=Sessions(), profile=PROFILE, clock=clock, patience=60.0, longest=600.0)
    assert Sweeper(calls, ledger, profile=PROFILE, patience=60.0, memory=memory).sweep().clean
    assert not store.tickets


class Chosen:
    """Selects tickets by UUID; others are held by tests that run."""

    def __init__(self, *uuids: str, held: frozenset[str] = frozenset(), asks: bool = False) -> None:
        self.uuids = set(uuids)
        self._held = held
        self._asks = asks

    def held(self, entry: Entry) -> bool:
        return entry.ticket in self._held

    def asks(self, _entry: Entry) -> bool:
        return self._asks

    def choose(self, there: Mapping[str, Entry]) -> set[str]:
        return self.uuids & there.keys()


def accepted(names: list[str]) -> Ledger:
    ledger = Ledger(names)
    for number in range(len(names)):
        ledger.know(number + 1, {"end": "accepted", "ticket": f"u{number}", "shown": True})
    return ledger


def swept_next_to_tests(
    store: TicketStore, ledger: Ledger, selection: Chosen, memory: ListingMemory | None = None, **more: float
) -> None:
    calls = CleanupCalls(
        run=store.run, sessions=Sessions(), profile=PROFILE, clock=store.clock, patience=60.0, longest=600.0
    )
    Sweeper(calls, ledger, profile=PROFILE, patience=60.0, memory=memory, **more).sweep(selection=selection, wait=False)


def test_while_tests_run_only_what_is_selected_is_deleted(names: list[str], clock: ManualClock):
    store, ledger = TicketStore.of(names, clock), accepted(names)
    swept_next_to_tests(store, ledger, Chosen("u1", "u4"))
    assert store.tickets.keys() == {f"u{number}" for number in range(8)} - {"u1", "u4"}
    assert {entry.ticket for entry in ledger.drop_gone()} == {"u1", "u4"}


def pages_asked_for(store: TicketStore) -> list[str]:
    return [one.path.partition("start=")[2] for one in store.requests if "sort=" in one.path]


def test_a_look_while_tests_run_needs_no_second_page_where_an_earlier_one_held_more(
    names: list[str], clock: ManualClock
):
    store, ledger, memory = TicketStore.of(names, clock), accepted(names), ListingMemory()
    swept_next_to_tests(store, ledger, Chosen("u1"), memory)
    assert memory.answers_best
    assert memory.page == len(names)
    store.requests.clear()
    swept_next_to_tests(store, ledger, Chosen("u4"), memory)
    assert pages_asked_for(store) == ["0", "0"]
    assert store.tickets.keys() == {f"u{number}" for number in range(8)} - {"u1", "u4"}
    store.requests.clear()
    calls = CleanupCalls(
        run=store.run, sessions=Sessions(), profile=PROFILE, clock=store.clock, patience=60.0, longest=600.0
    )
    Sweeper(calls, ledger, profile=PROFILE, patience=60.0, memory=memory).sweep()
    assert set(pages_asked_for(store)) > {"0"}, "the end of a run reads on until a page brings nothing new"
    assert not store.tickets


def test_a_target_that_shows_few_tickets_a_page_is_read_to_the_end_while_tests_run(clock: ManualClock):
    names = [f"a zt-{number:016x}" for number in range(25)]
    store, ledger, memory = TicketStore.of(names, clock, most_rows=10), accepted(names), ListingMemory()
    for number in range(0, 25, 5):
        swept_next_to_tests(store, ledger, Chosen(f"u{number}"), memory)
        assert f"u{number}" not in store.tickets
    assert memory.page <= 10


@dataclass
class Returning(TicketStore):
    """Shows a deleted ticket again after `pause` seconds, as often as `often` says."""

    pause: float = 4.0
    often: int = 1
    away: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)
    returned: Counter[str] = field(default_factory=Counter)

    def answer(self, request: Request) -> Answer:
        for uuid, (when, row) in list(self.away.items()):
            if self.clock.now() >= when:
                del self.away[uuid]
                self.tickets[uuid] = row
        uuid = request.path.rpartition("/")[2]
        if request.method == "DELETE" and uuid in self.tickets and self.returned[uuid] < self.often:
            self.returned[uuid] += 1
            self.away[uuid] = (self.clock.now() + self.pause, self.tickets[uuid])
        return super().answer(request)


def swept_during_and_after(store: Returning, ledger: Ledger) -> CleanupResult:
    """Delete what there is as during a run, forget it, and sweep at its end ten seconds later."""
    swept_next_to_tests(store, ledger, Chosen(*store.tickets))
    assert not store.tickets
    ledger.drop_gone()
    assert not ledger.book.pending()
    store.clock.sleep(10.0)
    return swept(store, ledger)


def test_a_deleted_ticket_that_is_shown_again_at_the_end_is_deleted_again(names: list[str], clock: ManualClock):
    store = Returning.of(names, clock)
    assert swept_during_and_after(store, accepted(names)).clean
    assert not store.tickets
    assert not store.away


def test_what_comes_back_whenever_it_is_deleted_is_left(names: list[str], clock: ManualClock):
    store = Returning.of(names, clock)
    store.often = 100
    ledger = accepted(names)
    result = swept_during_and_after(store, ledger)
    assert result.left == sorted(f"u{number}" for number in range(8))
    assert len(ledger.book.pending()) == 8
    assert max(store.returned.values()) <= 4


def test_at_a_clean_end_the_target_is_asked_once_and_others_tickets_are_not_read(clock: ManualClock):
    names = ["zt-0000000000000001", "zt-0000000000000002"]
    store, ledger = Returning.of(names, clock), accepted(names)
    store.often = 0
    swept_next_to_tests(store, ledger, Chosen("u0", "u1"))
    ledger.drop_gone()
    store.tickets["f1"] = {"uuid": "f1", "name": "of others", "createDate": DATE, "status": "Pending"}
    before = len(store.requests)
    assert swept(store, ledger).clean
    assert all("fields=uuid,name,createDate" in one.path for one in store.requests[before:])
    assert store.tickets.keys() == {"f1"}


def test_where_the_end_cannot_look_again_what_was_seen_to_be_gone_is_gone(names: list[str], clock: ManualClock):
    store, ledger = Returning.of(names, clock), accepted(names)
    store.often = 0
    swept_next_to_tests(store, ledger, Chosen(*store.tickets))
    ledger.drop_gone()
    store.interferes = lambda _request: RESET
    assert swept(store, ledger).clean


def test_while_tests_run_a_fresh_ticket_that_is_not_shown_yet_is_not_given_up(names: list[str]):
    clock = ManualClock(NOW + 1)
    store, ledger = TicketStore.of(names, clock), accepted(names)
    late = store.tickets.pop("u3")
    swept_next_to_tests(store, ledger, Chosen())
    store.tickets["u3"] = late
    assert not ledger.drop_gone()
    clock.sleep(60)
    del store.tickets["u3"]
    swept_next_to_tests(store, ledger, Chosen(held=frozenset({"u3"})))
    assert not ledger.drop_gone()
    swept_next_to_tests(store, ledger, Chosen())
    assert [entry.ticket for entry in ledger.drop_gone()] == ["u3"]
    assert swept(store, ledger).clean
    assert not store.tickets


def test_a_create_that_a_test_still_waits_for_is_not_given_up_however_short_jobs_are(names: list[str]):
    store, ledger = TicketStore.of([], ManualClock(NOW + 600)), Ledger(names[:1])
    swept_next_to_tests(store, ledger, Chosen(held=frozenset({ledger.book.pending()[0].ticket})))
    assert not ledger.drop_gone()
    swept_next_to_tests(store, ledger, Chosen())
    assert len(ledger.drop_gone()) == 1


EXPIRED = Response(status=404, body=b"the job has been expired")


def test_creates_that_may_still_come_are_waited_for_with_fewer_and_fewer_requests(names: list[str]):
    """A real node loses the job of a name that it cannot store; its ticket could come as long as a job may take."""
    clock = ManualClock(NOW + 1)
    store = TicketStore.of([], clock, interferes=lambda one: EXPIRED if "/api-jobs/" in one.path else None)
    told: list[tuple[int, int, int, float]] = []

    def progress(deleted: int, there: int, *, unended: int = 0, seconds: float = 0.0) -> None:
        told.append((deleted, there, unended, seconds))

    assert swept(store, Ledger(names[:1]), progress=progress).clean
    assert clock.now() >= NOW + 60
    assert sum("/api-jobs/" in one.path for one in store.requests) < 25
    waits = [one for one in told if one[2]]
    assert waits[0] == (0, 0, 1, 59.0)
    assert [one[3] for one in waits] == sorted((one[3] for one in waits), reverse=True)


def come_late(store: TicketStore, job: Response) -> None:
    """Take the tickets of a store away for most of a minute, and answer polls with what is given."""
    late, store.tickets = store.tickets, {}

    def interferes(one: Request) -> Answer | None:
        if store.clock.now() > NOW + 55 and late:
            store.tickets |= late
            late.clear()
        return job if "/api-jobs/" in one.path else None

    store.interferes = interferes


def test_a_ticket_that_comes_while_the_sweep_waits_is_deleted(names: list[str]):
    clock = ManualClock(NOW + 1)
    store = TicketStore.of(names[:1], clock)
    come_late(store, EXPIRED)
    assert swept(store, Ledger(names[:1])).deleted == ["u0"]
    assert not store.tickets


@pytest.mark.parametrize("denies", [True, False])
def test_a_create_whose_job_is_denied_takes_no_place_for_long_but_the_end_waits_for_it(names: list[str], denies: bool):
    clock = ManualClock(NOW + 1)
    store = TicketStore.of(names[:1], clock)
    come_late(store, EXPIRED if denies else Response(status=202, body=b"{}"))
    ledger = Ledger(names[:1])
    given_back = []
    for _ in range(3):
        clock.sleep(4)
        swept_next_to_tests(store, ledger, Chosen(asks=True), patience_denied=10.0)
        given_back.append(len(ledger.drop_gone()))
    assert given_back == ([0, 0, 1] if denies else [0, 0, 0])
    assert swept(store, ledger).deleted == ["u0"]
    assert clock.now() > NOW + 55
    assert not store.tickets


@pytest.mark.parametrize(("framing", "until"), [("cut-length", NOW + 10), ("slow-body", NOW + 60)])
def test_what_never_arrived_whole_is_not_waited_for_as_long_as_a_job_may_take(framing: Framing, until: float):
    """Servers may close such a connection without an answer; a ticket of it would be there as soon as of others."""
    clock, ledger = ManualClock(NOW + 1), Ledger([])
    store = TicketStore.of([], clock)
    body = b'{"params": {"name": "a zt-0000000000000001"}}'
    request = Request(method="POST", path="/v1/tickets", body=body, framing=framing)
    ledger.book.begin(intent_of(request, number=1, now=NOW))
    assert swept(store, ledger, patience_denied=10.0).clean
    assert until <= clock.now() < until + 10


@pytest.mark.parametrize("comes", [NOW + 4, NOW + 9])
def test_where_there_are_no_jobs_a_create_that_we_cut_is_waited_for_as_long_as_creates_take(comes: float):
    """One that comes even later is found nonetheless, as long as the end of the run still looks at anything."""
    clock, ledger = ManualClock(NOW + 1), Ledger(["a zt-00000000000000ff"] if comes > NOW + 5 else [])
    body = b'{"params": {"name": "a zt-0000000000000001"}}'
    request = Request(method="POST", path="/v1/tickets", body=body, cut="at-once")
    ledger.book.begin(intent_of(request, number=2, now=NOW))
    store = TicketStore.of(["a zt-0000000000000001"], clock)
    late, store.tickets = store.tickets, {}

    def interferes(one: Request) -> Answer | None:
        if clock.now() > comes and late:
            store.tickets |= late
            late.clear()
        return EXPIRED if "/api-jobs/" in one.path else None

    store.interferes = interferes
    assert swept(store, ledger, patience_lost=5.0).deleted == ["u0"]
    assert not store.tickets
    assert (clock.now() < NOW + 15) is (comes < NOW + 5)


def test_a_cut_create_that_leaves_nothing_is_not_waited_for_as_long_as_a_job_may_take():
    clock, ledger = ManualClock(NOW + 1), Ledger([])
    request = Request(
        method="POST", path="/v1/tickets", body=b'{"params": {"name": "a zt-0000000000000001"}}', cut="at-once"
    )
    ledger.book.begin(intent_of(request, number=1, now=NOW))
    assert swept(TicketStore.of([], clock), ledger, patience_lost=5.0).clean
    assert NOW + 5 <= clock.now() < NOW + 10

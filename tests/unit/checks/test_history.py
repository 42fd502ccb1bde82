"""Histories keep their rows, dates do not go back; zones, clocks and rounding are left open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Exchange, Json
from pytest_zstack_ticket.model.outcome import Judgement, Undecided, Violation
from tests.support.builders import answered, error, inventory, job, profile

UUID = "1" * 32


def at(minute: int, second: int = 0, hour: int = 1) -> str:
    return f"Nov 14, 2017 {hour}:{minute:02}:{second:02} PM"


def row(sequence: int, **more: Json) -> dict[str, Json]:
    told = {"uuid": f"{sequence:032}", "sequence": sequence, "ticketUuid": UUID, "createDate": at(sequence)}
    return {**told, "fromStatus": "Pending", "toStatus": "Cancelled", "comment": f"c{sequence}", **more}


def rows(*found: Json, path: str = "/v1/tickets/histories") -> tuple[Exchange, ...]:
    return (answered(200, {"inventories": list(found)}, method="GET", path=path),)


def bare(one: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in one.items() if key not in ("uuid", "sequence", "ticketUuid")}


def departs(judgement: Judgement) -> str:
    assert isinstance(judgement, Violation), judgement
    return judgement.expected.key


def kept(earlier: list[Json], later: list[Json]) -> Judgement:
    return evaluate("history-not-rewritten", {"earlier": rows(*earlier), "later": rows(*later)}, {}, profile())


def test_a_history_that_grows_holds():
    assert kept([row(1)], [row(1), row(2)]) is None
    assert kept([bare(row(1))], [bare(row(2)), bare(row(1))]) is None


def test_a_lost_row_departs_however_rows_are_told_apart():
    assert departs(kept([row(1), row(2)], [row(2)])) == "expect-row"
    assert departs(kept([bare(row(1)), bare(row(1))], [bare(row(1))])) == "expect-row"


@pytest.mark.parametrize(
    "change", [{"comment": None}, {"toStatus": "Rejected"}, {"ticketUuid": "9" * 32}, {"createDate": at(59)}]
)
def test_a_rewritten_row_departs(change):
    assert departs(kept([row(1)], [row(1, **change)])) in ("expect-row-kept", "expect-same-value")


def dates(*readings: tuple[str, str]) -> Judgement:
    trails = {
        f"reading{place}": rows({"uuid": UUID, "createDate": created, "lastOpDate": changed})
        for place, (created, changed) in enumerate(readings)
    }
    return evaluate("dates-not-backwards", trails, {}, profile())


def test_dates_that_stay_or_grow_hold():
    assert dates((at(1), at(1)), (at(1), at(2)), (at(1, 1), at(2))) is None


def test_a_create_date_that_moves_departs():
    assert departs(dates((at(1), at(1)), (at(3), at(3, 30)))) == "expect-same-value"


def test_both_dates_in_another_zone_decide_nothing():
    assert isinstance(dates((at(1), at(2)), (at(1, hour=9), at(2, hour=9))), Undecided)
    assert departs(dates((at(1), at(2)), (at(1, hour=9), at(2)))) == "expect-same-value"


def test_a_last_date_that_goes_back_departs_but_not_by_a_summer_hour_or_a_few_seconds():
    assert departs(dates((at(1), at(9)), (at(1), at(5)))) == "expect-not-before"
    assert dates((at(1), at(9)), (at(1), at(8, 57))) is None
    assert dates((at(1), at(9, hour=3)), (at(1), at(10, hour=2))) is None


def test_rows_are_dated_in_the_order_of_their_sequence():
    def judged(*found: Json) -> Judgement:
        return evaluate("history-date-order", {"subject": rows(*found)}, {}, profile())

    assert judged(row(2), row(1)) is None
    assert departs(judged(row(2), row(1, createDate=at(9)))) == "expect-not-before"
    assert isinstance(judged(bare(row(1)), bare(row(2))), Undecided)


def test_a_history_shows_its_own_rows_alone():
    path = f"/v1/tickets/histories?q=ticketUuid%3D{UUID}"

    def judged(*found: Json, other: Json = (), none: Json = ()) -> Judgement:
        trails = {"subject": rows(*found, path=path), "other": rows(*other), "none": rows(*none)}
        return evaluate("own-history", trails, {}, profile())

    assert judged(row(1), other=[row(2)]) is None
    assert departs(judged(row(1, ticketUuid="9" * 32))) == "expect-own-history"
    assert departs(judged(row(1), other=[row(1)])) == "expect-own-history"
    assert departs(judged(row(1), none=[row(3)])) == "expect-own-history"


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [(at(1), at(1, 2), False), (at(1), at(1), True), (at(2), at(1), False)],  # backwards: ZT-LIFECYCLE-019
)
def test_an_event_moves_the_last_date_on(before: str, after: str, wrong: bool) -> None:
    roles = {"before": rows({"lastOpDate": before}), "after": rows({"lastOpDate": after})}
    done = {"subject": (answered(200, {}, method="PUT"),)}
    assert isinstance(evaluate("date-moves-on", roles | done, {}, profile()), Violation) is wrong
    refused = {"subject": (answered(503, error("SYS.1006"), method="PUT"),)}
    assert isinstance(evaluate("date-moves-on", roles | refused, {}, profile()), Undecided)
    assert isinstance(evaluate("date-moves-on", roles | done | {"after": rows({})}, {}, profile()), Undecided)


REFUSED = (answered(503, error("SYS.1006", details="operation denied"), method="PUT"),)


def test_a_refused_event_leaves_no_row():
    def judged(earlier: list[Json], later: list[Json], subject: tuple[Exchange, ...] = REFUSED) -> Judgement:
        trails = {"subject": subject, "earlier": rows(*earlier), "later": rows(*later)}
        return evaluate("refused-not-recorded", trails, {}, profile())

    stuck = row(2, fromStatus="Cancelled", toStatus="Cancelled")
    assert judged([row(1)], [row(1)]) is None
    assert departs(judged([row(1)], [row(1), stuck])) == "expect-no-row"
    assert judged([row(1), row(2)], [row(1)]) is None
    assert isinstance(judged([], [stuck]), Undecided)
    assert isinstance(judged([row(1)], [row(1), stuck], (answered(200, {}, method="PUT"),)), Undecided)


@pytest.mark.parametrize(
    ("condition", "shown", "wrong"),
    [
        ("sequence>99", [103, 102, 101], False),
        ("sequence>99", [], True),
        ("sequence<1000", [103, 102, 101], False),
        ("sequence<1000", [101], True),
        ("sequence>101", [103, 102], False),
        ("sequence>99", [101, 102, 103], True),
    ],
)
def test_a_sequence_is_a_number(condition: str, shown: list[int], wrong: bool):
    path = f"/v1/tickets/histories?q=ticketUuid%3D{UUID}&q={condition}&sort=-sequence"
    trails = {"subject": rows(*map(row, shown), path=path), "history": rows(row(101), row(102), row(103))}
    found = evaluate("sequence-as-number", trails, {}, profile())
    assert isinstance(found, Violation) if wrong else found is None


def test_a_sequence_that_is_not_shown_or_not_offered_decides_nothing():
    path = f"/v1/tickets/histories?q=ticketUuid%3D{UUID}&q=sequence>0"
    trails = {"subject": rows(path=path), "history": rows(bare(row(1)))}
    assert isinstance(evaluate("sequence-as-number", trails, {}, profile()), Undecided)
    refusal = {"subject": (answered(503, error("SYS.1000"), method="GET", path=path),)}
    assert isinstance(evaluate("sequence-as-number", trails | refusal, {}, profile()), Undecided)


@pytest.mark.parametrize(("numbers", "wrong"), [((101, 100, 99), False), ((99, 101, 100), True), ((), False)])
def test_rows_of_all_tickets_are_sorted_by_their_number(numbers: tuple[int, ...], wrong: bool):
    shown = [row(number) for number in numbers]
    found = evaluate(
        "sequence-as-number", {"subject": rows(*shown, path="/v1/tickets/histories?sort=-sequence")}, {}, profile()
    )
    assert isinstance(found, Violation) is wrong


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ("Dec 1, 2026 3:01:30 AM", type(None)),
        ("Dec 1, 2026 3:01:40 AM", type(None)),
        ("Dec 1, 2026 3:00:30 AM", Violation),
        ("Dec 1, 2026 3:00:00 AM", Violation),
        ("Dec 1, 2026 3:02:30 AM", Violation),
        ("Dec 1, 2026 4:01:30 AM", Undecided),
        (None, Undecided),
    ],
)
def test_dates_of_creation_are_as_far_apart_as_the_creates(shown: str | None, found: type):
    def made(started: float) -> tuple[Exchange, ...]:
        return tuple(replace(one, started=started) for one in job(end=inventory()))

    roles = {"first": made(100.0), "subject": made(190.0)}
    roles |= {"first-shown": rows({"createDate": "Dec 1, 2026 3:00:00 AM"}), "shown": rows({"createDate": shown})}
    assert isinstance(evaluate("dates-apart", roles, {}, profile()), found)

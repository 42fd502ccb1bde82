"""Conditions on dates are judged alike on each healthy target, whatever its zone and the fractions that it keeps."""

from datetime import datetime, timedelta
from operator import ge, gt, le, lt

import pytest

from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.unit.checks.test_queries import OWN, asked, judged, reason, row

COMPARED = {">": gt, ">=": ge, "<": lt, "<=": le}
FIRST = datetime(2026, 11, 29, 13, 7, 1)  # noqa: DTZ001 - a wall clock without a zone is what conditions have
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
OPPOSITES = {">=": "<", ">": "<=", "<": ">=", "<=": ">"}
PROOFS = {">=": (">", -MINUTE), "<=": ("<", MINUTE), ">": ("<", 0 * MINUTE), "<": (">", 0 * MINUTE)}
HONEST = [
    {},
    {"fraction": 0.4},
    {"fraction": 0.999, "pause": 1},
    *({"shift": minutes, "fraction": 0.5 * (minutes % 2)} for minutes in (-840, -480, -13, -7, 60, 345, 653, 660)),
    {"unread": True},
    {"ignoring": True},
]
"""Zones in which conditions are read, in minutes, and targets that cannot read this form of a date: each is healthy."""


def day(moment):
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


class Server:
    """Five tickets, and how a target compares their dates with those of conditions."""

    def __init__(self, *, shift=0, fraction=0.0, pause=0, unread=False, ignoring=False, signs=(), by=None):
        self.shift, self.fraction, self.signs, self.by = shift, fraction, dict(signs), by or (lambda moment: moment)
        self.moments = [FIRST + place * pause * SECOND for place in range(5)]
        self.answer = False if unread else True if ignoring else None

    def ask(self, *conditions):
        shown = [
            one for one in zip("abcde", self.moments, strict=True) if all(self.meets(one[1], *c) for c in conditions)
        ]
        told = [f"createDate{sign}{moment}" for sign, moment in conditions]
        rows = [row(letter, createDate=f"{moment:%b %d, %Y %I:%M:%S %p}") for letter, moment in shown]
        return asked({"inventories": rows}, OWN, *told)

    def meets(self, shown, sign, wanted):
        held = shown + timedelta(minutes=self.shift, seconds=self.fraction)
        return (
            self.answer
            if self.answer is not None
            else COMPARED[self.signs.get(sign, sign)](self.by(held), self.by(wanted))
        )

    def at_the_edge(self, sign):
        proof, apart = PROOFS[sign]
        roles = {"opposite": self.ask((OPPOSITES[sign], FIRST)), "proof": self.ask((proof, FIRST + apart))}
        beside = {"before": self.ask(), "after": self.ask()}
        return judged("date-edge", self.ask((sign, FIRST)), **roles, **beside)

    def within_the_day(self, sign):
        subject = self.ask((sign, FIRST - MINUTE if sign == ">" else FIRST + MINUTE))
        start = day(FIRST)
        first, second = (
            (start, start - SECOND) if sign == ">" else (start + timedelta(days=1) - SECOND, start + timedelta(days=1))
        )
        roles = {"same-day": self.ask((sign, first)), "other-day": self.ask((sign, second))}
        return judged("time-of-day", subject, **roles, before=self.ask(), after=self.ask())


@pytest.mark.parametrize("how", HONEST, ids=str)
@pytest.mark.parametrize("sign", COMPARED)
def test_a_healthy_target_is_right_at_the_date_that_it_shows(how, sign):
    assert not isinstance(Server(**how).at_the_edge(sign), Violation)


@pytest.mark.parametrize("how", HONEST, ids=str)
@pytest.mark.parametrize("sign", "<>")
def test_a_healthy_target_is_right_within_a_day(how, sign):
    assert not isinstance(Server(**how).within_the_day(sign), Violation)


def test_every_zone_is_healthy():
    for minutes in range(-14 * 60, 14 * 60 + 1, 15):
        for fraction in (0.0, 0.5):
            server = Server(shift=minutes, fraction=fraction)
            found = [server.at_the_edge(sign) for sign in COMPARED] + [server.within_the_day(sign) for sign in "<>"]
            assert not [one for one in found if isinstance(one, Violation)]


@pytest.mark.parametrize(("sign", "other"), [(">=", ">"), ("<=", "<"), (">", ">="), ("<", "<=")])
def test_an_operator_that_is_wrong_at_the_date_itself_departs(sign, other):
    server = Server(signs={sign: other})
    assert isinstance(server.at_the_edge(sign), Violation)
    beside = [one for one in COMPARED if one != sign]
    assert not [one for one in beside if isinstance(server.at_the_edge(one), Violation)]


@pytest.mark.parametrize("sign", "<>")
def test_dates_that_are_compared_by_their_days_depart(sign):
    assert isinstance(Server(by=day).within_the_day(sign), Violation)
    assert Server().within_the_day(sign) is None


def test_a_ticket_of_a_quarter_of_an_hour_says_nothing_of_its_day(monkeypatch):
    monkeypatch.setattr(f"{__name__}.FIRST", FIRST.replace(minute=15, second=0))
    assert isinstance(Server(by=day).within_the_day(">"), Undecided)


def test_a_date_that_is_not_shown_or_not_taken_is_left_open():
    server, refused = (
        Server(),
        asked({"error": {"code": "SYS.1000", "description": "d", "details": "x"}}, OWN, status=503),
    )
    assert reason(judged("date-edge", server.ask(), opposite=server.ask(), proof=server.ask())) == "not-shown"
    assert reason(judged("time-of-day", server.ask())) == "not-shown"
    assert reason(judged("date-edge", refused, opposite=server.ask(), proof=server.ask())) == "legal-refusal"
    assert reason(judged("time-of-day", refused)) == "legal-refusal"
    changed = judged("time-of-day", server.ask((">", FIRST - MINUTE)), before=server.ask(), after=())
    assert reason(changed) == "controls-changed"

"""The examiner: it judges by name, keeps every example, and asks again before it blames silence."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat

import pytest

from pytest_zstack_ticket.client.call_result import CallResult, Content
from pytest_zstack_ticket.model.exchange import Exchange, Headers
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.verdict import Example, Observation
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.runner.examiner import Examiner, ReportedViolation
from pytest_zstack_ticket.runner.silence import MOST_SILENT
from tests.support.builders import answered, error, failed, profile

ACCEPTED = answered(200, {})
REFUSED = answered(503, error())
EDIT = Edit(kind="mutation", name="null", path="params.name", fields=("name",))


def trail(
    *exchanges: Exchange, again: CallResult | None = None, elsewhere: tuple[CallResult, CallResult] | None = None
) -> CallResult:
    """`elsewhere` is what its content leads to where it is not read, and what harmless content does."""
    return CallResult(
        exchanges=exchanges,
        profile=profile(),
        again=(lambda: again) if again else None,
        elsewhere=(lambda content: elsewhere[content == "harmless"]) if elsewhere else None,
    )


class Kept:
    """Keeps what an examiner keeps, and sends siblings as told."""

    def __init__(self, *siblings: CallResult) -> None:
        self.examples: list[Example] = []
        self.observations: list[Observation] = []
        self.pages: list[int] = []
        self.siblings: Iterator[CallResult] = iter(siblings)
        self.examine = Examiner(
            profile=profile,
            keep=self.examples.append,
            observe=self.observations.append,
            words=lambda phrase: translations().render(phrase, "en"),
            sibling=lambda: next(self.siblings),
            count_page=self.pages.append,
        )
        self.record = self.examine.begin("ACME-TICKET-002", "test_refused::test_it")


def test_an_example_that_holds_is_kept_and_returns_nothing():
    kept = Kept()
    assert kept.examine("refusal", edit=EDIT, subject=trail(REFUSED), sibling=trail(ACCEPTED)) is None
    (example,) = kept.examples
    assert example.judgement is None
    assert example.partition == "params.name/null"
    assert example.roles == {"subject": (REFUSED.id,), "sibling": (ACCEPTED.id,)}
    assert kept.record.tally.held == 1


def test_a_departure_is_returned_with_its_text():
    kept = Kept()
    violation = kept.examine("refusal", edit=EDIT, subject=trail(ACCEPTED), sibling=trail(ACCEPTED))
    assert isinstance(violation, ReportedViolation)
    assert str(violation) == "ACME-TICKET-002: expected refused; actual: accepted; the response was {}"
    assert kept.record.failing.example == kept.examples[0]
    assert kept.record.tally.failed == 1


def test_the_last_departure_is_the_finding():
    kept = Kept()
    for number in (1, 2):
        kept.examine("refusal", partition=f"p{number}", subject=trail(ACCEPTED), sibling=trail(ACCEPTED))
    assert kept.record.failing is not None
    assert kept.record.failing.example.partition == "p2"
    assert kept.record.tally.partitions == {"p1", "p2"}


def test_bare_exchanges_may_play_a_role():
    kept = Kept()
    kept.examine("refusal", subject=(REFUSED,), sibling=(ACCEPTED,))
    assert kept.record.tally.held == 1


def test_a_body_that_kills_its_connection_departs():
    silent = failed()
    kept = Kept(*repeat(trail(ACCEPTED), 5))
    subject = trail(silent, again=trail(failed()))
    violation = kept.examine("refusal", edit=EDIT, subject=subject, sibling=trail(ACCEPTED))
    assert violation is not None
    assert violation.example.check == "answered"
    assert set(violation.example.roles) == {"subject", "after"} | {
        f"{role}{number}" for role in ("before", "repeat") for number in (1, 2, 3, 4)
    }


NO_METHOD = answered(405, b"", method="PUT")


@pytest.mark.parametrize("silent", [failed(), failed("timeout"), answered(502, b"<html>", method="PUT")])
def test_content_that_is_not_answered_where_the_api_does_not_read_it_is_no_departure(silent):
    kept = Kept()
    subject = trail(failed(), again=trail(failed()), elsewhere=(trail(silent), trail(NO_METHOD)))
    assert kept.examine("refusal", edit=EDIT, subject=subject, sibling=trail(ACCEPTED)) is None
    (example,) = kept.examples
    assert set(example.roles) == {"subject", "elsewhere1", "harmless", "elsewhere2"}
    assert example.judgement.reason.key == "front-end-closes"


@pytest.mark.parametrize(
    "elsewhere", [(trail(NO_METHOD), trail(NO_METHOD)), (trail(failed()), trail(failed()))], ids=["read", "all closed"]
)
def test_content_that_only_the_api_dies_of_departs(elsewhere):
    kept = Kept(*repeat(trail(ACCEPTED), 5))
    subject = trail(failed(), again=trail(failed()), elsewhere=elsewhere)
    violation = kept.examine("refusal", edit=EDIT, subject=subject, sibling=trail(ACCEPTED))
    assert violation is not None
    assert violation.example.check == "answered"


@pytest.mark.parametrize(("suspicious", "departs"), [(failed(), False), (NO_METHOD, True)], ids=["filter", "none"])
def test_a_connection_that_is_lost_where_a_filter_closes_others_is_no_departure(suspicious: Exchange, departs: bool):
    kept, asked = Kept(*repeat(trail(ACCEPTED), 10)), []

    def elsewhere(content: Content) -> CallResult:
        asked.append(content)
        return trail(suspicious if content == "suspicious" else NO_METHOD)

    for _ in range(2):
        subject = replace(trail(failed(), again=trail(failed())), elsewhere=elsewhere)
        violation = kept.examine("refusal", edit=EDIT, subject=subject, sibling=trail(ACCEPTED))
        assert (violation is not None) == departs
    if not departs:
        assert {example.judgement.reason.key for example in kept.examples} == {"front-end-filters"}
        assert asked == ["same", "suspicious", "harmless", "suspicious", "same"]


@pytest.mark.parametrize("cookie", [(), (("set-cookie", "JSESSIONID=1"),)], ids=["front end", "API"])
def test_json_without_the_mark_of_the_api_is_put_beside_one_answer_of_it(cookie: Headers):
    headers = (("content-type", "application/json"), *cookie)
    kept = Kept(trail(answered(200, {}, headers=(("set-cookie", "JSESSIONID=2"),))))
    for _ in range(2):
        subject = trail(answered(500, {"statusCode": 500, "message": "no"}, headers=headers))
        violation = kept.examine("sameness", edit=EDIT, subject=subject, sibling=trail(ACCEPTED))
        assert (violation is None) == (not cookie)
    assert kept.pages == ([] if cookie else [500, 500])


def test_a_departure_in_the_words_of_a_filter_is_none():
    blocked = answered(403, b"blocked", headers=(("content-type", "text/plain"),))
    kept = Kept()
    subject = trail(blocked, elsewhere=(trail(blocked), trail(NO_METHOD)))
    assert kept.examine("sameness", edit=EDIT, subject=subject, sibling=trail(ACCEPTED)) is None
    (example,) = kept.examples
    assert example.judgement.reason.key == "front-end"
    assert kept.pages == [403]


@pytest.mark.parametrize("refusal", [REFUSED, answered(403, b"no", headers=(("content-type", "text/plain"),))])
def test_a_departure_that_only_the_api_says_stays_one(refusal):
    kept = Kept()
    subject = trail(refusal, elsewhere=(trail(NO_METHOD), trail(NO_METHOD)))
    violation = kept.examine("sameness", edit=EDIT, subject=subject, sibling=trail(ACCEPTED))
    assert violation is not None
    assert violation.example.check == "sameness"


def test_silence_is_asked_about_once_for_all_requirements():
    kept = Kept(*repeat(trail(ACCEPTED), 5))
    subject = trail(failed(), again=trail(failed()))
    for _ in range(3):
        assert kept.examine("refusal", subject=subject, sibling=trail(ACCEPTED)) is not None
    assert next(kept.siblings, None) is None


def test_silence_that_does_not_repeat_is_undecided():
    kept = Kept(trail(ACCEPTED), trail(ACCEPTED))
    subject = trail(failed(), again=trail(REFUSED))
    assert kept.examine("refusal", subject=subject, sibling=trail(ACCEPTED)) is None
    assert kept.record.tally.undecided == 1


def test_a_silent_target_is_undecided_and_soon_left_alone():
    siblings = list(repeat(trail(failed()), 10))
    kept = Kept(*siblings)
    for _ in range(6):
        kept.examine("refusal", subject=trail(failed(), again=trail(failed())), sibling=trail(ACCEPTED))
    assert kept.record.tally.undecided == 6
    assert len(list(kept.siblings)) == len(siblings) - MOST_SILENT


def test_observations_are_kept_with_their_exchanges():
    kept = Kept()
    kept.examine.observe("answer.form", "inventory", trail(ACCEPTED))
    kept.examine.observe("answer.other", None)
    assert kept.observations == kept.record.observations
    assert kept.observations[0] == Observation(id="answer.form", value="inventory", exchanges=(ACCEPTED.id,))


def test_outside_a_marked_test_there_is_nothing_to_judge_for():
    kept = Kept()
    kept.examine.end()
    with pytest.raises(RuntimeError, match="mark the test"):
        kept.examine("refusal", subject=trail(ACCEPTED))
    kept.examine.observe("answer.form", 1)
    assert len(kept.observations) == 1


def test_an_unknown_check_is_an_error():
    with pytest.raises(KeyError):
        Kept().examine("no-such-check", subject=trail(ACCEPTED))


def test_a_departure_is_repeated_to_say_how_often_it_departs():
    kept = Kept()
    subject = trail(ACCEPTED, again=trail(ACCEPTED))
    assert kept.examine("refusal", subject=subject, sibling=trail(ACCEPTED)) is not None
    kept.examine.confirm(kept.record)
    assert (kept.record.seen, kept.record.tried) == (4, 4)


def test_a_repetition_that_is_decided_otherwise_does_not_count():
    kept = Kept()
    subject = trail(ACCEPTED, again=trail(REFUSED))
    assert kept.examine("refusal", subject=subject, sibling=trail(ACCEPTED)) is not None
    kept.examine.confirm(kept.record)
    assert (kept.record.seen, kept.record.tried) == (1, 1)

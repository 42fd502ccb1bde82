"""The first example that held witnesses for its requirement."""

from pytest_zstack_ticket.model.outcome import Phrase, Undecided
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.report.exports.passing_examples import passing_exchanges, passing_messages
from tests.support.reports import ASKED, LOST


def an_example(requirement: str, *ids: str, held: bool = True):
    judgement = None if held else Undecided(Phrase.of("no-sibling"))
    roles = {"sibling": ("m-000009",), "subject": ids}
    return Example(requirement=requirement, test="t", check="c", arguments={}, roles=roles, judgement=judgement)


def test_the_subject_of_the_first_example_that_held_is_chosen():
    document = [an_example("A", "m-1", held=False), an_example("A", "m-2", "m-3"), an_example("A", "m-4")]
    assert passing_exchanges(document) == {"A": ("m-2", "m-3")}


def test_a_witness_is_the_request_with_its_last_answer():
    document = passing_messages({"A": ("m-000001", "m-000002"), "B": ("m-000099",)}, [ASKED, LOST])
    assert list(document) == ["A"]
    (message,) = document["A"]
    assert message["request"]["method"] == "POST"
    assert message["failure"]["kind"] == "timeout"

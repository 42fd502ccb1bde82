"""Which examples can be sent again in another run."""

from dataclasses import replace

import pytest

from pytest_zstack_ticket.model.outcome import Phrase, Undecided, Violation
from pytest_zstack_ticket.model.saved_example import SavedCall
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.verdicts.saved_examples import is_harmless, observed, saved_example_of
from tests.support.builders import answered, error

OURS = "OAuth 0123456789abcdef0123456789abcdef"
MINE = (("Content-Type", "application/json"), ("Authorization", OURS))
BODY = b'{"params":{"name":"a zt-0123456789abcdef"}}'


def example(judgement=None, **arguments):
    return Example(requirement="A-1", test="t", check="form", arguments=arguments, roles={}, judgement=judgement)


def pinned(one=None, *, created=("subject", "sibling"), **trails):
    seen = {role: (exchange,) for role, exchange in trails.items()}
    return saved_example_of(one or example(), seen, ours={OURS, ""}, created=created)


def sent(body=BODY, headers=MINE, **more):
    return answered(400, error(), sent=body, request_headers=headers, **more)


def test_session_and_nonce_are_taken_out():
    call = pinned(subject=sent()).calls[0]
    assert call.headers == (("Content-Type", "application/json"),)
    assert call.session
    assert call.body == b'{"params":{"name":"a zt-0000000000000000"}}'


def test_a_request_without_session_is_told_from_one_with_it():
    assert not pinned(subject=sent(headers=())).calls[0].session


def test_the_answer_is_observed():
    seen = pinned(subject=sent()).observed
    assert (seen.status, seen.code) == (400, "SYS.1007")
    assert seen.fields == ("error", "error.code", "error.description")


def test_a_departing_one_has_the_signature_of_its_finding():
    violation = Violation(expected=Phrase.of("a"), actual=Phrase.of("b"))
    assert len(pinned(example(violation), subject=sent()).signature) == 16
    assert pinned(subject=sent()).signature == ""


@pytest.mark.parametrize(
    "trails",
    [
        {"subject": sent(), "shown": sent()},
        {"sibling": sent()},
        {"subject": sent(body=b"x" * 20_001)},
        {"subject": sent(body=b'{"params":{"resourceUuid": "0"}}')},
        {"subject": sent(headers=(("X-Job-UUID", "0"),))},
        {"subject": sent(headers=(("Authorization", "OAuth another"),))},
    ],
    ids=["a flow", "no subject", "too large", "a ticket's own uuid", "a job's own id", "another session"],
)
def test_what_belongs_to_one_run_is_not_pinned(trails):
    assert pinned(**trails) is None


def test_undecided_examples_and_those_of_other_calls_are_not_pinned():
    assert pinned(example(Undecided(Phrase.of("a"))), subject=sent()) is None
    assert pinned(subject=sent(), created=()) is None
    assert pinned(example(name="zt-0123456789abcdef"), subject=sent()) is None


@pytest.mark.parametrize("name", ["framing-padded-values", "kept-open-head"])
def test_bytes_that_no_client_writes_are_not_sent_again_as_another_request(name: str) -> None:
    one = replace(example(), edit=Edit(kind="breakage", name=name))
    assert pinned(one, subject=sent()) is None
    assert pinned(replace(one, edit=Edit(kind="breakage", name="header")), subject=sent()) is not None


def test_an_empty_list_of_causes_is_no_member() -> None:
    """The same error has it or not, depending on where the target read it from."""
    with_causes, without = ({"error": {"code": "SYS.1", "causes": []}}, {"error": {"code": "SYS.1"}})
    assert observed((answered(503, with_causes),)).fields == observed((answered(503, without),)).fields
    caused = {"error": {"code": "SYS.1", "causes": [{}]}}
    assert "error.causes" in observed((answered(503, caused),)).fields


@pytest.mark.parametrize(
    ("method", "path", "harmless"),
    [
        ("POST", "/v1/tickets", True),
        ("POST", "/v1/tickets?conformance=1&callback=conformance", True),
        ("PUT", "/v1/tickets", True),
        ("GET", f"/v1/tickets/{'0' * 32}", True),
        ("DELETE", f"/v1/api-jobs/{'0' * 32}", True),
        ("DELETE", f"/v1/tickets/{'0' * 32}", False),
        ("PUT", f"/v1/tickets/{'0' * 32}/actions", False),
        ("POST", "/v1/vm-instances", False),
        ("DELETE", f"/v1/tickets?/../vm-instances/{'0' * 32}", False),
    ],
)
def test_a_saved_call_changes_no_single_thing(method: str, path: str, harmless: bool) -> None:
    """A report may come from a stranger, whose baseline is replayed with the reader's session."""
    call = SavedCall(role="subject", method=method, path=path, headers=(), session=True, body=None)
    assert is_harmless(call) == harmless

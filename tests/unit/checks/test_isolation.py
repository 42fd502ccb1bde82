"""Host and target, project and project, and creates at the same time are kept apart."""

import random
import uuid

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.support.builders import LOCATION, answered, error, job, profile

DEPLOYED = profile()
OWN, OTHER = "zs-aaaaaaaaaaaa", "zs-bbbbbbbbbbbb"


def create(token, *, shown=None, location=LOCATION):
    params = {"name": f"n {token}", "description": f"d {token}"}
    return job(sent={"params": params}, end={"inventory": shown or params}, location=location)


def rows(*those):
    return (answered(200, {"inventories": list(those)}, method="GET", path="/v1/tickets?q=a"),)


def refused(details, sent=b""):
    return (answered(503, error(details=details), sent=sent),)


@pytest.mark.parametrize(
    "details",
    [
        "cannot read /usr/local/zstack/zstack.properties",
        "at TicketBase.java:299",
        "could not execute select t from TicketVO t",
        "could not execute insert into TicketVO (uuid, name) values (?, ?)",
    ],
)
def test_what_is_inside_is_told_from_what_was_sent(details):
    assert isinstance(evaluate("no-internals", {"subject": refused(details)}, {}, DEPLOYED), Violation)
    sent = {"subject": refused(details, sent=details.encode())}
    assert evaluate("no-internals", sent, {}, DEPLOYED) is None


def test_a_duplicate_entry_is_no_statement():
    subject = refused("Duplicate entry 'a' for key 'PRIMARY'")
    assert evaluate("no-internals", {"subject": subject}, {}, DEPLOYED) is None


def test_an_error_may_say_where_it_arose():
    told = error("SYS.1006", details="operation denied")
    told["error"]["location"] = "SimpleFlowChain.java:321"
    assert evaluate("no-internals", {"subject": (answered(503, told),)}, {}, DEPLOYED) is None
    told["error"]["cause"] = {"code": "SYS.1000", "description": "x", "details": "at TicketBase.java:235"}
    assert isinstance(evaluate("no-internals", {"subject": (answered(503, told),)}, {}, DEPLOYED), Violation)


@pytest.mark.parametrize(
    ("ids", "departs"),
    [
        ([str(40 + number) for number in range(6)], True),
        ([f"{number:032x}" for number in range(10, 16)], True),
        ([f"{number * 0x9E3779B97F4A7C15:032x}"[::-1] for number in range(1, 7)], False),
        (["5bc422109317401b9c25f818c5432877"] * 6, False),
        ([f"{number:032x}" for number in range(16, 10, -1)], True),
        ([f"{0x9B << 112 | place * 0x1F3D5B79:032x}" for place in (1, 2, 4, 9, 10, 17)], True),
        ([f"5c1f0a9be47d{place * 7919 % 65536:04x}b8d2e6f3917a4c05" for place in range(9, 15)], True),
        ([uuid.UUID(int=random.Random(place).getrandbits(128)).hex for place in range(6)], False),
        ([str((1764441000000 + 137 * place) << 22 | 5 << 12) for place in (0, 3, 4, 11, 12, 20)], False),
        (
            [uuid.UUID(fields=(0x3F00_0000 + 10_000 * ms, 0x1D2, 0x11F0, 0x80, 0, 0x42)).hex for ms in range(0, 36, 7)],
            False,
        ),
    ],
    ids=["numbers", "hex", "scattered", "same", "down", "one-width", "four-digits", "drawn", "times", "uuids-of-times"],
)
def test_ids_that_can_be_guessed_from_each_other_are_seen(ids, departs):
    roles = {
        f"made{place}": create(OWN, location=f"http://h/zstack/v1/api-jobs/{one}") for place, one in enumerate(ids)
    }
    assert isinstance(evaluate("unpredictable-job-ids", roles, {}, DEPLOYED), Violation) == departs


def test_few_ids_say_nothing():
    assert isinstance(evaluate("unpredictable-job-ids", {"made0": create(OWN)}, {}, DEPLOYED), Undecided)


def mixed(answer, stored):
    trails = {"subject": create(OWN, shown=answer), "shown": rows(stored), "other0": create(OTHER)}
    return evaluate("no-mixed-content", trails, {}, DEPLOYED)


def test_what_another_one_sent_is_seen_in_answer_and_ticket():
    own, other = {"name": f"n {OWN}", "description": f"d {OWN}"}, {"name": f"n {OWN}", "description": f"d {OTHER}"}
    assert mixed(own, own) is None
    assert isinstance(mixed(other, own), Violation)
    assert isinstance(mixed(own, other), Violation)


def test_a_ticket_that_lost_a_text_says_nothing_of_mixing():
    assert isinstance(mixed({"name": "n"}, {"name": "n"}), Undecided)


def outside(subject, *, collection, sibling=None, inside=None):
    trails = {
        "subject": subject,
        "sibling": sibling or create(OWN),
        "inside": inside or create(OWN),
        "collection": rows(collection),
    }
    return evaluate("foreign-flow-collection", trails, {}, DEPLOYED)


def test_a_flow_collection_of_a_project_serves_nobody_else():
    own = {"projectUuid": "a" * 32, "isDefault": False}
    assert outside(refused("not belong the project"), collection=own) is None
    assert isinstance(outside(create(OWN), collection=own), Violation)
    assert isinstance(outside(refused("x"), collection=own, sibling=refused("y")), Undecided)
    assert isinstance(outside(refused("x"), collection=own, inside=refused("y")), Undecided)


@pytest.mark.parametrize("collection", [{}, {"projectUuid": "a" * 32, "isDefault": True}])
def test_a_flow_collection_of_the_platform_serves_everybody(collection):
    assert isinstance(outside(create(OWN), collection=collection), Undecided)

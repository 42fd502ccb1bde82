"""What is stored after a create: one ticket, as sent, the same wherever it is read."""

import json
import uuid
from functools import partial

import pytest

from pytest_zstack_ticket import Draft
from pytest_zstack_ticket.strategies import NONCE, drafts

ROUNDS = {"smoke": 1, "standard": 3, "certify": 5}
REPEATS = {"smoke": 12, "standard": 30, "certify": 120}
"""Creates in a row, enough for a target that fails after a number of them."""
FURTHER = 3
"""The same in a further round, with a varied draft."""
TOGETHER = 16
CANCEL = {"changeTicketStatus": {"statusEvent": "cancel"}}


def with_uuid(draft, wanted=None):
    """Return a draft with a resourceUuid."""
    body = json.loads(draft.body)
    body["params"]["resourceUuid"] = wanted or uuid.uuid4().hex
    return Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=draft.headers)


def with_mark(draft, profile):
    """Return a draft whose ticket can be found again: with a resourceUuid if neither its name nor its answer tells."""
    params = json.loads(draft.body)["params"]
    if "inventory" in profile.capabilities or "resourceUuid" in params or NONCE in params["name"]:
        return draft
    return with_uuid(draft)


def shown_by(result, endpoint):
    """Query for a created ticket by name, and by its uuid or another mark of it if that is known."""
    fetched, named = endpoint.find_by_uuid(result), endpoint.find_by_name(result)
    if fetched is None and named.rows == []:
        fetched = endpoint.find_by_mark(result)
    return {"named": named, **({"fetched": fetched} if fetched else {})}


def one_as_sent(result, shown, endpoint, examine):
    """Check that a create left one ticket, as sent, by the queries that show it."""
    if not endpoint.can_be_found(result):
        return
    if "fetched" in shown:
        violation = examine("as-sent", subject=result, shown=shown["fetched"])
        assert violation is None, violation
    violation = examine("stored-once", subject=result, **shown)
    assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-001")
def test_accepted_create_leaves_one_ticket(ticket_endpoint, zstack_cases, zstack_in_window, zstack_examine):
    """After an accepted create there is exactly one ticket with its name."""
    for _ in range(2):
        result = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        violation = zstack_examine("stored-once", subject=result, **shown_by(result, ticket_endpoint))
        assert violation is None, violation

    def look(pair):
        return shown_by(pair[1], ticket_endpoint) if ticket_endpoint.can_be_found(pair[1]) else None

    for (edit, result), shown in zstack_in_window(look, zstack_cases.results("variations")):
        if shown is not None:
            violation = zstack_examine("stored-once", edit=edit, subject=result, **shown)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-002")
def test_refused_create_leaves_no_ticket(ticket_endpoint, zstack_cases, zstack_in_window, zstack_examine):
    """A refused create leaves no ticket behind, be it the calibration itself."""
    known = ticket_endpoint.calibration
    if known.refused and ticket_endpoint.can_be_found(known):
        named = ticket_endpoint.find_by_name(known)
        violation = zstack_examine("stored-once", subject=known, named=named)
        assert violation is None, violation

    def look(row):
        result = zstack_cases.result_of(row)
        if not ticket_endpoint.can_be_found(result):
            # where the quota is small, what a refused create left may have been deleted before we look
            result = ticket_endpoint.create(row)
        return result, ticket_endpoint.find_by_name(result) if ticket_endpoint.can_be_found(result) else None

    for row, (result, named) in zstack_in_window(look, zstack_cases.rows("mutations")):
        if named is not None:
            violation = zstack_examine("stored-once", edit=row.edit, subject=result, named=named)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-003")
def test_ticket_is_stored_as_sent(ticket_endpoint, zstack_context, zstack_profile, zstack_explore, zstack_examine):
    """Every member of the stored ticket is as it was sent."""

    def holds(draft):
        result = ticket_endpoint.create(with_mark(draft, zstack_profile))
        if ticket_endpoint.is_kept(result):
            shown = ticket_endpoint.find_by_mark(result)
            violation = zstack_examine("as-sent", edit=draft.edit, subject=result, shown=shown)
            assert violation is None, violation

    for _ in range(2):
        holds(ticket_endpoint.calibration_draft)
    zstack_explore(drafts(zstack_context, zstack_profile.limits), holds)


@pytest.mark.requirement("ZT-STORE-003")
def test_texts_are_stored_as_sent(ticket_endpoint, zstack_cases, zstack_profile, zstack_in_window, zstack_examine):
    """Names and descriptions of maximum length, and any name that only a query can show, are stored as sent."""
    names = "params.name/limit-*" if "inventory" in zstack_profile.capabilities else "params.name/*"

    def create(draft):
        result = ticket_endpoint.create(with_mark(draft, zstack_profile))
        return result, ticket_endpoint.find_by_mark(result) if ticket_endpoint.is_kept(result) else None

    rows = zstack_cases.rows("variations", names, "params.description/limit-*")
    for draft, (result, shown) in zstack_in_window(create, rows):
        if shown is not None:
            violation = zstack_examine("as-sent", edit=draft.edit, subject=result, shown=shown)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-005")
@pytest.mark.zstack_rounds
def test_every_read_shows_the_same_ticket(ticket_endpoint, zstack_examine):
    """The response to the create, a query, GET by uuid and a later read all show the same ticket."""
    name = json.loads(ticket_endpoint.calibration_draft.body)["params"]["name"]
    for sent in (name, name, f"  {name}  "):  # what is trimmed before it is stored is answered so
        result = ticket_endpoint.create(ticket_endpoint.draft(name=sent))
        shown = ticket_endpoint.find_by_name(result)
        own = (getattr(result.outcome, "inventory", None) or {}).get("uuid")
        got = {"got": ticket_endpoint.call("GET", f"/v1/tickets/{own}")} if isinstance(own, str) else {}
        later = ticket_endpoint.find_by_name(result)
        violation = zstack_examine("same-everywhere", answered=result, subject=shown, later=later, **got)
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-006")
@pytest.mark.zstack_long
@pytest.mark.zstack_rounds(most=8)
def test_used_resource_uuid_leaves_the_first_ticket(ticket_endpoint, zstack_in_window, zstack_examine):
    """After a second create with a resourceUuid already in use, be it by a cancelled ticket, there is one, the first."""

    def create_twice(chosen):
        wanted, cancelled = chosen
        draft = with_uuid(ticket_endpoint.calibration_draft, wanted)
        first = ticket_endpoint.create(draft)
        if cancelled:
            ticket_endpoint.call("PUT", f"/v1/tickets/{wanted}/actions", body=CANCEL)
        second = ticket_endpoint.create(draft)
        shown = ticket_endpoint.query(f"uuid={wanted}", limit=3)
        return None if ticket_endpoint.was_deleted_for_quota(wanted) else (first, second, shown)

    for _, looked in zstack_in_window(create_twice, [(uuid.uuid4().hex, place % 2) for place in range(2)]):
        if looked is not None:
            roles = dict(zip(("first", "second", "shown"), looked, strict=True))
            violation = zstack_examine("first-ticket-stays", arguments={"ordered": True}, **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-018")
@pytest.mark.zstack_rounds
def test_resource_uuid_of_a_refused_create_stays_free(ticket_endpoint, zstack_examine):
    """The resourceUuid of a create that was refused, early or late, can be used afterwards."""
    first = json.loads(ticket_endpoint.calibration_draft.body)["params"]["requests"][0]
    of_no_api = {"requests": [{**first, "apiName": "org.zstack.conformance.APINoSuchThingMsg"}]}
    for changes in ({"without": ("requests",)}, {"flowCollectionUuid": uuid.uuid4().hex}, of_no_api):
        good = with_uuid(ticket_endpoint.calibration_draft)
        wanted = json.loads(good.body)["params"]["resourceUuid"]
        bad = ticket_endpoint.create(ticket_endpoint.draft(resourceUuid=wanted, **changes))
        result = ticket_endpoint.create(good)
        sibling = ticket_endpoint.create(with_uuid(ticket_endpoint.calibration_draft))
        if bad.refused:
            violation = zstack_examine("sameness", subject=result, sibling=sibling, bad=bad)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-021")
@pytest.mark.zstack_rounds
def test_validation_alone_makes_no_ticket(ticket_endpoint, zstack_examine):
    """A create that asks for validation alone is accepted or refused, and makes no ticket."""
    subject = ticket_endpoint.create(ticket_endpoint.draft(systemTags=["ephemeral::validationOnly"]))
    sibling = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    roles = {"named": ticket_endpoint.find_by_name(subject), "listed": ticket_endpoint.find_by_name(sibling)}
    if ticket_endpoint.can_be_found(sibling):
        violation = zstack_examine("validated-only", subject=subject, sibling=sibling, **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-008")
@pytest.mark.zstack_alone("races")
@pytest.mark.zstack_rounds(most=8)
def test_concurrent_creates_leave_one_ticket_each(
    ticket_endpoint, zstack_in_window, zstack_examine, zstack_profile, zstack_observe
):
    """Concurrent creates leave one ticket each, as sent. With one X-Job-UUID in common, how many are made is observed."""
    results = ticket_endpoint.create_together([ticket_endpoint.calibration_draft] * TOGETHER)
    for result, shown in zstack_in_window(partial(shown_by, endpoint=ticket_endpoint), results):
        one_as_sent(result, shown, ticket_endpoint, zstack_examine)
    if "query" in zstack_profile.capabilities:
        send = partial(ticket_endpoint.create, job_uuid=uuid.uuid4().hex)
        results = [again for _, again in zstack_in_window(send, [ticket_endpoint.calibration_draft] * 4)]
        shown = [getattr(ticket_endpoint.find_by_name(result).outcome, "result", None) or {} for result in results]
        zstack_observe("create.one-job-id-at-once", sum(len(one.get("inventories") or ()) for one in shown), results[0])


@pytest.mark.requirement("ZT-STORE-009")
@pytest.mark.zstack_alone("races")
@pytest.mark.zstack_early("smoke", "standard")
@pytest.mark.zstack_long
@pytest.mark.zstack_rounds(most=8)
def test_concurrent_creates_with_one_uuid_leave_one_ticket(ticket_endpoint, zstack_run, zstack_round, zstack_examine):
    """Of several concurrent creates with one resourceUuid, exactly one is accepted and stored."""
    # a real node takes 15 s to refuse a used uuid, so smoke has one round
    for _ in range(1 if zstack_round() else ROUNDS[zstack_run.options["effort"]]):
        wanted = uuid.uuid4().hex
        results = ticket_endpoint.create_together(
            [with_uuid(ticket_endpoint.calibration_draft, wanted) for _ in range(TOGETHER)]
        )
        roles = {f"together{place}": result for place, result in enumerate(results)}
        shown = ticket_endpoint.query(f"uuid={wanted}", limit=3)
        # a winner that was deleted for the quota left its uuid to a second one
        if not ticket_endpoint.was_deleted_for_quota(wanted):
            violation = zstack_examine("first-ticket-stays", **roles, shown=shown)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-010")
@pytest.mark.zstack_rounds
def test_repeated_creates_are_stored_the_same_way(
    ticket_endpoint, zstack_run, zstack_round, zstack_in_window, zstack_examine
):
    """The same draft is stored in the same way, however many were sent before."""
    first = ticket_endpoint.create(ticket_endpoint.calibration_draft)

    def create(_):
        result = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        return result, shown_by(result, ticket_endpoint)

    count = FURTHER if zstack_round() else REPEATS[zstack_run.options["effort"]]
    for _, (result, shown) in zstack_in_window(create, range(count)):
        violation = zstack_examine("same-decision-again", subject=result, sibling=first)
        assert violation is None, violation
        one_as_sent(result, shown, ticket_endpoint, zstack_examine)


@pytest.mark.requirement("ZT-STORE-011")
@pytest.mark.zstack_rounds
def test_response_keeps_its_form_during_the_run(
    ticket_endpoint, zstack_run, zstack_round, zstack_in_window, zstack_examine
):
    """The response to the same draft has the same form at the end of a run as at its start."""
    count = FURTHER if zstack_round() else REPEATS[zstack_run.options["effort"]]
    drafts = [ticket_endpoint.calibration_draft] * count
    for _, again in zstack_in_window(ticket_endpoint.create, drafts):
        violation = zstack_examine("same-response-form", subject=again, sibling=ticket_endpoint.calibration)
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-012")
@pytest.mark.zstack_rounds(most=8)
def test_ticket_stays_unchanged_after_other_creates(ticket_endpoint, zstack_cases, zstack_in_window, zstack_examine):
    """A ticket still exists, unchanged, after others were created and refused."""
    first = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    before = ticket_endpoint.find_by_name(first)
    others = [(row, ticket_endpoint.calibration_draft) for row in zstack_cases.rows("mutations")[::15]]
    for _ in zstack_in_window(lambda pair: [*map(ticket_endpoint.create, pair)], others):
        pass
    later = ticket_endpoint.find_by_name(first)
    if not ticket_endpoint.can_be_found(first):
        pytest.skip("the ticket was deleted to stay under a quota")
    violation = zstack_examine("stored-once", subject=first, named=later)
    assert violation is None, violation
    violation = zstack_examine("same-everywhere", before=before, subject=later)
    assert violation is None, violation

"""What is there after a create: one ticket, as it was sent, the same wherever it is shown."""

import json
import uuid

import pytest

from pytest_zstack_ticket import Draft
from pytest_zstack_ticket.strategies import drafts, edge_case_drafts

REPEATS = {"smoke": 12, "standard": 30, "certify": 120}
"""Creates in a row after which a target that breaks by count has had its chance."""
TOGETHER = 16


def with_uuid(draft, wanted=None):
    """Return a draft with a resourceUuid."""
    body = json.loads(draft.body)
    body["params"]["resourceUuid"] = wanted or uuid.uuid4().hex
    return Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=draft.headers)


def shown_by(trail, endpoint):
    """Return the queries that show a trail's ticket: by name, and by uuid where that is known."""
    fetched = endpoint.find_by_uuid(trail)
    return {"named": endpoint.find_by_name(trail), **({"fetched": fetched} if fetched else {})}


def one_as_sent(trail, endpoint, examine):
    """Judge that there is one ticket of a create, as it was sent."""
    shown = shown_by(trail, endpoint)
    if not endpoint.can_be_found(trail):
        return
    if "fetched" in shown:
        violation = examine("as-sent", subject=trail, shown=shown["fetched"])
        assert violation is None, violation
    violation = examine("stored-once", subject=trail, **shown)
    assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-001")
def test_an_accepted_create_leaves_one_ticket(ticket_endpoint, zstack_cases, zstack_examine):
    """After an accepted create there is exactly one ticket of its name."""
    for _ in range(2):
        trail = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        violation = zstack_examine("stored-once", subject=trail, **shown_by(trail, ticket_endpoint))
        assert violation is None, violation
    for edit, trail in zstack_cases.results("variations"):
        if ticket_endpoint.can_be_found(trail):
            violation = zstack_examine("stored-once", edit=edit, subject=trail, **shown_by(trail, ticket_endpoint))
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-002")
def test_a_refused_create_leaves_nothing(ticket_endpoint, zstack_cases, zstack_examine):
    """After a refused create there is no ticket of its name."""
    for row in zstack_cases.rows("mutations"):
        trail = zstack_cases.result_of(row)
        if not ticket_endpoint.can_be_found(trail):
            # where few tickets may be alive, what a refused create left may have been taken away before we look
            trail = ticket_endpoint.create(row)
        if ticket_endpoint.can_be_found(trail):
            violation = zstack_examine(
                "stored-once", edit=row.edit, subject=trail, named=ticket_endpoint.find_by_name(trail)
            )
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-003")
def test_a_ticket_is_kept_as_it_was_sent(
    ticket_endpoint, zstack_context, zstack_profile, zstack_explore, zstack_examine
):
    """The stored ticket holds every member as it was sent."""

    def holds(draft):
        trail = ticket_endpoint.create(draft)
        shown = ticket_endpoint.find_by_uuid(trail) or ticket_endpoint.find_by_name(trail)
        violation = zstack_examine("as-sent", edit=draft.edit, subject=trail, shown=shown)
        assert violation is None, violation

    for _ in range(2):
        holds(ticket_endpoint.calibration_draft)
    zstack_explore(drafts(zstack_context, zstack_profile.limits), holds)


@pytest.mark.requirement("ZT-STORE-003")
def test_texts_of_full_length_are_kept(ticket_endpoint, zstack_cases, zstack_examine):
    """The stored ticket holds a name and a description that are as long as they may be."""
    for draft in zstack_cases.rows("variations", "params.name/limit-*", "params.description/limit-*"):
        trail = ticket_endpoint.create(draft)
        shown = ticket_endpoint.find_by_uuid(trail) or ticket_endpoint.find_by_name(trail)
        violation = zstack_examine("as-sent", edit=draft.edit, subject=trail, shown=shown)
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-004")
def test_rare_data_is_kept_or_refused(ticket_endpoint, zstack_context, zstack_examine):
    """Rare data is stored as it was sent or refused, never mangled."""
    for draft in edge_case_drafts(zstack_context):
        trail = ticket_endpoint.create(draft)
        shown = ticket_endpoint.find_by_uuid(trail) or ticket_endpoint.find_by_name(trail)
        violation = zstack_examine("as-sent", edit=draft.edit, subject=trail, shown=shown)
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-005")
def test_a_ticket_is_the_same_wherever_it_is_shown(ticket_endpoint, zstack_examine):
    """The answer, a query, GET by uuid and a later reading show the same ticket."""
    for _ in range(3):
        trail = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        shown = ticket_endpoint.find_by_name(trail)
        inventory = getattr(trail.outcome, "inventory", None) or {}
        own = inventory.get("uuid")
        got = {"got": ticket_endpoint.call("GET", f"/v1/tickets/{own}")} if isinstance(own, str) else {}
        later = ticket_endpoint.find_by_name(trail)
        violation = zstack_examine("same-everywhere", answered=trail, subject=shown, later=later, **got)
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-006")
def test_a_used_uuid_leaves_the_first_ticket_alone(ticket_endpoint, zstack_examine):
    """A second create with a resourceUuid leaves one ticket, the first."""
    for _ in range(2):
        wanted = uuid.uuid4().hex
        first = ticket_endpoint.create(with_uuid(ticket_endpoint.calibration_draft, wanted))
        second = ticket_endpoint.create(with_uuid(ticket_endpoint.calibration_draft, wanted))
        shown = ticket_endpoint.query(f"uuid={wanted}", limit=3)
        if ticket_endpoint.was_deleted_for_quota(wanted):
            continue
        violation = zstack_examine("first-stays", first=first, second=second, shown=shown, arguments={"ordered": True})
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-018")
def test_a_refused_create_uses_no_uuid_up(ticket_endpoint, zstack_examine):
    """A resourceUuid of a create that was refused can be used."""
    for _ in range(2):
        good = with_uuid(ticket_endpoint.calibration_draft)
        body = json.loads(good.body)
        del body["params"]["requests"]
        bad = ticket_endpoint.create(Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=good.headers))
        trail = ticket_endpoint.create(good)
        sibling = ticket_endpoint.create(with_uuid(ticket_endpoint.calibration_draft))
        if bad.refused:
            violation = zstack_examine("sameness", subject=trail, sibling=sibling, bad=bad)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-007")
def test_a_used_job_uuid_leaves_no_second_ticket(ticket_endpoint, zstack_examine):
    """A second create with an X-Job-UUID leaves no ticket."""
    job = uuid.uuid4().hex
    first = ticket_endpoint.create(ticket_endpoint.calibration_draft, job_uuid=job)
    second = ticket_endpoint.create(ticket_endpoint.calibration_draft, job_uuid=job)
    violation = zstack_examine(
        "job-once",
        first=first,
        second=second,
        named=ticket_endpoint.find_by_name(first),
        **{"second-named": ticket_endpoint.find_by_name(second)},
    )
    assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-008")
def test_creates_at_the_same_time_leave_one_ticket_each(ticket_endpoint, zstack_examine):
    """Creates at the same time leave one ticket each, as it was sent."""
    for trail in ticket_endpoint.create_together([ticket_endpoint.calibration_draft] * TOGETHER):
        one_as_sent(trail, ticket_endpoint, zstack_examine)


@pytest.mark.requirement("ZT-STORE-009")
def test_of_creates_with_one_uuid_at_the_same_time_one_wins(ticket_endpoint, zstack_examine):
    """Of creates with one resourceUuid at the same time exactly one is accepted and stored."""
    for _ in range(3):
        wanted = uuid.uuid4().hex
        trails = ticket_endpoint.create_together(
            [with_uuid(ticket_endpoint.calibration_draft, wanted) for _ in range(TOGETHER)]
        )
        roles = {f"together{place}": trail for place, trail in enumerate(trails)}
        shown = ticket_endpoint.query(f"uuid={wanted}", limit=3)
        # a winner that made room for the others left its uuid to a second one
        if not ticket_endpoint.was_deleted_for_quota(wanted):
            violation = zstack_examine("first-stays", **roles, shown=shown)
            assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-010")
def test_creating_many_changes_nothing(ticket_endpoint, zstack_run, zstack_examine):
    """The same draft is stored in the same way however many were sent before."""
    first = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    for _ in range(REPEATS[zstack_run.wishes["effort"]]):
        trail = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        violation = zstack_examine("steadiness", subject=trail, sibling=first)
        assert violation is None, violation
        one_as_sent(trail, ticket_endpoint, zstack_examine)


@pytest.mark.requirement("ZT-STORE-011")
def test_an_answer_keeps_its_form(ticket_endpoint, zstack_run, zstack_examine):
    """The same draft is answered in the same form at the end of a run as at its start."""
    for _ in range(REPEATS[zstack_run.wishes["effort"]]):
        again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        violation = zstack_examine("same-form", subject=again, sibling=ticket_endpoint.calibration)
        assert violation is None, violation


@pytest.mark.requirement("ZT-STORE-012")
def test_a_ticket_stays(ticket_endpoint, zstack_cases, zstack_examine):
    """A ticket is still there, unchanged, after others were created and refused."""
    first = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    before = ticket_endpoint.find_by_name(first)
    for row in zstack_cases.rows("mutations")[::15]:
        ticket_endpoint.create(row)
        ticket_endpoint.create(ticket_endpoint.calibration_draft)
    later = ticket_endpoint.find_by_name(first)
    if not ticket_endpoint.can_be_found(first):
        pytest.skip("the ticket was taken away to stay under a cap")
    violation = zstack_examine("stored-once", subject=first, named=later)
    assert violation is None, violation
    violation = zstack_examine("same-everywhere", before=before, subject=later)
    assert violation is None, violation

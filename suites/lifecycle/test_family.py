"""Several tickets at once, and every call of the ticket API on them, in whatever order Hypothesis chooses."""

from itertools import chain

import pytest
from hypothesis import strategies as st

from pytest_zstack_ticket import Accepted, Edit

MOST_ALIVE = 5
CHOSEN = st.integers(0, 11)
SEQUENCES = {
    "cancel": ("cancel",),
    "reopen": ("reopen",),
    "update": ("update",),
    "twice": ("cancel", "reopen"),
    "renewed": ("cancel", "update", "reopen"),
    "long": ("cancel", "update", "update", "reopen", "cancel"),
}
"""Sequences of events on one ticket that change its status or requests."""
UNKNOWN = ("unknown", "open", "reject")
STEPS = (
    *("ask", "ask", "ask", "read_history", "read_history", "archives", "create", "create", "delete", "delete"),
    *SEQUENCES,
    *("twice", "renewed", "try_event", "send_event_to_deleted", "create_again"),
)
"""Steps, weighted by repetition; the first is what a shrunk program contains where any step would do."""
SHARE = {"smoke": 0.2, "standard": 0.2, "certify": 0.1}
RUNS = {"smoke": 3, "standard": 3, "certify": 6}
"""Runs of steps in a program: each has 10 at most, 5 on average, so that every one can be left out in shrinking."""
A_RUN = st.lists(st.tuples(st.sampled_from(STEPS), CHOSEN, st.integers(0, 5)), max_size=10)


def edit_of(step):
    """Name a step as an edit."""
    return Edit(kind="variation", name=f"{step}-among-several")


def answered(result):
    """Say in one word how a call ended."""
    return "accepted" if isinstance(result.outcome, Accepted) else "refused"


class Walk:
    """Keeps no copy of the tickets: what must exist follows from the listing before each step and from the step."""

    def __init__(self, new_group, examine, observe):
        self.group, self.examine, self.observe = new_group(), examine, observe
        self.listing = self.group.listing()
        self.read = {}

    def judge(self, check, step, **roles):
        """Judge one example, with all steps so far in its evidence."""
        arguments = {"taken": self.group.deleted_for_quota, **roles.pop("arguments", {})}
        violation = self.examine(check, edit=edit_of(step), **roles, **self.group.step_roles(), arguments=arguments)
        assert violation is None, violation

    def judge_step(self, event, subject, uuid=""):
        """Judge a step by the listings before and after it."""
        before, self.listing = self.listing, self.group.listing()
        arguments = {"event": event, "uuid": uuid}
        self.judge("group-step", event, subject=subject, before=before, after=self.listing, arguments=arguments)

    def one_of(self, members, chosen):
        """Choose a member that was not deleted for the quota, None if there is none."""
        there = [one for one in members if one.uuid not in self.group.deleted_for_quota]
        return there[chosen % len(there)] if there else None

    def begin(self, second):
        """Create one or two tickets at the start."""
        for place in range(1 + second):
            self.judge_step("create", self.group.create(description=f"member {place}").created)

    def step(self, name, chosen, form):
        """Take a step by its name."""
        if name in SEQUENCES:
            for event in SEQUENCES[name]:
                self.send_event(event, self.one_of(self.group.living, chosen))
        else:
            getattr(self, name)(chosen, form)

    def create(self, _chosen, form):
        """Create one more ticket."""
        if len(self.group.living) < MOST_ALIVE:
            text = "a group of tickets / 一组工单" if form % 2 else None
            self.judge_step("create", self.group.create(description=text, requests=1 + form // 2).created)

    def send_event(self, event, member):
        """Send an event for a ticket."""
        if member:
            self.judge_step(
                event, self.group.send_event(member, event, comment=f"step {len(self.group.steps)}"), member.uuid
            )

    def try_event(self, chosen, form):
        """Send an event whose effect is not documented, or that does not exist."""
        self.send_event(UNKNOWN[form % len(UNKNOWN)], self.one_of(self.group.living, chosen))

    def delete(self, chosen, _form):
        """Delete a ticket."""
        member = self.one_of(self.group.living, chosen)
        if member:
            self.judge_step("delete", self.group.delete(member), member.uuid)

    def send_event_to_deleted(self, chosen, form):
        """Send an event for a deleted ticket."""
        member = self.one_of(self.deleted(), chosen)
        if member:
            event = ("cancel", "reopen", "update")[form % 3]
            subject = self.group.send_event(member, event)
            self.observe("event.on-deleted", answered(subject), subject)
            self.judge_step(event, subject, member.uuid)

    def create_again(self, chosen, _form):
        """Create a ticket with the uuid of a deleted one."""
        member = self.one_of(self.deleted(), chosen)
        if member:
            subject = self.group.create(uuid=member.uuid).created
            self.observe("create.deleted-uuid", answered(subject), subject)
            self.judge_step("create", subject)

    def deleted(self):
        """List the deleted members whose uuid was not used again."""
        uuids = [one.uuid for one in self.group.members]
        return [one for one in self.group.deleted_members if uuids.count(one.uuid) == 1]

    def ask(self, chosen, form):
        """Query for a ticket, existing or deleted, in one of several ways."""
        member = self.one_of([one for one in self.group.members if one.uuid], chosen)
        if member is None:
            return
        own = f"name~=%{self.group.token}%"
        status = ("Pending", "Cancelled")[chosen % 2]
        asked = (
            ("uuid", f"uuid={member.uuid}"),
            ("name", f"name={member.name}"),
            ("status", own, f"status={status}"),
            ("other-status", own, f"status!={status}"),
            ("status-and-uuid", own, f"status={status}", f"uuid={member.uuid}"),
            ("get",),
        )
        by, *conditions = asked[form]
        subject = self.group.query("/v1/tickets", *conditions) if conditions else self.group.get_by_path(member)
        self.judge("group-query", f"query-{by}" if conditions else by, subject=subject, before=self.listing)

    def read_history(self, chosen, _form):
        """Read the history of a ticket: it records every change and keeps all earlier rows."""
        member = self.one_of([one for one in self.group.living if one.events and not one.reuses_uuid], chosen)
        if member is None:
            return
        history = self.group.history(member)
        calls = {f"event{place}": result for place, (_, result) in enumerate(member.events)}
        events = {"events": [event for event, _ in member.events]}
        shown = self.group.find_by_uuid(member)
        violation = self.examine(
            "complete-history", edit=edit_of("read-history"), history=history, after=shown, **calls, arguments=events
        )
        assert violation is None, violation
        if member.uuid in self.read:
            self.judge("history-not-rewritten", "read-history", earlier=self.read[member.uuid], later=history)
        self.read[member.uuid] = history

    def archives(self, chosen, _form):
        """Query the archives: they contain deleted tickets unchanged, and no existing one."""
        again = [one.uuid for one in self.group.members if one.reuses_uuid]
        arguments = {"apart": again}
        self.judge("not-archived", "archives", subject=self.group.archives(), shown=self.listing, arguments=arguments)
        member = self.one_of([one for one in self.deleted() if not one.reuses_uuid], chosen)
        if member:
            roles = {"before": member.before, "archives": self.group.archives(member)}
            self.judge("archived-unchanged", "archives", subject=member.deleted, **roles)


WALK = (
    *(("create", 0, 1), ("create", 0, 2), ("long", 0, 0), ("ask", 0, 2), ("ask", 1, 4), ("read_history", 0, 0)),
    *(("reopen", 0, 0), ("ask", 0, 2), ("ask", 0, 5), ("read_history", 0, 0), ("cancel", 1, 0), ("delete", 0, 0)),
    *(
        ("archives", 0, 0),
        ("send_event_to_deleted", 0, 1),
        ("send_event_to_deleted", 0, 0),
        ("ask", 0, 5),
        ("create_again", 0, 0),
        ("ask", 1, 3),
    ),
)
"""Steps that are always taken, so that each transition is examined once whatever the seed."""


@pytest.mark.requirement("ZT-LIFECYCLE-012")
def test_each_transition_affects_one_ticket(zstack_ticket_group, zstack_examine, zstack_observe):
    """When several tickets exist at once, each transition affects only the ticket of its event."""
    walk = Walk(zstack_ticket_group, zstack_examine, zstack_observe)
    for step in WALK:
        walk.step(*step)


@pytest.mark.requirement("ZT-LIFECYCLE-012")
@pytest.mark.zstack_long
def test_concurrent_tickets_are_affected_only_by_their_own_events(
    zstack_ticket_group, zstack_explore, zstack_effort, zstack_examine, zstack_observe
):
    """When several tickets exist at once, each is affected only by its own events, whatever the order of calls."""

    def holds(program):
        second, *runs = program
        walk = Walk(zstack_ticket_group, zstack_examine, zstack_observe)
        walk.begin(second)
        for step in chain(*runs):
            walk.step(*step)

    programs = st.tuples(st.booleans(), *[A_RUN] * RUNS[zstack_effort])
    zstack_explore(programs, holds, share=SHARE[zstack_effort])


@pytest.mark.requirement("ZT-LIFECYCLE-059")
@pytest.mark.zstack_rounds
def test_ticket_waits_in_a_flow_of_its_collection(ticket_endpoint, zstack_canary, zstack_examine):
    """A ticket that waits for approval waits in a flow of its own flow collection."""
    shown = zstack_canary().find_by_uuid()
    collection = next((row.get("flowCollectionUuid") for row in shown.rows), None)
    path = f"/v1/tickets/flow-collections?q=uuid%3D{collection}&limit=2"
    violation = zstack_examine("flow-of-its-own", subject=shown, collections=ticket_endpoint.call("GET", path))
    assert violation is None, violation


@pytest.mark.requirement("ZT-LIFECYCLE-059")
def test_collection_shows_the_flows_listed_as_its_own(ticket_endpoint, zstack_examine):
    """A flow collection shows the flows that are listed as its own."""
    paths = {"before": "flow-collections", "subject": "flow", "after": "flow-collections"}
    roles = {role: ticket_endpoint.call("GET", f"/v1/tickets/{path}?limit=100") for role, path in paths.items()}
    violation = zstack_examine("flows-of-collections", **roles)
    assert violation is None, violation

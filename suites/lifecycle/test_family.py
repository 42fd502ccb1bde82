"""Several tickets alive at once, and every call of the family on them, in whatever order Hypothesis thinks of."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from pytest_zstack_ticket import Accepted, Edit

MOST_ALIVE = 5
CHOSEN = st.integers(0, 11)
LEADING = {
    "cancel": ("cancel",),
    "reopen": ("reopen",),
    "update": ("update",),
    "twice": ("cancel", "reopen"),
    "renewed": ("cancel", "update", "reopen"),
    "long": ("cancel", "update", "update", "reopen", "cancel"),
}
"""Events that lead somewhere, on one ticket."""
UNKNOWN = ("unknown", "open", "reject")
WORDS = (
    *("ask", "ask", "ask", "tell", "tell", "archives", "create", "create", "delete", "delete"),
    *LEADING,
    *("twice", "renewed", "try_event", "disturb", "create_again"),
)
"""Steps, as often as they are to be chosen beside each other; the first is what a shrunk program has where any does."""


def edit_of(step):
    """Name a step as an edit."""
    return Edit(kind="variation", name=f"step-{step}")


def answered(trail):
    """Say in a word what a call came to."""
    return "accepted" if isinstance(trail.outcome, Accepted) else "refused"


class FamilyMachine(RuleBasedStateMachine):
    """Keeps no copy of the tickets: what must be there follows from the listing before each step, and from the step."""

    begin = examine = observe = None

    def __init__(self):
        super().__init__()
        self.family = self.begin()
        self.listing = self.family.listing()
        self.read = {}

    def judge(self, check, step, **roles):
        """Judge one example; all steps so far stand beside it."""
        told = {"taken": self.family.deleted_for_quota, **roles.pop("arguments", {})}
        violation = self.examine(check, edit=edit_of(step), **roles, **self.family.step_roles(), arguments=told)
        assert violation is None, violation

    def stepped(self, event, subject, uuid=""):
        """Judge a step by the listings before and after it."""
        before, self.listing = self.listing, self.family.listing()
        told = {"event": event, "uuid": uuid}
        self.judge("family-step", event, subject=subject, before=before, after=self.listing, arguments=told)

    def one_of(self, members, chosen):
        """Return a member that we did not take away ourselves, None if there is none."""
        there = [one for one in members if one.uuid not in self.family.deleted_for_quota]
        return there[chosen % len(there)] if there else None

    @initialize(second=st.booleans())
    def begin_the_family(self, second):
        """Let one ticket be there from the start, or two."""
        for place in range(1 + second):
            self.stepped("create", self.family.create(description=f"member {place}").created)

    @rule(word=st.sampled_from(WORDS), chosen=CHOSEN, form=st.integers(0, 5))
    def go_on(self, word, chosen, form):
        """Take one step; a single rule, for Hypothesis leaves whole rules out of whole programs."""
        self.step(word, chosen, form)

    def step(self, word, chosen, form):
        """Take a step by its word."""
        if word in LEADING:
            for event in LEADING[word]:
                self.send_event(event, self.one_of(self.family.living, chosen))
        else:
            getattr(self, word)(chosen, form)

    def create(self, _chosen, form):
        """Create a ticket more."""
        if len(self.family.living) < MOST_ALIVE:
            text = "a family of tickets / 一组工单" if form % 2 else None
            self.stepped("create", self.family.create(description=text, requests=1 + form // 2).created)

    def send_event(self, event, member):
        """Send an event for a ticket."""
        if member:
            self.stepped(
                event, self.family.send_event(member, event, comment=f"step {len(self.family.steps)}"), member.uuid
            )

    def try_event(self, chosen, form):
        """Send an event of which nobody knows where it leads, or that does not exist."""
        self.send_event(UNKNOWN[form % len(UNKNOWN)], self.one_of(self.family.living, chosen))

    def delete(self, chosen, _form):
        """Delete a living ticket, unless that is refused."""
        member = self.one_of(self.family.living, chosen)
        if member:
            self.stepped("delete", self.family.delete(member), member.uuid)

    def disturb(self, chosen, form):
        """Send an event for a deleted ticket."""
        member = self.one_of(self.buried(), chosen)
        if member:
            event = ("cancel", "reopen", "update")[form % 3]
            subject = self.family.send_event(member, event)
            self.observe("event.on-deleted", answered(subject), subject)
            self.stepped(event, subject, member.uuid)

    def create_again(self, chosen, _form):
        """Create a ticket with the uuid of a deleted one."""
        member = self.one_of(self.buried(), chosen)
        if member:
            subject = self.family.create(uuid=member.uuid).created
            self.observe("create.deleted-uuid", answered(subject), subject)
            self.stepped("create", subject)

    def buried(self):
        """Return the deleted members whose uuid no other one has had since."""
        uuids = [one.uuid for one in self.family.members]
        return [one for one in self.family.deleted_members if uuids.count(one.uuid) == 1]

    def ask(self, chosen, form):
        """Ask for a ticket in one of several ways, living or not."""
        member = self.one_of([one for one in self.family.members if one.uuid], chosen)
        if member is None:
            return
        own = f"name~=%{self.family.token}%"
        status = ("Pending", "Cancelled")[chosen % 2]
        asked = (
            (f"uuid={member.uuid}",),
            (f"name={member.name}",),
            (own, f"status={status}"),
            (own, f"status!={status}"),
            (own, f"status={status}", f"uuid={member.uuid}"),
        )
        subject = (
            self.family.query("/v1/tickets", *asked[form]) if form < len(asked) else self.family.get_by_path(member)
        )
        self.judge("family-shows", f"ask-{form}", subject=subject, before=self.listing)

    def tell(self, chosen, _form):
        """Read the history of a ticket: it tells of every change, and of all that it told before."""
        member = self.one_of([one for one in self.family.living if one.events and not one.reuses_uuid], chosen)
        if member is None:
            return
        history = self.family.history(member)
        told = {f"event{place}": trail for place, (_, trail) in enumerate(member.events)}
        events = {"events": [event for event, _ in member.events]}
        shown = self.family.find_by_uuid(member)
        violation = self.examine(
            "history", edit=edit_of("tell"), history=history, after=shown, **told, arguments=events
        )
        assert violation is None, violation
        if member.uuid in self.read:
            self.judge("history-kept", "tell", earlier=self.read[member.uuid], later=history)
        self.read[member.uuid] = history

    def archives(self, chosen, _form):
        """Look into the archives: they have what was deleted, as it was, and nothing that lives."""
        again = [one.uuid for one in self.family.members if one.reuses_uuid]
        told = {"apart": again}
        self.judge("apart", "archives", subject=self.family.archives(), shown=self.listing, arguments=told)
        member = self.one_of([one for one in self.buried() if not one.reuses_uuid], chosen)
        if member:
            roles = {"before": member.before, "archives": self.family.archives(member)}
            self.judge("archived", "archives", subject=member.deleted, **roles)


WALK = (
    *(("create", 0, 1), ("create", 0, 2), ("long", 0, 0), ("ask", 0, 2), ("ask", 1, 4), ("tell", 0, 0)),
    *(("reopen", 0, 0), ("ask", 0, 2), ("ask", 0, 5), ("tell", 0, 0), ("cancel", 1, 0), ("delete", 0, 0)),
    *(("archives", 0, 0), ("disturb", 0, 1), ("disturb", 0, 0), ("ask", 0, 5), ("create_again", 0, 0), ("ask", 1, 3)),
)
"""Steps that are always taken: whatever a seed thinks of, each way of a ticket is gone once."""


@pytest.mark.requirement("ZT-LIFECYCLE-012")
def test_any_family_follows_the_model(zstack_ticket_group, zstack_state_machine, zstack_examine, zstack_observe):
    """Whatever happens to several tickets in whatever order, each is what its own events made of it."""
    given = {"begin": staticmethod(zstack_ticket_group), "examine": staticmethod(zstack_examine)}
    machine = type("Tickets", (FamilyMachine,), {**given, "observe": staticmethod(zstack_observe)})
    zstack_state_machine(machine)
    walk = machine()
    for word, chosen, form in WALK:
        walk.step(word, chosen, form)

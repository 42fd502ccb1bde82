"""A context file with the values that a cloud offers: the best of each list filled in, the others as comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_zstack_ticket.report.text.columns import visible
from pytest_zstack_ticket.target.offers import MOST, Listed, Offer

SHOWN = 8
"""Rows of each list that the file shows."""
_HEAD = """# What {url} accepts: pass it with --zstack-context, and check it with
#   zstack-ticket doctor {url} --context FILE --try-ticket
# Filled in is what fits best; a line with a # is another choice. Without a value the suites send that of the
# CreateTicket documentation."""
_STRANGER = """
# [stranger]                                     # a user of another project, to test isolation
# login = "virtual-id"
# user = "bob"
# project = "p2"
"""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who asked: the name and UUID of the user, the project, and whether the user is a virtual ID."""

    user: str
    uuid: str
    project: str
    virtual: bool


def context_text(url: str, lists: Mapping[str, Listed], who: LoggedIn) -> str:
    """Write the file."""
    parts = [
        _HEAD.format(url=visible(url)),
        "",
        "[ticket]",
        "# Without a flow collection the cloud takes the default one of the project.",
        *_choices("flow-collection-uuid", lists["collections"], taken=False),
        "",
        *_account(lists, who),
        "",
        "[api-body]                                       # a message that this cloud could carry out",
        'name = "conformance test"',
        'strategy = "InstantStart"',
        *_choices("instanceOfferingUuid", lists["offerings"]),
        *_choices("imageUuid", lists["images"]),
        *_choices("l3NetworkUuids", lists["networks"], many=True),
    ]
    return "\n".join(parts) + "\n" + _STRANGER


def _account(lists: Mapping[str, Listed], who: LoggedIn) -> Iterator[str]:
    """Write the project and the virtual ID, filled in only if they are those that the run logs in with."""
    yield "# The project and the virtual ID that you log in with: --zstack-login=virtual-id --zstack-project=NAME"
    yield "[account-system.context]"
    projects = _named(lists["projects"], who.project)
    people = _named(lists["virtual-ids"], who.user)
    if not people.offers and who.virtual and who.uuid:
        people = Listed((Offer(who.uuid, who.user),))
    yield from _choices("projectUuid", projects, taken=who.virtual and bool(who.project))
    yield from _choices("virtualIDUuid", people, taken=who.virtual)


def _named(listed: Listed, name: str) -> Listed:
    """Keep the row of a name if there is one."""
    found = tuple(offer for offer in listed.offers if offer.name == name)
    return Listed(found) if name and found else listed


def _choices(key: str, listed: Listed, *, taken: bool = True, many: bool = False) -> Iterator[str]:
    """Write a key with the best value, and with each other one as a comment."""
    if listed.unknown:
        yield f"# {key}: unknown, {visible(listed.unknown)}"
    elif not listed.offers:
        yield f"# {key}: the cloud lists none that can be used"
    for at, offer in enumerate(listed.offers[:SHOWN]):
        value = f'["{offer.uuid}"]' if many else f'"{offer.uuid}"'
        about = f" ({visible(offer.about)})" if offer.about else ""
        mark = "" if taken and not at else "# "
        yield f"{mark}{key} = {value}   # {visible(offer.name)}{about}"
    if len(listed.offers) > SHOWN:
        least = "at least " if len(listed.offers) >= MOST else ""
        yield f"# ... {least}{len(listed.offers) - SHOWN} more"

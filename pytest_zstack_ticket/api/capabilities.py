"""Tell a target's release and abilities from what it answered, as far as they show it.

Source of the marks: the release table of the platform's own branches (docs/reference/simulator.md lists them).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from pytest_zstack_ticket.api.classify import classify, from_gateway
from pytest_zstack_ticket.api.foreign_answers import looks_like_page
from pytest_zstack_ticket.api.messages import rows_of
from pytest_zstack_ticket.api.sayings import NO_BACKEND, NO_MAPPING, says
from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.exchange import Exchange, Json, Response
from pytest_zstack_ticket.model.outcome import Accepted, Malformed
from pytest_zstack_ticket.model.profile import Profile, Release

NEWEST = Release(99, 0)
MAX_VERSION = 80
ACCEPTED = 202
NO_ROUTE = frozenset({404, 405, 501})
UNKNOWN_TICKET = f"/v1/tickets/{'0' * 32}/actions"
EVENT: Json = {"changeTicketStatus": {"statusEvent": "reject"}}
"""An event for a ticket that does not exist shows whether there are events at all."""
UPDATE: Json = {"updateTicketRequest": {"requests": []}}
"""An update that no target carries out: without a request, and of a ticket that is not cancelled."""
UNKNOWN_ACTION: Json = {"conformanceAction": {"statusEvent": "cancel"}}
"""An action that no target has: one that has no events either answers those it does not have in the same way."""
ODD_HISTORIES = "/v1/tickets/histories?q=conformanceMark%3D1&limit=1"
"""A condition on a field that histories do not have: where they exist it is refused. A target without them may take
`histories` for the uuid of a ticket, and answers an empty list."""
_VERSION = re.compile(r"(\d+)\.(\d+)")
_MARK = re.compile(r'"conformanceMark"\s*:\s*(\d+(?:\.\d+)?(?:E\d+)?)')
"""A whole number under this name in apiBody shows by its echo how the target renders untyped numbers."""


def with_release(profile: Profile, release: Release) -> Profile:
    """Return a profile whose target is known to be of one release."""
    return replace(profile, oldest=release, newest=release)


def reported_version(exchange: Exchange) -> str:
    """Read the whole text that the version API tells; empty if it tells none."""
    answer = exchange.answer
    body = decode(answer.body) if isinstance(answer, Response) and answer.status == 200 else None
    version = body.get("version") if isinstance(body, dict) else None
    return version[:MAX_VERSION] if isinstance(version, str) else ""


def reported_release(exchange: Exchange) -> Release | None:
    """Read the release that the version API tells, or None."""
    match = _VERSION.match(reported_version(exchange))
    if match is None:
        return None
    release = Release(int(match[1]), int(match[2]))
    return NEWEST if release.at_least(5, 4) else release


def narrowed(profile: Profile, trail: Sequence[Exchange]) -> Profile:
    """Return a profile whose release bounds take in what a create's exchanges show.

    Bounds only make checks lenient: a gateway keeps whole numbers, and another implementation may send apiTimeout.
    apiTimeout appears in 4.1; a pending poll has no body before 3.2; untyped numbers keep their form from 4.6 on.
    """
    for exchange in trail:
        if isinstance(exchange.answer, Response):
            profile = _narrowed(profile, exchange.answer)
    return profile


def _narrowed(profile: Profile, answer: Response) -> Profile:
    body = decode(answer.body)
    if answer.status == 202 and isinstance(body, dict) and "apiTimeout" in body:
        profile = _at_least(profile, Release(4, 1))
    if answer.status == 202 and not answer.body:
        profile = _at_most(profile, Release(3, 1))
    mark = _MARK.search(answer.body.decode("utf-8", "replace"))
    if mark:
        whole = mark[1].isdigit()
        profile = _at_least(profile, Release(4, 6)) if whole else _at_most(profile, Release(4, 5))
    return profile


def _at_least(profile: Profile, release: Release) -> Profile:
    if profile.oldest.at_least(release.major, release.minor) or not profile.newest.at_least(
        release.major, release.minor
    ):
        return profile
    return replace(profile, oldest=release)


def _at_most(profile: Profile, release: Release) -> Profile:
    if release.at_least(profile.newest.major, profile.newest.minor) or not release.at_least(
        profile.oldest.major, profile.oldest.minor
    ):
        return profile
    return replace(profile, newest=release)


def created_capabilities(trail: Sequence[Exchange], profile: Profile) -> frozenset[str]:
    """Return what the calibration showed: accepted, inventory, job or direct, schema."""
    outcome = classify(trail, profile)
    found: set[str] = set()
    first = trail[0].answer if trail else None
    if isinstance(first, Response):
        found.add("job" if first.status == 202 else "direct")
    taken = isinstance(outcome, Accepted) or (isinstance(outcome, Malformed) and outcome.leaning == "accepted")
    if taken:
        found.add("accepted")
        last = trail[-1].answer
        body = decode(last.body) if isinstance(last, Response) else None
        if isinstance(body, dict) and "inventory" in body:
            found.add("inventory")
    return frozenset(found)


def spoken_capabilities(versions: Collection[str], event: Sequence[Exchange]) -> frozenset[str]:
    """Return `chunks` unless an answer was of HTTP/1.0, and what an event shows: `cancel` unless it has no handler.

    `event-job` if it is carried out by a job: a target may answer creates directly and events by jobs.
    """
    answer = event[0].answer if event else None
    found = set() if "HTTP/1.0" in versions else {"chunks"}
    if not isinstance(answer, Response) or answer.status not in NO_ROUTE or _may_be_mapped(answer):
        found.add("cancel")
    if isinstance(answer, Response) and answer.status == ACCEPTED:
        found.add("event-job")
    return frozenset(found)


def _may_be_mapped(answer: Response) -> bool:
    """Return True for an answer about a ticket: words of its own, in JSON or plain, but those for a missing path."""
    return bool(answer.body.strip()) and not looks_like_page(answer.body) and not says(answer, NO_MAPPING)


def may_lack_events(event: Sequence[Exchange]) -> bool:
    """Return True if an event was answered so as a ticket that is not there may be, or an action that is not."""
    answer = event[0].answer if event else None
    return isinstance(answer, Response) and answer.status in NO_ROUTE and _may_be_mapped(answer)


def has_events(acted: Sequence[Sequence[Exchange]]) -> bool:
    """Return False if a ticket that is there answers all actions alike, UNKNOWN_ACTION too: that there is none.

    A target of which one action alone is not there has events, and fails the requirement on that.
    """
    said = {_no_route(trail) for trail in acted}
    return None in said or len(said) > 1


def _no_route(trail: Sequence[Exchange]) -> tuple[object, ...] | None:
    """Return what an answer says is missing, without its own words for it; None if it says no such thing."""
    answer = trail[0].answer if trail else None
    if not isinstance(answer, Response) or answer.status not in NO_ROUTE or from_gateway(answer):
        return None
    body = decode(answer.body)
    error = body.get("error") if isinstance(body, dict) else None
    about = (error.get("code"), error.get("description")) if isinstance(error, dict) else ()
    return (answer.status, *about)


def has_histories(asked: Sequence[Exchange]) -> bool:
    """Return False if ODD_HISTORIES found no such path, or an empty list."""
    answer = asked[-1].answer if asked else None
    if not isinstance(answer, Response) or from_gateway(answer):
        return True
    return answer.status not in NO_ROUTE and rows_of(asked) != []


def has_access_keys(signed: Sequence[Exchange]) -> bool:
    """Return False if a signed request was answered that there is no backend for access keys (RestServer.java)."""
    answer = signed[-1].answer if signed else None
    return not (isinstance(answer, Response) and says(answer, NO_BACKEND))


def without_capability(profile: Profile, word: str) -> Profile:
    """Return a profile of a target that shows no sign of a capability."""
    return replace(profile, capabilities=profile.capabilities - {word}, absent=profile.absent | {word})


def shows_schema(trail: Sequence[Exchange]) -> bool:
    """Return True if an answer holds `schema`, as one does where X-JSON-Schema was sent."""
    last = trail[-1].answer if trail else None
    body = decode(last.body) if isinstance(last, Response) else None
    return isinstance(body, dict) and "schema" in body


def with_capabilities(profile: Profile, found: frozenset[str]) -> Profile:
    """Return a profile with more capabilities; what the operator declared absent stays absent."""
    more = (profile.capabilities | found) - profile.absent
    if "query" in more or "inventory" in more:
        more |= {"shown"} if "accepted" in more else frozenset()
    return replace(profile, capabilities=frozenset(more))


def unmet(needs: Sequence[str], profile: Profile) -> str:
    """Return the first need that the target does not meet, or an empty string.

    `release>=4.5` is met by a target that was reported to be that new, not by one whose release is only inferred.
    `release>=3.2?` is met by any target that is not known to be older.
    """
    for need in needs:
        if need.startswith("release>="):
            at = _VERSION.match(need.removeprefix("release>="))
            doubt = need.endswith("?")
            if at is None or (doubt and profile.surely_before(int(at[1]), int(at[2]))):
                return need
            if not doubt and not profile.surely_since(int(at[1]), int(at[2])):
                return need
        elif need not in profile.capabilities:
            return need
    return ""

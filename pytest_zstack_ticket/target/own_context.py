"""The stranger's own project and virtual ID, which a target may ask for in the tickets of whoever works there."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from pytest_zstack_ticket.api.capabilities import created_capabilities
from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.ticket_context import Context, Part
from pytest_zstack_ticket.target.actors import ActorConnection, Actors, context_for, draft_of

CREATOR: Part = "stranger"
"""The only other user beside the owner who creates tickets."""


def with_own_context(context: Context, actors: Actors) -> Context:
    """Return a context whose stranger sends what is the stranger's own, if the target takes one ticket so.

    The context file may say what the stranger sends; where it does not, that is the owner's, which a target may refuse.
    """
    if CREATOR not in actors.parts or context.users[CREATOR].account_system_context:
        return context
    connection = actors.connect(CREATOR)
    own = _own_context(context, connection)
    if own == context.account_system_context:
        return context
    changed = replace(context, own_contexts={CREATOR: own})
    trail = connection.endpoint.create(draft_of(context_for(CREATOR, changed), context.name))
    taken = "accepted" in created_capabilities(trail.exchanges, trail.profile)
    return changed if taken else context


def _own_context(context: Context, connection: ActorConnection) -> dict[str, Json]:
    """Return the context of the run's tickets with the UUIDs of a user who logs in as a virtual ID, as far as known."""
    settings, session = connection.settings, connection.sessions.session
    if settings.login != "virtual-id":
        return context.account_system_context
    own = {"virtualIDUuid": session.user}
    if settings.project:
        own["projectUuid"] = _project(connection, settings.project) or session.account
    return context.account_system_context | {
        name: uuid for name, uuid in own.items() if uuid and name in context.account_system_context
    }


def _project(connection: ActorConnection, name: str) -> str:
    """Return the UUID of a project, empty if no query tells it: its account, which a session names, is another one."""
    rows = connection.endpoint.call("GET", f"/v1/iam2/projects?q={quote(f'name={name}', safe='')}&limit=2").rows
    found = [row.get("uuid") for row in rows if row.get("name") == name]
    return str(found[0]) if len(found) == 1 and isinstance(found[0], str) else ""

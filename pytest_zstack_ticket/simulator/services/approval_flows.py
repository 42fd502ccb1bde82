"""Flow collections and their approval steps. Source: dossier 8.1 and 8.2."""

from __future__ import annotations

from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.services.inventories import collection_inventory, flow_inventory
from pytest_zstack_ticket.simulator.state import CallContext
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.simulator.storage.tables import Collection, Flow

TITLES = ("SystemAdmin", "ProjectAdmin", "ProjectOperator", "PlatformAdmin")
"""Values of approverTitle; only the first is known from a sample."""


def create_collection(context: CallContext) -> Json:
    """Serve createIAM2TickFlowCollection."""
    values = context.values
    uuid = _free_uuid(context)
    flows = _checked_flows(context, values.get("flows"), values["projectUuid"])
    types = tuple(values.get("ticketTypeUuids") or ())
    _check_types(context, types, values["projectUuid"], uuid)
    made = _chain(context, uuid, flows)
    collection = Collection(
        uuid=uuid,
        name=values["name"],
        description=values.get("description"),
        flows=made,
        default=bool(values.get("isDefault")),
        types=types,
        project=values["projectUuid"],
        created=context.now,
        updated=context.now,
    )
    return _saved(context, collection)


def _free_uuid(context: CallContext) -> str:
    uuid = str(context.values.get("resourceUuid") or context.state.new_uuid())
    if context.store.taken(uuid):
        raise ApiError("SYS.1000", "duplicate-uuid", uuid)
    return uuid


def _saved(context: CallContext, collection: Collection) -> Json:
    context.store.collections[collection.uuid] = collection
    return {"inventory": collection_inventory(context, collection)}


def _chain(context: CallContext, collection: str, flows: list[dict[str, str]]) -> tuple[str, ...]:
    """Store the steps, each with the one before as its parent."""
    made: list[str] = []
    for one in flows:
        flow = Flow(
            uuid=context.state.new_uuid(),
            name=one["name"],
            description=one.get("description"),
            collection=collection,
            approver=one["approverUuid"],
            title=one.get("approverTitle"),
            parent=made[-1] if made else None,
            created=context.now,
            updated=context.now,
        )
        context.store.flows[flow.uuid] = flow
        made.append(flow.uuid)
    return tuple(made)


def _checked_flows(context: CallContext, sent: Json, project: str) -> list[dict[str, str]]:
    flows = [one for one in sent or () if one is not None]
    if not flows:
        raise ApiError("SYS.1007", "no-flow")
    for one in flows:
        if "name" not in one:
            raise ApiError("SYS.1007", "no-flow-name")
        _check_approver(context, one.get("approverUuid"), one.get("approverTitle"), project)
    _check_last(context, flows[-1]["approverUuid"])
    return flows


def _check_approver(context: CallContext, uuid: str | None, title: str | None, project: str) -> None:
    del context
    if uuid is None:
        raise ApiError("SYS.1007", "no-approver")
    if title is not None and title not in TITLES:
        raise ApiError("SYS.1007", "bad-title", title, "[" + ", ".join(TITLES) + "]")
    if uuid == seed_data.ADMIN_ACCOUNT:
        return
    person = seed_data.virtual_id(uuid)
    if person is None:
        raise ApiError("SYS.1007", "no-virtual-id", uuid)
    if project not in person.projects:
        raise ApiError("SYS.1007", "not-member", uuid, project)


def _check_last(context: CallContext, uuid: str) -> None:
    """Demand the administrator for the last step or, from 4.6 on, a platform operator."""
    person = seed_data.virtual_id(uuid)
    modern = context.variant.integers
    if uuid == seed_data.ADMIN_ACCOUNT or (modern and person is not None and person.operator):
        return
    raise ApiError("SYS.1007", "last-approver" if modern else "last-approver-old")


def _check_types(context: CallContext, types: tuple[str, ...], project: str, own: str) -> None:
    for other in context.store.collections.values():
        same = other.project == project and other.uuid != own and other.state == "Enabled"
        if same and set(types) & set(other.types):
            raise ApiError("SYS.1007", "type-taken")


def _collection(context: CallContext, name: str = "uuid") -> Collection:
    return context.store.collections[context.values[name]]


def update_collection(context: CallContext) -> Json:
    """Serve updateIAM2TicketFlowCollection; given steps replace all former ones."""
    old, values = _collection(context), context.values
    made = old.flows
    if values.get("flows") is not None:
        flows = _checked_flows(context, values["flows"], old.project)
        for uuid in old.flows:
            context.store.flows.pop(uuid, None)
        made = _chain(context, old.uuid, flows)
    default = values.get("isDefault")
    changed = replace(
        old,
        name=values.get("name") or old.name,
        description=values.get("description") or old.description,
        default=old.default if default is None else default,
        flows=made,
        updated=context.now,
    )
    return _saved(context, changed)


def change_state(context: CallContext) -> Json:
    """Serve changeTicketFlowCollectionState."""
    state = {"enable": "Enabled", "disable": "Disabled"}[context.values["stateEvent"]]
    return _saved(context, replace(_collection(context), state=state, updated=context.now))


def delete_collection(context: CallContext) -> Json:
    """Delete a collection with its steps; a missing one is a success."""
    gone = context.store.collections.pop(context.values["uuid"], None)
    for uuid in gone.flows if gone else ():
        context.store.flows.pop(uuid, None)
    return {}


def add_types(context: CallContext) -> Json:
    """Let a collection serve more ticket types."""
    old = _collection(context, "ticketFlowCollectionUuid")
    added = tuple(context.values["ticketTypeUuids"])
    _check_types(context, added, old.project, old.uuid)
    _saved(context, replace(old, types=tuple(dict.fromkeys((*old.types, *added))), updated=context.now))
    return {}


def remove_types(context: CallContext) -> Json:
    """Let a collection serve fewer ticket types."""
    old = _collection(context, "ticketFlowCollectionUuid")
    gone = context.values["ticketTypeUuids"]
    _saved(context, replace(old, types=tuple(uuid for uuid in old.types if uuid not in gone), updated=context.now))
    return {}


def add_flow(context: CallContext) -> Json:
    """Add a step behind its parent, or at the end."""
    values = context.values
    collection = _collection(context, "collectionUuid")
    _check_approver(context, values["approverUuid"], values.get("approverTitle"), collection.project)
    parent = values.get("parentFlowUuid")
    at = collection.flows.index(parent) + 1 if parent in collection.flows else len(collection.flows)
    if at == len(collection.flows):
        _check_last(context, values["approverUuid"])
    flow = Flow(
        uuid=_free_uuid(context),
        name=values["name"],
        description=values.get("description"),
        collection=collection.uuid,
        approver=values["approverUuid"],
        title=values.get("approverTitle"),
        parent=collection.flows[at - 1] if at else None,
        created=context.now,
        updated=context.now,
    )
    context.store.flows[flow.uuid] = flow
    _saved(
        context,
        replace(collection, flows=(*collection.flows[:at], flow.uuid, *collection.flows[at:]), updated=context.now),
    )
    return {"inventory": flow_inventory(context, flow)}


def update_flow(context: CallContext) -> Json:
    """Serve updateIAM2TicketFlow."""
    values = context.values
    old = context.store.flows[values["uuid"]]
    approver = values.get("approverUuid") or old.approver
    _check_approver(context, approver, values.get("approverTitle"), context.store.collections[old.collection].project)
    changed = replace(
        old,
        name=values.get("name") or old.name,
        description=values.get("description") or old.description,
        approver=approver,
        title=values.get("approverTitle") or old.title,
        updated=context.now,
    )
    context.store.flows[changed.uuid] = changed
    return {"inventory": flow_inventory(context, changed)}


def delete_flow(context: CallContext) -> Json:
    """Delete a step; a missing one is a success, the last of a collection stays."""
    flow = context.store.flows.get(context.values["uuid"])
    if flow is None:
        return {}
    collection = context.store.collections[flow.collection]
    if len(collection.flows) == 1:
        raise ApiError("SYS.1007", "no-flow")
    del context.store.flows[flow.uuid]
    _saved(context, replace(collection, flows=tuple(uuid for uuid in collection.flows if uuid != flow.uuid)))
    return {}

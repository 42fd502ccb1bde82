"""The context file: the values that this cloud accepts in a ticket, and its other users."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.toml_document import read_toml
from pytest_zstack_ticket.model.errors import ContextError
from pytest_zstack_ticket.model.ticket_context import PARTS, Context, OtherUser


def load_context(path: Path) -> Context:
    """Read the context of a TOML file. Raises ContextError."""
    settings = read_toml(path, "context", ContextError).value
    ticket, account = settings.get("ticket", {}), settings.get("account-system", {})
    default = Context()
    return Context(
        name=ticket.get("name", default.name),
        request_name=ticket.get("request-name", default.request_name),
        api_name=ticket.get("api-name", default.api_name),
        api_body=settings.get("api-body", default.api_body),
        execute_times=int(ticket.get("execute-times", default.execute_times)),
        account_system_type=account.get("type", default.account_system_type),
        account_system_context=account.get("context", default.account_system_context),
        flow_collection=ticket.get("flow-collection-uuid", ""),
        tags=tuple(ticket.get("tag-uuids", ())),
        allow_approve=settings.get("allow-approve", False),
        users={part: _other_user(settings[part]) for part in PARTS if part in settings},
        given=True,
    )


def _other_user(table: Mapping[str, Any]) -> OtherUser:
    return OtherUser(
        user=table["user"],
        login=table.get("login", "account"),
        project=table.get("project", ""),
        flow_collection=table.get("flow-collection-uuid", ""),
        account_system_context=table.get("account-system-context", {}),
    )

"""The context file: what this cloud accepts a ticket with, and who else uses it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.config.toml_document import read_toml
from pytest_zstack_ticket.model.errors import ContextError
from pytest_zstack_ticket.model.ticket_context import PARTS, Context, Person


def load_context(path: Path) -> Context:
    """Return the context of a TOML file. Raises ContextError."""
    told = read_toml(path, "context", ContextError).value
    ticket, account = told.get("ticket", {}), told.get("account-system", {})
    default = Context()
    return Context(
        name=ticket.get("name", default.name),
        request_name=ticket.get("request-name", default.request_name),
        api_name=ticket.get("api-name", default.api_name),
        api_body=told.get("api-body", default.api_body),
        execute_times=int(ticket.get("execute-times", default.execute_times)),
        account_system_type=account.get("type", default.account_system_type),
        account_system_context=account.get("context", default.account_system_context),
        flow_collection=ticket.get("flow-collection-uuid", ""),
        tags=tuple(ticket.get("tag-uuids", ())),
        allow_approve=told.get("allow-approve", False),
        people={part: _person(told[part]) for part in PARTS if part in told},
        given=True,
    )


def _person(told: Mapping[str, Any]) -> Person:
    return Person(
        user=told["user"],
        login=told.get("login", "account"),
        project=told.get("project", ""),
        flow_collection=told.get("flow-collection-uuid", ""),
        account_system_context=told.get("account-system-context", {}),
    )

"""Real UUIDs and names with which this cloud accepts a ticket; without a file, the sample of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pytest_zstack_ticket.model.exchange import Json
from pytest_zstack_ticket.model.settings import Login

Part: TypeAlias = Literal["owner", "stranger", "approver"]
PARTS: tuple[Part, ...] = ("owner", "stranger", "approver")
"""Roles of other users: owner of some tickets, stranger who must not see them, approver of their steps."""


def _sample_api_body() -> dict[str, Json]:
    return {
        "name": "vm name",
        "instanceOfferingUuid": "46466abc6c8931fdaab7a8df43e4f175",
        "imageUuid": "43e997234af63863b28a5e9987e1d122",
        "l3NetworkUuids": ["8b4ddd66c7ba30598cdc7ab835e04f96"],
        "strategy": "InstantStart",
    }


def _sample_account_context() -> dict[str, Json]:
    return {
        "projectUuid": "28c9a199e3e842d28c9805eb89be56cb",
        "virtualIDUuid": "1c255722caf34cb888b57d11a744248c",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherUser:
    """Another user of the target. The password comes from the environment only.

    `flow_collection` is one of the user's own project, `account_system_context` what the user's tickets are sent with;
    both are empty when unknown.
    """

    user: str
    login: Login = "account"
    project: str = ""
    flow_collection: str = ""
    account_system_context: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the calibration draft is made of.

    `flow_collection` and `tags` are UUIDs that exist on the target, empty when unknown. `users` are the other users.
    `added` are optional members of params that the target turned out to demand. `own_contexts` are what the target
    turned out to take as the account-system context of users for whom the file gives none. `given` is True when it came
    from a file. `nonce` is the word of a certifier that stands in the names already, empty if there is none. Source of
    the defaults: the CreateTicket page, its request sample.
    """

    name: str = "conformance test, safe to delete / 一致性测试，可删除"
    request_name: str = "create vm"
    api_name: str = "org.zstack.header.vm.APICreateVmInstanceMsg"
    api_body: dict[str, Json] = field(default_factory=_sample_api_body)
    execute_times: float = 1
    account_system_type: str = "iam2"
    account_system_context: dict[str, Json] = field(default_factory=_sample_account_context)
    flow_collection: str = ""
    tags: tuple[str, ...] = ()
    added: Mapping[str, Json] = field(default_factory=dict)
    allow_approve: bool = False
    users: Mapping[Part, OtherUser] = field(default_factory=dict)
    own_contexts: Mapping[Part, dict[str, Json]] = field(default_factory=dict)
    given: bool = False
    nonce: str = ""

    @property
    def calibrated(self) -> dict[str, Any]:
        """The members that trying changed, by which another process comes to the same context."""
        tried = {"added": dict(self.added), "own_contexts": dict(self.own_contexts)}
        return {"name": self.name, "execute_times": self.execute_times} | tried
